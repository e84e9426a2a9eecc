/*
 * Asking for a half-day of a laboratory, with or without an account: its page,
 * one form, one answer. The half-day is held from the moment it is asked for;
 * when somebody was faster, others that are free are offered, and what was
 * typed stays.
 */
#include "i18n/format.h"
#include "modules/network/agree.h"
#include "modules/network/pages/lab.html.h"
#include "modules/network/people.h"
#include "modules/network/routes.h"
#include "modules/network/waiting.h"

/* A stranger's requests are guarded as those for advice are. */
enum { OPEN_BY_MAIL = 5, OTHERS = 4, STRANGERS_A_DAY = 300 };

struct asking {
    struct req *r;
    const struct lab *lab;
    int32_t day;
    enum half_day part;
    struct visit *visit;
    bool asks_school;  /* who has an account may have none of their own */
    bool asks_head;    /* of whose school nobody knows the head */
    const char *alert; /* a label key */
    bool taken;
    bool twice; /* the class is expected elsewhere then */
};

static const char asked_of_all[] = "kind class_label pupils need";
static const char asked_of_strangers[] =
    "kind school class_label pupils need asker email";

static const char *asked_fields(const struct asking *k)
{
    return !k->r->who       ? asked_of_strangers
           : k->asks_school ? "kind school class_label pupils need head_email"
           : k->asks_head   ? "kind class_label pupils need head_email"
                            : asked_of_all;
}

/* Who has an account asks in their own name, and their school's. */
static enum status sign(struct req *r, struct conn *c, struct visit *v)
{
    const struct person *person;
    if (!r->who)
        return OK;
    v->asker = r->who->name;
    v->email = r->who->email;
    TRY(person_find(c, r->mem, r->who->person, &person));
    if (person) {
        v->person = person->row.id;
        v->school = person->school;
    }
    return OK;
}

/* Chosen instead of what is taken: "2026-12-01.morning", or with the number of
 * another laboratory behind it. */
static enum status other_chosen(struct asking *k, struct str at,
                                struct str *day, struct str *part)
{
    struct str rest = at, lab = {0};
    int64_t id;
    void *row;
    if (!str_next(&rest, '.', day) || !str_next(&rest, '.', part) ||
        !str_next(&rest, '.', &lab))
        return OK;
    if (!str_int(lab, &id))
        return ERR_INVALID;
    TRY(row_load(k->r->conn, k->r->mem, &lab_entity, id, &reach_all, &row));
    k->lab = row;
    return OK;
}

/* ERR_INVALID: the address names no half-day. */
static enum status asking_open(struct req *r, struct asking *k)
{
    const struct str at = req_text(r, "autre");
    struct str day = req_text(r, "jour"), part = req_text(r, "moment");
    *k = (struct asking){
        .r = r, .lab = r->row, .visit = row_new(r->mem, &visit_entity)};
    if (at.n)
        TRY(other_chosen(k, at, &day, &part));
    k->part = part.n ? part_of(str_dup(r->mem, part)) : PARTS;
    if (k->part == PARTS || !day_parse(day, &k->day))
        return ERR_INVALID;
    k->visit->lab = k->lab->row.id;
    k->visit->year = school_year_of(k->day);
    k->visit->place = "inside";
    k->visit->asked = day_today();
    row_begin(r->mem, &visit_entity, k->visit);
    TRY(sign(r, r->conn, k->visit));
    k->asks_school = k->visit->school == NONE;
    k->visit->lang = lang_code(r->lang);
    struct head_known head;
    TRY(school_head_find(r->conn, r->mem, k->visit, &head));
    k->asks_head = !head.email;
    return OK;
}

static enum status to_calendar(struct req *r)
{
    return req_go(r, "/laboratoires/%" PRId64 "#slots", r->id);
}

