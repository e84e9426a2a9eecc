/* The roles of a person: what they are, giving one, ending one. */
#include "core/core_pages.h"
#include "core/grant.h"
#include "core/pages.h"
#include "core/pages/grants.html.h"
#include "i18n/format.h"
#include "view/pages/form.html.h"

struct giving {
    struct req *r;
    const struct entity *scope; /* NULL: everywhere */
    struct held given;
    const char *mail, *name; /* of the person */
};

static const char *roles_path(const struct req *r)
{
    return arena_printf(r->mem, "%s/%" PRId64 "/roles", r->entity->path, r->id);
}

static const char *days(struct req *r, const struct held *h)
{
    const char *from = format_day(r->mem, r->lang, h->from, DAY_PLAIN);
    if (h->grant.until == NO_DAY)
        return tr_with(r->mem, r->lang, "core.grant_since", "day", from, NULL);
    if (h->grant.until < h->from)
        return tr_with(r->mem, r->lang, "core.grant_same_day", "day", from,
                       NULL);
    return tr_with(r->mem, r->lang, "core.grant_days", "from", from, "until",
                   format_day(r->mem, r->lang, h->grant.until, DAY_PLAIN),
                   NULL);
}

static enum status lines(struct req *r, struct grants_v *v)
{
    struct held *list;
    size_t n;
    TRY(grants_of(r->conn, r->mem, r->id, &list, &n));
    struct grant_v *items = NEW_ARRAY(r->mem, struct grant_v, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct held *h = &list[n - 1 - i];
        bool mine = false,
             over = h->grant.until != NO_DAY && h->grant.until < day_today();
        if (!over)
            TRY(grant_within(r->conn, r->mem, r->app, r->who, &h->grant,
                             &mine));
        items[i] = (struct grant_v){
            .title = grant_title(r->conn, r->mem, r->app, r->lang, &h->grant),
            .days = days(r, h),
            .state = tr(r->lang, over                ? "core.grant_over"
                                 : grant_is_valid(h) ? "core.grant_valid"
                                                     : "core.grant_coming"),
            .tone = over                ? "stop"
                    : grant_is_valid(h) ? "go"
                                        : "wait",
            .end = mine ? arena_printf(r->mem, "%s/%" PRId64 "/fin",
                                       roles_path(r), h->id)
                        : NULL,
            .key = mine ? req_key(r) : NULL};
    }
    v->items = items;
    v->n = n;
    return OK;
}

enum { C_ROLE, C_SCOPE, C_ROW, C_FROM, C_UNTIL, FIELDS };
static const struct {
    const char *name, *label, *help;
} controls[FIELDS] = {
    [C_ROLE] = {"role", "core.grant_role", "core.grant_role_help"},
    [C_SCOPE] = {"scope", "core.grant_scope", "core.grant_scope_help"},
    [C_ROW] = {"row", "core.grant_row", "core.grant_row_help"},
    [C_FROM] = {"from", "core.grant_from", NULL},
    [C_UNTIL] = {"until", "core.grant_until", "core.grant_until_help"},
};

static struct form_field field_of(struct req *r, size_t nth, bool refused)
{
    const char *name = controls[nth].name;
    struct str typed = req_text(r, name);
    return (struct form_field){
        .name = name,
        .id = arena_printf(r->mem, "f-%s", name),
        .label = tr(r->lang, controls[nth].label),
        .help = controls[nth].help ? tr(r->lang, controls[nth].help) : NULL,
        .type = nth >= C_FROM ? "date" : "text",
        .longest = nth >= C_FROM ? 40 : 200,
        .value = refused && typed.p ? str_dup(r->mem, typed) : "",
        .error =
            form_message(r->mem, r->lang, form_error_of(&r->errors, name))};
}

static void role_options(struct req *r, struct form_field *f)
{
    struct form_option *list = NEW_ARRAY(r->mem, struct form_option, 24);
    struct str rest = str_of(ROLES), role;
    list[f->option_count++] =
        (struct form_option){.value = "", .label = tr(r->lang, "form.choose")};
    while (str_next(&rest, ' ', &role) && f->option_count < 24) {
        const char *key = str_dup(r->mem, role);
        if (!role.n || !grant_may_give(r->who, key))
            continue;
        list[f->option_count++] = (struct form_option){
            .value = key,
            .label = tr(r->lang, arena_printf(r->mem, "role.%s", key)),
            .chosen = same(f->value, key)};
    }
    f->control = CONTROL_SELECT;
    f->required = true;
    f->options = list;
}

