/* What schools say of what they use, in the demonstration: each once, and each
 * of a piece with its mark and its use. Written by hand; nobody in it is real.
 */
#include "modules/portfolio/demo_life.h"

#define HEAD "head"
#define TEACHER "teacher"
#define REFERENT "referent"

const struct demo_return demo_returns[] = {
    {"MIA Seconde", TEACHER, "weekly", 4, YES, NULL,
     "Une heure par semaine en accompagnement personnalisé : chacun reprend là "
     "où il s’est arrêté, et je vois enfin qui bloque sur les fractions."},
    {"MIA Seconde", HEAD, "daily", 5, YES, NULL,
     "Les trois professeurs de seconde s’en servent, et le conseil de classe "
     "regarde les mêmes courbes que les élèves."},
    {"MIA Seconde", TEACHER, "weekly", 3, YES,
     "Les comptes des élèves arrivés après la rentrée ont tardé.",
     "Bien pour la remédiation, moins pour la classe entière : les plus à "
     "l’aise s’ennuient."},
    {"MIA Seconde", TEACHER, "rarely", 2, UNKNOWN,
     "Une salle informatique pour six classes.",
     "Les exercices sont bons, mais je n’ai la salle qu’une fois par mois."},
    {"MIA Seconde", REFERENT, "weekly", 4, YES, NULL,
     "L’ouverture par l’ENT marche enfin ; je n’ai plus d’appels."},
    {"MIA Seconde", TEACHER, "weekly", 4, YES, NULL,
     "En français, les corrigés expliquent l’erreur au lieu de la signaler. "
     "Mes élèves les lisent."},
    {"MIA Seconde", HEAD, "rarely", 3, YES,
     "Deux professeurs sur quatre ne sont pas formés.",
     "Nous attendons la prochaine formation pour l’étendre."},
    {"MIA Seconde", TEACHER, "daily", 5, YES, NULL,
     "Dix minutes au début de l’heure, tous les jours : c’est devenu un rite, "
     "et les contrôles communs le montrent."},
    {"LyText", TEACHER, "weekly", 5, YES, NULL,
     "Avec la couche « qui parle », mes cinquièmes ont compris le dialogue de "
     "théâtre sans que je l’explique."},
    {"LyText", TEACHER, "weekly", 4, YES,
     "La préparation d’un texte prend une heure.",
     "Je partage mes textes préparés avec deux collègues : à trois, c’est "
     "tenable."},
    {"LyText", REFERENT, "rarely", 3, YES, NULL,
     "Utilisé par une professeure de lettres, les autres regardent. Une "
     "démonstration en conseil d’enseignement aiderait."},
    {"LyText", HEAD, "weekly", 4, YES, NULL,
     "Les élèves de l’ULIS suivent le même texte que leur classe."},
    {"LyText", TEACHER, "rarely", 2, NO,
     "Le texte est petit sur nos tablettes.",
     "L’idée est belle, mais à l’écran mes élèves lisent moins bien que sur "
     "papier."},
    {"LyText", TEACHER, "weekly", 3, YES, NULL,
     "Utile pour un texte difficile par séquence, pas davantage."},
    {"Cantoo", TEACHER, "daily", 5, YES, NULL,
     "Deux élèves dyspraxiques rendent enfin leurs travaux en même temps que "
     "les autres."},
    {"Cantoo", REFERENT, "weekly", 4, YES,
     "L’installation demande les droits de l’administrateur.",
     "Une fois installé, plus rien à faire : les familles l’ont aussi à la "
     "maison."},
    {"Cantoo", TEACHER, "rarely", 2, UNKNOWN,
     "Un seul ordinateur au fond de la classe.",
     "L’élève préfère son AESH à l’écran ; nous réessaierons avec un casque."},
    {"Pack VR", TEACHER, "rarely", 4, YES,
     "Huit casques pour vingt-six élèves.",
     "La visite de la grotte a donné un vrai travail d’écriture ; il faut "
     "prévoir deux ateliers à côté."},
    {"Pack VR", HEAD, "rarely", 3, YES, NULL,
     "Le prêt de trois semaines convient. Deux disciplines s’y sont mises."},
    {"Pack VR", TEACHER, "rarely", 1, NO,
     "Trois casques sur huit demandaient un compte que nous n’avons pas pu "
     "créer.",
     "Une seule séance, et la moitié de la classe à attendre : nous ne "
     "recommencerons pas."},
    {"Valise LaboArts", TEACHER, "weekly", 4, YES, NULL,
     "Le stylet change tout en arts plastiques : les élèves reprennent leur "
     "dessin au lieu de le jeter."},
    {"Valise LaboArts", TEACHER, "weekly", 3, YES,
     "Deux tablettes sur douze ne tiennent plus la charge.",
     "Très bien pour l’animation image par image."},
    {"Groupe d’ambassadeurs", HEAD, "weekly", 5, YES, NULL,
     "Les douze ambassadeurs tiennent une permanence au CDI et ont déjà formé "
     "trois classes de plus jeunes."},
    {"Groupe d’ambassadeurs", TEACHER, "rarely", 3, UNKNOWN,
     "Pas d’heure commune à l’emploi du temps.",
     "Les élèves sont partants, mais se réunir entre midi et deux épuise tout "
     "le monde."},
    {"Studio mobile", TEACHER, "weekly", 4, YES, NULL,
     "Les CM1 enregistrent leur journal du vendredi. Même les plus timides ont "
     "pris le micro."},
    {"Studio mobile", TEACHER, "rarely", 3, YES,
     "Le couloir est bruyant, et nous n’avons pas d’autre lieu.",
     "Deux émissions dans l’année, que les parents ont écoutées."},
    {"Films des métiers", TEACHER, "rarely", 4, YES, NULL,
     "Trois élèves ont revu leur projet après avoir vu l’atelier de "
     "chaudronnerie."},
    {"Films des métiers", HEAD, "rarely", 3, YES, NULL,
     "À sa place dans la semaine de l’orientation ; les métiers du soin "
     "manquent."},
    {"Films des métiers", TEACHER, "rarely", 2, NO,
     "Les films durent six minutes, l’attention trois.",
     "Une visite en entreprise a plu davantage, pour le même temps."},
    {"Maquette d’espace", TEACHER, "weekly", 4, YES,
     "Les nouvelles tables sont arrivées avec quatre mois de retard.",
     "Les îlots se font et se défont sans bruit ; les élèves tiennent leur "
     "place plus longtemps."},
    {"Jeux du bon usage", TEACHER, "rarely", 4, YES, NULL,
     "Le jeu sur la rumeur a lancé une discussion que je n’attendais pas."},
    {"Jeux du bon usage", HEAD, "weekly", 5, YES, NULL,
     "La fiche pour les parents a rempli la réunion de janvier."},
    {"Pack drone", TEACHER, "rarely", 3, YES,
     "Les batteries tiennent sept minutes.",
     "Très bon pour les angles et les vitesses, à condition d’avoir le "
     "gymnase."},
    {"Planétarium itinérant", TEACHER, "rarely", 5, YES, NULL,
     "Ils redessinent encore les saisons au tableau, des semaines après."},
    {"Planétarium itinérant", HEAD, "rarely", 4, YES,
     "Il faut deux adultes et la salle de motricité pour deux jours.",
     "Toutes les classes y sont passées, les familles aussi le soir."},
    {"Pack programmation", TEACHER, "weekly", 4, YES, NULL,
     "Les premières séances sans écran mettent tout le monde au même niveau."},
    {"Pack programmation", TEACHER, "rarely", 3, YES,
     "Deux robots sur six ne se rechargeaient plus.",
     "Les élèves se corrigent entre eux, ce qui est déjà beaucoup."},
};
const size_t demo_return_count = COUNT(demo_returns);