/* .alert: why that half-day cannot be asked for, whoever asks. */
static enum status day_judge(struct asking *k, struct conn *c)
{
    k->alert = k->day <= day_today()      ? "network.too_late"
               : k->day > visit_horizon() ? "network.too_far"
                                          : NULL;
    return k->alert ? OK
                    : lab_closed(c, k->r->mem, k->lab->row.id, k->day, k->part,
                                 &k->alert);
}

/* The fields in the order in which one is asked, in the words of one who asks.
 */
static const struct asked_field {
    const char *name, *label, *help;
    bool required;
} asked_here[] = {
    {"kind", "network.ask_kind", NULL, true},
    {"school", "network.ask_school", "network.ask_school.help", true},
    {"class_label", "network.class", "network.class.help", false},
    {"pupils", "network.ask_pupils", NULL, false},
    {"need", "network.ask_need", "network.ask_need.help", false},
    {"head_email", "network.ask_head", "network.ask_head.help", false},
    {"asker", "network.ask_name", NULL, true},
    {"email", "network.ask_mail", NULL, true},
};

static const struct form_field *field_named(const struct form *form,
                                            const char *name)
{
    for (size_t i = 0; i < form->field_count; i++)
        if (same(form->fields[i].name, name))
            return &form->fields[i];
    return NULL;
}

static enum status form_make(struct asking *k, bool refused, struct form *form)
{
    struct req *r = k->r;
    struct form_source source = req_source(r);
    struct form_ask ask = {.entity = &visit_entity,
                           .row = k->visit,
                           .typed = refused ? &r->in : NULL,
                           .errors = &r->errors,
                           .source = &source,
                           .only = asked_fields(k)};
    TRY(form_of_entity(r->mem, r->lang, &ask, form));
    struct form_field *fields =
        NEW_ARRAY(r->mem, struct form_field, COUNT(asked_here));
    size_t n = 0;
    for (size_t i = 0; i < COUNT(asked_here); i++) {
        const struct asked_field *f = &asked_here[i];
        const struct form_field *made = field_named(form, f->name);
        if (!made)
            continue;
        fields[n] = *made;
        fields[n].label = tr(r->lang, f->label);
        fields[n].help = f->help ? tr(r->lang, f->help) : NULL;
        if (same(f->name, "class_label") && k->visit->school != NONE)
            fields[n].list = "school-classes";
        fields[n++].required = f->required;
    }
    form->fields = fields;
    form->field_count = n;
    form->csrf = r->who ? r->who->csrf : NULL;
    form->key = req_key(r);
    form->action = half_day_address(r, k->lab->row.id, k->day, k->part);
    form->submit = tr(r->lang, "network.ask_send");
    return OK;
}

/* "jeudi 12 juin 2025, matin", and where, if that is another laboratory. */
static enum status other_shown(struct asking *k, const struct half *h,
                               const char **out)
{
    struct req *r = k->r;
    void *row;
    *out = half_day_shown(r, h->day, h->part);
    if (h->lab == k->lab->row.id)
        return OK;
    TRY(row_load(r->conn, r->mem, &lab_entity, h->lab, &reach_all, &row));
    *out = arena_printf(r->mem, "%s, %s", *out,
                        said(r->mem, r->lang, ((const struct lab *)row)->name));
    return OK;
}

/* The nearest that hold who comes, while their class is expected nowhere. */
static enum status others_find(const struct asking *k, struct half *out,
                               size_t *n)
{
    enum { TRIES = 2 * OTHERS };
    struct half free[TRIES];
    size_t found;
    bool twice;
    TRY(calendar_near(k->r->conn, k->r->mem,
                      &(struct near){.lab = k->lab->row.id,
                                     .day = k->day,
                                     .part = k->part,
                                     .people = visit_seats(k->visit)},
                      free, TRIES, &found));
    *n = 0;
    for (size_t i = 0; i < found && *n < OTHERS; i++) {
        TRY(class_elsewhere(k->r->conn, k->r->mem, k->visit, free[i].day,
                            booking_parts[free[i].part], &twice));
        if (!twice)
            out[(*n)++] = free[i];
    }
    return OK;
}