static void scope_options(struct req *r, struct form_field *f)
{
    const struct entity *const *scopes = grant_scopes(r->app, r->mem);
    struct form_option *list = NEW_ARRAY(r->mem, struct form_option, 34);
    list[f->option_count++] = (struct form_option){
        .value = "", .label = tr(r->lang, "core.grant_everywhere")};
    for (; *scopes; scopes++)
        list[f->option_count++] =
            (struct form_option){.value = (*scopes)->api,
                                 .label = tr(r->lang, (*scopes)->name),
                                 .chosen = same(f->value, (*scopes)->api)};
    f->control = CONTROL_SELECT;
    f->options = list;
}

/* The rows that the typed name may mean, to choose from. */
static void row_options(struct req *r, struct form_field *f)
{
    const struct form_error *error = form_error_of(&r->errors, "row");
    f->type = "search";
    if (!error || !error->candidate_count)
        return;
    struct form_option *list =
        NEW_ARRAY(r->mem, struct form_option, error->candidate_count + 1);
    list[f->option_count++] =
        (struct form_option){.value = "", .label = tr(r->lang, "form.choose")};
    for (size_t i = 0; i < error->candidate_count; i++)
        list[f->option_count++] = (struct form_option){
            .value =
                arena_printf(r->mem, "%" PRId64, error->candidates[i].target),
            .label = said(r->mem, r->lang, error->candidates[i].title)};
    f->control = CONTROL_SELECT;
    f->again = f->value;
    f->options = list;
}

/* Has the reader, who closes an account, all that its owner has? */
static enum status within_mine(struct req *r, struct conn *c, struct arena *a,
                               bool *all)
{
    struct held *list;
    size_t n;
    TRY(grants_of(c, a, r->id, &list, &n));
    *all = r->id != r->who->person; /* nobody shuts themself out */
    for (size_t i = 0; i < n && *all; i++)
        if (list[i].grant.until == NO_DAY || list[i].grant.until >= day_today())
            TRY(grant_within(c, a, r->app, r->who, &list[i].grant, all));
    return OK;
}

static enum status account_fill(struct req *r, struct grants_v *v)
{
    int64_t shut;
    bool mine;
    TRY(db_int(r->conn,
               SQL("SELECT min(closed) FROM auth_account"
                   " WHERE person = :person"),
               ARGS(arg_int("person", r->id)), &shut));
    v->closed = shut == 1;
    TRY(within_mine(r, r->conn, r->mem, &mine));
    if (shut != 0 || !mine)
        return OK;
    v->close = arena_printf(r->mem, "%s/%" PRId64 "/fermeture", r->entity->path,
                            r->id);
    v->close_key = req_key(r);
    v->close_error =
        form_message(r->mem, r->lang, form_error_of(&r->errors, "sure"));
    return OK;
}

static enum status show(struct req *r, int code, bool refused)
{
    struct form_field *fields = NEW_ARRAY(r->mem, struct form_field, FIELDS);
    for (size_t i = 0; i < FIELDS; i++) {
        fields[i] = field_of(r, i, refused);
        if (i >= C_FROM && fields[i].error)
            fields[i].type = "text";
    }
    role_options(r, &fields[C_ROLE]);
    scope_options(r, &fields[C_SCOPE]);
    row_options(r, &fields[C_ROW]);
    if (!refused)
        fields[C_FROM].value = day_iso(r->mem, day_today());
    const struct form_error *whole = form_error_of(&r->errors, NULL);
    struct form form = {.action = roles_path(r),
                        .submit = tr(r->lang, "core.grant_give"),
                        .csrf = r->who->csrf,
                        .key = req_key(r),
                        .fields = fields,
                        .field_count = FIELDS,
                        .alert = whole ? form_message(r->mem, r->lang, whole)
                                       : NULL};
    struct grants_v v = {
        .lead = tr(r->lang, "core.grants_lead"),
        .csrf = r->who->csrf,
        .form = &form,
        .back = arena_printf(r->mem, "%s/%" PRId64, r->entity->path, r->id)};
    TRY(lines(r, &v));
    TRY(account_fill(r, &v));
    struct page p = req_page(
        r, tr_with(r->mem, r->lang, "core.grants_of", "name",
                   said(r->mem, r->lang, row_title(r->entity, r->row)), NULL));
    const struct form_error *sure = form_error_of(&r->errors, "sure");
    if (sure && !v.close) /* there is no control to say it beside */
        p.alert = form_message(r->mem, r->lang, sure);
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    grants_page(&h, &p, &v);
    return req_html(r, code, &h);
}

