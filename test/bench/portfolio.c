/*
 * What the life of a portfolio costs when it is long: 10,000 linked records
 * walked both ways, 100,000 deployments in 2,500 schools counted, the parts of
 * a project with 500 steps, 300 deployments and 40 links.
 * `build/test/bench/portfolio [FOLDER [ADDRESS]]`: with a folder, what it makes
 * stays there, or in the PostgreSQL database of that address, for a server to
 * be asked (test/bench/portfolio.mjs).
 */
#include "core/app.h"
#include "core/request.h"
#include "modules/portfolio/essaimage.h"
#include "modules/portfolio/filiation.h"
#include "bench/measure.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SCHOOLS = 2500,
    DEPLOYMENTS = 100000,
    LINKED = 10000,
    STEPS = 500,
    USES = 300,
    LINKS = 40,
    PIECE = 2000
};

struct filling {
    struct app *app;
    int64_t schools[SCHOOLS], axis, wide, busy, root;
    int64_t nodes[LINKED + 1];
    int from; /* where a piece begins */
};

static const struct actor me = {0};

static enum status add_schools(struct conn *c, struct arena *a, void *data)
{
    struct filling *f = data;
    struct area *bassins[20];
    for (int i = 0; i < 20; i++) {
        bassins[i] = row_new(a, &area_entity);
        bassins[i]->kind = "bassin";
        bassins[i]->code = arena_printf(a, "bench%d", i);
        bassins[i]->name = arena_printf(a, "Bassin %d", i);
        TRY(row_insert(c, a, &area_entity, bassins[i], me));
    }
    for (int i = 0; i < SCHOOLS; i++) {
        struct school *s = row_new(a, &school_entity);
        const int line = i / 50;
        s->uai = arena_printf(a, "B%06d", i);
        s->name = arena_printf(a, "Collège %d", i);
        s->kind = i % 3 ? "college" : "elementaire";
        s->bassin = bassins[i % 20]->row.id;
        s->longitude = 5.2 + i % 50 * 0.04;
        s->latitude = 48 + 0.03 * line;
        s->pupils = i % 7 ? 200 + i % 400 : NONE;
        TRY(row_insert(c, a, &school_entity, s, me));
        f->schools[i] = s->row.id;
    }
    struct axis *x = row_new(a, &axis_entity);
    x->name = "Mesures";
    x->position = 99;
    TRY(row_insert(c, a, &axis_entity, x, me));
    f->axis = x->row.id;
    return OK;
}

static enum status add_project(struct conn *c, struct arena *a,
                               const struct filling *f, const char *name,
                               int64_t *id)
{
    struct project *p = row_new(a, &project_entity);
    p->name = name;
    p->state = "deployment";
    p->axis = f->axis;
    p->starts = day_of(2022, 9, 1);
    TRY(row_insert(c, a, &project_entity, p, me));
    *id = p->row.id;
    return OK;
}

static enum status add_use(struct conn *c, struct arena *a, int64_t project,
                           int64_t school, int i)
{
    struct deployment *d = row_new(a, &deployment_entity);
    d->project = project;
    d->school = school;
    d->tool = arena_printf(a, "Outil %d", i / SCHOOLS);
    d->starts = day_of(2024, 9, 1) + i % 150;
    d->state = i % 11 == 5 ? "abandoned" : i % 5 == 2 ? "planned" : "in_use";
    d->reason = i % 11 == 5 ? "Le réseau ne suit pas." : NULL;
    return row_insert(c, a, &deployment_entity, d, me);
}

/* The project that is long: steps, uses, links. */
static enum status add_busy(struct conn *c, struct arena *a, void *data)
{
    struct filling *f = data;
    TRY(add_project(c, a, f, "Mesure : un projet occupé", &f->busy));
    TRY(add_project(c, a, f, "Mesure : un projet partout", &f->wide));
    for (int i = 0; i < STEPS; i++)
        TRY(journal_add(c, a, 0, &project_entity, f->busy,
                        i % 2 ? "hold" : "resume",
                        STR("{\"from\":\"trial\",\"to\":\"held\","
                            "\"reason\":\"Une raison de quelques mots.\"}")));
    for (int i = 0; i < USES; i++)
        TRY(add_use(c, a, f->busy, f->schools[(size_t)i * 8], i));
    for (int i = 0; i < LINKS; i++) {
        struct filiation *l = row_new(a, &filiation_entity);
        int64_t other;
        TRY(add_project(c, a, f, arena_printf(a, "Mesure : voisin %d", i),
                        &other));
        l->kind = "inspired";
        l->from_project = i % 2 ? other : f->busy;
        l->to_project = i % 2 ? f->busy : other;
        TRY(row_insert(c, a, &filiation_entity, l, me));
    }
    return OK;
}

