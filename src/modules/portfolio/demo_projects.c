/*
 * The 23 projects of the brochure by their names, told in words of our own. Of
 * a tool that we know nothing about, its name alone stands. Why each policy tag
 * is there: docs/demo-tags.md.
 */
#include "modules/portfolio/demo_int.h"

const struct demo_project demo_projects[] = {
    {.name = "Savoirs fondamentaux et IA",
     .summary =
         "Essayer à grande échelle, en classe, des ressources de la EdTech qui "
         "s’appuient sur l’intelligence artificielle, dire ce que chacune "
         "apporte aux apprentissages en français et en mathématiques, et "
         "choisir "
         "celles qui méritent d’être étendues. Ressources essayées : Lilémø, "
         "Lalilo, Navi, Kaligo, Mathia, Adaptiv’Math, Smart Enseigno, Eleda, "
         "Mathlive, MIA Seconde, Beegup, Capeezy.",
     .axis = 1,
     .policies = "fondamentaux inclusion lycee_pro",
     .objectives = "11 13",
     .before = "watch advice",
     .closed = "trial design",
     .living = "deployment",
     .next = "research",
     .since_2024 = false,
     .partners = "E1 E2 E3 L1",
     .programme = NULL,
     .area = NULL},
    {.name = "Savoirs fondamentaux - français (Plume)",
     .summary =
         "Développer les compétences d’écriture des élèves de l’école "
         "élémentaire avec Plume, une ressource fondée sur l’intelligence "
         "artificielle, dont l’usage en classe est suivi par la recherche.",
     .axis = 1,
     .policies = "fondamentaux inclusion",
     .objectives = "11 13",
     .before = "watch",
     .closed = "trial",
     .living = "trial",
     .next = "deployment",
     .since_2024 = false,
     .partners = "E4 L2",
     .programme = NULL,
     .area = NULL},
    {.name = "ESCALE",
     .summary =
         "Environnement Scolaire pour la Confiance, l’Accomplissement et "
         "L’Épanouissement : composer une mallette de ressources validées par "
         "la "
         "recherche, pour que chaque élève trouve sa place et s’épanouisse à "
         "l’école.",
     .axis = 2,
     .policies = "inclusion harcelement fondamentaux",
     .objectives = "22 13",
     .before = "research",
     .closed = "design prototype",
     .living = "trial",
     .next = "deployment",
     .since_2024 = false,
     .partners = "L3",
     .programme = NULL,
     .area = NULL},
    {.name = "Pack de ressources pour allophones",
     .summary =
         "Réunir dans un pack des ressources qui aident les élèves allophones "
         "à "
         "entrer dans la classe et dans la langue (Bookinou, BasicX, IRISPen, "
         "AlloText), avec une plateforme de textes enrichis par le numérique.",
     .axis = 2,
     .policies = "inclusion fondamentaux",
     .objectives = "22 12",
     .before = "watch",
     .closed = "design",
     .living = "trial",
     .next = "deployment",
     .since_2024 = false,
     .partners = "A1 L4",
     .programme = NULL,
     .area = NULL},
    {.name = "Erasmus+ FIT et parcours Magistère",
     .summary =
         "Créer des ressources et un parcours Magistère contre les biais de "
         "genre dans l’enseignement, pour que les filles aussi choisissent les "
         "sciences et le numérique.",
     .axis = 2,
     .policies = "inclusion fondamentaux",
     .objectives = "14 34",
     .before = "research",
     .closed = "design",
     .living = "training",
     .next = NULL,
     .since_2024 = true,
     .partners = "L5",
     .programme = "Erasmus+",
     .area = NULL},
    {.name = "Inclusion et outils numériques",
     .summary = "Essayer et mettre à disposition des outils numériques pour "
                "les élèves "
                "à besoins éducatifs particuliers : MYdys, Cantoo, écran Lili "
                "for Life, "
                "robots Beam.",
     .axis = 2,
     .policies = "inclusion fondamentaux",
     .objectives = "22 32",
     .before = "watch advice",
     .closed = "trial",
     .living = "deployment",
     .next = "support",
     .since_2024 = true,
     .partners = "E5 E6",
     .programme = NULL,
     .area = NULL},
    {.name = "Oralité",
     .summary =
         "Déployer des webmédias dans les écoles et les établissements, "
         "notamment dans les Vosges, pour que les élèves prennent la parole, "
         "préparent ce qu’ils disent et le diffusent.",
     .axis = 1,
     .policies = "fondamentaux inclusion",
     .objectives = "11 21",
     .before = "trial",
     .closed = "deployment",
     .living = "support",
     .next = NULL,
     .since_2024 = true,
     .partners = "A2",
     .programme = NULL,
     .area = "088"},
    {.name = "LyText, CoText",
     .summary =
         "Mettre à disposition les plateformes LyText et CoText, où des textes "
         "enrichis de couches de lecture aident à comprendre et à interpréter, "
         "pour renforcer les compétences en français.",
     .axis = 1,
     .policies = "fondamentaux eac inclusion",
     .objectives = "11 13",
     .before = "research",
     .closed = "deployment",
     .living = "deployment",
     .next = "support",
     .since_2024 = true,
     .partners = "L1 L6",
     .programme = NULL,
     .area = NULL},
    {.name = "Aménagement des espaces scolaires",
     .summary =
         "Créer et animer des ressources sur l’aménagement des espaces : les "
         "équipes partent de leurs besoins, construisent des maquettes et sont "
         "accompagnées jusqu’au choix du mobilier, pour que le lieu suive les "
         "pratiques.",
     .axis = 2,
     .policies = "terrain inclusion",
     .objectives = "24 21",
     .before = "advice design",
     .closed = "deployment",
     .living = "support",
     .next = NULL,
     .since_2024 = true,
     .partners = "C1 C2 D1",
     .programme = "CNR « Notre école, faisons-la ensemble »",
     .area = NULL},
    {.name = "Bon usage du numérique",
     .summary =
         "Créer des jeux et des ateliers pour que les élèves, de l’école "
         "primaire à la 3e, prennent de bonnes habitudes avec le numérique.",
     .axis = 2,
     .policies = "harcelement fondamentaux",
     .objectives = "23 22",
     .before = "design",
     .closed = "deployment",
     .living = "support",
     .next = NULL,
     .since_2024 = true,
     .partners = "A3",
     .programme = NULL,
     .area = NULL},
    {.name = "Bon usage du numérique au lycée",
     .summary =
         "Créer des jeux et des ateliers pour que les lycéens réfléchissent à "
         "leurs usages du numérique.",
     .axis = 2,
     .policies = "harcelement lycee_pro fondamentaux",
     .objectives = "23 12",
     .before = "watch",
     .closed = "design prototype",
     .living = "trial",
     .next = "deployment",
     .since_2024 = false,
     .partners = "A3",
     .programme = NULL,
     .area = NULL},
    {.name = "Ambassadeurs du numérique (ADN)",
     .summary = "Faire naître et animer une communauté d’élèves autonomes, qui "
                "forment "
                "leurs camarades au numérique et aident les professeurs.",
     .axis = 1,
     .policies = "terrain fondamentaux inclusion",
     .objectives = "12 33",
     .before = "design",
     .closed = "trial",
     .living = "deployment",
     .next = NULL,
     .since_2024 = true,
     .partners = "A1 S1",
     .programme = NULL,
     .area = NULL},
    {.name = "Accompagnement en territoire de suivi de projets",
     .summary =
         "Concevoir une application qui réunit les ressources d’accompagnement "
         "et les partage sur le territoire, afin que chaque projet soit suivi "
         "au "
         "plus près.",
     .axis = 3,
     .policies = "terrain fondamentaux",
     .objectives = "32 33",
     .before = "advice",
     .closed = "design",
     .living = "prototype",
     .next = "trial",
     .since_2024 = false,
     .partners = "S2",
     .programme = NULL,
     .area = NULL},
    {.name = "Modules d'autoformation sur l'IA (CREIA)",
     .summary = "Créer, avec la Communauté autour des Ressources Éducatives en "
                "Intelligence Artificielle, des modules d’autoformation qui "
                "développent "
                "de nouveaux usages professionnels de l’IA.",
     .axis = 3,
     .policies = "fondamentaux inclusion",
     .objectives = "31 33",
     .before = "watch",
     .closed = "design",
     .living = "training",
     .next = "support",
     .since_2024 = true,
     .partners = "L1 S3",
     .programme = NULL,
     .area = NULL},
    {.name = "Catalogue et pack VR",
     .summary =
         "Déployer un pack de matériels et de logiciels de réalité virtuelle, "
         "avec son catalogue d’usages, pour motiver les apprentissages et "
         "renforcer la citoyenneté.",
     .axis = 3,
     .policies = "fondamentaux inclusion",
     .objectives = "32 31",
     .before = "prototype",
     .closed = "deployment",
     .living = "support",
     .next = NULL,
     .since_2024 = true,
     .partners = "E1",
     .programme = NULL,
     .area = NULL},
    {.name = "VR et oralité",
     .summary =
         "Essayer des modules de réalité virtuelle qui font travailler l’oral "
         "(5Discovery et d’autres).",
     .axis = 3,
     .policies = "fondamentaux inclusion",
     .objectives = "34 32",
     .before = "watch",
     .closed = "trial",
     .living = "trial",
     .next = NULL,
     .since_2024 = true,
     .stopped = -40,
     .partners = "E2 L7",
     .programme = NULL,
     .area = NULL},
    {.name = "Usage pédagogique des drones",
     .summary =
         "Créer un pack de drones et la formation qui va avec, et les mettre à "
         "disposition des élèves et des professeurs pour des usages "
         "pédagogiques.",
     .axis = 3,
     .policies = "lycee_pro fondamentaux",
     .objectives = "31 34",
     .before = "prototype",
     .closed = "deployment training",
     .living = "support",
     .next = NULL,
     .since_2024 = true,
     .partners = "R1",
     .programme = NULL,
     .area = NULL},
    {.name = "Planétariums numériques",
     .summary =
         "Mettre à disposition des planétariums numériques et former à leurs "
         "usages, pour une pédagogie immersive et interdisciplinaire.",
     .axis = 3,
     .policies = "fondamentaux eac",
     .objectives = "31 34",
     .before = "trial",
     .closed = "deployment",
     .living = "deployment",
     .next = "support",
     .since_2024 = true,
     .partners = "A2",
     .programme = NULL,
     .area = NULL},
    {.name = "Moodle",
     .summary =
         "Créer des parcours de formation courts, qui répondent aux besoins "
         "immédiats des professeurs.",
     .axis = 3,
     .policies = "fondamentaux",
     .objectives = "31 32",
     .before = "design",
     .closed = "deployment",
     .living = "training",
     .next = NULL,
     .since_2024 = true,
     .partners = "S1",
     .programme = NULL,
     .area = NULL},
    {.name = "Blockchain",
     .summary =
         "Créer des modules de formation qui font comprendre les enjeux et les "
         "usages de la blockchain.",
     .axis = 3,
     .policies = "lycee_pro",
     .objectives = "31 34",
     .before = "watch research",
     .closed = "design",
     .living = "prototype",
     .next = NULL,
     .since_2024 = true,
     .stopped = -62,
     .partners = "L2",
     .programme = NULL,
     .area = NULL},
    {.name = "LaboArts numérique",
     .summary =
         "Essayer et mettre à disposition des dispositifs numériques pour "
         "apprendre en arts plastiques.",
     .axis = 3,
     .policies = "eac inclusion",
     .objectives = "32 34",
     .before = "prototype",
     .closed = "trial",
     .living = "deployment",
     .next = NULL,
     .since_2024 = true,
     .partners = "A1 C1",
     .programme = NULL,
     .area = NULL},
    {.name = "VR, découverte des métiers",
     .summary =
         "Tourner et essayer des vidéos immersives qui aident les élèves à "
         "comprendre les métiers et mettent en valeur les richesses du "
         "territoire.",
     .axis = 3,
     .policies = "lycee_pro inclusion",
     .objectives = "32 34",
     .before = "prototype",
     .closed = "trial",
     .living = "deployment",
     .next = NULL,
     .since_2024 = true,
     .partners = "E3 R1",
     .programme = NULL,
     .area = NULL},
    {.name = "Pack programmation",
     .summary =
         "Créer et mettre à disposition un pack pour enseigner la "
         "programmation, "
         "des activités débranchées jusqu’à l’intelligence artificielle.",
     .axis = 3,
     .policies = "fondamentaux inclusion",
     .objectives = "31 33",
     .before = "design",
     .closed = "deployment",
     .living = "support",
     .next = NULL,
     .since_2024 = true,
     .partners = "L3 E4",
     .programme = NULL,
     .area = NULL},
};
const size_t demo_project_count = COUNT(demo_projects);