static enum status list_json(struct req *r)
{
    struct held *list;
    size_t n;
    struct buf out = {.mem = r->mem};
    struct json j = {.out = &out};
    TRY(grants_of(r->conn, r->mem, r->id, &list, &n));
    json_object(&j, NULL);
    json_array(&j, "rows");
    for (size_t i = 0; i < n; i++) {
        const struct grant *g = &list[i].grant;
        const struct entity *e =
            g->entity ? entity_find(r->app, g->entity) : NULL;
        json_object(&j, NULL);
        json_int(&j, "id", list[i].id);
        json_cstr(&j, "role", g->role);
        json_cstr(&j, "scope", e ? e->api : g->entity);
        if (g->entity)
            json_int(&j, "row", g->row);
        else
            json_null(&j, "row");
        json_cstr(&j, "from", day_iso(r->mem, list[i].from));
        json_cstr(&j, "until",
                  g->until == NO_DAY ? NULL : day_iso(r->mem, g->until));
        json_bool(&j, "valid", grant_is_valid(&list[i]));
        json_end_object(&j);
    }
    json_end_array(&j);
    json_end_object(&j);
    return req_json(r, 200, buf_done(&out));
}

enum status grants_show(struct req *r)
{
    if (r->api || same(r->form, "json"))
        return list_json(r);
    return *r->form ? ERR_NOT_FOUND : show(r, 200, false);
}

static int32_t day_read(struct req *r, const char *name, int32_t none)
{
    static const struct field dates = {.name = "from", .type = F_DATE};
    struct str typed = str_trim(req_text(r, name));
    struct form_error error = {.field = name, .text = typed};
    struct value v;
    if (!typed.n)
        return none;
    error.key =
        field_parse(r->mem, r->lang, r->entity, &dates, typed, &v, &error);
    error.field = name;
    if (error.key)
        form_error_add(&r->errors, error);
    else if (v.i < day_today())
        form_error(&r->errors, name, "core.grant_past");
    return error.key ? none : (int32_t)v.i;
}

static enum status place_read(struct req *r, struct giving *g)
{
    struct str scope = str_trim(req_text(r, "scope"));
    struct str row = str_trim(req_text(r, "row"));
    struct str again = str_trim(req_text(r, "row_search"));
    struct form_source source = req_source(r);
    struct form_error error = {0};
    row = again.n ? again : row;
    const struct entity *const *scopes = grant_scopes(r->app, r->mem);
    for (; scope.n && *scopes; scopes++)
        if (str_eq(scope, (*scopes)->api))
            g->scope = *scopes;
    if (scope.n && !g->scope)
        form_error(&r->errors, "scope", "core.grant_unknown");
    if (!g->scope && row.n)
        form_error(&r->errors, "scope", "core.grant_which");
    if (g->scope && !row.n)
        form_error(&r->errors, "row", "form.required");
    if (!g->scope || !row.n)
        return OK;
    g->given.grant.entity = g->scope->name;
    TRY(ref_from_text(r->mem, &source, g->scope, NULL, 0, row,
                      &g->given.grant.row, &error));
    if (error.key) {
        error.field = "row";
        form_error_add(&r->errors, error);
    }
    return OK;
}

static enum status giving_read(struct req *r, struct giving *g)
{
    struct str role = str_trim(req_text(r, "role"));
    const char *key = role.n ? str_dup(r->mem, role) : "";
    const struct field *mail = entity_field(r->entity, "email");
    *g = (struct giving){.r = r, .name = row_title(r->entity, r->row)};
    if (mail && field_get(mail, r->row).type == V_TEXT)
        g->mail = str_dup(r->mem, field_get(mail, r->row).s);
    if (!*key)
        form_error(&r->errors, "role", "form.required");
    else if (!word_in(ROLES, key))
        form_error(&r->errors, "role", "core.grant_unknown");
    g->given.grant.role = key;
    g->given.from = day_read(r, "from", day_today());
    g->given.grant.until = day_read(r, "until", NO_DAY);
    if (g->given.grant.until != NO_DAY && g->given.grant.until < g->given.from)
        form_error(&r->errors, "until", "core.grant_until_before");
    TRY(place_read(r, g));
    return r->errors.n ? ERR_INVALID : OK;
}

/* A person without an account gets one, without a password yet. */
static enum status account_needed(struct conn *c, struct arena *a,
                                  struct giving *g)
{
    struct req *r = g->r;
    struct account other;
    int64_t known;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM auth_account WHERE person = :person"),
               ARGS(arg_int("person", r->id)), &known));
    if (known)
        return account_shut(c, r->id, false);
    enum status s =
        g->mail ? account_find(c, a, str_of(g->mail), &other) : ERR_INVALID;
    if (s == ERR_NOT_FOUND)
        return account_set(c, a,
                           &(struct account){.person = r->id,
                                             .email = g->mail,
                                             .name = g->name});
    if (s != OK && s != ERR_INVALID)
        return s;
    form_error(&r->errors, NULL,
               g->mail ? "core.grant_mail_taken" : "core.grant_no_mail");
    return ERR_INVALID;
}

