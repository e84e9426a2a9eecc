/* Asking for advice, with or without an account, and the queue of those who
 * wait: the longest first, and which needs come back. */
#include "i18n/format.h"
#include "modules/portfolio/pages/ask.html.h"
#include "modules/portfolio/routes.h"
#include "modules/portfolio/shown.h"

/* A stranger's requests are guarded: a field that people do not see, a bound by
 * mail, one by the address they come from, and as a last net one for all
 * strangers of a day: more than fifty networks together reach. */
enum { OPEN_BY_MAIL = 3, STRANGERS_A_DAY = 1000 };

struct asking {
    struct req *r;
    struct advice *row;
    const char *alert; /* a label key */
};

static struct asking asking_open(struct req *r)
{
    struct asking k = {.r = r, .row = row_new(r->mem, &advice_entity)};
    k.row->asked = day_today();
    row_begin(r->mem, &advice_entity, k.row);
    return k;
}

static const char asked_of_all[] = "need detail topic discipline level";
static const char asked_of_strangers[] =
    "need detail topic discipline level school asker email";

static const char *asked_fields(const struct req *r)
{
    return r->who ? asked_of_all : asked_of_strangers;
}

/* Who asks speaks for themselves, and need not know under which discipline or
 * level; a stranger is asked for what answers them. The form of those who note
 * a request says it in other words. */
static void own_words(struct req *r, struct form_field *f)
{
    static const struct {
        const char *name, *help;
    } helps[] = {{"need", "portfolio.ask_need_help"},
                 {"school", "portfolio.ask_school_help"},
                 {"asker", NULL},
                 {"email", NULL}};
    f->required |= word_in("asker email", f->name);
    for (size_t i = 0; i < COUNT(helps); i++)
        if (same(f->name, helps[i].name))
            f->help = helps[i].help ? tr(r->lang, helps[i].help) : NULL;
    if (f->control != CONTROL_SELECT || f->required || !f->option_count ||
        *f->options[0].value)
        return;
    struct form_option *options =
        NEW_ARRAY(r->mem, struct form_option, f->option_count);
    memcpy(options, f->options, f->option_count * sizeof(*options));
    options[0].label = tr(r->lang, "portfolio.ask_not_said");
    f->options = options;
}

static void asked_words(struct req *r, struct form *form)
{
    struct form_field *fields =
        NEW_ARRAY(r->mem, struct form_field, form->field_count);
    for (size_t i = 0; i < form->field_count; i++) {
        fields[i] = form->fields[i];
        own_words(r, &fields[i]);
    }
    form->fields = fields;
}

static enum status show(struct asking *k, int code, bool refused)
{
    struct req *r = k->r;
    struct form_source source = req_source(r);
    struct form_ask ask = {.entity = &advice_entity,
                           .row = k->row,
                           .typed = refused ? &r->in : NULL,
                           .errors = &r->errors,
                           .source = &source,
                           .only = asked_fields(r)};
    struct form *form = NEW(r->mem, struct form);
    TRY(form_of_entity(r->mem, r->lang, &ask, form));
    asked_words(r, form);
    form->csrf = r->who ? r->who->csrf : NULL;
    form->key = req_key(r);
    form->action = "/demander-conseil";
    form->submit = tr(r->lang, "portfolio.ask_send");
    struct ask_v v = {.form = form,
                      .alert = k->alert ? tr(r->lang, k->alert) : NULL,
                      .privacy =
                          r->who ? NULL : tr(r->lang, "portfolio.ask_privacy")};
    struct page p = req_page(r, tr(r->lang, "portfolio.ask"));
    struct html h;
    req_html_open(r, &h);
    ask_page(&h, &p, &v);
    return req_html(r, code, &h);
}

enum status ask_form(struct req *r)
{
    struct asking k = asking_open(r);
    return show(&k, 200, false);
}

enum status ask_again(struct req *r)
{
    struct asking k = asking_open(r);
    return show(&k, 200, true);
}

