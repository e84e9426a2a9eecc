/* One line of an import's file, checked the way of a form: against what stands,
 * what its sender may write, and the lines before it. */
#include "base/random.h"
#include "core/import_reader.h"
#include "core/request.h"

/* A file has no list to choose from: it is told what to write. */
static void fault_write(struct json *j, const struct form_error *e,
                        struct str typed)
{
    const bool several = e->candidate_count > 0;
    json_object(j, NULL);
    json_cstr(j, "field", e->field);
    json_cstr(j, "key", several ? "import.several" : e->key);
    json_int(j, "min", e->min);
    json_int(j, "max", e->max);
    json_text(j, "text", e->text);
    json_text(j, "typed", typed);
    if (several) {
        json_array(j, "names");
        for (size_t i = 0; i < e->candidate_count && i <= FORM_NAMES; i++) {
            json_object(j, NULL);
            json_cstr(j, "title", e->candidates[i].title);
            json_int(j, "id", e->candidates[i].target);
            json_end_object(j);
        }
        json_end_array(j);
    }
    json_end_object(j);
}

static void tell(struct piece *p, const struct import_line *line,
                 const char *outcome, const struct record *record,
                 const struct form_errors *errors)
{
    struct buf b = {.mem = &p->mem};
    struct json j = {.out = &b};
    json_array(&j, NULL);
    for (size_t i = 0; i < errors->n; i++) {
        const struct form_error *e = &errors->list[i];
        struct str typed = {NULL, 0};
        if (record && e->field)
            typed = record_get(record, e->field, 0);
        fault_write(&j, e, typed.p ? typed : STR(""));
    }
    json_end_array(&j);
    p->bad = arena_grow(&p->mem, p->bad, sizeof(*p->bad), p->bad_count,
                        &p->bad_room);
    p->bad[p->bad_count++] =
        (struct import_bad){line->number, outcome, line->raw, buf_done(&b)};
}

void piece_refuse(struct piece *p, const struct import_line *line,
                  const char *outcome, const struct form_errors *errors)
{
    tell(p, line, outcome, NULL, errors);
}

void piece_refuse_for(struct piece *p, const struct import_line *line,
                      const char *outcome, struct form_error error)
{
    struct form_errors errors = {.mem = &p->mem};
    form_error_add(&errors, error);
    tell(p, line, outcome, NULL, &errors);
}

/* Of what a name may mean the sender is told no more than is theirs to read. */
static enum status names_veil(const struct reader *r, struct arena *a,
                              struct form_error *error)
{
    const struct entity *e = r->im->entity;
    const struct field *f = entity_field(e, error->field);
    const struct entity *of =
        f ? f->target : entity_link(e, error->field)->target;
    const struct reach reach = reach_of(r->app, a, r->who, of->read);
    size_t kept = 0;
    for (size_t i = 0; may(r->who, of->read) && i < error->candidate_count;
         i++) {
        void *row;
        const enum status s =
            row_load(r->conn, a, of, error->candidates[i].target, &reach, &row);
        if (s != OK && s != ERR_NOT_FOUND)
            return s;
        if (s == OK)
            error->candidates[kept++] = error->candidates[i];
    }
    error->candidate_count = kept;
    if (!kept)
        error->key = "form.not_found";
    return OK;
}

static enum status all_veil(const struct reader *r, struct arena *a,
                            struct form_errors *errors)
{
    for (size_t i = 0; r->who && i < errors->n; i++)
        if (errors->list[i].candidate_count)
            TRY(names_veil(r, a, &errors->list[i]));
    return OK;
}

/* A file changes nothing that its sender could not change by a form: neither
 * the row as it stands nor as it would be may lie out of reach. */
static enum status check_reach(struct reader *r, struct arena *a,
                               const void *row, struct form_errors *errors)
{
    bool within;
    TRY(row_within(r->conn, a, r->im->entity, row, &r->reach, &within));
    if (!within)
        form_error(errors, NULL, "import.out_of_reach");
    return OK;
}

/* A new row needs what the file has no column for: one is told for the line,
 * all of them once for the file. */
static void check_absent(const struct reader *r, const void *row,
                         struct form_errors *errors)
{
    const struct entity *e = r->im->entity;
    for (const struct field *f = e->fields; f->name; f++)
        if (import_needs(e, f) && !reader_has(r, f) &&
            field_get(f, row).type == V_NULL) {
            form_error(errors, f->name, "import.column_missing");
            return;
        }
}

/* Unique texts but the code: the database would refuse the second line. */
static void check_twice(struct reader *r, struct arena *a, const void *row,
                        int64_t number, struct form_errors *errors)
{
    for (const struct field *f = r->im->entity->fields; f->name; f++) {
        if (!(f->flags & F_UNIQUE) || f->type != F_TEXT || f == r->code)
            continue;
        struct value v = field_get(f, row);
        int64_t before = v.type == V_TEXT
                             ? seen_before(&r->seen, a, f->name, v.s, number)
                             : 0;
        if (before)
            form_error_add(errors,
                           (struct form_error){.field = f->name,
                                               .key = "import.twice",
                                               .text = str_of(arena_printf(
                                                   a, "%" PRId64, before))});
    }
}

