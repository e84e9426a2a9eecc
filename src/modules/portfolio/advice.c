/* Requests for advice, until it is known what came of the answer. */
#include "core/link.h"
#include "core/mail.h"
#include "core/pages.h"
#include "core/request.h"
#include "i18n/format.h"
#include "modules/portfolio/life.h"
#include "modules/portfolio/routes.h"

#define LINK_ANSWER "answer" /* to the documents given with it */
#define GIVEN "{site}/documents-remis/"

static const char *const topics[] = {
    "resource", "practice", "inclusion", "ai",    "equipment",
    "space",    "training", "project",   "other", NULL,
};
static const char *const disciplines[] = {
    "all",           "french", "mathematics", "languages",  "history",
    "science",       "arts",   "sport",       "technology", "professional",
    "documentation", "other",  NULL,
};
static const char *const levels[] = {
    "nursery", "elementary", "college", "lycee", "lycee_pro", "all", NULL,
};
static const char *const states[] = {"new",    "taken",     "answered",
                                     "closed", "withdrawn", NULL};

static const char *lacks_answer(struct conn *c, struct arena *a,
                                const void *row, int64_t person)
{
    const struct advice *d = row;
    (void)c, (void)a, (void)person;
    return d->answer ? NULL : "portfolio_advice.lacks_answer";
}

static const struct link links[] = {
    {.name = "documents", .target = &document_entity, .most = 10},
    {0},
};

/* Its title, and where it is read: a file by a secret address, for who asked
 * may have no account. */
static void document_told(struct arena *a, const struct lang *l,
                          const struct document *doc, const char *secret,
                          struct buf *out)
{
    const char *at =
        doc->file != NONE
            ? arena_printf(a, GIVEN "%s/%" PRId64 "/file", secret, doc->row.id)
        : doc->web ? mail_typed(a, doc->web)
                   : "";
    buf_printf(out, "\n- %s%s%s", mail_typed(a, doc->title),
               *at ? tr(l, "view.colon") : "", at);
}

static enum status documents_told(struct conn *c, struct arena *a,
                                  const struct advice *d, const struct lang *l,
                                  const char **out)
{
    enum { DAYS = 180 };
    struct links given;
    struct buf b = {.mem = a};
    const char *secret;
    *out = "";
    TRY(links_load(c, a, (struct linking){&advice_entity, links, d->row.id},
                   &given));
    if (!given.n && d->file == NONE)
        return OK;
    TRY(link_add(c, a, LINK_ANSWER, d->row.id, day_today() + DAYS, &secret));
    buf_printf(&b, "\n\n%s",
               tr_with(a, l, "portfolio.mail_documents", "until",
                       format_day(a, l, day_today() + DAYS, DAY_LONG), NULL));
    if (d->file != NONE)
        buf_printf(&b, "\n- %s%s" GIVEN "%s/file",
                   field_label(a, l, &advice_entity, "file"),
                   tr(l, "view.colon"), secret);
    for (size_t i = 0; i < given.n; i++) {
        void *row;
        TRY(row_load(c, a, &document_entity, given.all[i].target, &reach_all,
                     &row));
        document_told(a, l, row, secret, &b);
    }
    *out = buf_done(&b).p;
    return OK;
}

/* Its secret leads to the answer, and on to what was given with it. */
static enum status answer_find(struct req *r, int64_t *answer)
{
    bool spent;
    req_header(r, "X-Robots-Tag", "noindex");
    return link_find(r->conn, r->mem, LINK_ANSWER,
                     str_of(req_param(r, "secret")), answer, &spent);
}

/* One that the answer gives no more is not there, whatever its mail said. */
enum status document_given(struct req *r)
{
    int64_t answer;
    bool given = false;
    struct links all;
    TRY(answer_find(r, &answer));
    TRY(links_load(r->conn, r->mem,
                   (struct linking){&advice_entity, links, answer}, &all));
    if (!str_int(str_of(req_param(r, "document")), &r->id))
        return ERR_NOT_FOUND;
    for (size_t i = 0; i < all.n; i++)
        given |= all.all[i].target == r->id;
    if (!given)
        return ERR_NOT_FOUND;
    TRY(row_load(r->conn, r->mem, &document_entity, r->id, &reach_all,
                 &r->row));
    return file_show(r);
}

/* The document that was written for it, which no project has. */
enum status answer_given(struct req *r)
{
    TRY(answer_find(r, &r->id));
    TRY(row_load(r->conn, r->mem, &advice_entity, r->id, &reach_all, &r->row));
    return file_show(r);
}