/* They are offered as links where nothing was typed yet, else
 * in the form, so that it need not be typed again. */
static enum status others_fill(struct asking *k, struct form *form,
                               struct visit_ask_v *v)
{
    struct req *r = k->r;
    struct half free[OTHERS];
    TRY(others_find(k, free, &v->other_count));
    struct slot_cell_v *cells =
        NEW_ARRAY(r->mem, struct slot_cell_v, v->other_count + 1);
    struct form_option *options =
        NEW_ARRAY(r->mem, struct form_option, v->other_count + 1);
    for (size_t i = 0; i < v->other_count; i++) {
        const struct half *h = &free[i];
        TRY(other_shown(k, h, &cells[i].name));
        cells[i].href = half_day_address(r, h->lab, h->day, h->part);
        options[i] = (struct form_option){
            .value =
                arena_printf(r->mem, "%s.%s.%" PRId64, day_iso(r->mem, h->day),
                             booking_parts[h->part], h->lab),
            .label = cells[i].name};
    }
    v->others = cells;
    if (!v->other_count || !v->form)
        return OK;
    struct form_field *fields =
        NEW_ARRAY(r->mem, struct form_field, form->field_count + 1);
    fields[0] = (struct form_field){.name = "autre",
                                    .id = "f-autre",
                                    .label = tr(r->lang, "network.ask_other"),
                                    .control = CONTROL_RADIOS,
                                    .value = "",
                                    .options = options,
                                    .option_count = v->other_count};
    memcpy(&fields[1], form->fields, form->field_count * sizeof(*fields));
    form->fields = fields;
    form->field_count++;
    return OK;
}

const char *ask_alert(struct req *r, const struct lab *lab, const char *key)
{
    return tr_with(r->mem, r->lang, key, "phone",
                   lab->phone ? arena_printf(r->mem, " (%s)", lab->phone) : "",
                   NULL);
}

/* With the name that the laboratory gave to it. */
static enum status pause_said(const struct asking *k, const char **alert)
{
    struct req *r = k->r;
    const char *name;
    TRY(lab_pause_name(r->conn, r->mem, k->lab->row.id, k->day, &name));
    if (name)
        *alert = tr_with(r->mem, r->lang, "network.ask_paused", "name",
                         said(r->mem, r->lang, name), NULL);
    return OK;
}

/* From which the label is picked, by who has said of which school. */
static enum status classes_fill(struct asking *k, struct visit_ask_v *v)
{
    enum { MOST = 100 };
    struct rows *rows;
    if (k->visit->school == NONE)
        return OK;
    v->classes = NEW_ARRAY(k->r->mem, const char *, MOST);
    TRY(db_rows(k->r->conn, k->r->mem,
                SQL("SELECT label FROM directory_class WHERE school = :school"
                    " AND year = :year ORDER BY label, id LIMIT :most"),
                ARGS(arg_int("school", k->visit->school),
                     arg_int("year", k->visit->year), arg_int("most", MOST)),
                &rows));
    while (rows_next(rows))
        v->classes[v->class_count++] = row_text(rows, 0);
    return rows_end(rows);
}

static enum status show(struct asking *k, int code, bool refused)
{
    struct req *r = k->r;
    const int64_t lab = k->lab->row.id;
    struct form form = {0};
    TRY(form_make(k, refused, &form));
    struct visit_ask_v v = {
        .form = k->taken && !req_is_post(r) ? NULL : &form,
        .alert = k->alert ? ask_alert(r, k->lab, k->alert) : NULL,
        .lab = said(r->mem, r->lang, k->lab->name),
        .when = half_day_shown(r, k->day, k->part),
        .back = arena_printf(r->mem, "/laboratoires/%" PRId64 "#slots", lab),
        .wait = arena_printf(r->mem, "/laboratoires/%" PRId64 "/attente", lab),
        .privacy = r->who ? NULL : tr(r->lang, "network.ask_privacy")};
    if (k->taken || k->twice)
        TRY(others_fill(k, &form, &v));
    TRY(classes_fill(k, &v));
    if (k->alert && same(k->alert, LAB_PAUSED))
        TRY(pause_said(k, &v.alert));
    struct page p = req_page(r, tr(r->lang, "network.ask"));
    req_crumb_to(r, &p, v.lab, path_of_id(r->mem, "/laboratoires", lab));
    struct html h;
    req_html_open(r, &h);
    visit_ask_page(&h, &p, &v);
    return req_html(r, code, &h);
}