/* Who has an account is known by it; of a stranger a school alone answers
 * nobody. */
static void asker_check(struct req *r, const struct advice *d)
{
    if (r->who && r->errors.n == 1 &&
        same(r->errors.list[0].key, "portfolio_advice.nobody_asks"))
        r->errors.n = 0;
    if (r->who || r->errors.n)
        return;
    if (!d->asker)
        form_error(&r->errors, "asker", "form.required");
    if (!d->email)
        form_error(&r->errors, "email", "form.required");
}

/* Who has an account asks in their own name, and their school's. */
static enum status sign(struct asking *k, struct conn *c)
{
    const struct person *person;
    k->row->person = NONE;
    if (!k->r->who)
        return OK;
    k->row->school = NONE;
    TRY(person_find(c, k->r->mem, k->r->who->person, &person));
    if (person) {
        k->row->person = person->row.id;
        k->row->school = person->school;
    } else {
        k->row->asker = k->r->who->name;
        k->row->email = k->r->who->email;
    }
    return OK;
}

static const char *too_many(struct conn *c, const struct advice *d)
{
    const char *enough = fault_if(
        c,
        SQL("SELECT CASE WHEN count(*) >= :most THEN 1 ELSE 0 END FROM"
            " portfolio_advice WHERE email = :email AND state = 'new'"),
        ARGS(arg_cstr("email", d->email), arg_int("most", OPEN_BY_MAIL)),
        "portfolio.ask_enough");
    return enough
               ? enough
               : fault_if(
                     c,
                     SQL("SELECT CASE WHEN count(*) >= :most THEN 1 ELSE 0 END"
                         " FROM portfolio_advice WHERE asked = :today AND"
                         " created_by = 0"),
                     ARGS(arg_day("today", day_today()),
                          arg_int("most", STRANGERS_A_DAY)),
                     "portfolio.ask_later");
}

static enum status ask(struct conn *c, struct arena *a, void *data)
{
    struct asking *k = data;
    TRY(sign(k, c));
    k->alert = k->r->who ? NULL : too_many(c, k->row);
    if (k->alert)
        return ERR_INVALID;
    k->r->location = "/demander-conseil/merci";
    /* A copy: what the row is given here does not outlive this run. */
    void *row = row_copy(a, &advice_entity, k->row);
    return row_insert(c, a, &advice_entity, row, req_actor(k->r));
}

enum status ask_send(struct req *r)
{
    struct asking k = asking_open(r);
    struct form_source source = req_source(r);
    const struct form_input in = req_asked(r, asked_fields(r));
    enum status s = row_from_input(r->mem, &advice_entity, &in, &source, 0,
                                   k.row, &r->errors);
    if (s != OK && s != ERR_INVALID)
        return s;
    asker_check(r, k.row);
    if (str_trim(req_text(r, "site")).n) /* no person fills it */
        return req_go(r, "/demander-conseil/merci");
    if (!r->once)
        k.alert = "form.no_key";
    if (r->errors.n || k.alert)
        return show(&k, 422, true);
    if (req_stranger_held(r)) {
        k.alert = "portfolio.ask_held";
        return show(&k, 429, true);
    }
    s = req_write(r, ask, &k);
    if (s == ERR_INVALID && k.alert)
        return show(&k, 422, true);
    TRY(s);
    return req_done(r) ? OK : req_go(r, "%s", r->location);
}