/* Who asked reads the answer where they can: with an account or without. */
static enum status answer_sent(struct conn *c, struct arena *a, const void *row,
                               struct str reason, struct actor by)
{
    const struct advice *d = row;
    const struct lang *l;
    const struct person *p;
    const char *documents;
    (void)reason, (void)by;
    TRY(person_find(c, a, d->person, &p));
    TRY(mail_lang(c, a, d->person, NULL, &l));
    TRY(documents_told(c, a, d, l, &documents));
    const char *name = p ? p->name : d->asker ? d->asker : "";
    return mail_add(
        c, a,
        &(struct mail){.to = p ? p->email : d->email,
                       .lang = l,
                       .what = "portfolio.mail_answer",
                       .subject = tr(l, "portfolio.mail_answer_subject"),
                       .text = tr_with(a, l, "portfolio.mail_answer_text",
                                       "name", mail_typed(a, name), "need",
                                       mail_typed(a, d->need), "answer",
                                       mail_typed(a, d->answer), "documents",
                                       documents, NULL),
                       .page = path_of_id(a, advice_entity.path, d->row.id)});
}

static const char *lacks_outcome(struct conn *c, struct arena *a,
                                 const void *row, int64_t person)
{
    const struct advice *d = row;
    (void)c, (void)a, (void)person;
    return d->outcome ? NULL : "portfolio_advice.lacks_outcome";
}

static const struct step steps[] = {
    {.name = "take",
     .from = "new",
     .to = "taken",
     .right = "portfolio.edit_advice"},
    {.name = "answer",
     .from = "new taken",
     .to = "answered",
     .right = "portfolio.edit_advice",
     .refuse = lacks_answer,
     .effect = answer_sent},
    {.name = "close",
     .from = "answered",
     .to = "closed",
     .right = "portfolio.edit_advice",
     .refuse = lacks_outcome},
    {.name = "withdraw",
     .from = "new taken",
     .to = "withdrawn",
     .right = "portfolio.edit_advice",
     .needs_reason = true},
    {.name = "reopen",
     .from = "answered closed withdrawn",
     .to = "taken",
     .right = "portfolio.edit_advice",
     .needs_reason = true},
    {0},
};

static const struct field fields[] = {
    TEXT(advice, need, .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    PROSE(advice, detail, .max = 4000, .flags = F_SEARCH),
    CHOICE(advice, topic, topics, .flags = F_REQUIRED | F_LIST | F_FILTER),
    CHOICE(advice, discipline, disciplines, .flags = F_FILTER),
    CHOICE(advice, level, levels, .flags = F_LIST | F_FILTER),
    DATE(advice, asked, .flags = F_REQUIRED | F_LIST | F_SORT | F_PAST),
    REF(advice, school, &school_entity, .flags = F_LIST | F_FILTER),
    REF(advice, person, &person_entity,
        .flags = F_PERSONAL | F_FILTER | F_NAMED),
    TEXT(advice, asker, .max = 100, .flags = F_PERSONAL | F_WRITERS),
    TEXT(advice, email, .flags = F_PERSONAL | F_WRITERS, .check = check_mail),
    CHOICE(advice, state, states, .flags = F_REQUIRED | F_LIST | F_FILTER),
    PROSE(advice, state_reason, .max = 2000, .flags = F_COMPUTED),
    PROSE(advice, answer, .max = 8000, .flags = F_SEARCH),
    FILE_REF(advice, file,
             .kinds = "pdf image office text sound video archive"),
    PROSE(advice, outcome, .max = 4000),
    {0},
};
static const char *const reach[] = {
    "school",
    "school.bassin",
    "school.circonscription",
    "school.departement",
    "person",
    NULL,
};

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct advice *d = row;
    (void)c, (void)a;
    if (d->person != NONE || d->school != NONE || (d->asker && d->email))
        return NULL;
    *field = d->asker ? "email" : "asker";
    return "portfolio_advice.nobody_asks";
}

const struct entity advice_entity = {
    .name = "portfolio_advice",
    .api = "advice",
    .path = "/conseils",
    .row_size = sizeof(struct advice),
    .fields = fields,
    .steps = steps,
    .links = links,
    .title = "need",
    .sort = "asked",
    .reach = reach,
    .read = "portfolio.advice",
    .write = "portfolio.edit_advice",
    .has_uid = true,
    .keep_years = 5,
    .check = check,
};
