/*
 * The directory: who and where. Areas (the tree of the administration, bassins,
 * circonscriptions, grappes and free groupings), organisations, schools with
 * their classes, and people. Nearly every module refers to it, and it knows
 * none of them.
 */
#pragma once

#include "core/module.h"

/*
 * région académique > académie > département > bassin d'éducation et de
 * formation (second degree) and circonscription (first degree). A grappe or a
 * groupement stands beside the tree: what it is made of are the areas it
 * links, and the schools that name it among their groups.
 */
struct area {
    struct row row;
    const char *kind, *code, *name;
    int64_t parent;
};

struct organisation {
    struct row row;
    const char *name, *kind, *town, *postcode, *mail, *web;
};

/* Rural, QPV and priority education are facts with a source and a day: unknown
 * is not "no". */
struct school {
    struct row row;
    const char *uai, *name, *kind, *sector;
    const char *address, *postcode, *commune, *commune_code;
    int64_t departement, bassin, circonscription;
    double latitude, longitude;
    int64_t pupils;
    int32_t opened, closed;
    enum yesno nursery, elementary;
    const char *priority, *priority_source;
    int32_t priority_date;
    enum yesno qpv;
    const char *qpv_source;
    int32_t qpv_date;
    enum yesno rural;
    const char *rural_source;
    int32_t rural_date;
    const char *mail, *phone, *web, *state;
};

/* At most, of one class: on its school's list as where it comes. A first year
 * of classes préparatoires may have 48, no other class as many; above, it is a
 * slip, or several classes in one. */
enum { CLASS_PEOPLE = 48 };

/* A class of one school year; .key is its label as compared. */
struct class
{
    struct row row;
    int64_t school, year;
    const char *label, *key, *levels, *kind;
    int64_t headcount;
};

struct person {
    struct row row;
    const char *name, *email, *job;
    int64_t school, organisation, area;
    const char *state;
};

extern const struct entity area_entity, organisation_entity, school_entity,
    class_entity, person_entity;
/* The fault, where an area is named that is not of the kind; else NULL. */
const char *area_fault(struct conn *c, int64_t area, const char *kind,
                       const char *fault);
extern const struct link area_links[], school_links[];

/* Whatever the reader's reach, for those who ask in their own name. *out NULL:
 * there is nobody of that number (NONE, too). */
enum status person_find(struct conn *c, struct arena *a, int64_t id,
                        const struct person **out) MUST_USE;

/* The letter that ends the UAI (identifier of a school) of these seven digits:
 * their number modulo 23, in the alphabet without I, O and Q. 0 when they are
 * not seven digits. */
char uai_letter(struct str digits);

/* A class's label as compared: "6e B", "6eB", "6ème B" and "6°B" are all "6b".
 */
struct str class_key(struct arena *a, struct str label);

/* Where k has no kind or levels, those that its label tells: "6e SEGPA" is a
 * segpa of the level 6e. Levels that it does not tell surely stay unsaid. */
void class_tell(struct arena *a, struct class *k);

/* Field checks that other modules' fields use too. */
const char *check_mail(struct arena *a, struct str in, struct str *out);
/* Some digits, whatever stands beside them. */
const char *check_phone(struct arena *a, struct str in, struct str *out);
/* Of what anybody may type and others get by mail: no address of a site. */
const char *check_unlinked(struct arena *a, struct str in, struct str *out);
const char *check_web(struct arena *a, struct str in, struct str *out);

enum status directory_demo(struct demo *d);
