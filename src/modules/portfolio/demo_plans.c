/* The plans of the demonstration's services, each made to measure: who sees to
 * it (how many, by their part; no names), what is expected; and the services
 * that a project skipped, and why. */
#include "modules/portfolio/demo_life.h"

const struct demo_plan demo_plans[] = {
    {.project = "Savoirs fondamentaux et IA",
     .service = "watch",
     .team = "2 chargés de veille",
     .expected =
         "Une liste de ressources qui se servent de l’IA pour le français et "
         "les mathématiques, avec ce qu’en disent d’autres académies."},
    {.project = "Savoirs fondamentaux et IA",
     .service = "advice",
     .team = "3 experts et 4 inspecteurs",
     .expected =
         "Sept équipes ont écrit leur besoin et choisi la ressource qu’elles "
         "essaieront."},
    {.project = "Savoirs fondamentaux et IA",
     .service = "design",
     .starts = ON(2023, 12, 12),
     .ends = ON(2024, 2, 13),
     .team = "4 professeurs de lycée et un laboratoire universitaire",
     .expected =
         "Un protocole pour MIA Seconde seule : deux tests, un carnet, et ce "
         "que les familles doivent savoir."},
    {.project = "Savoirs fondamentaux et IA",
     .service = "trial",
     .ends = ON(2024, 5, 7),
     .team = "40 professeurs pilotes, 6 coordonnateurs et un laboratoire "
             "universitaire",
     .expected =
         "Un carnet commun rempli dans chaque classe ; MIA Seconde comparée "
         "avant et après dans vingt lycées."},
    {.project = "Savoirs fondamentaux et IA",
     .service = "deployment",
     .starts = ON(2024, 5, 13),
     .team = "Équipe projet, 6 inspecteurs et l’assistance académique",
     .expected =
         "MIA Seconde ouverte dans tous les lycées ; huit classes de seconde "
         "sur dix y reviennent chaque semaine ; une réponse en deux jours.",
     .note = "Étude d’impact prévue l’année suivante."},
    {.project = "Savoirs fondamentaux et IA",
     .service = "research",
     .team = "1 laboratoire universitaire et le service statistique",
     .expected =
         "L’étude d’impact de MIA Seconde, avec des lycées de l’académie "
         "voisine pour comparer."},
    {.project = "Savoirs fondamentaux - français (Plume)",
     .service = "watch",
     .team = "1 chargée de veille et 2 conseillers pédagogiques",
     .expected =
         "Un relevé des outils qui font écrire à l’école, et de ce qu’ils "
         "corrigent vraiment."},
    {.project = "Savoirs fondamentaux - français (Plume)",
     .service = "trial",
     .team = "20 professeurs des écoles et un laboratoire universitaire",
     .expected =
         "Vingt classes écrivent trois fois par semaine ; la longueur des "
         "textes est relevée trois fois."},
    {.project = "Savoirs fondamentaux - français (Plume)",
     .service = "trial",
     .nth = 1,
     .team = "26 professeurs des écoles, 1 inspecteur et le même laboratoire",
     .expected =
         "Les mêmes relevés la deuxième année, avec des classes qui ne s’en "
         "servent pas."},
    {.project = "Savoirs fondamentaux - français (Plume)",
     .service = "deployment",
     .team = "3 coordonnateurs et l’éditeur",
     .expected =
         "Une école sur quatre équipée dans les bassins volontaires, si le "
         "comité le décide."},
    {.project = "ESCALE",
     .service = "research",
     .team = "1 laboratoire universitaire",
     .expected =
         "Une revue de ce qui aide un élève à se sentir à sa place, en trente "
         "études résumées."},
    {.project = "ESCALE",
     .service = "design",
     .team = "4 équipes d’école, 14 élèves et 2 chercheurs",
     .expected =
         "Le contenu de la mallette, choisi par ceux qui s’en serviront."},
    {.project = "ESCALE",
     .service = "prototype",
     .team = "1 designer et 3 écoles",
     .expected = "Cinq mallettes fabriquées et ouvertes pendant un mois."},
    {.project = "ESCALE",
     .service = "trial",
     .team = "9 écoles, 2 coordonnateurs et 1 laboratoire universitaire",
     .expected =
         "Deux cents élèves interrogés avant et après ; les équipes s’en "
         "servent sans aide."},
    {.project = "ESCALE",
     .service = "deployment",
     .team = "2 coordonnateurs et les infirmières scolaires",
     .expected = "Une mallette au prêt dans chaque laboratoire, si le comité "
                 "le décide."},
    {.project = "Pack de ressources pour allophones",
     .service = "watch",
     .team = "1 chargé de veille et le centre académique des allophones",
     .expected = "Les ressources déjà essayées ailleurs, classées par langue "
                 "et par âge."},
    {.project = "Pack de ressources pour allophones",
     .service = "design",
     .team = "9 professeurs, 11 élèves et une association",
     .expected =
         "Un pack qui serve dès la première heure et tienne en une page."},
    {.project = "Pack de ressources pour allophones",
     .service = "trial",
     .team = "14 écoles et collèges, 1 laboratoire universitaire",
     .expected =
         "Le vocabulaire scolaire compris progresse en un trimestre ; le pack "
         "est ouvert chaque semaine."},
    {.project = "Pack de ressources pour allophones",
     .service = "deployment",
     .team = "Le centre académique des allophones et 16 laboratoires",
     .expected =
         "Toute classe qui reçoit un élève a le pack dans les trois jours."},
    {.project = "Erasmus+ FIT et parcours Magistère",
     .service = "research",
     .team = "4 partenaires européens et 1 laboratoire universitaire",
     .expected =
         "Une bibliographie commentée sur les biais de genre dans les cours de "
         "sciences."},
    {.project = "Erasmus+ FIT et parcours Magistère",
     .service = "design",
     .team = "6 professeurs et 2 formatrices",
     .expected =
         "Un parcours de six heures, bâti sur de vraies heures de classe."},
    {.project = "Erasmus+ FIT et parcours Magistère",
     .service = "training",
     .team = "2 formatrices et les référents égalité",
     .expected =
         "Deux cents professeurs formés dans l’année, dont un tiers en lycée "
         "professionnel."},
    {.project = "Inclusion et outils numériques",
     .service = "watch",
     .team = "1 chargée de veille",
     .expected =
         "Neuf outils recensés, avec ce qu’en disent les familles et les "
         "soignants."},
    {.project = "Inclusion et outils numériques",
     .service = "advice",
     .team = "Les enseignants référents de 3 départements",
     .expected =
         "Quarante fiches qui décrivent une situation et l’outil attendu."},
    {.project = "Inclusion et outils numériques",
     .service = "trial",
     .team = "14 unités localisées et 2 mi-temps du laboratoire",
     .expected = "Les élèves équipés rendent des écrits plus longs ; chaque "
                 "robot a son "
                 "accueil en classe."},
    {.project = "Inclusion et outils numériques",
     .service = "deployment",
     .team = "Enseignants référents et 2 mi-temps du laboratoire",
     .expected =
         "Toutes les unités localisées qui le demandent sont équipées ; six "
         "robots prêtés, chacun accueilli par une personne nommée.",
     .note = "Délai de remplacement d’un robot à fixer."},
    {.project = "Inclusion et outils numériques",
     .service = "support",
     .team = "Assistance académique et 3 référents",
     .expected =
         "Une réponse dans la journée, un outil de rechange dans la semaine."},
    {.project = "Oralité",
     .service = "trial",
     .starts = ON(2022, 12, 14),
     .team = "6 écoles des Vosges et 1 association",
     .expected =
         "Un studio mobile monté par des élèves ; deux écoutes de chacun, en "
         "janvier et en mai."},
    {.project = "Oralité",
     .service = "deployment",
     .team = "2 coordonnateurs et 1 association",
     .expected = "Trois studios qui tournent dans vingt-cinq écoles, sans "
                 "semaine vide."},
    {.project = "Oralité",
     .service = "support",
     .team = "1 coordonnatrice et 5 professeurs relais",
     .expected = "Chaque école sait réparer, monter et diffuser seule."},
    {.project = "LyText, CoText",
     .service = "research",
     .team = "1 laboratoire universitaire et 10 collèges",
     .expected =
         "Une mesure de la compréhension en 6e, avec et sans les couches de "
         "lecture."},
    {.project = "LyText, CoText",
     .service = "deployment",
     .team = "Laboratoire partenaire et 12 professeurs de lettres",
     .expected = "Un collège sur trois ouvre la plateforme ; quarante textes "
                 "enrichis."},
    {.project = "LyText, CoText",
     .service = "deployment",
     .nth = 1,
     .team = "Laboratoire partenaire et 18 professeurs de lettres",
     .expected = "Un collège sur deux lit au moins quatre textes enrichis dans "
                 "l’année.",
     .note = "Les textes sont livrés enrichis."},
    {.project = "LyText, CoText",
     .service = "support",
     .team = "3 professeurs relais et les inspecteurs de lettres",
     .expected = "Les équipes enrichissent elles-mêmes un texte par an."},
    {.project = "Aménagement des espaces scolaires",
     .service = "advice",
     .team = "1 designer et 2 coordonnateurs",
     .expected = "Vingt-trois demandes relues et regroupées par usage voulu."},
    {.project = "Aménagement des espaces scolaires",
     .service = "design",
     .team = "6 équipes, leurs élèves et 2 communes",
     .expected =
         "Six maquettes construites, chacune avec sa liste de mobilier."},
    {.project = "Aménagement des espaces scolaires",
     .service = "deployment",
     .team = "2 communes, 1 laboratoire universitaire et 4 coordonnateurs",
     .expected = "Douze écoles suivent la démarche jusqu’à la commande."},
    {.project = "Aménagement des espaces scolaires",
     .service = "support",
     .team = "2 coordonnateurs",
     .expected =
         "Une visite six mois après : ce qui sert, ce qui a été rangé, et "
         "pourquoi."},
    {.project = "Bon usage du numérique",
     .service = "design",
     .team = "8 professeurs et 1 association",
     .expected =
         "Cinq jeux sans écran, du CP à la 3e, essayés dans dix-huit classes."},
    {.project = "Bon usage du numérique",
     .service = "deployment",
     .team = "16 laboratoires et 1 association",
     .expected =
         "Trois jeux au prêt dans chaque laboratoire, avec une fiche pour les "
         "parents."},
    {.project = "Bon usage du numérique",
     .service = "support",
     .team = "4 coordonnateurs et les personnels sociaux",
     .expected = "Une soirée avec les familles dans chaque bassin."},
    {.project = "Bon usage du numérique au lycée",
     .service = "watch",
     .team = "1 chargé de veille",
     .expected =
         "Ce que disent les enquêtes sur le sommeil, l’argent et la réputation "
         "en ligne."},
    {.project = "Bon usage du numérique au lycée",
     .service = "design",
     .team = "12 délégués lycéens et 1 conseiller d’éducation",
     .expected =
         "Trois ateliers imaginés par les élèves, dont un débat filmé."},
    {.project = "Bon usage du numérique au lycée",
     .service = "prototype",
     .team = "3 classes de seconde",
     .expected = "Le débat joué jusqu’au bout dans trois classes, et corrigé."},
    {.project = "Bon usage du numérique au lycée",
     .service = "trial",
     .team = "7 lycées, leurs conseillers d’éducation et 1 association",
     .expected =
         "Vingt classes l’ont joué ; les élèves disent ce qu’ils ont changé un "
         "mois après."},
    {.project = "Bon usage du numérique au lycée",
     .service = "deployment",
     .team = "Les conseils de la vie lycéenne et 3 coordonnateurs",
     .expected = "Un lycée sur trois le conduit seul, si le comité le décide."},
    {.project = "Ambassadeurs du numérique (ADN)",
     .service = "design",
     .team = "15 élèves, 4 principaux et 1 association",
     .expected =
         "Une charte écrite par les élèves, et une première formation entre "
         "pairs."},
    {.project = "Ambassadeurs du numérique (ADN)",
     .service = "trial",
     .team = "12 collèges et lycées, 3 coordonnateurs",
     .expected =
         "Deux cents séances entre pairs dans l’année ; neuf groupes sur douze "
         "reconduits."},
    {.project = "Ambassadeurs du numérique (ADN)",
     .service = "deployment",
     .team = "3 coordonnateurs et les référents numériques",
     .expected =
         "Un groupe d’ambassadeurs dans un établissement sur six, formé avant "
         "la Toussaint."},
    {.project = "Accompagnement en territoire de suivi de projets",
     .service = "advice",
     .team = "17 coordonnateurs",
     .expected = "Leurs tableaux réunis, et la liste de ce qu’ils saisissent "
                 "deux fois."},
    {.project = "Accompagnement en territoire de suivi de projets",
     .service = "design",
     .team = "3 designers et 1 service du rectorat",
     .expected = "Une maquette où rien ne se saisit deux fois."},
    {.project = "Accompagnement en territoire de suivi de projets",
     .service = "prototype",
     .team = "2 développeurs et 3 laboratoires",
     .expected =
         "Une maquette qui reprend les accueils d’elle-même, essayée par trois "
         "laboratoires."},
    {.project = "Accompagnement en territoire de suivi de projets",
     .service = "trial",
     .team = "5 coordonnateurs et 1 service du rectorat",
     .expected = "Un trimestre de suivi dans un bassin, sans tableau à côté."},
    {.project = "Modules d'autoformation sur l'IA (CREIA)",
     .service = "watch",
     .team = "1 chargé de veille et la communauté CREIA",
     .expected = "Deux cents questions de professeurs, classées par métier."},
    {.project = "Modules d'autoformation sur l'IA (CREIA)",
     .service = "design",
     .team = "6 auteurs et 1 laboratoire universitaire",
     .expected =
         "Huit modules de vingt minutes, chacun dit aussi ce que l’outil ne "
         "sait pas faire."},
    {.project = "Modules d'autoformation sur l'IA (CREIA)",
     .service = "training",
     .team = "La communauté CREIA et 1 service du rectorat",
     .expected =
         "Cinq cents professeurs suivent quatre modules au moins ; chaque "
         "module est relu par trimestre."},
    {.project = "Modules d'autoformation sur l'IA (CREIA)",
     .service = "support",
     .team = "4 animateurs de la communauté",
     .expected = "Une réponse en trois jours sur le forum, deux rencontres "
                 "dans l’année."},
    {.project = "Catalogue et pack VR",
     .service = "prototype",
     .team = "5 professeurs et 1 entreprise",
     .expected =
         "Douze séances écrites, qui tiennent en une heure casques rangés."},
    {.project = "Catalogue et pack VR",
     .service = "deployment",
     .team = "8 laboratoires et 1 entreprise",
     .expected =
         "Un pack au prêt dans huit laboratoires, quinze prêts par trimestre."},
    {.project = "Catalogue et pack VR",
     .service = "support",
     .team = "3 coordonnateurs",
     .expected = "Tout emprunteur est formé ; un casque en panne est remplacé "
                 "sous huit "
                 "jours."},
    {.project = "VR et oralité",
     .service = "watch",
     .team = "1 experte et 1 laboratoire universitaire",
     .expected =
         "Ce que l’on sait du casque contre le trac, chez l’adulte et chez "
         "l’élève."},
    {.project = "VR et oralité",
     .service = "trial",
     .team = "2 collèges et 1 laboratoire universitaire",
     .expected =
         "Quarante-huit séances, avec un groupe qui s’entraîne sans casque."},
    {.project = "VR et oralité",
     .service = "trial",
     .nth = 1,
     .team = "4 collèges et 1 laboratoire universitaire",
     .expected = "La même comparaison, par tirage au sort, sur une demi-année.",
     .note = "Interrompu par la décision du comité."},
    {.project = "Usage pédagogique des drones",
     .service = "prototype",
     .team = "1 lycée professionnel et 2 professeurs",
     .expected = "Un pack qui vole en intérieur et se range en dix minutes."},
    {.project = "Usage pédagogique des drones",
     .service = "deployment",
     .team = "2 formateurs et la Région",
     .expected = "Six packs au prêt, chacun avec ses règles de vol."},
    {.project = "Usage pédagogique des drones",
     .service = "training",
     .team = "2 formateurs",
     .expected =
         "Soixante professeurs formés en une demi-journée, condition du prêt."},
    {.project = "Usage pédagogique des drones",
     .service = "support",
     .team = "1 atelier de réparation et 2 formateurs",
     .expected = "Un drone réparé en deux semaines ; une séance nouvelle par "
                 "trimestre."},
    {.project = "Planétariums numériques",
     .service = "trial",
     .team = "2 coordonnateurs et 1 association",
     .expected =
         "Quatre-vingts classes sous le dôme ; un questionnaire avant et après "
         "la séance."},
    {.project = "Planétariums numériques",
     .service = "deployment",
     .team = "3 coordonnateurs et 1 association",
     .expected = "Une tournée par département, un dôme monté chaque semaine."},
    {.project = "Planétariums numériques",
     .service = "deployment",
     .nth = 1,
     .team = "4 coordonnateurs et 1 association",
     .expected = "Les écoles éloignées d’abord : la moitié des tournées hors "
                 "des villes."},
    {.project = "Planétariums numériques",
     .service = "support",
     .team = "2 animateurs de l’association",
     .expected =
         "Une école sur deux sait monter le dôme avec un seul adulte de plus."},
    {.project = "Moodle",
     .service = "design",
     .team = "4 formateurs",
     .expected =
         "Douze parcours de moins d’une heure, sur des besoins du moment."},
    {.project = "Moodle",
     .service = "deployment",
     .team = "1 service du rectorat et 4 formateurs",
     .expected =
         "Les parcours ouverts à tous, et un index pour les retrouver."},
    {.project = "Moodle",
     .service = "training",
     .team = "6 formateurs et 1 service du rectorat",
     .expected =
         "Six cents professeurs en suivent un jusqu’au bout ; dix parcours "
         "nouveaux."},
    {.project = "Blockchain",
     .service = "watch",
     .team = "1 chercheuse",
     .expected = "Ce que les certificats vérifiables changent, ou non, pour "
                 "une école."},
    {.project = "Blockchain",
     .service = "research",
     .team = "1 laboratoire universitaire",
     .expected = "Une note sur ce qu’un élève de lycée peut en comprendre."},
    {.project = "Blockchain",
     .service = "design",
     .team = "3 professeurs d’économie et gestion",
     .expected = "Deux modules de trois heures, relus par les inspecteurs."},
    {.project = "Blockchain",
     .service = "prototype",
     .team = "2 classes de lycée technologique",
     .expected = "Les modules essayés dans deux classes, avec leur avis.",
     .note = "Interrompu par la décision du comité."},
    {.project = "LaboArts numérique",
     .service = "prototype",
     .team = "5 professeurs d’arts plastiques",
     .expected =
         "Cinq dispositifs montés dans une salle ordinaire, avec une seule "
         "prise."},
    {.project = "LaboArts numérique",
     .service = "trial",
     .team = "6 collèges et 1 association",
     .expected = "Cent vingt carnets d’élèves lus par deux lecteurs."},
    {.project = "LaboArts numérique",
     .service = "deployment",
     .team = "3 coordonnateurs, 1 commune et 1 association",
     .expected =
         "Une valise pour six collèges, avec un prêt d’un mois au moins."},
    {.project = "VR, découverte des métiers",
     .service = "prototype",
     .team = "2 vidéastes et 4 entreprises",
     .expected = "Quatre films tournés ici, chacun avec sa charte signée."},
    {.project = "VR, découverte des métiers",
     .service = "trial",
     .team = "14 établissements et leurs psychologues de l’Éducation "
             "nationale",
     .expected =
         "Trois cent quarante élèves citent des métiers avant et après la "
         "séance."},
    {.project = "VR, découverte des métiers",
     .service = "deployment",
     .team = "La Région, 1 entreprise et 4 coordonnateurs",
     .expected = "Un collège sur quatre montre les films avant les vœux."},
    {.project = "Pack programmation",
     .service = "design",
     .team = "1 laboratoire universitaire et 5 professeurs",
     .expected =
         "Une progression, des activités débranchées jusqu’aux robots."},
    {.project = "Pack programmation",
     .service = "deployment",
     .team = "16 laboratoires et 1 entreprise",
     .expected =
         "Un pack dans chaque laboratoire ; vingt classes par trimestre."},
    {.project = "Pack programmation",
     .service = "support",
     .team = "3 coordonnateurs et 1 laboratoire universitaire",
     .expected =
         "Une rencontre par bassin et par an ; un module d’IA ajouté au pack."},
    {.project = "Oralité",
     .service = "prototype",
     .skipped = true,
     .note = "Les studios mobiles existaient déjà : rien à fabriquer."},
    {.project = "Ambassadeurs du numérique (ADN)",
     .service = "prototype",
     .skipped = true,
     .note = "Le projet repose sur des élèves, non sur un outil."},
    {.project = "Erasmus+ FIT et parcours Magistère",
     .service = "trial",
     .skipped = true,
     .note = "Le parcours forme des professeurs : aucun élève n’en est "
             "l’objet."},
    {.project = "Moodle",
     .service = "trial",
     .skipped = true,
     .note = "Les parcours se corrigent en service, au vu de ceux qui les "
             "suivent."},
};
const size_t demo_plan_count = COUNT(demo_plans);
