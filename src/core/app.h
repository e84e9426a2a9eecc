/*
 * The running program: its settings, its database, and the modules' tables put
 * in order once at the start. Read-only afterwards, but for the database.
 */
#pragma once

#include "auth/auth.h"
#include "core/conf.h"
#include "core/module.h"

#include <stdatomic.h>

struct http_router;
struct meter;
struct throttle;

/* Who sees an entry: the roles that hold its right, or NULL for PUBLIC. */
struct menu {
    const struct route *route;
    const char *roles, *unless; /* unless: of menu_unless, or NULL */
};

struct app {
    struct arena mem; /* what lives as long as the program */
    struct conf conf;
    const char *folder; /* the data folder: files and keys */
    const char *place;  /* postgresql://…; NULL: a file in the folder */
    bool dev;           /* --dev: the development pages */
    bool shared;        /* beside a server that may have it; else alone */
    bool made;          /* is to be there already: an empty one is refused */
    bool access_log;    /* a line of the log for each request */
    bool shows_cost;    /* headers that say what each answer cost */
    bool demo;          /* it holds the demonstration */
    int figures_year;   /* the school year told first; 0: see shown_year */
    unsigned char token_key[TOKEN_KEY]; /* auth.h */
    int slow_ms;        /* a statement that lasts longer is logged; 0: none */
    atomic_bool ending; /* the server ends: long tasks leave off, to go on at
                           the next start */
    atomic_bool rival;  /* while the database server was away, another Essaim
                           came to serve this database */
    struct db *db;
    struct schema schema;
    const struct entity *const *entities; /* of all modules; ends with NULL */
    const struct route *const *routes;    /* all, derived ones too; NULL */
    size_t route_count;
    const struct menu *menu; /* of the routes that stand in it; ends with {0} */
    const struct http_router *router;
    struct throttle *throttle; /* auth/throttle.h */
    struct meter *meter;       /* what is counted: core/meter.h */
};

/* Puts the modules' tables in order; CHECKs what modules_fault would say. */
void app_init(struct app *app);
/* Opens (or makes) the database in a folder, and brings it to our shape. On
 * failure *why is one line that says what to do. */
enum status app_open(struct app *app, const char *folder,
                     const char **why) MUST_USE;
/* The first thing that an opened database has other than the program says, or
 * NULL. */
const char *app_difference(struct app *app);
/* For who is alone: db_claim, under the folder's name and the machine's. */
enum status app_claim(struct app *app, struct arena *a, int patience_ms,
                      const char **why) MUST_USE;
void app_close(struct app *app);

const struct entity *entity_find(const struct app *app, const char *name);
const struct entity *entity_by_api(const struct app *app, const char *api);
/* What a file may be of, from 0 on: entities, then the lines of intakes; NULL
 * after the last. */
const struct entity *sheet_kind(const struct app *app, size_t nth);
const struct entity *sheet_kind_find(const struct app *app, const char *name);
const struct entity *sheet_kind_by_api(const struct app *app, const char *api);
/* The intake of which these are the lines; NULL: an entity of its own. */
const struct intake *intake_of(const struct entity *line);
const struct figure *figure_find(const struct app *app, const char *id);
/* The roles that hold a right; NULL when there is no such right. */
const char *right_roles(const char *right);
/* Who holds a right today, anywhere, and has an open account: a condition over
 * a person, whose alias is {row}. */
struct sql holders_of(struct arena *a, const char *right);
/* May this person do that, somewhere at least? PUBLIC: anybody. */
bool may(const struct who *who, const char *right);
/* Where: the scopes of the grants that give the right. A person's own rows are
 * in reach of every right their role holds. */
struct reach reach_of(const struct app *app, struct arena *a,
                      const struct who *who, const char *right);
/* The same of a person by number, by their grants of today: for what is asked
 * inside a write. 0 is the program itself, which reaches every row; a closed
 * account reaches none. */
enum status reach_of_person(struct conn *c, struct arena *a, int64_t person,
                            const char *right, struct reach *out) MUST_USE;
/* Room on the folder's disk, and how little is too little, in MB. */
enum status disk_room(const char *folder, int64_t *mb) MUST_USE;
int64_t disk_room_least(const struct app *app);
/* Settings kept in the database (core_setting); NULL when not set. */
enum status setting_get(struct conn *c, struct arena *a, const char *name,
                        const char **out) MUST_USE;
enum status setting_set(struct conn *c, const char *name,
                        const char *value) MUST_USE;