static bool same_grant(const struct grant *a, const struct grant *b)
{
    return same(a->role, b->role) &&
           (a->entity
                ? b->entity && same(a->entity, b->entity) && a->row == b->row
                : !b->entity);
}

static enum status held_already(struct conn *c, struct arena *a,
                                struct giving *g)
{
    struct held *list;
    size_t n;
    TRY(grants_of(c, a, g->r->id, &list, &n));
    for (size_t i = 0; i < n; i++) {
        const struct grant *h = &list[i].grant;
        bool longer = h->until == NO_DAY || (g->given.grant.until != NO_DAY &&
                                             g->given.grant.until <= h->until);
        if (same_grant(h, &g->given.grant) && longer &&
            list[i].from <= g->given.from) {
            form_error(&g->r->errors, "role", "core.grant_held");
            return ERR_INVALID;
        }
    }
    return OK;
}

static enum status give(struct conn *c, struct arena *a, void *data)
{
    struct giving *g = data;
    struct req *r = g->r;
    bool within;
    r->errors.n = 0;
    TRY(grant_within(c, a, r->app, r->who, &g->given.grant, &within));
    if (!within) {
        form_error(&r->errors, "role", "core.grant_more");
        return ERR_INVALID;
    }
    TRY(account_needed(c, a, g));
    TRY(held_already(c, a, g));
    TRY(grant_give(c, a, r->who->person, r->id, &g->given));
    r->code = r->api ? 201 : 303;
    r->told = r->api ? STR("{}") : r->told;
    r->location = r->api ? NULL : roles_path(r);
    return OK;
}

static enum status answer(struct req *r, int code, const char *notice)
{
    if (r->api)
        return req_json(r, code, STR("{}"));
    req_notice(r, notice);
    return req_go(r, "%s", roles_path(r));
}

enum status grant_new(struct req *r)
{
    struct giving g;
    enum status s = giving_read(r, &g);
    if (s == OK)
        s = req_write(r, give, &g);
    if (s == ERR_INVALID && !r->api)
        return show(r, 422, true);
    TRY(s);
    return req_done(r) ? OK : answer(r, 201, "core.grant_given");
}

struct ending {
    struct req *r;
    int64_t id;
};

static enum status end(struct conn *c, struct arena *a, void *data)
{
    struct ending *e = data;
    struct req *r = e->r;
    struct held *list;
    size_t n, i = 0;
    bool within, last;
    TRY(grants_of(c, a, r->id, &list, &n));
    while (i < n && list[i].id != e->id)
        i++;
    if (i == n)
        return ERR_NOT_FOUND;
    TRY(grant_within(c, a, r->app, r->who, &list[i].grant, &within));
    if (!within)
        return ERR_FORBIDDEN;
    enum status s =
        grant_take_back(c, a, r->who->person, r->id, &list[i], &last);
    if (s == ERR_CONFLICT) {
        r->errors.n = 0;
        form_error(&r->errors, NULL,
                   last ? "core.grant_last_admin" : "core.grant_ended_before");
    }
    TRY(s);
    r->code = r->api ? 200 : 303;
    r->told = r->api ? STR("{}") : r->told;
    r->location = r->api ? NULL : roles_path(r);
    return OK;
}

enum status grant_stop(struct req *r)
{
    struct ending e = {.r = r};
    if (!str_int(str_of(req_param(r, "grant")), &e.id))
        return ERR_NOT_FOUND;
    TRY(req_write(r, end, &e));
    return req_done(r) ? OK : answer(r, 200, "core.grant_ended");
}

static enum status close_it(struct conn *c, struct arena *a, void *data)
{
    struct req *r = data;
    bool mine, last;
    r->errors.n = 0;
    TRY(within_mine(r, c, a, &mine));
    if (!mine) {
        form_error(&r->errors, NULL, "core.grant_more");
        return ERR_FORBIDDEN;
    }
    enum status s = grants_close(c, a, r->who->person, r->id, &last);
    if (s == ERR_CONFLICT)
        form_error(&r->errors, NULL, "core.grant_last_admin");
    TRY(s);
    r->code = 303;
    r->location = roles_path(r);
    return OK;
}

enum status account_close(struct req *r)
{
    if (!req_text(r, "sure").n) {
        form_error(&r->errors, "sure", "core.account_unsure");
        return show(r, 422, false);
    }
    enum status s = req_write(r, close_it, r);
    if ((s == ERR_CONFLICT || s == ERR_FORBIDDEN) && r->errors.n)
        return show(r, status_code(s), false);
    TRY(s);
    return req_done(r) ? OK : answer(r, 303, "core.account_closed_now");
}