/* What the database would refuse, or the entity once the lines before are
 * there: the check foresees it. */
static enum status check_rivals(struct reader *r, struct arena *a,
                                struct import_line *line, const void *now,
                                struct form_errors *errors)
{
    const struct entity *e = r->im->entity;
    struct form_error error = {0};
    bool taken;
    int64_t before = 0;
    line->corrects = line->exists && row_corrects(e, now, line->row);
    TRY(row_taken(r->conn, a, e, line->row, &taken));
    if (taken)
        error.key = "form.taken_together";
    else if ((before = seen_twin(&r->seen, a, e, line->row, line->number)))
        error.key = "import.twice_together";
    else if ((before = seen_turn(&r->seen, a, e, line->row, line->number)))
        error = (struct form_error){.key = "import.same_days",
                                    .field = e->turns->from};
    else if (line->corrects && !r->looks && !r->im->reason)
        error.key = "import.year_closed";
    if (!error.key)
        return OK;
    if (before)
        error.text = str_of(arena_printf(a, "%" PRId64, before));
    form_error_add(errors, error);
    return OK;
}

/* Against the lines before it, of which those that were refused do not count:
 * what it says is kept once it may stand. */
static enum status check_lines(struct reader *r, struct arena *a,
                               struct import_line *line, const void *now,
                               struct form_errors *errors)
{
    const struct entity *e = r->im->entity;
    r->seen.looks = true;
    check_twice(r, a, line->row, line->number, errors);
    const enum status s =
        errors->n ? OK : check_rivals(r, a, line, now, errors);
    r->seen.looks = false;
    if (s != OK || errors->n)
        return s;
    check_twice(r, a, line->row, line->number, errors);
    (void)seen_twin(&r->seen, a, e, line->row, line->number);
    (void)seen_turn(&r->seen, a, e, line->row, line->number);
    return OK;
}

static const struct reach *whole_reach(void *data, const struct entity *e,
                                       const struct field *f)
{
    (void)data, (void)e, (void)f;
    return &reach_all;
}

/* Its links, where the file has a column of them. */
static enum status links_read(struct reader *r, struct arena *a,
                              const struct form_input *in,
                              const struct form_source *source,
                              struct import_line *line,
                              struct form_errors *errors)
{
    const struct entity *e = r->im->entity;
    size_t n = entity_link_count(e);
    if (!n)
        return OK;
    line->links = NEW_ARRAY(a, struct links, n);
    line->given = NEW_ARRAY(a, bool, n);
    for (size_t i = 0; i < n; i++) {
        struct links_typed typed;
        const struct link *l = &e->links[i];
        enum status s = links_from_input(a, l, in, source, PARSE_CODES,
                                         link_near(a, source, e, l, line->row),
                                         &typed, errors);
        if (s != OK && s != ERR_INVALID)
            return s;
        line->links[i] = typed.links;
        line->given[i] = typed.given;
    }
    return OK;
}

/* Whole regions may be unknown here: what leaves a field empty is told at the
 * first line that has it. */
static void notes_once(struct reader *r, struct arena *a, int64_t number,
                       struct form_errors *notes)
{
    size_t kept = 0;
    for (size_t i = 0; i < notes->n; i++) {
        const struct form_error *e = &notes->list[i];
        if (word_in("import.unknown_code_new import.taken_as", e->key) &&
            seen_before(&r->seen, a, e->field, e->text, number))
            continue;
        notes->list[kept++] = *e;
    }
    notes->n = kept;
}

/* As it stands; or a new one, under the uid that the file gives it. */
static enum status row_begun(struct reader *r, struct arena *a,
                             const struct record *record,
                             const struct value *code, struct import_line *line,
                             struct form_errors *errors)
{
    const struct entity *e = r->im->entity;
    const struct str key = record_key(record);
    const enum status s =
        import_row(r->conn, a, e, code, key, &line->row, errors);
    line->exists = s == OK;
    if (s != ERR_NOT_FOUND)
        return s;
    struct row *row = line->row = row_new(a, e);
    if (e->has_uid && key.n)
        row->uid = str_dup(a, key);
    row_begin(a, e, row);
    return OK;
}

/* What has no code is known by the values that name it, once they are read:
 * the same file sent again, corrected, says what is there already. */