/* Each in its own words, for the tool it was. */
const struct demo_abandon demo_abandons[] = {
    {"MIA Seconde",
     "Le professeur qui portait l’usage est parti en congé de formation.",
     {NULL, HEAD, "rarely", 3, NO, "Personne n’a repris les comptes.",
      "L’outil plaisait, mais il ne tenait qu’à un collègue."}},
    {"MIA Seconde",
     "La salle informatique est prise par les certifications jusqu’en juin.",
     {0}},
    {"MIA Seconde",
     "Les élèves de seconde ont refait au lycée des exercices déjà vus en "
     "troisième ; les professeurs ont préféré leurs propres fiches.",
     {0}},
    {"MIA Seconde",
     "Un tiers de la classe n’avait toujours pas d’identifiants en état de "
     "marche, et les autres n’avançaient plus.",
     {0}},
    {"MIA Seconde",
     "Les heures d’accompagnement personnalisé qui servaient à cela ont été "
     "redonnées aux dédoublements.",
     {0}},
    {"LyText",
     "L’équipe de lettres préfère le manuel numérique qu’elle avait déjà.",
     {NULL, TEACHER, "rarely", 2, NO, NULL,
      "Rien à lui reprocher, mais il ferait double emploi avec notre manuel "
      "numérique."}},
    {"LyText",
     "Les textes proposés ne suivaient pas la progression choisie pour la "
     "classe de quatrième.",
     {0}},
    {"LyText",
     "Le collège a gardé une seule heure de lecture suivie, sur papier, après "
     "l’avis du conseil pédagogique.",
     {0}},
    {"LyText",
     "Les tablettes de la classe mobile ont été rappelées pour réparation et "
     "ne "
     "sont pas revenues.",
     {0}},
    {"Pack VR",
     "La seule professeure formée est absente, et personne n’a pu être libéré "
     "pour la formation suivante.",
     {NULL, HEAD, "rarely", 2, NO, "Aucun remplaçant disponible.",
      "Deux séances ont plu aux élèves ; sans collègue formé, l’équipe s’est "
      "arrêtée là."}},
    {"Pack VR",
     "Installer quatre casques prenait la moitié de l’heure, et plusieurs "
     "élèves avaient mal au cœur.",
     {0}},
    {"Pack VR",
     "La salle où l’on montait les casques sert maintenant de permanence, et "
     "aucune autre n’est assez grande.",
     {0}},
    {"Films des métiers",
     "Une seule classe a vu les films avant de partir en stage ; ensuite, ils "
     "ne servaient plus.",
     {0}},
    {"Films des métiers",
     "Le centre d’information et d’orientation a proposé des visites, que "
     "l’équipe a choisies à la place.",
     {0}},
    {"Cantoo",
     "Les deux élèves qui s’en servaient ont quitté l’établissement, et aucun "
     "autre n’en a besoin cette année.",
     {0}},
    {"Valise LaboArts",
     "Le professeur d’arts plastiques est à mi-temps sur deux collèges et ne "
     "peut pas garder la valise.",
     {0}},
    {"Groupe d’ambassadeurs",
     "Les deux adultes référents ont été appelés ailleurs : sans eux, le "
     "groupe ne se réunissait plus.",
     {0}},
    {"Studio mobile",
     "Le réseau de l’école ne permet pas d’envoyer les enregistrements, et les "
     "classes ne les écoutaient plus.",
     {0}},
};
const size_t demo_abandon_count = COUNT(demo_abandons);