enum status ask_thanks(struct req *r)
{
    struct ask_v v = {.sent = true,
                      .follows = r->who && may(r->who, advice_entity.read)};
    struct page p = req_page(r, tr(r->lang, "portfolio.ask_thanks"));
    struct html h;
    req_html_open(r, &h);
    thanks_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

/* The queue. */

static enum status needs_fill(struct req *r, struct queue_v *v)
{
    enum { MOST = 20 };
    struct rows *rows;
    const struct arg *args;
    struct need_v *out = NEW_ARRAY(r->mem, struct need_v, MOST);
    struct sql sql = sql_with_reach(
        r->mem,
        SQL("SELECT a.topic, a.discipline, a.level, count(*) AS n, sum(CASE"
            " WHEN a.state IN ('new', 'taken') THEN 1 ELSE 0 END) FROM"
            " portfolio_advice a WHERE {reach:a} GROUP BY a.topic,"
            " a.discipline, a.level HAVING count(*) > 1 ORDER BY n DESC,"
            " a.topic, coalesce(a.discipline, ''), coalesce(a.level, '')"
            " LIMIT :most"),
        &advice_entity, &r->reach, ARGS(arg_int("most", MOST)), &args);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    while (rows_next(rows)) {
        const char *topic = row_text(rows, 0), *discipline = row_text(rows, 1),
                   *level = row_text(rows, 2);
        out[v->need_count++] = (struct need_v){
            .topic = choice_shown(r, &advice_entity, "topic", topic),
            .discipline =
                choice_shown(r, &advice_entity, "discipline", discipline),
            .level = choice_shown(r, &advice_entity, "level", level),
            .href = arena_printf(
                r->mem, "/conseils?topic=%s&discipline=%s&level=%s", topic,
                discipline ? discipline : "~", level ? level : "~"),
            .n = row_int(rows, 3),
            .waiting = row_int(rows, 4)};
    }
    v->needs = out;
    return rows_end(rows);
}

/* Who asks, as far as the reader may know: names of people are for who may
 * read them in the directory, a stranger's for who answers. NULL: a school. */
static const char *asker_shown(struct req *r, const struct list *list,
                               const struct advice *d)
{
    const struct field *person = entity_field(&advice_entity, "person");
    if (d->person != NONE && d->person == r->who->person)
        return tr(r->lang, "portfolio.asked_by_you");
    if (d->person != NONE)
        return may(r->who, person_entity.read)
                   ? said(r->mem, r->lang,
                          list_ref_title(list, person, d->person))
                   : tr(r->lang, "portfolio.asked_by_staff");
    if (!d->asker)
        return NULL;
    return may(r->who, advice_entity.write)
               ? said(r->mem, r->lang, d->asker)
               : tr(r->lang, "portfolio.asked_by_somebody");
}

enum status advice_queue(struct req *r)
{
    struct list list;
    struct queue_v v = {0};
    const struct field *school = entity_field(&advice_entity, "school");
    struct list_ask ask = {.entity = &advice_entity,
                           .reach = &r->reach,
                           .where = SQL("t.state IN ('new', 'taken')"),
                           .after = page_after(r),
                           .limit = LIST_MOST,
                           .no_total = true,
                           .all_titles = true};
    TRY(list_load(r->conn, r->mem, &ask, &list));
    struct queue_row_v *out = NEW_ARRAY(r->mem, struct queue_row_v, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        const struct advice *d = list.rows[i];
        out[i] = (struct queue_row_v){
            .need = d->need,
            .href = row_address(r, &advice_entity, d->row.id),
            .topic = choice_shown(r, &advice_entity, "topic", d->topic),
            .level = choice_shown(r, &advice_entity, "level", d->level),
            .who = asker_shown(r, &list, d),
            .stranger = d->person == NONE && d->asker,
            .school = d->school == NONE
                          ? NULL
                          : list_ref_title(&list, school, d->school),
            .since = format_day_from(r->mem, r->lang, d->asked, day_today()),
            .state = choice_shown(r, &advice_entity, "state", d->state),
            .tone = tone_of(r, &advice_entity, "state", d->state),
            .days = day_today() - d->asked};
    }
    v.rows = out;
    v.n = list.n;
    v.pages = pages_shown(r, &ask, &list, "/conseils/file");
    TRY(needs_fill(r, &v));
    struct page p = req_page(r, tr(r->lang, "portfolio.queue"));
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    queue_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
