/*
 * The pieces of an import: while one is written, a thread reads and checks the
 * next. What a line meets in the file before it (a code twice) is known to the
 * reader alone; what it meets in the database is asked again by the writer.
 */
#include "core/importing.h"
#include "core/request.h"

#include <pthread.h>

enum { PIECE_MS = 5000, REFUSAL = 200 };

struct run {
    struct app *app;
    struct import *im;
    struct reader *reader;
    struct piece pieces[2], *piece; /* piece: the one being written */
    bool write;
    size_t from, to, bad_from;   /* what of it */
    int64_t refused;             /* the line that the database refuses, or -1 */
    char refusal[REFUSAL];       /* and why: the database's words, or */
    const char *key, *field;     /* a label's key, and the field it is about */
    struct reach reach;          /* of the sender, within the write */
    const struct intake *intake; /* NULL: lines are rows of their own */
    int64_t done, inserted, updated, unchanged, bad, repeated, corrects;
};

static struct actor actor_of(const struct run *r)
{
    return (struct actor){.person = r->im->person, .import = r->im->id};
}

/* Who writes the row itself. Its links are of today, as ever: only what a form
 * corrects has been so from the beginning. */
static struct actor writer_of(const struct run *r, struct arena *a)
{
    struct actor by = actor_of(r);
    if (r->im->reason)
        by.why = arena_printf(a, "%s (import %" PRId64 ")", r->im->reason,
                              r->im->id);
    else if (r->intake)
        by.why = arena_printf(a, "import %" PRId64, r->im->id);
    return by;
}

static enum status refuse_with(struct run *r, const char *key,
                               const char *field)
{
    r->key = key;
    r->field = field;
    return ERR_STALE;
}

/* In reach, and right by the entity's own check, as the database is now: with
 * the lines before it, and with what others wrote meanwhile. */
static enum status check_again(struct run *r, struct conn *c, struct arena *a,
                               const void *now, void *row)
{
    const struct entity *e = r->im->entity;
    const char *field = NULL;
    const char *key = row_fault(c, a, e, row, &field);
    if (!key && now && e->locked)
        key = e->locked(c, a, now);
    bool within = true;
    if (key)
        return refuse_with(r, key, field);
    TRY(row_within(c, a, e, row, &r->reach, &within));
    if (within && now)
        TRY(row_within(c, a, e, now, &r->reach, &within));
    return within ? OK : refuse_with(r, "import.out_of_reach", NULL);
}

static enum status links_write(struct run *r, struct conn *c, struct arena *a,
                               const struct import_line *line, int64_t id)
{
    const struct entity *e = r->im->entity;
    const struct actor by = actor_of(r);
    for (size_t i = 0; i < entity_link_count(e); i++)
        if (line->given[i])
            TRY(links_save(c, a, (struct linking){e, &e->links[i], id},
                           line->links[i], by));
    return OK;
}

enum status links_alike(struct conn *c, struct arena *a, const struct entity *e,
                        const struct import_line *line, int64_t id, bool *out)
{
    *out = true;
    for (size_t i = 0; *out && i < entity_link_count(e); i++) {
        struct links now;
        if (!line->given[i])
            continue;
        TRY(links_load(c, a, (struct linking){e, &e->links[i], id}, &now));
        *out = links_same_set(line->links[i], now);
    }
    return OK;
}

/* The line's row is written over the one it was read from, and over no other
 * that somebody made or changed meanwhile. */
