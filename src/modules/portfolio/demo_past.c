/* Decisions of the demonstration for the projects that demo_gates.c does not
 * tell of: how each came to stand where it stands, by a committee, or let
 * through without one. */
#include "modules/portfolio/demo_life.h"

const struct demo_gate demo_past_gates[] = {
    {.project = "Savoirs fondamentaux et IA",
     .name = "Premier bilan des ressources essayées",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2023, 12, 12),
     .state = "recycle",
     .reason =
         "Les onze ressources n’avancent pas du même pas, et le carnet "
         "commun n’est tenu que dans la moitié des classes. Aucune n’est "
         "prête à être étendue, mais MIA Seconde, repérée en octobre, répond "
         "à ce que demandent les lycées. Le comité renvoie le projet en "
         "conception, le temps d’écrire pour elle un protocole qui lui soit "
         "propre.",
     .found = "uny",
     .findings = {"Les carnets remplis ne permettent pas encore de "
                  "comparer.",
                  "La moitié des classes seulement tient le carnet "
                  "chaque semaine.",
                  "Les coordonnateurs passent dans chaque classe une "
                  "fois par mois."}},
    {.project = "Savoirs fondamentaux et IA",
     .name = "MIA Seconde : reprendre l’expérimentation",
     .from = "design",
     .to = "trial",
     .meets = ON(2024, 4, 11),
     .state = "waived",
     .reason =
         "Le comité du 9 avril n’a demandé qu’une comparaison et une "
         "assistance nommée : rien dans l’outil n’est à refaire. Réunir de "
         "nouveau ses membres pour rouvrir les classes pilotes aurait fait "
         "perdre les deux semaines qui restent avant les vacances. La "
         "direction rouvre donc l’expérimentation, jusqu’au second passage."},
    {.project = "Savoirs fondamentaux - français (Plume)",
     .name = "Jalon 1 : ouvrir l’expérimentation",
     .from = "study",
     .to = "trial",
     .meets = ON(2023, 6, 27),
     .state = "go",
     .reason =
         "Les équipes du cycle 3 disent que leurs élèves écrivent peu, et "
         "corrigent encore moins. Plume propose d’écrire un peu chaque jour, "
         "et un laboratoire accepte de suivre vingt classes. Le comité ouvre "
         "l’expérimentation pour une année entière.",
     .found = "yyy",
     .findings = {"Seize écoles ont écrit ce qu’elles attendent d’un tel "
                  "outil.",
                  "La longueur et la reprise des textes seront relevées "
                  "trois fois.",
                  "Les textes restent dans l’espace de la classe."}},
    {.project = "ESCALE",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2023, 6, 13),
     .state = "go",
     .reason =
         "Les travaux réunis montrent ce qui aide un élève à se sentir à sa "
         "place, et ce qui n’y change rien. Quatre équipes veulent composer "
         "la mallette avec leurs élèves. Le comité leur demande d’écarter "
         "tout ce qui ressemblerait à un test de personnalité.",
     .found = "yyy",
     .findings = {"Quatre équipes, dont une école de quartier, ont dit "
                  "leur besoin.",
                  "Une revue de trente études a été lue et résumée.",
                  "Deux professeurs disposent de deux heures par semaine."}},
    {.project = "ESCALE",
     .name = "Jalon 2 : de la conception à l’expérimentation",
     .from = "design",
     .to = "trial",
     .meets = BEFORE_LIVING(6, 18),
     .state = "go",
     .reason =
         "La mallette a été ouverte dans trois écoles, où les élèves en ont "
         "retiré la moitié. Ce qui reste tient dans un sac et s’explique en "
         "une demi-journée. Le comité ouvre l’expérimentation à la rentrée "
         "dans neuf écoles.",
     .found = "yyy",
     .findings = {"Trois écoles l’ont ouverte pendant un mois.",
                  "Un questionnaire aux élèves, avant et après, dans les "
                  "neuf écoles.",
                  "Le questionnaire est anonyme et les familles l’ont lu."},
     .dissent = "conditions",
     .dissent_why =
         "Un questionnaire sur le bien-être se prépare avec l’infirmière "
         "scolaire. J’aurais demandé qu’elle soit présente à chaque "
         "passation."},
    {.project = "Pack de ressources pour allophones",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2023, 6, 27),
     .state = "go",
     .reason =
         "Les élèves arrivent toute l’année, et le professeur qui les reçoit "
         "n’a souvent rien sous la main le premier jour. Les ressources "
         "existent, dispersées et en plusieurs langues. Le comité demande un "
         "pack qui tienne en une page et serve dès la première heure.",
     .found = "yyp",
     .findings = {"Les unités d’accueil de cinq bassins ont été "
                  "entendues.",
                  "Quatre ressources sont déjà essayées ailleurs.",
                  "Le temps d’une professeure est acquis, celui d’un "
                  "graphiste reste à trouver."}},
    {.project = "Pack de ressources pour allophones",
     .name = "Jalon 2 : de la conception à l’expérimentation",
     .from = "design",
     .to = "trial",
     .meets = BEFORE_LIVING(6, 25),
     .state = "conditions",
     .reason =
         "Le pack s’ouvre sur des lieux que l’élève a sous les yeux, et "
         "cette idée change tout. Les professeurs qui l’ont manié demandent "
         "à le garder. Le comité ouvre l’expérimentation dans quatorze "
         "écoles et collèges, et veut que des familles aient relu le pack "
         "dans leur langue avant le second trimestre.",
     .found = "yyy",
     .findings = {"Neuf professeurs et onze élèves l’ont essayé en "
                  "atelier.",
                  "Le vocabulaire compris sera mesuré à l’arrivée et à "
                  "trois mois.",
                  "Aucune voix d’élève n’est conservée."},
     .conditions = {{"Faire relire le pack par des familles, en trois langues",
                     "open", NULL, 20}}},
    {.project = "Erasmus+ FIT et parcours Magistère",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2023, 5, 30),
     .state = "go",
     .reason =
         "Les partenaires européens ont observé les mêmes écarts "
         "d’orientation entre filles et garçons. Le comité retient un "
         "parcours pour les professeurs plutôt qu’une campagne auprès des "
         "élèves. Il demande que les exemples viennent de vraies heures de "
         "classe.",
     .found = "yyy",
     .findings = {"Les référents égalité de huit lycées ont décrit des "
                  "situations.",
                  "La bibliographie des partenaires est traduite et "
                  "commentée.",
                  "Le financement européen couvre deux années."}},
    {.project = "Erasmus+ FIT et parcours Magistère",
     .name = "Jalon 2 : de la conception au déploiement",
     .from = "design",
     .to = "deployment",
     .meets = ON(2024, 6, 11),
     .state = "go",
     .reason =
         "Le parcours a été suivi jusqu’au bout par quarante professeurs, "
         "qui en ont corrigé trois séquences. Il ne touche aucun élève "
         "directement : une expérimentation en classe n’apporterait rien de "
         "plus. Le comité l’inscrit à l’offre de formation de la rentrée.",
     .found = "yyy",
     .findings = {"Quarante professeurs l’ont suivi et commenté.",
                  "Deux formatrices l’animent, et l’assistance Magistère "
                  "répond.",
                  "Le parcours ne recueille que les réponses des "
                  "stagiaires."}},
    {.project = "Aménagement des espaces scolaires",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2023, 2, 7),
     .state = "go",
     .reason = "Les demandes de conseil parlent de mobilier, mais les équipes "
               "veulent d’abord changer leurs pratiques. Le comité retient de "
               "partir d’une maquette faite par les élèves et les professeurs, "
               "avant tout catalogue. Deux communes se joignent au travail.",
     .found = "yyy",
     .findings = {"Vingt-trois demandes de conseil ont été relues.",
                  "Des réalisations de trois académies ont été visitées.",
                  "L’atelier et un designer sont réservés jusqu’en juin."}},
    {.project = "Aménagement des espaces scolaires",
     .name = "Jalon 2 : de la conception au déploiement",
     .from = "design",
     .to = "deployment",
     .meets = ON(2023, 6, 20),
     .state = "go",
     .reason =
         "Six équipes ont construit leur maquette et sont allées jusqu’à la "
         "commande. Chaque espace est différent : ce qui se déploie est la "
         "démarche, non un plan. Le comité la propose à toutes les écoles "
         "dont la commune s’engage.",
     .found = "yyy",
     .findings = {"Six équipes l’ont suivie et en sont satisfaites.",
                  "Les laboratoires accueillent les ateliers, les "
                  "communes le mobilier.",
                  "Ni photographie ni nom d’élève dans les maquettes."},
     .dissent = "hold",
     .dissent_why =
         "Nous ne savons pas encore si ces espaces servent une fois "
         "l’enthousiasme passé. Je proposais d’attendre une année de classe."},
    {.project = "Bon usage du numérique",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2022, 9, 1),
     .state = "waived",
     .reason =
         "Les premiers ateliers ont commencé au printemps, avant que les "
         "jalons existent. Refaire l’étude d’un besoin que trente écoles ont "
         "déjà écrit n’aurait rien appris à personne. La direction confirme "
         "la conception, et le jalon suivant sera décidé par un comité."},
    {.project = "Bon usage du numérique",
     .name = "Jalon 2 : de la conception au déploiement",
     .from = "design",
     .to = "deployment",
     .meets = ON(2023, 6, 6),
     .state = "go",
     .reason =
         "Les jeux ont été essayés du CP à la 3e, et les élèves y rejouent "
         "d’eux-mêmes. Ils se passent d’écran, ce qui lève toute question "
         "d’équipement. Le comité les met à disposition, avec une fiche pour "
         "les parents.",
     .found = "yyy",
     .findings = {"Dix-huit classes y ont joué pendant un trimestre.",
                  "Chaque laboratoire prête trois jeux et en montre "
                  "l’usage.",
                  "Les jeux ne demandent ni compte ni nom."}},
    {.project = "Bon usage du numérique au lycée",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2023, 6, 6),
     .state = "go",
     .reason =
         "Les jeux du collège ont été proposés à deux lycées : les élèves "
         "les ont trouvés trop simples. Leurs questions portent sur le "
         "sommeil, l’argent et la réputation. Le comité ouvre une conception "
         "menée avec des délégués lycéens.",
     .found = "yyy",
     .findings = {"Les conseils de la vie lycéenne de quatre lycées ont "
                  "répondu.",
                  "Les enquêtes nationales sur les usages ont été "
                  "résumées.",
                  "Un conseiller d’éducation y consacre une demi-journée "
                  "par semaine."}},
    {.project = "Bon usage du numérique au lycée",
     .name = "Jalon 2 : de la conception à l’expérimentation",
     .from = "design",
     .to = "trial",
     .meets = BEFORE_LIVING(6, 4),
     .state = "go",
     .reason =
         "Le débat filmé, imaginé par les délégués, a retenu l’attention de "
         "classes entières. Les professeurs craignent de ne pas savoir le "
         "conduire : une heure de préparation est prévue. Le comité ouvre "
         "l’expérimentation dans sept lycées.",
     .found = "ypy",
     .findings = {"Trois classes de seconde l’ont joué jusqu’au bout.",
                  "Les questions sont prêtes, le relevé d’usage reste à "
                  "simplifier.",
                  "Les films restent au lycée et sont effacés en juin."}},
    {.project = "Accompagnement en territoire de suivi de projets",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2023, 6, 27),
     .state = "go",
     .reason =
         "Les coordonnateurs tiennent chacun leur tableau, et personne ne "
         "voit l’ensemble. Le comité accepte qu’une application soit conçue "
         "avec eux, à une condition qui va de soi : ne rien faire saisir "
         "deux fois. Une première maquette est attendue dans l’année.",
     .found = "yyp",
     .findings = {"Dix-sept coordonnateurs ont montré leurs tableaux.",
                  "Trois outils d’autres académies ont été comparés.",
                  "Le développement est financé, l’hébergement ne l’est "
                  "pas encore."}},
    {.project = "Modules d'autoformation sur l'IA (CREIA)",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2023, 6, 13),
     .state = "go",
     .reason =
         "Les professeurs demandent moins des conférences que des réponses "
         "brèves à des questions de métier. La communauté CREIA propose des "
         "modules de vingt minutes, écrits à deux voix. Le comité demande "
         "que chacun dise ce que l’outil ne sait pas faire.",
     .found = "yyy",
     .findings = {"Deux cents questions ont été recueillies pendant les "
                  "animations.",
                  "Les cours existants ont été suivis et critiqués.",
                  "Six auteurs se sont engagés pour l’année."}},
    {.project = "Modules d'autoformation sur l'IA (CREIA)",
     .name = "Jalon 2 : de la conception au déploiement",
     .from = "design",
     .to = "deployment",
     .meets = ON(2024, 6, 25),
     .state = "conditions",
     .reason =
         "Les huit premiers modules ont été suivis par des professeurs de "
         "toutes les disciplines, qui vont au bout. Le sujet vieillit vite, "
         "et un module faux ferait plus de tort qu’un module absent. Le "
         "comité ouvre la formation, à condition qu’une relecture soit faite "
         "chaque trimestre.",
     .found = "yyp",
     .findings = {"Soixante professeurs ont suivi au moins quatre "
                  "modules.",
                  "La communauté répond aux questions sur son forum.",
                  "Les outils cités n’ont pas tous un accord sur les "
                  "données."},
     .conditions = {{"Relire chaque module une fois par trimestre", "met",
                     "Relecture faite en octobre, par deux auteurs.", 120}}},
    {.project = "Usage pédagogique des drones",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2022, 9, 1),
     .state = "waived",
     .reason =
         "Le projet arrive d’un lycée professionnel avec un pack déjà "
         "construit et des séances rodées. Le renvoyer à l’étude l’aurait "
         "arrêté sans rien nous apprendre. La direction l’accueille en "
         "conception, et demande que la sécurité des vols soit écrite avant "
         "tout prêt."},
    {.project = "Usage pédagogique des drones",
     .name = "Jalon 2 : de la conception au déploiement",
     .from = "design",
     .to = "deployment",
     .meets = ON(2023, 6, 13),
     .state = "go",
     .reason =
         "Le pack vole en intérieur, ce qui évite toute autorisation, et se "
         "range en dix minutes. Les professeurs formés l’ont utilisé en "
         "mathématiques et en technologie. Le comité le met au prêt, une "
         "demi-journée de formation étant exigée.",
     .found = "yyy",
     .findings = {"Neuf professeurs et leurs classes l’ont fait voler.",
                  "Deux formateurs et un atelier de réparation sont "
                  "nommés.",
                  "Les caméras sont retirées avant le prêt."}},
    {.project = "Planétariums numériques",
     .name = "Jalon 1 : ouvrir l’expérimentation",
     .from = "study",
     .to = "trial",
     .meets = ON(2022, 9, 1),
     .state = "waived",
     .reason =
         "Les deux planétariums ont été achetés l’an dernier par les "
         "départements et sont attendus dans les écoles. Les laisser fermés "
         "le temps d’une étude n’aurait été compris de personne. La "
         "direction ouvre l’essai, et charge l’équipe de relever ce que les "
         "élèves en retiennent."},
    {.project = "Planétariums numériques",
     .name = "Jalon 2 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2023, 6, 20),
     .state = "go",
     .reason =
         "Quatre-vingts classes sont entrées sous le dôme, et les élèves "
         "expliquent mieux les saisons après la séance. Le montage demande "
         "deux adultes, ce qu’il faut dire aux écoles. Le comité décide la "
         "mise à disposition, par tournées.",
     .found = "pyy",
     .findings = {"Mieux qu’avant la séance ; rien ne dit ce qu’il en "
                  "reste à six mois.",
                  "Le dôme a été monté presque chaque semaine.",
                  "Les coordonnateurs assurent le montage avec une "
                  "personne de l’école."}},
    {.project = "Moodle",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2022, 9, 1),
     .state = "waived",
     .reason =
         "La plateforme est en service depuis longtemps : seuls les parcours "
         "sont nouveaux. Il n’y avait rien à étudier qui ne soit déjà connu "
         "des formateurs. La direction ouvre directement la conception des "
         "premiers parcours courts."},
    {.project = "Moodle",
     .name = "Jalon 2 : de la conception au déploiement",
     .from = "design",
     .to = "deployment",
     .meets = ON(2023, 6, 27),
     .state = "go",
     .reason =
         "Douze parcours de moins d’une heure ont été suivis par des "
         "professeurs qui n’y étaient pas tenus. Ils demandent surtout que "
         "l’on retrouve facilement celui dont on a besoin. Le comité les "
         "ouvre à tous et fait écrire un index.",
     .found = "yyy",
     .findings = {"Cent dix professeurs en ont suivi un au moins.",
                  "Deux formateurs répondent sur la plateforme.",
                  "Les traces de lecture ne sont pas lues par les chefs "
                  "d’établissement."}},
    {.project = "Pack programmation",
     .name = "Jalon 1 : de l’étude à la conception",
     .from = "study",
     .to = "design",
     .meets = ON(2022, 9, 1),
     .state = "waived",
     .reason =
         "Le pack prolonge des ateliers que les laboratoires conduisent "
         "depuis deux ans, et dont les bilans ont été versés au dossier. Une "
         "étude nouvelle les aurait recopiés. La direction ouvre la "
         "conception, à charge pour l’équipe de les rassembler."},
    {.project = "Pack programmation",
     .name = "Jalon 2 : de la conception au déploiement",
     .from = "design",
     .to = "deployment",
     .meets = ON(2023, 6, 13),
     .state = "go",
     .reason = "Les activités débranchées suffisent pour les deux premières "
               "séances, et c’est leur force : toute école peut commencer. Les "
               "élèves passent ensuite aux robots sans consigne nouvelle. Le "
               "comité met le pack à disposition dans les seize laboratoires.",
     .found = "yyy",
     .findings = {"Vingt et une classes ont suivi la progression entière.",
                  "Chaque laboratoire garde un pack et en connaît "
                  "l’usage.",
                  "Aucun compte n’est créé pour les élèves."}},
};
const size_t demo_past_gate_count = COUNT(demo_past_gates);
