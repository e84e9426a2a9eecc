#include "modules/directory/areas.h"

#include "base/csv.h"
#include "core/command.h"
#include "core/request.h"
#include "modules/directory/check.h"
#include "modules/directory/directory.h"
#include "modules/directory/file_read.h"

#include <strings.h>

enum { MOST_BYTES = 256 << 20, LEVELS = 5, NO_COLUMN = CSV_CELLS };

/* From the top. A région's number may be an académie's too: it has an R. */
static const struct level {
    const char *kind, *code, *name, *prefix;
    int parent;
} levels[LEVELS] = {
    {"region_academique", "code_region", "libelle_region", "R", -1},
    {"academie", "code_academie", "libelle_academie", "", 0},
    {"departement", "code_departement", "libelle_departement", "", 1},
    {"bassin", "code_bassin_formation", "libelle_bassin_formation", "", 2},
    {"circonscription", "code_circonscription", "nom_circonscription", "", 2},
};

struct known {
    const char *code;
    int64_t id;
    struct known *next;
};
enum { CHAINS = 1024 };
struct loading {
    struct str text;
    struct conn *conn;
    struct arena *mem; /* what stays to the end */
    size_t code_at[LEVELS], name_at[LEVELS];
    struct known *known[LEVELS][CHAINS];
    size_t made[LEVELS], lines;
    const char *why; /* of ERR_INVALID */
};

/* "Code departement" was a head before it was "Code_departement". */
static bool is_head(struct str cell, const char *head)
{
    cell = str_trim(cell);
    if (cell.n != strlen(head))
        return false;
    for (size_t i = 0; i < cell.n; i++) {
        const char c = (char)(cell.p[i] == ' ' ? '_' : cell.p[i]);
        if (strncasecmp(&c, head + i, 1) != 0)
            return false;
    }
    return true;
}

static bool heads_read(struct loading *l, const struct str *cells, size_t n)
{
    bool any = false;
    for (int k = 0; k < LEVELS; k++) {
        l->code_at[k] = l->name_at[k] = NO_COLUMN;
        for (size_t i = 0; i < n; i++) {
            if (is_head(cells[i], levels[k].code))
                l->code_at[k] = i;
            if (is_head(cells[i], levels[k].name))
                l->name_at[k] = i;
        }
        any |= l->code_at[k] != NO_COLUMN;
    }
    return any;
}

static struct str cell_at(const struct str *cells, size_t n, size_t at)
{
    return at < n ? str_trim(cells[at]) : (struct str){0};
}

/* The area with that code, made where there is none. */
static enum status area_needed(struct loading *l, int k, const char *code,
                               struct str name, int64_t parent, int64_t *id)
{
    const struct level *level = &levels[k];
    void *found;
    enum status s = row_find(l->conn, l->mem, &area_entity, "code",
                             value_cstr(code), &found);
    if (s == OK) {
        *id = ((struct row *)found)->id;
        if (same(((struct area *)found)->kind, level->kind))
            return OK;
        l->why = arena_printf(l->mem,
                              "code %s is that of an area of another "
                              "kind: %s",
                              code, ((struct area *)found)->name);
        return ERR_INVALID;
    }
    if (s != ERR_NOT_FOUND)
        return s;
    struct area *area = row_new(l->mem, &area_entity);
    area->kind = level->kind;
    area->code = code;
    area->name = name.n ? str_dup(l->mem, name) : code;
    area->parent = parent;
    TRY(row_insert(l->conn, l->mem, &area_entity, area, (struct actor){0}));
    *id = area->row.id;
    l->made[k]++;
    return OK;
}

static size_t chain_of(const char *code)
{
    size_t h = 5381;
    for (; *code; code++)
        h = h * 33 + (unsigned char)*code;
    return h % CHAINS;
}

static enum status level_read(struct loading *l, struct arena *line, int k,
                              const struct str *cells, size_t n, int64_t *ids)
{
    const struct level *level = &levels[k];
    struct str cell = cell_at(cells, n, l->code_at[k]);
    if (!cell.n || cell.n > 18)
        return OK;
    if (same(level->kind, "departement"))
        (void)check_departement_code(line, cell, &cell);
    const char *code =
        arena_printf(line, "%s%.*s", level->prefix, (int)cell.n, cell.p);
    struct known **chain = &l->known[k][chain_of(code)];
    for (struct known *at = *chain; at; at = at->next)
        if (same(at->code, code)) {
            ids[k] = at->id;
            return OK;
        }
    struct known *mine = NEW(l->mem, struct known);
    *mine = (struct known){arena_dup(l->mem, code, strlen(code)), NONE, *chain};
    TRY(area_needed(l, k, mine->code, cell_at(cells, n, l->name_at[k]),
                    level->parent < 0 ? NONE : ids[level->parent], &mine->id));
    *chain = mine;
    ids[k] = mine->id;
    return OK;
}

static enum status line_read(struct loading *l, struct arena *line,
                             const struct str *cells, size_t n)
{
    int64_t ids[LEVELS];
    for (int k = 0; k < LEVELS; k++)
        ids[k] = NONE;
    for (int k = 0; k < LEVELS; k++)
        TRY(level_read(l, line, k, cells, n, ids));
    l->lines++;
    return OK;
}

static enum status lines_read(struct loading *l, struct csv *csv,
                              struct arena *line)
{
    struct str *cells;
    size_t n;
    const char *why;
    enum status s = csv_next(line, csv, &cells, &n, &why);
    if (s != OK || !heads_read(l, cells, n)) {
        l->why = "its first line has none of the columns Code_academie,"
                 " Code_departement, code_bassin_formation…";
        return ERR_INVALID;
    }
    for (;;) {
        arena_reset(line);
        s = csv_next(line, csv, &cells, &n, &why);
        if (s == ERR_NOT_FOUND)
            return OK;
        if (s == ERR_INVALID) /* the import of the schools names the line */
            continue;
        TRY(s);
        TRY(line_read(l, line, cells, n));
    }
}

static enum status load(struct conn *c, struct arena *a, void *data)
{
    struct loading *l = data, fresh = {.text = l->text, .conn = c, .mem = a};
    struct arena line = {0};
    struct csv csv;
    *l = fresh;
    csv_open(a, &csv, l->text);
    enum status s = lines_read(l, &csv, &line);
    arena_reset(&line);
    TRY(s);
    return journal_add(c, a, 0, NULL, 0, "areas", STR("{}"));
}

enum status areas_command(struct app *app, int argc, char **argv)
{
    const char *why = "";
    if (argc != 1) {
        cli_fail("areas FILE");
        return ERR_NOT_FOUND;
    }
    struct loading *l = NEW(&app->mem, struct loading);
    l->text = file_read(&app->mem, argv[0], MOST_BYTES, &why);
    if (!l->text.p) {
        cli_fail("%s: %s", argv[0], why);
        return ERR_INVALID;
    }
    enum status s = db_write_within(app->db, &app->mem, load, l, 120000);
    if (s != OK) {
        cli_fail("%s: %s", argv[0], l->why ? l->why : status_name(s));
        return ERR_INVALID;
    }
    printf("%zu lines:", l->lines);
    for (int k = 0; k < LEVELS; k++)
        printf(" %zu new %s%s", l->made[k], levels[k].kind,
               k + 1 < LEVELS ? "," : "\n");
    return OK;
}