static enum status row_recognise(struct reader *r, struct arena *a,
                                 const struct form_input *in,
                                 const struct form_source *source,
                                 const struct record *record,
                                 struct import_line *line)
{
    const struct entity *e = r->im->entity;
    struct form_errors ignored = {.mem = a};
    void *tried, *found;
    bool names = false;
    for (const struct index *i = e->indexes; i && i->columns; i++)
        names |= i->names;
    if (!names || line->exists || record_key(record).n)
        return OK;
    tried = row_copy(a, e, line->row);
    enum status s = row_from_input(a, e, in, source,
                                   PARSE_GIVEN | PARSE_CODES | PARSE_FIELDS,
                                   tried, &ignored);
    if (s == OK)
        s = row_by_name(r->conn, a, e, tried, &found);
    if (s == ERR_NOT_FOUND || s == ERR_INVALID)
        return OK;
    TRY(s);
    line->row = found;
    line->exists = true;
    return OK;
}

/* A line of an intake has no code: it is the one before it when it says the
 * same, and what stands already when the intake finds it. *before: that line's
 * number, or 0. */
static enum status line_recognise(struct reader *r, struct arena *a,
                                  struct import_line *line, int64_t *before)
{
    const struct entity *e = r->im->entity;
    unsigned char digest[SHA256];
    struct buf said = {.mem = a};
    struct json j = {.out = &said};
    int64_t stands;
    json_object(&j, NULL);
    row_json(&j, e, line->row);
    json_end_object(&j);
    sha256(digest, buf_done(&said));
    *before = seen_before(&r->seen, a, "line",
                          str_of(hex(a, digest, sizeof(digest))), line->number);
    TRY(r->intake->find(r->conn, a, line->row, &stands));
    line->exists = line->alike = stands != NONE;
    return OK;
}

/* What the writer will find once the lines before it are written. */
static enum status line_weigh(struct reader *r, struct arena *a,
                              struct import_line *line,
                              struct form_errors *errors)
{
    struct weighing w = {.seen = &r->seen, .line = line->number};
    if (line->exists || !r->looks || !r->intake->weigh)
        return OK;
    TRY(r->intake->weigh(r->conn, a, line->row, &w));
    line->exists = line->alike = w.there;
    if (w.fault)
        form_error_add(errors,
                       (struct form_error){.key = w.fault, .field = w.field});
    if (w.note)
        form_error_add(errors->notes,
                       (struct form_error){.key = w.note,
                                           .field = w.field,
                                           .text = str_of(w.said)});
    return OK;
}

/* Where the database has not answered, nothing more is asked of it. */
static enum status faults_add(struct reader *r, struct arena *a,
                              const void *row, struct form_errors *errors)
{
    for (size_t i = 0; i < errors->n; i++)
        if (same(errors->list[i].key, UNANSWERED))
            return OK;
    return errors->n && r->intake && r->intake->faults
               ? r->intake->faults(r->conn, a, row, errors)
               : OK;
}

void piece_refuse_repeated(struct piece *p, const struct import_line *line,
                           const char *field, int64_t before)
{
    piece_refuse_for(p, line, "repeated",
                     (struct form_error){.field = field,
                                         .key = "import.repeated",
                                         .text = str_of(arena_printf(
                                             &p->mem, "%" PRId64, before))});
}

enum status line_read(struct reader *r, struct piece *p,
                      const struct record *record, const struct value *code,
                      struct import_line *line)
{
    const struct entity *e = r->im->entity;
    struct arena *a = &p->mem;
    struct form_input in = {record_get, record, NULL};
    struct form_source source = {.conn = r->conn, .reach = whole_reach};
    struct form_errors notes = {.mem = a};
    struct form_errors errors = {.mem = a, .notes = &notes};
    TRY(row_begun(r, a, record, code, line, &errors));
    TRY(row_recognise(r, a, &in, &source, record, line));
    if (line->exists)
        TRY(check_reach(r, a, line->row, &errors));
    const void *now = row_copy(a, e, line->row);
    enum status s = row_from_input(
        a, e, &in, &source, PARSE_GIVEN | PARSE_CODES, line->row, &errors);
    if (s != OK && s != ERR_INVALID)
        return s;
    TRY(links_read(r, a, &in, &source, line, &errors));
    TRY(faults_add(r, a, line->row, &errors));
    TRY(all_veil(r, a, &errors));
    if (!line->exists)
        check_absent(r, line->row, &errors);
    if (!errors.n)
        TRY(check_reach(r, a, line->row, &errors));
    if (!errors.n)
        TRY(check_lines(r, a, line, now, &errors));
    if (!errors.n && line->exists && row_same(e, now, line->row))
        TRY(links_alike(r->conn, a, e, line, ((struct row *)line->row)->id,
                        &line->alike));
    int64_t before = 0;
    if (!errors.n && r->intake)
        TRY(line_recognise(r, a, line, &before));
    if (!errors.n && r->intake && !before)
        TRY(line_weigh(r, a, line, &errors));
    if (errors.n)
        tell(p, line, "refused", record, &errors);
    else if (before)
        piece_refuse_repeated(p, line, NULL, before);
    else
        p->lines[p->count++] = *line;
    if (!errors.n)
        notes_once(r, a, line->number, &notes);
    if (!errors.n && notes.n)
        tell(p, line, "noted", record, &notes);
    return OK;
}
