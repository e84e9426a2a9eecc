/* The decisions of the demonstration since its closed year: those of the years
 * between, where they are past, those of this year, and the gates that wait. */
#include "modules/portfolio/demo_life.h"

#define PLUME "Savoirs fondamentaux - français (Plume)"

const struct demo_gate demo_living_gates[] = {
    {.project = "Blockchain",
     .name = "Jalon 2 : de la conception à l’expérimentation (premier passage)",
     .from = "design",
     .to = "trial",
     .meets = ON(2024, 12, 17),
     .state = "recycle",
     .reason = "Les modules existent, mais une seule classe s’est dite prête à "
               "les suivre. Le comité ne veut pas décider d’un essai dont "
               "personne ne verrait l’effet. Il laisse une année à l’équipe "
               "pour trouver des classes, et dira alors si le projet continue.",
     .found = "pny",
     .findings = {"Une classe a suivi le premier module jusqu’au bout.",
                  "Avec une seule classe, il n’y a rien à comparer.",
                  "Les modules se font sans compte ni nom d’élève."}},
    {.project = PLUME,
     .name = "Jalon 2 : de l’expérimentation au déploiement (premier passage)",
     .from = "trial",
     .to = "deployment",
     .meets = ON(2025, 5, 13),
     .state = "recycle",
     .reason = "Les textes s’allongent, et les professeurs le voient sans "
               "relevé. Mais aucune classe n’a servi de comparaison, et les "
               "plus jeunes abandonnent le clavier au bout d’un mois. Le "
               "comité renvoie le projet en conception, le temps d’une version "
               "manuscrite et d’un protocole avec des classes témoins.",
     .found = "nyy",
     .findings = {"La longueur des textes n’est comparée à aucune classe.",
                  "Vingt classes écrivent chaque semaine, sauf au CE2.",
                  "L’éditeur répond dans la journée aux écoles."},
     .dissent = "conditions",
     .dissent_why =
         "Deux années de relevés valent bien un groupe témoin. On pouvait "
         "déployer au cours moyen et continuer d’observer les plus jeunes."},
    {.project = PLUME,
     .name = "Reprendre l’expérimentation avec des classes témoins",
     .from = "design",
     .to = "trial",
     .meets = ON(2025, 6, 24),
     .state = "go",
     .reason = "La version manuscrite a été essayée par quatre classes, qui ne "
               "la lâchent plus. Onze écoles acceptent d’écrire sans l’outil "
               "pendant un trimestre, pour que l’on compare. Le comité rouvre "
               "l’expérimentation à la rentrée, pour un an.",
     .found = "yyy",
     .findings = {"Quatre classes du CE2 l’ont essayée pendant trois semaines.",
                  "Onze classes témoins, mêmes consignes, mêmes lecteurs.",
                  "Les copies sont numérotées avant d’être relues."}},
    {.project = "Accompagnement en territoire de suivi de projets",
     .name = "Jalon 2 : de la conception à l’expérimentation (premier passage)",
     .from = "design",
     .to = "trial",
     .meets = ON(2025, 11, 18),
     .state = "recycle",
     .reason =
         "La maquette rassemble enfin ce que chacun tenait dans son tableau, "
         "et les coordonnateurs s’y retrouvent. Personne ne peut encore dire "
         "où elle serait hébergée, ni qui la maintiendrait. Le comité attend "
         "une réponse écrite sur ces deux points avant tout essai.",
     .found = "pyu",
     .findings = {"Deux coordonnateurs l’ont ouverte pendant une semaine.",
                  "On comptera le temps de saisie, avant et après.",
                  "Sans hébergeur, on ne sait pas où seront les données."}},
    /* This year: stopped, and sent back. */
    {.project = "Blockchain",
     .name = "Jalon 2 : de la conception à l’expérimentation (second passage)",
     .from = "design",
     .to = "trial",
     .meets = AWAY(-62),
     .state = "stop",
     .reason = "Les modules sont soigneux, mais deux classes seulement les ont "
               "demandés en un an et aucun programme n’y conduit. L’équipe "
               "reconnaît elle-même que le temps serait mieux employé "
               "ailleurs. Le comité arrête le projet, garde les supports en "
               "ligne et remercie les auteurs, dont le travail servira aux "
               "modules sur l’intelligence artificielle.",
     .found = "pnu",
     .findings = {"Deux classes ont suivi un module, avec intérêt.",
                  "Aucun protocole n’a pu être écrit, faute de classes.",
                  "Les outils en ligne utilisés ne disent rien des données."},
     .dissent = "hold",
     .dissent_why =
         "J’aurais suspendu plutôt qu’arrêté : un nouveau programme de gestion "
         "est annoncé, il pourrait donner une place à ces modules."},
    {.project = "VR et oralité",
     .name = "Jalon 2 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = AWAY(-40),
     .state = "stop",
     .reason =
         "Les élèves progressent autant avec un camarade et une webradio "
         "qu’avec un casque, pour un coût dix fois moindre : c’est "
         "l’expérimentation elle-même qui l’a montré, et c’est son mérite. Le "
         "comité arrête le projet et oriente les équipes vers le projet "
         "Oralité. Les casques rejoignent le pack de réalité virtuelle.",
     .found = "nny",
     .findings = {"Aucun écart avec les groupes sans casque.",
                  "Une séance sur deux annulée, faute de casques chargés.",
                  "L’accompagnement n’est pas en cause."}},
    {.project = "Accompagnement en territoire de suivi de projets",
     .name = "Jalon 2 : de la conception à l’expérimentation (second passage)",
     .from = "design",
     .to = "trial",
     .meets = AWAY(-20),
     .state = "recycle",
     .reason =
         "L’application réunit bien les ressources, mais les coordonnateurs "
         "devraient y recopier ce qu’ils saisissent déjà ailleurs. Le comité "
         "ne veut pas d’une double saisie, qui ferait échouer le projet en un "
         "trimestre. Il demande à l’équipe de repartir des outils existants et "
         "de revenir avec une maquette essayée par trois laboratoires.",
     .found = "npy",
     .findings =
         {"Quatre coordonnateurs sur cinq ont arrêté avant la fin de l’essai.",
          "Le protocole est clair, mais suppose des données que nul ne "
          "saisira.",
          "Aucune donnée d’élève n’est en jeu."},
     .dissent = "conditions",
     .dissent_why =
         "On pouvait commencer par un seul bassin, avec une reprise "
         "automatique des accueils. Le besoin des coordonnateurs est pressant.",
     .secret = true},
    /* Waiting this month, and one that is prepared. */
    {.project = "Pack de ressources pour allophones",
     .name = "Jalon 3 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = THIS_MONTH(6),
     .state = "open"},
    {.project = "ESCALE",
     .name = "Jalon 3 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = THIS_MONTH(13),
     .state = "open"},
    {.project = PLUME,
     .name = "Jalon 2 : de l’expérimentation au déploiement",
     .from = "trial",
     .to = "deployment",
     .meets = AWAY(75),
     .state = "prepared"},
};
const size_t demo_living_gate_count = COUNT(demo_living_gates);
