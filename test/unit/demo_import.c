/* The heads of the national files, and the lines of a file into schools. */
#include "base/utf8.h"
#include "i18n/lang.h"
#include "unit/demo_world.h"
#include "view/form.h"

/* As published in March 2024 (Annuaire de l'éducation), and its sister set of
 * addresses in November 2024. */
static const char annuaire[] =
    "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;"
    "Statut_public_prive;Adresse_1;Adresse_2;Adresse_3;Code_postal;"
    "Code_commune;Nom_commune;Code_departement;Code_academie;Code_region;"
    "Ecole_maternelle;Ecole_elementaire;Voie_generale;Voie_technologique;"
    "Voie_professionnelle;Telephone;Fax;Web;Mail;"
    "Appartenance_Education_Prioritaire;Nombre_d_eleves;position;"
    "Libelle_departement;nom_circonscription;latitude;longitude;"
    "date_ouverture;etat;multi_uai;code_nature;libelle_nature;"
    "code_circonscription;code_bassin_formation;libelle_bassin_formation";
static const char addresses[] =
    "numero_uai;appellation_officielle;denomination_principale;patronyme_uai;"
    "secteur_public_prive_libe;adresse_uai;lieu_dit_uai;code_postal_uai;"
    "localite_acheminement_uai;libelle_commune;coordonnee_x;coordonnee_y;"
    "latitude;longitude;nature_uai;nature_uai_libe;etat_etablissement;"
    "etat_etablissement_libe;code_departement;code_academie;code_commune;"
    "position;date_ouverture";

/* How many fields of a school the heads name; no head names two. */
static int fields_named(const char *heads, const char *wanted)
{
    struct arena a = {0};
    struct str rest = str_of(heads), head;
    int n = 0;
    while (str_next(&rest, ';', &head)) {
        struct str key = utf8_fold(&a, head);
        int meant = 0;
        for (const struct field *f = school_entity.fields; f->name; f++) {
            bool yes = str_eq(key, f->name);
            for (const char *const *h = f->aliases; h && *h; h++)
                yes = yes || str_eq(key, *h);
            meant += yes;
            n += yes && word_in(wanted, f->name);
        }
        OKAY(meant <= 1);
    }
    arena_reset(&a);
    return n;
}

TEST(demo_national_heads)
{
    OKAY(fields_named(annuaire,
                      "uai name sector address postcode commune commune_code "
                      "departement bassin circonscription latitude longitude "
                      "pupils opened nursery elementary priority mail phone "
                      "web state") == 21);
    OKAY(fields_named(annuaire, "kind") == 2);
    OKAY(fields_named(addresses,
                      "uai name sector address postcode commune commune_code "
                      "departement latitude longitude opened") == 11);
    OKAY(fields_named(addresses, "kind") == 2);
    OKAY(fields_named(addresses, "state") == 2);
}

/* A line as names and values in turn, ending with NULL. */
static struct str line_get(const void *data, const char *name, size_t nth)
{
    for (const char *const *p = data; *p && nth == 0; p += 2)
        if (same(*p, name))
            return str_of(p[1]);
    return (struct str){0};
}

static struct school *read_line(struct demo_world *w, const char *const *line,
                                struct form_errors *errors)
{
    struct form_input in = {.get = line_get, .data = line};
    struct form_source source = {.conn = w->conn};
    struct school *s = row_new(&w->mem, &school_entity);
    *errors = (struct form_errors){.mem = &w->mem};
    enum status got = row_from_input(&w->mem, &school_entity, &in, &source,
                                     PARSE_GIVEN | PARSE_CODES, s, errors);
    OKAY(got == (errors->n ? ERR_INVALID : OK));
    return s;
}

TEST(demo_national_line)
{
    static const char *const lycee[] = {"uai",
                                        "0540038y",
                                        "name",
                                        "Lycée d’essai",
                                        "kind",
                                        "300",
                                        "sector",
                                        "Public",
                                        "departement",
                                        "054",
                                        "bassin",
                                        "12414",
                                        "latitude",
                                        "48.69",
                                        "longitude",
                                        "6,18",
                                        "opened",
                                        "1965-05-01",
                                        "state",
                                        "OUVERT",
                                        "commune_code",
                                        "54395",
                                        "postcode",
                                        "54000",
                                        "web",
                                        "www.a.fr",
                                        "priority",
                                        "REP+",
                                        "circonscription",
                                        "",
                                        NULL};
    static const char *const primaire[] = {"uai",
                                           "0951099D",
                                           "name",
                                           "École d’ailleurs",
                                           "kind",
                                           "151",
                                           "sector",
                                           "Privé",
                                           "nursery",
                                           "1",
                                           "elementary",
                                           "1",
                                           "departement",
                                           "095",
                                           "bassin",
                                           "24931",
                                           "circonscription",
                                           "0951234X",
                                           NULL};
    static const char *const wrong[] = {
        "uai",       "0540038B", "name",     "Lycée d’essai",
        "kind",      "300",      "latitude", "91",
        "longitude", "6",        NULL};
    struct demo_world w;
    struct form_errors errors;
    demo_world_open(&w, "demo.db");
    CHECK(!i18n_open(&w.mem, files_embedded, files_embedded_count));
    struct school *s = read_line(&w, lycee, &errors);
    OKAY(errors.n == 0);
    OKAY(same(s->uai, "0540038Y") && same(s->kind, "lycee"));
    OKAY(same(s->sector, "public") && same(s->state, "open"));
    OKAY(same(s->priority, "rep_plus") && same(s->web, "https://www.a.fr"));
    OKAY(s->departement != NONE && s->bassin != NONE && s->longitude == 6.18);
    /* Of another académie: its areas are not here, and stay unknown. */
    s = read_line(&w, primaire, &errors);
    OKAY(errors.n == 0);
    OKAY(same(s->kind, "primaire") && same(s->sector, "private"));
    OKAY(s->departement == NONE && s->circonscription == NONE);
    read_line(&w, wrong, &errors);
    OKAY(errors.n == 2);
    const struct form_error *e = form_error_of(&errors, "uai");
    OKAY(e && strstr(form_message(&w.mem, lang_find("fr"), e),
                     "la lettre attendue est Y"));
    OKAY(form_error_of(&errors, "latitude") != NULL);
    demo_world_close(&w);
}