static enum status apply_line(struct run *r, struct conn *c, struct arena *a,
                              const struct import_line *line)
{
    const struct entity *e = r->im->entity;
    const struct actor by = writer_of(r, a);
    void *row = row_copy(a, e, line->row), *now;
    const struct row *from;
    bool alike;
    enum status s = ERR_NOT_FOUND;
    if (line->exists)
        s = row_load(c, a, e, ((struct row *)row)->id, &reach_all, &now);
    else if (e->code)
        s = row_find(c, a, e, e->code, field_get(entity_field(e, e->code), row),
                     &now);
    if (s == ERR_NOT_FOUND && line->exists)
        return refuse_with(r, "import.meanwhile", NULL);
    if (s == ERR_NOT_FOUND) {
        TRY(check_again(r, c, a, NULL, row));
        r->inserted++;
        TRY(row_insert(c, a, e, row, by));
        return links_write(r, c, a, line, ((struct row *)row)->id);
    }
    TRY(s);
    from = now;
    if (!line->exists || from->version != ((struct row *)row)->version)
        return refuse_with(r, "import.meanwhile", NULL);
    TRY(links_alike(c, a, e, line, from->id, &alike));
    if (alike && row_same(e, now, row)) {
        r->unchanged++;
        return OK;
    }
    TRY(check_again(r, c, a, now, row));
    r->updated++;
    TRY(row_update(c, a, e, row, by));
    return links_write(r, c, a, line, from->id);
}

/* All that a line says, or nothing of it: who fails here takes the write with
 * it, which goes on without the line. */
static enum status make_line(struct run *r, struct conn *c, struct arena *a,
                             const struct import_line *line)
{
    const struct entity *e = r->im->entity;
    void *row = row_copy(a, e, line->row);
    int64_t stands;
    TRY(check_again(r, c, a, NULL, row));
    TRY(r->intake->find(c, a, row, &stands));
    r->unchanged += stands != NONE;
    r->inserted += stands == NONE;
    return stands == NONE ? r->intake->make(c, a, row, writer_of(r, a)) : OK;
}

static enum status apply_lines(struct run *r, struct conn *c, struct arena *a)
{
    for (size_t i = r->from; i < r->to; i++) {
        struct arena_mark mark = arena_mark(a);
        r->refusal[0] = 0;
        r->key = r->field = NULL;
        const struct import_line *line = &r->piece->lines[i];
        enum status s =
            r->intake ? make_line(r, c, a, line) : apply_line(r, c, a, line);
        if (s == ERR_CONFLICT || s == ERR_STALE || s == ERR_NOT_FOUND) {
            r->refused = (int64_t)i;
            if (!r->key)
                snprintf(r->refusal, REFUSAL, "%s", conn_refusal(c));
            return ERR_CONFLICT;
        }
        TRY(s);
        arena_rewind(a, mark);
    }
    return OK;
}

/* What writing the lines would do, as the reader saw the rows. */
static void foresee(struct run *r)
{
    for (size_t i = r->from; i < r->to; i++) {
        const struct import_line *line = &r->piece->lines[i];
        r->inserted += !line->exists;
        r->updated += line->exists && !line->alike;
        r->unchanged += line->exists && line->alike;
        r->corrects += line->corrects;
    }
}

/* A line found wrong when the file was checked stays as it was found; one that
 * was only noted may be refused as it is written. */
static enum status keep_bad(struct run *r, struct conn *c)
{
    for (size_t i = r->bad_from; i < r->piece->bad_count; i++) {
        const struct import_bad *b = &r->piece->bad[i];
        int64_t changed;
        TRY(db_exec(c,
                    SQL("INSERT INTO core_import_line (import, line, cells,"
                        " outcome, faults) VALUES (:import, :line, :cells,"
                        " :outcome, :faults)"
                        " ON CONFLICT (import, line) DO UPDATE SET"
                        " outcome = excluded.outcome, faults = excluded.faults"
                        " WHERE core_import_line.outcome = 'noted'"
                        " AND excluded.outcome = 'refused'"),
                    ARGS(arg_int("import", r->im->id), arg_int("line", b->line),
                         arg_text("cells", b->raw),
                         arg_cstr("outcome", b->outcome),
                         arg_text("faults", b->faults)),
                    &changed));
        r->bad += changed && same(b->outcome, "refused");
        r->repeated += changed && same(b->outcome, "repeated");
    }
    return OK;
}