/* The room that is theirs who ask; .alert: that it is somebody's who waits. */
static enum status room_asked(struct asking *k, struct conn *c, int64_t people,
                              int64_t *space)
{
    const int64_t lab = k->lab->row.id, at = slot_of(k->day, k->part);
    TRY(room_fitting(c, lab, at, people, space));
    if (*space == NONE)
        return OK;
    TRY(room_unpromised(c, k->r->mem, lab, at, people, space));
    if (*space == NONE)
        k->alert = "network.is_promised";
    return OK;
}

enum status visit_ask_form(struct req *r)
{
    struct asking k;
    enum status opened = asking_open(r, &k);
    if (opened == ERR_INVALID)
        return to_calendar(r);
    TRY(opened);
    TRY(day_judge(&k, r->conn));
    k.taken = k.alert != NULL;
    if (!k.alert) {
        int64_t space;
        TRY(room_asked(&k, r->conn, 0, &space));
        k.taken = space == NONE;
        k.alert = k.taken && !k.alert ? "network.taken" : k.alert;
    }
    return show(&k, k.taken ? 409 : 200, false);
}

enum status visit_ask_again(struct req *r)
{
    struct asking k;
    enum status opened = asking_open(r, &k);
    if (opened == ERR_INVALID)
        return to_calendar(r);
    TRY(opened);
    return show(&k, 200, true);
}

static enum status too_many(struct asking *k, struct conn *c)
{
    int64_t open;
    if (k->r->who)
        return OK;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM network_visit WHERE email = :email AND"
                   " state = 'asked'"),
               ARGS(arg_cstr("email", k->visit->email)), &open));
    if (open >= OPEN_BY_MAIL)
        k->alert = "network.ask_enough";
    TRY(db_int(c,
               /* Refused or cancelled since, it was asked all the same; who
                * imports a register without an account asks nothing. */
               SQL("SELECT count(*) FROM network_visit WHERE asked = :today AND"
                   " created_by = 0 AND email IS NOT NULL"),
               ARGS(arg_day("today", day_today())), &open));
    if (open >= STRANGERS_A_DAY)
        k->alert = "network.ask_later";
    return OK;
}

static enum status write_slot(struct asking *k, struct conn *c, int64_t visit)
{
    struct slot *slot = row_new(k->r->mem, &slot_entity);
    slot->visit = visit;
    slot->day = k->day;
    slot->part = booking_parts[k->part];
    const int64_t at = slot_of(k->day, k->part);
    int64_t any;
    TRY(class_elsewhere(c, k->r->mem, k->visit, slot->day, slot->part,
                        &k->twice));
    if (k->twice) {
        k->alert = "network.class_twice";
        return ERR_INVALID;
    }
    TRY(room_asked(k, c, visit_seats(k->visit), &slot->space));
    k->taken = slot->space == NONE;
    if (k->taken && k->alert)
        return ERR_CONFLICT;
    if (k->taken) {
        TRY(room_free(c, k->lab->row.id, at, 0, &any));
        k->alert = any == NONE ? NULL : "network.rooms_too_small";
        return ERR_CONFLICT;
    }
    enum status s =
        row_insert(c, k->r->mem, &slot_entity, slot, req_actor(k->r));
    k->taken = s == ERR_CONFLICT; /* on a server another may be faster yet */
    return s;
}