static enum status add_uses(struct conn *c, struct arena *a, void *data)
{
    struct filling *f = data;
    for (int i = f->from; i < f->from + PIECE; i++)
        TRY(add_use(c, a, f->wide, f->schools[i % SCHOOLS], i));
    return OK;
}

/* A tree of signals: each led to three. */
static enum status add_tree(struct conn *c, struct arena *a, void *data)
{
    struct filling *f = data;
    for (int i = f->from; i < f->from + PIECE && i <= LINKED; i++) {
        struct signal *s = row_new(a, &signal_entity);
        s->title = arena_printf(a, "Mesure : note %d", i);
        s->source = "Banc";
        s->state = "kept";
        s->seen = day_of(2024, 1, 1);
        TRY(row_insert(c, a, &signal_entity, s, me));
        f->nodes[i] = s->row.id;
        if (!i)
            continue;
        struct filiation *l = row_new(a, &filiation_entity);
        l->kind = "inspired";
        l->from_signal = f->nodes[(i - 1) / 3];
        l->to_signal = s->row.id;
        TRY(row_insert(c, a, &filiation_entity, l, me));
    }
    return OK;
}

static void write_all(struct filling *f, write_fn *fn, int most)
{
    for (f->from = 0; f->from < most; f->from += PIECE) {
        struct arena mem = {0};
        must(db_write_within(f->app->db, &mem, fn, f, 60000), "fill");
        arena_reset(&mem);
    }
}

static size_t walk_down(void *data, struct conn *c, struct arena *a)
{
    struct filling *f = data;
    struct kinship kin;
    must(filiation_walk(c, a, node_of(NODE_SIGNAL, f->nodes[0]), LINKED + 10,
                        &kin),
         "walk");
    return kin.n;
}

static size_t walk_up(void *data, struct conn *c, struct arena *a)
{
    struct filling *f = data;
    struct kinship kin;
    must(
        filiation_walk(c, a, node_of(NODE_SIGNAL, f->nodes[LINKED]), 200, &kin),
        "walk");
    return kin.n;
}

static size_t count_wide(void *data, struct conn *c, struct arena *a)
{
    struct filling *f = data;
    struct spread s;
    must(spread_load(c, a, f->wide, &s), "spread");
    int64_t all = 0;
    for (int i = 0; i < ESSAIMAGE_STATES; i++)
        all += s.states[i];
    return (size_t)all;
}

/* What a server does by itself within a minute: it learns what there is. */
static void settle(const char *address)
{
    char vacuum[] = "vacuumdb", quiet[] = "-qz";
    char *const args[] = {vacuum, quiet, (char *)(uintptr_t)address, NULL};
    pid_t child;
    int ended;
    if (posix_spawnp(&child, vacuum, NULL, NULL, args, environ) != 0 ||
        waitpid(child, &ended, 0) != child || ended != 0) {
        fprintf(stderr, "portfolio: vacuumdb failed\n");
        exit(1);
    }
}

int main(int argc, char **argv)
{
    static struct app app;
    static struct filling f = {.app = &app};
    char folder[] = "/tmp/essaim-bench-XXXXXX";
    const char *why = "";
    const char *at = argc > 1 ? argv[1] : mkdtemp(folder);
    struct arena mem = {0};
    app_init(&app);
    app.place = argc > 2 ? argv[2] : NULL;
    if (!at || app_open(&app, at, &why) != OK) {
        fprintf(stderr, "portfolio: %s\n", why);
        return 1;
    }
    must(db_write_within(app.db, &mem, add_schools, &f, 60000), "schools");
    must(db_write_within(app.db, &mem, add_busy, &f, 60000), "project");
    write_all(&f, add_uses, DEPLOYMENTS);
    write_all(&f, add_tree, LINKED + 1);
    if (argc > 2)
        settle(argv[2]);
    measure(app.db, "filiation walked from its root, links", "≤ 20 ms",
            walk_down, &f);
    measure(app.db, "filiation walked from a leaf, links", "≤ 20 ms", walk_up,
            &f);
    measure(app.db, "essaimage counted by school, deployments", "≤ 50 ms",
            count_wide, &f);
    printf("projects: %" PRId64 " busy, %" PRId64 " everywhere\n", f.busy,
           f.wide);
    app_close(&app);
    if (argc < 2 && chdir(folder) == 0) {
        unlink("essaim.db");
        unlink("essaim.db-wal");
        unlink("essaim.db-shm");
    }
    arena_reset(&mem);
    return 0;
}