/* Part of a piece, and how far it is now. ERR_STALE: it has been stopped. */
static enum status write_part(struct conn *c, struct arena *a, void *data)
{
    struct run *r = data;
    const struct piece *p = r->piece;
    const bool whole = r->to == p->count;
    const char *state = r->write ? "applying" : "staged";
    int64_t changed;
    r->inserted = r->updated = r->unchanged = r->bad = r->repeated = 0;
    r->corrects = 0;
    r->refused = -1;
    if (r->write) {
        struct who *who;
        TRY(import_sender(r->app, c, a, r->im, &who, &r->reach));
        TRY(apply_lines(r, c, a));
    } else {
        foresee(r);
    }
    TRY(keep_bad(r, c));
    TRY(db_exec(
        c,
        SQL("UPDATE core_import SET state = :next, applied = :applied,"
            " checked = :done, inserted = inserted + :inserted, updated ="
            " updated + :updated, same = same + :unchanged, bad = bad + :bad,"
            " corrects = corrects + :corrects, lines = :lines WHERE id = :id "
            "AND state = :state AND run = :run"),
        ARGS(arg_cstr("next", !whole || !p->end ? state
                              : r->write        ? "applied"
                                                : "checked"),
             arg_int("applied", !r->write ? 0
                                : whole   ? p->next
                                          : p->lines[r->to].number),
             arg_int("done", r->done + (whole ? p->records : 0)),
             arg_int("inserted", r->inserted), arg_int("updated", r->updated),
             arg_int("unchanged", r->unchanged), arg_int("bad", r->bad),
             arg_int("corrects", r->corrects), arg_int("lines", r->im->lines),
             arg_int("id", r->im->id), arg_int("run", r->im->run),
             arg_cstr("state", state)),
        &changed));
    return changed ? OK : ERR_STALE;
}

static enum status write_lines(struct run *r, size_t from, size_t to)
{
    struct import *im = r->im;
    r->from = from;
    r->to = to;
    TRY(db_write_within(r->app->db, &r->piece->mem, write_part, r, PIECE_MS));
    r->bad_from = r->piece->bad_count;
    im->inserted += r->inserted;
    im->updated += r->updated;
    im->unchanged += r->unchanged;
    im->bad += r->bad;
    im->repeated += r->repeated;
    im->corrects += r->corrects;
    return OK;
}

/* What the database refused, in words of a form. */
static void refuse_line(struct run *r, const struct import_line *line)
{
    const struct entity *e = r->im->entity;
    const char *dot = strrchr(r->refusal, '.');
    const struct field *f =
        dot && !strchr(r->refusal, ',') ? entity_field(e, dot + 1) : NULL;
    struct form_error error = {.key = "import.refused"};
    if (r->key)
        error = (struct form_error){.key = r->key, .field = r->field};
    else if (same(r->refusal, "closed"))
        error.key = "import.year_closed";
    else if (strncmp(r->refusal, "unique ", 7) == 0)
        error.key = f ? "form.taken" : "form.taken_together";
    else if (strncmp(r->refusal, "overlap ", 8) == 0)
        error.key = "form.overlap";
    if (f) {
        struct value v = field_get(f, line->row);
        error.field = f->name;
        error.text = v.type == V_TEXT ? v.s : STR("");
    }
    struct form_errors errors = {.mem = &r->piece->mem};
    form_error_add(&errors, error);
    piece_refuse(r->piece, line, "refused", &errors);
}

/* A line that the database refuses takes nothing with it: what stands before it
 * is written first, and may be refused itself by then, for others write too. */
static enum status write_piece(struct run *r, struct piece *p)
{
    size_t from = 0, to = p->count;
    r->piece = p;
    r->bad_from = 0;
    for (;;) {
        enum status s = write_lines(r, from, to);
        if (s == ERR_CONFLICT && r->refused > (int64_t)from) {
            to = (size_t)r->refused;
        } else if (s == ERR_CONFLICT && r->refused >= 0) {
            refuse_line(r, &p->lines[from++]);
            to = p->count;
        } else if (s != OK || to == p->count) {
            return s;
        } else {
            from = to;
            to = p->count;
        }
    }
}

struct ahead {
    struct reader *reader;
    struct piece *piece;
};

static void *read_ahead(void *data)
{
    struct ahead *h = data;
    piece_read(h->reader, h->piece);
    return NULL;
}

/* Writes one piece while the next is read. */
static enum status both(struct run *r, struct piece *now, struct piece *next)
{
    pthread_t thread;
    struct ahead ahead = {r->reader, next};
    bool apart =
        !now->end && pthread_create(&thread, NULL, read_ahead, &ahead) == 0;
    enum status s = write_piece(r, now);
    if (apart)
        pthread_join(thread, NULL);
    else if (!now->end)
        read_ahead(&ahead);
    return s;
}

