/* The decisions of the demonstration, each with the reasons of its committee.
 */
#include "modules/portfolio/demo_life.h"

#define SFIA "Savoirs fondamentaux et IA"
#define INCLUSION "Inclusion et outils numériques"
#define LYTEXT "LyText, CoText"
#define PACK_VR "Catalogue et pack VR"
#define LABOARTS "LaboArts numérique"
#define ADN "Ambassadeurs du numérique (ADN)"
#define ORALITE "Oralité"
#define METIERS "VR, découverte des métiers"

const struct demo_gate demo_gates[] = {
    /* Savoirs fondamentaux et IA, and MIA Seconde in it. */
    {.project = SFIA,
     .name = "Jalon 1 : ouvrir l’expérimentation des ressources",
     .from = "study",
     .to = "trial",
     .meets = ON(2023, 6, 20),
     .state = "go",
     .reason =
         "Onze ressources ont été examinées et sept équipes sont volontaires "
         "pour les essayer avec leurs élèves. Le comité retient l’idée d’un "
         "même carnet d’observation pour toutes : sans lui, les comparaisons "
         "ne vaudraient rien. Chaque éditeur accepte que les résultats soient "
         "rendus publics, bons ou mauvais.",
     .found = "yyp",
     .findings =
         {"Sept équipes du premier et du second degré ont écrit leur besoin.",
          "Le carnet commun dit quoi relever, chaque semaine et en fin de "
          "période.",
          "Deux éditeurs doivent encore préciser où les données sont "
          "gardées."}},
    {.project = SFIA,
     .name = "MIA Seconde : entrer en expérimentation",
     .from = "design",
     .to = "trial",
     .meets = ON(2024, 2, 13),
     .state = "conditions",
     .reason = "Les professeurs qui ont manié MIA Seconde y voient un vrai "
               "appui pour la remédiation en français et en mathématiques. Le "
               "comité ouvre l’expérimentation en mars dans vingt lycées, "
               "parce que l’outil ne demande ni achat ni installation. Il veut "
               "savoir avant Pâques si les élèves y reviennent d’eux-mêmes, et "
               "que les familles aient été informées.",
     .found = "ypy",
     .findings = {"Douze professeurs l’ont pris en main pendant deux ateliers.",
                  "Les questions sont écrites, le calendrier des relevés reste "
                  "à fixer.",
                  "L’accès passe par le GAR ; aucun nom d’élève ne sort de "
                  "l’établissement."},
     .dissent = "hold",
     .dissent_why = "Commencer en mars, c’est n’observer que six semaines "
                    "avant les conseils de classe. J’aurais préféré la "
                    "rentrée, avec un protocole complet.",
     .conditions =
         {{"Informer les familles des classes pilotes par une note commune",
           "met", "Note envoyée aux vingt lycées le 4 mars.", 21},
          {"Fixer le calendrier des relevés d’usage avec les inspecteurs",
           "met", "Relevés à trois et à six semaines, actés le 8 mars.", 28}}},
    {.project = SFIA,
     .name = "MIA Seconde : livrer à tous les lycées (premier passage)",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2024, 4, 9),
     .state = "recycle",
     .reason =
         "Les retours des classes sont bons, mais ils ne viennent que des "
         "professeurs : personne n’a encore regardé ce que les élèves ont "
         "appris. Trois lycées n’ont pas pu ouvrir les comptes de leurs "
         "secondes, et l’on ne sait pas qui les aiderait si tous s’y "
         "mettaient. Le comité demande une comparaison des tests de mars et "
         "d’avril et une assistance nommée avant de revoir le dossier.",
     .found = "nyp",
     .findings =
         {"Aucune mesure des apprentissages n’est versée au dossier.",
          "Trente-quatre classes sur quarante s’en servent chaque semaine.",
          "L’assistance existe, mais personne n’en répond encore."},
     .dissent = "go",
     .dissent_why = "Les professeurs pilotes sont prêts à aider leurs "
                    "collègues dès maintenant. Attendre un mois fait perdre la "
                    "fin de l’année aux lycées qui demandent l’outil."},
    {.project = SFIA,
     .name = "MIA Seconde : livrer à tous les lycées (second passage)",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2024, 5, 7),
     .state = "go",
     .reason =
         "La comparaison demandée en avril est là : les élèves qui ont suivi "
         "au moins six séances progressent davantage, surtout en "
         "mathématiques. La mesure est modeste et sans groupe témoin, ce que "
         "le dossier dit honnêtement. L’assistance académique a pris en charge "
         "l’ouverture des comptes. Le comité décide la livraison à tous les "
         "lycées, de la mi-mai à l’hiver, et une étude d’impact l’année "
         "suivante.",
     .found = "pyy",
     .findings =
         {"Progrès entre deux tests, sans groupe témoin : à confirmer.",
          "L’usage hebdomadaire s’est maintenu jusqu’aux vacances d’avril.",
          "L’assistance académique répond, avec un délai annoncé de deux "
          "jours."},
     .dissent = "conditions",
     .dissent_why =
         "Je souhaitais que la livraison soit liée à l’étude d’impact : une "
         "fois l’outil partout, il n’y aura plus de classe à comparer."},
    /* Inclusion et outils numériques */
    {.project = INCLUSION,
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2022, 11, 22),
     .state = "go",
     .reason = "Les enseignants référents ont décrit quarante situations où un "
               "élève attend un outil que l’école n’a pas. Le comité retient "
               "de partir de ces situations et non des catalogues. Il demande "
               "qu’une famille soit associée au choix de chaque outil.",
     .found = "yyy",
     .findings =
         {"Quarante fiches de situation, réunies par les référents.",
          "La veille a recensé neuf outils et ce qui en est dit ailleurs.",
          "Deux mi-temps sont réservés jusqu’en juin."}},
    {.project = INCLUSION,
     .name = "Jalon 2 : de la conception à l’expérimentation",
     .from = "design",
     .to = "trial",
     .meets = ON(2023, 6, 6),
     .state = "conditions",
     .reason = "MYdys et Cantoo ont convaincu les élèves qui les ont essayés ; "
               "l’écran Lili for Life demande encore une salle calme. Le "
               "comité ouvre l’expérimentation, à condition que chaque robot "
               "Beam ait une personne qui l’accueille au collège : un robot "
               "que l’on oublie au fond de la classe est pire que rien.",
     .found = "ypy",
     .findings =
         {"Vingt et un élèves ont dit ce qu’ils gardaient et ce qu’ils "
          "laissaient.",
          "On sait quoi observer ; la durée dépendra de chaque élève.",
          "Accord écrit des familles, aucun diagnostic dans les outils."},
     .conditions =
         {{"Nommer dans chaque collège la personne qui accueille le robot",
           "met", "Six collèges sur six ont nommé un assistant d’éducation.",
           90}}},
    {.project = INCLUSION,
     .name = "Jalon 3 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2024, 6, 18),
     .state = "go",
     .reason =
         "Les élèves équipés écrivent plus longtemps et rendent davantage de "
         "travaux ; leurs professeurs le constatent sans effort de mesure "
         "particulier. Le comité étend les outils à toutes les unités "
         "localisées qui le demandent. Les robots restent en prêt : deux "
         "pannes sur six ont montré leur fragilité.",
     .found = "pyy",
     .findings =
         {"Quantité d’écrit en hausse, mais chez des élèves très différents.",
          "Outils ouverts quatre jours sur cinq dans les unités suivies.",
          "Les référents d’usage forment sur place, en deux heures."},
     .dissent = "conditions",
     .dissent_why = "Je voterais sans réserve si le prêt des robots était "
                    "assorti d’un délai de remplacement. Un élève hospitalisé "
                    "ne peut pas attendre trois semaines."},
    /* LyText, CoText */
    {.project = LYTEXT,
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2022, 10, 11),
     .state = "go",
     .reason = "Les travaux du laboratoire partenaire montrent qu’un texte à "
               "plusieurs couches aide les lecteurs fragiles sans appauvrir "
               "l’œuvre. Les professeurs de lettres consultés craignent "
               "surtout le temps de préparation. Le comité demande donc que la "
               "plateforme arrive avec des textes déjà enrichis.",
     .found = "yyp",
     .findings =
         {"Dix-huit professeurs de lettres ont dit où leurs élèves décrochent.",
          "Deux thèses et trois années d’observation sont versées au dossier.",
          "Le développement est financé pour un an seulement."}},
    {.project = LYTEXT,
     .name = "Jalon 2 : de la conception à l’expérimentation",
     .from = "design",
     .to = "trial",
     .meets = ON(2023, 1, 17),
     .state = "go",
     .reason = "La maquette a été lue par deux classes de sixième : les élèves "
               "ont trouvé seuls comment passer d’une couche à l’autre. Les "
               "enregistrements restent dans l’établissement. Rien ne s’oppose "
               "à un essai au second semestre dans dix collèges.",
     .found = "yyy",
     .findings = {"Cinquante-deux élèves observés pendant deux séances chacun.",
                  "Deux questionnaires de compréhension encadrent la période.",
                  "Pas de compte nominatif : un code par classe."}},
    {.project = LYTEXT,
     .name = "Jalon 3 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2023, 6, 27),
     .state = "go",
     .reason = "La compréhension progresse d’un quart de point environ dans "
               "les classes qui ont suivi toute la séquence, et la recherche "
               "accepte de signer ce résultat. Les professeurs réclament des "
               "textes pour le cycle 4. Le comité ouvre les plateformes à tous "
               "les collèges volontaires à la rentrée.",
     .found = "yyp",
     .findings = {"Gain mesuré avec un groupe témoin, intervalle publié.",
                  "Neuf collèges sur dix ont mené la séquence jusqu’au bout.",
                  "Une seule personne assure le support : c’est peu."},
     .dissent = "hold",
     .dissent_why =
         "Le déploiement dépend d’une personne seule au laboratoire. Si elle "
         "part, les collèges resteront avec des comptes et sans aide."},
    /* Catalogue et pack VR */
    {.project = PACK_VR,
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2022, 10, 18),
     .state = "go",
     .reason = "Les casques dorment dans les armoires faute de scénario : "
               "c’est le constat de onze établissements équipés. Le comité "
               "retient l’idée d’un pack où le matériel ne vient jamais sans "
               "sa séance. La citoyenneté servira de premier thème, car les "
               "professeurs la demandent.",
     .found = "yyy",
     .findings =
         {"Onze établissements équipés ont ouvert leurs armoires.",
          "Les usages recensés ailleurs portent surtout sur les sciences.",
          "Le matériel est déjà acquis, il reste à payer les licences."}},
    {.project = PACK_VR,
     .name = "Jalon 2 : de la conception à l’expérimentation",
     .from = "design",
     .to = "trial",
     .meets = ON(2023, 3, 14),
     .state = "conditions",
     .reason = "Les séances écrites tiennent en une heure, casques rangés "
               "compris, ce qui lève la principale objection des équipes. "
               "Quelques élèves ont eu la nausée au-delà de dix minutes. Le "
               "comité accepte l’expérimentation si la durée est bornée et si "
               "les parents sont prévenus.",
     .found = "yyp",
     .findings =
         {"Quatre classes ont essayé deux séances complètes.",
          "Chaque séance a son but et sa trace écrite.",
          "La notice aux familles manque pour les moins de treize ans."},
     .conditions =
         {{"Borner à dix minutes le port du casque et l’écrire dans la séance",
           "met", "Ajouté en tête de chaque fiche le 21 mars.", 14},
          {"Écrire la notice pour les familles", "met",
           "Relue par le médecin conseiller, jointe au pack.", 30}}},
    {.project = PACK_VR,
     .name = "Jalon 3 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2023, 7, 4),
     .state = "go",
     .reason =
         "Les élèves retiennent mieux ce qu’ils ont vu d’un lieu que ce qu’ils "
         "en ont lu ; l’écart se réduit après un mois, et le dossier ne le "
         "cache pas. Le pack voyage bien : aucune pièce perdue en neuf prêts. "
         "Le comité le confie aux laboratoires, qui le prêteront.",
     .found = "pyy",
     .findings = {"Rappel meilleur à une semaine, presque égal à un mois.",
                  "Neuf prêts, trente et une classes.",
                  "Chaque laboratoire a une personne formée au pack."}},
    /* LaboArts numérique */
    {.project = LABOARTS,
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2022, 12, 6),
     .state = "go",
     .reason = "Les professeurs d’arts plastiques ne demandent pas des "
               "tablettes, mais des gestes : projeter, agrandir, animer, "
               "imprimer. Le comité apprécie que la demande parte de là. Il "
               "encourage l’équipe à travailler avec un musée voisin.",
     .found = "ypy",
     .findings =
         {"Neuf professeurs ont filmé ce qu’ils voudraient pouvoir faire.",
          "Peu d’études sur ce terrain ; deux expositions ont servi d’appui.",
          "Un budget de petit matériel a été trouvé."}},
    {.project = LABOARTS,
     .name = "Jalon 2 : de la conception à l’expérimentation",
     .from = "design",
     .to = "trial",
     .meets = ON(2023, 6, 13),
     .state = "go",
     .reason = "Trois dispositifs sur cinq ont passé l’épreuve d’une salle "
               "ordinaire, avec une seule prise et trente élèves. Les deux "
               "autres sont laissés de côté sans regret. L’expérimentation "
               "commencera en septembre dans six collèges, dont deux en réseau "
               "d’éducation prioritaire.",
     .found = "yyy",
     .findings = {"Essais en salle banalisée, avec des classes entières.",
                  "On suivra les carnets d’élèves, sans note.",
                  "Les œuvres restent aux élèves ; aucune image de visage."}},
    {.project = LABOARTS,
     .name = "Jalon 3 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2024, 6, 11),
     .state = "conditions",
     .reason =
         "Les carnets montrent que les élèves recommencent davantage et "
         "parlent mieux de leur travail. Le coût par établissement reste trop "
         "variable pour être annoncé. Le comité accepte le déploiement, à "
         "condition qu’un inventaire chiffré accompagne chaque valise.",
     .found = "ypy",
     .findings = {"Analyse de cent vingt carnets par deux lecteurs.",
                  "Usage réel, mais concentré sur le premier trimestre.",
                  "Deux conseillers pédagogiques accompagnent les équipes."},
     .conditions = {{"Joindre à chaque valise un inventaire avec les prix",
                     "met",
                     "Inventaire chiffré glissé dans chaque valise avant son "
                     "premier prêt.",
                     100}}},
    /* Ambassadeurs du numérique */
    {.project = ADN,
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2022, 11, 15),
     .state = "go",
     .reason = "Des élèves aident déjà leurs camarades et leurs professeurs, "
               "sans cadre ni reconnaissance. Donner un cadre à ce qui existe "
               "coûte peu et oblige les adultes à faire confiance. Le comité "
               "insiste : un ambassadeur n’est pas un technicien gratuit.",
     .found = "yyy",
     .findings = {"Quatre collèges ont raconté ce que leurs élèves font déjà.",
                  "Le projet reprend les leçons de deux réseaux de pairs.",
                  "Les coordonnateurs animent, sans moyen supplémentaire."}},
    {.project = ADN,
     .name = "Jalon 2 : de la conception à l’expérimentation",
     .from = "design",
     .to = "trial",
     .meets = ON(2023, 6, 20),
     .state = "go",
     .reason = "La charte a été écrite par les élèves et corrigée par les "
               "principaux, dans cet ordre. Les premières formations entre "
               "pairs ont tenu une heure sans intervention d’un adulte. "
               "L’expérimentation peut s’ouvrir à douze établissements.",
     .found = "yyp",
     .findings =
         {"Trente ambassadeurs ont mené une première séance.",
          "On comptera les séances et l’on écoutera ceux qui les ont suivies.",
          "L’accord des familles est prévu, le modèle reste à relire."}},
    {.project = ADN,
     .name = "Jalon 3 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2024, 7, 2),
     .state = "go",
     .reason = "Dix établissements sur douze gardent leurs ambassadeurs l’an "
               "prochain, et les élèves formés forment à leur tour. Les deux "
               "abandons viennent d’un départ d’adulte référent. Le comité "
               "décide d’étendre et demande que deux adultes, jamais un seul, "
               "portent chaque groupe.",
     .found = "pyy",
     .findings =
         {"Les ambassadeurs disent avoir appris ; peu de mesure chez les "
          "autres.",
          "Deux cent dix séances tenues dans l’année.",
          "Journée académique et espace commun tenus par les coordonnateurs."},
     .dissent = "recycle",
     .dissent_why =
         "On étend ce dont on ne connaît pas l’effet sur les élèves formés. Un "
         "questionnaire simple en fin d’année aurait suffi à le dire."},
    /* Oralité */
    {.project = ORALITE,
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2022, 10, 4),
     .state = "go",
     .reason =
         "Dans les Vosges, cinq webradios tiennent par la volonté de quelques "
         "professeurs. Le comité voit là un appui, pas un modèle à recopier. "
         "Il demande que les écoles primaires aient leur place dès le départ.",
     .found = "yyy",
     .findings = {"Les cinq équipes ont été rencontrées sur place.",
                  "Les programmes et deux rapports sur l’oral sont rappelés.",
                  "Une association met du matériel à disposition."}},
    {.project = ORALITE,
     .name = "Jalon 2 : de la conception à l’expérimentation",
     .from = "design",
     .to = "trial",
     .meets = ON(2022, 12, 13),
     .state = "go",
     .reason = "Le studio mobile se monte en vingt minutes, même par des "
               "élèves de CM2. Les premières émissions donnent la parole à des "
               "enfants que l’on n’entendait pas. L’expérimentation est "
               "ouverte jusqu’en juin, avec un journal de bord par émission.",
     .found = "ypy",
     .findings =
         {"Six classes ont préparé et enregistré une émission.",
          "Le journal de bord est simple ; l’écoute des progrès l’est moins.",
          "Voix d’enfants : accord écrit et écoute réservée aux familles."}},
    {.project = ORALITE,
     .name = "Jalon 3 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2023, 6, 13),
     .state = "go",
     .reason = "La grille d’écoute, remplie en janvier puis en mai, montre des "
               "phrases plus longues et moins lues. Dix-neuf écoles attendent "
               "le studio. Le comité confie la suite à l’équipe des Vosges et "
               "ouvre le prêt aux autres départements.",
     .found = "yyy",
     .findings = {"Deux écoutes à quatre mois, cent quatre élèves.",
                  "Le studio n’est jamais resté une semaine sans école.",
                  "Formation d’une journée, tutoriels faits par les élèves."}},
    /* VR, découverte des métiers */
    {.project = METIERS,
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2022, 12, 13),
     .state = "go",
     .reason = "Les élèves de troisième connaissent peu les métiers qui "
               "recrutent à trente kilomètres de chez eux. Filmer des gens au "
               "travail, ici, vaut mieux qu’un catalogue national. Le comité "
               "souhaite autant de femmes que d’hommes à l’image.",
     .found = "yyy",
     .findings = {"Enquête auprès de trois cents élèves de troisième.",
                  "Les vidéos existantes sont lointaines ou publicitaires.",
                  "La Région soutient le tournage."}},
    {.project = METIERS,
     .name = "Jalon 2 : de la conception à l’expérimentation",
     .from = "design",
     .to = "trial",
     .meets = ON(2023, 7, 6),
     .state = "go",
     .reason = "Les quatre premiers films ont été montrés à des élèves qui ont "
               "demandé à en voir la suite. Les entreprises filmées ont signé "
               "une charte sans publicité. L’expérimentation portera sur "
               "l’orientation en fin de troisième, sujet sensible que l’équipe "
               "aborde avec prudence.",
     .found = "yyp",
     .findings =
         {"Projection dans trois collèges, retours écrits.",
          "Le lien avec les vœux sera décrit, jamais présenté comme une cause.",
          "Droit à l’image des salariés : un formulaire à refaire."}},
    {.project = METIERS,
     .name = "Jalon 3 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2024, 6, 25),
     .state = "conditions",
     .reason = "Les élèves citent en moyenne deux métiers de plus après la "
               "séance, et s’en souviennent au conseil de classe. On ne sait "
               "rien encore de leurs vœux. Le comité déploie dans les collèges "
               "et les lycées professionnels, à condition que la moitié des "
               "prochains films montrent des femmes.",
     .found = "pyy",
     .findings =
         {"Questionnaire avant et après, sans groupe témoin.",
          "Quatorze établissements, toutes les classes de troisième.",
          "Les psychologues de l’éducation nationale animent la séance."},
     .conditions =
         {{"Tourner la moitié des prochains films avec des femmes", "met",
           "Trois des six films suivants montrent des femmes au travail.",
           150}}},
    /* Stopped since. */
    {.project = "Blockchain",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2023, 7, 4),
     .state = "go",
     .reason =
         "L’intérêt des lycées technologiques est réel, surtout en gestion. Le "
         "comité accepte que des modules soient écrits, à titre d’exploration. "
         "Il sera attentif à ce que le sujet ne serve pas de vitrine.",
     .found = "pyp",
     .findings = {"Demande de trois lycées, dont un très engagé.",
                  "Un séminaire et une revue d’usages ont été menés.",
                  "Peu d’heures : deux auteurs, le soir."}},
    {.project = "VR et oralité",
     .name = "Jalon 1 : ouvrir l’expérimentation",
     .from = "study",
     .to = "trial",
     .meets = ON(2023, 6, 13),
     .state = "go",
     .reason = "S’entraîner à parler devant un public virtuel peut aider les "
               "élèves les plus timides avant l’oral du brevet. L’équipe sait "
               "que le casque isole et prévoit des séances à deux. L’essai est "
               "limité à quatre établissements, et son bilan attendu chaque "
               "année.",
     .found = "ypy",
     .findings =
         {"Des professeurs principaux ont signalé les élèves concernés.",
          "Les entretiens sont prévus, la mesure de l’aisance est à "
          "construire.",
          "Rien n’est enregistré par les casques."}},
};
const size_t demo_gate_count = COUNT(demo_gates);