static enum status ask(struct conn *c, struct arena *a, void *data)
{
    struct asking *k = data;
    TRY(day_judge(k, c));
    k->taken = k->alert != NULL;
    if (!k->alert)
        TRY(too_many(k, c));
    if (k->alert)
        return ERR_INVALID;
    struct visit *v = row_copy(a, &visit_entity, k->visit);
    TRY(row_insert(c, a, &visit_entity, v, req_actor(k->r)));
    k->r->location = arena_printf(
        k->r->mem,
        "/laboratoires/%" PRId64 "/demande/envoyee?jour=%s&moment=%s",
        k->lab->row.id, day_iso(k->r->mem, k->day), booking_parts[k->part]);
    TRY(write_slot(k, c, v->row.id));
    TRY(asker_tell(c, a, v, TOLD_ASKED));
    TRY(team_tell(c, a, v, &(struct telling){.told = TOLD_NEW, .day = NO_DAY}));
    return agreement_ask(c, a, v->row.id);
}

void ask_required(struct form_errors *errors, const struct entity *e,
                  const void *row)
{
    for (const struct field *f = e->fields; f->name; f++)
        if (field_is_asked(f) && field_get(f, row).type == V_NULL &&
            !form_error_of(errors, f->name))
            form_error(errors, f->name, "form.required");
}

static void read_required(struct asking *k)
{
    const struct visit *v = k->visit;
    struct form_errors *errors = &k->r->errors;
    ask_required(errors, &visit_entity, v);
    if (v->school == NONE && !form_error_of(errors, "school"))
        form_error(errors, "school", "form.required");
    if (!v->asker && !form_error_of(errors, "asker"))
        form_error(errors, "asker", "form.required");
    if (!v->email && !form_error_of(errors, "email"))
        form_error(errors, "email", "form.required");
    const char *fault =
        v->pupils == NONE || form_error_of(errors, "pupils")
            ? NULL
            : lab_fault(k->r->conn, k->lab->row.id, visit_seats(v));
    if (fault)
        form_error(errors, "pupils", fault);
}

enum status visit_ask_send(struct req *r)
{
    struct asking k;
    enum status opened = asking_open(r, &k);
    if (opened == ERR_INVALID)
        return to_calendar(r);
    TRY(opened);
    struct form_source source = req_source(r);
    const struct form_input in = req_asked(r, asked_fields(&k));
    enum status s =
        row_from_input(r->mem, &visit_entity, &in, &source,
                       PARSE_GIVEN | PARSE_NEAR, k.visit, &r->errors);
    if (s != OK && s != ERR_INVALID)
        return s;
    read_required(&k);
    if (str_trim(req_text(r, "site")).n) /* no person fills it */
        return req_go(r, "/laboratoires/%" PRId64, r->id);
    if (!r->once)
        k.alert = "form.no_key";
    if (r->errors.n || k.alert)
        return show(&k, 422, true);
    if (req_stranger_held(r)) {
        k.alert = "network.ask_held";
        return show(&k, 429, true);
    }
    s = req_write(r, ask, &k);
    if (k.taken && !k.alert)
        k.alert = "network.taken";
    if (k.alert && s != OK)
        return show(&k, k.taken ? 409 : 422, true);
    TRY(s);
    return req_done(r) ? OK : req_go(r, "%s", r->location);
}

enum status visit_ask_sent(struct req *r)
{
    struct asking k;
    enum status opened = asking_open(r, &k);
    if (opened == ERR_INVALID)
        return to_calendar(r);
    TRY(opened);
    struct visit_sent_v v = {
        .lab = said(r->mem, r->lang, k.lab->name),
        .lab_href = arena_printf(r->mem, "/laboratoires/%" PRId64, r->id),
        .when = half_day_shown(r, k.day, k.part),
        .visit_href =
            r->who && may(r->who, "network.visits") ? "/accueils" : NULL};
    struct page p = req_page(r, tr(r->lang, "network.sent"));
    struct html h;
    req_html_open(r, &h);
    visit_sent_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