static enum status run_pieces(struct run *r, import_progress *progress,
                              void *data)
{
    struct piece *now = &r->pieces[0], *next = &r->pieces[1];
    piece_read(r->reader, now);
    for (;;) {
        TRY(now->status);
        TRY(both(r, now, next));
        r->done += now->records;
        if (now->end)
            break;
        if (progress && !progress(data, r->done, r->im->lines))
            return ERR_BUSY;
        struct piece *written = now;
        now = next;
        next = written;
    }
    r->im->state = r->write ? "applied" : "checked";
    if (progress)
        (void)progress(data, r->done, r->im->lines);
    return OK;
}

static enum status set_note(struct conn *c, struct arena *a, void *data)
{
    const struct import *im = data;
    (void)a;
    return db_exec(c,
                   SQL("UPDATE core_import SET state = 'stopped', note = :note"
                       " WHERE id = :id"),
                   ARGS(arg_cstr("note", im->note), arg_int("id", im->id)),
                   NULL);
}

/* How many lines there are; a file that is cut inside quotes is refused whole,
 * for nobody knows what its last lines were. */
static enum status count_lines(struct app *app, struct arena *a,
                               struct import *im)
{
    enum status s = reader_count(app, a, im, &im->lines);
    if (s != ERR_INVALID)
        return s;
    im->note =
        arena_printf(a, "%s%scsv.quote_open:%" PRId64, im->note ? im->note : "",
                     im->note ? " " : "", im->lines);
    im->state = "stopped";
    TRY(db_write(app->db, a, set_note, im));
    return s;
}

static enum status run(struct app *app, struct arena *a, struct import *im,
                       bool write, import_progress *progress, void *data)
{
    struct run *r = NEW(a, struct run);
    *r = (struct run){
        .app = app, .im = im, .write = write, .intake = intake_of(im->entity)};
    if (!write || !im->lines)
        TRY(count_lines(app, a, im));
    TRY(reader_open(&r->reader, app, a, im, write));
    enum status s = run_pieces(r, progress, data);
    reader_close(r->reader);
    for (size_t i = 0; i < COUNT(r->pieces); i++)
        arena_reset(&r->pieces[i].mem);
    return s;
}

static enum status begin_check(struct conn *c, struct arena *a, void *data)
{
    struct import *im = data;
    (void)a;
    TRY(import_take(c, im));
    TRY(db_exec(c, SQL("DELETE FROM core_import_line WHERE import = :id"),
                ARGS(arg_int("id", im->id)), NULL));
    return db_exec(
        c,
        SQL("UPDATE core_import SET bad = 0, checked = 0, inserted = 0,"
            " updated = 0, same = 0, corrects = 0 WHERE id = :id"),
        ARGS(arg_int("id", im->id)), NULL);
}

enum status import_check(struct app *app, struct arena *a, struct import *im,
                         import_progress *progress, void *data)
{
    TRY(db_write_within(app->db, a, begin_check, im, PIECE_MS));
    im->bad = im->repeated = im->inserted = im->updated = im->unchanged = 0;
    im->corrects = 0;
    return run(app, a, im, false, progress, data);
}

static enum status begin_apply(struct conn *c, struct arena *a, void *data)
{
    struct import *im = data;
    int64_t changed;
    (void)a;
    TRY(db_exec(c,
                SQL("UPDATE core_import SET state = 'applying'" FROM_ZERO
                    " WHERE id = :id"
                    " AND state IN ('staged', 'checked', 'applying')"),
                ARGS(arg_int("id", im->id)), &changed));
    return changed ? import_take(c, im) : ERR_STALE;
}

enum status import_apply(struct app *app, struct arena *a, struct import *im,
                         import_progress *progress, void *data)
{
    TRY(db_write(app->db, a, begin_apply, im));
    if (same(im->state, "checked"))
        im->inserted = im->updated = im->unchanged = 0;
    return run(app, a, im, true, progress, data);
}
