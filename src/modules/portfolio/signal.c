/* Notes de veille: what was seen elsewhere, sorted with a reason. */
#include "modules/portfolio/life.h"

static const char *const countries[] = {
    "fr", "be", "ca", "ch", "de", "dk", "ee",    "es", "fi",
    "gb", "gr", "ie", "it", "jp", "kr", "lu",    "nl", "no",
    "pl", "pt", "se", "sg", "us", "eu", "other", NULL,
};
static const char *const languages[] = {"fr", "en", "de",    "es", "it",
                                        "nl", "pt", "other", NULL};
static const char *const states[] = {"new", "watched", "kept", "dropped", NULL};

static const char *follow_refuses(struct conn *c, struct arena *a,
                                  const void *row, int64_t person)
{
    const struct signal *n = row;
    (void)c, (void)a;
    return n->follower == person ? "portfolio_signal.follows_already" : NULL;
}

/* What a project came of stays kept, as nothing comes of what was dropped. */
static const char *drop_refuses(struct conn *c, struct arena *a,
                                const void *row, int64_t person)
{
    const struct signal *n = row;
    (void)a, (void)person;
    return fault_if(c,
                    SQL("SELECT count(*) FROM portfolio_filiation WHERE"
                        " to_project IS NOT NULL AND from_signal = :signal"),
                    ARGS(arg_int("signal", n->row.id)),
                    "portfolio_signal.led_to_project");
}

/* Whoever takes a note on says so themselves. */
static enum status follow(struct conn *c, struct arena *a, const void *row,
                          struct str reason, struct actor by)
{
    struct signal *n = row_copy(a, &signal_entity, row);
    (void)reason;
    n->follower = by.person;
    return row_update_as(c, a, &signal_entity, n, by, "follow");
}

static const struct step steps[] = {
    {.name = "follow",
     .from = "new watched kept",
     .right = "portfolio.edit_watch",
     .refuse = follow_refuses,
     .effect = follow},
    {.name = "keep",
     .from = "new watched",
     .to = "kept",
     .right = "portfolio.edit_watch",
     .needs_reason = true},
    {.name = "watch",
     .from = "new kept",
     .to = "watched",
     .right = "portfolio.edit_watch",
     .needs_reason = true},
    {.name = "drop",
     .from = "new watched kept",
     .to = "dropped",
     .right = "portfolio.edit_watch",
     .refuse = drop_refuses,
     .needs_reason = true},
    {.name = "reopen",
     .from = "dropped",
     .to = "new",
     .right = "portfolio.edit_watch",
     .needs_reason = true},
    {0},
};

static const struct field fields[] = {
    TEXT(signal, title,
         .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SORT | F_SEARCH),
    TEXT(signal, source, .flags = F_REQUIRED | F_LIST | F_SEARCH),
    TEXT(signal, web, .max = 500, .check = check_web),
    CHOICE(signal, country, countries, .flags = F_LIST | F_FILTER),
    CHOICE(signal, language, languages, .flags = F_FILTER),
    PROSE(signal, subject, .max = 4000, .flags = F_SEARCH),
    DATE(signal, seen, .flags = F_REQUIRED | F_LIST | F_SORT | F_PAST),
    REF(signal, follower, &person_entity, .holders = "portfolio.edit_watch",
        .flags = F_PERSONAL | F_FILTER | F_BEGINS),
    CHOICE(signal, state, states, .flags = F_REQUIRED | F_LIST | F_FILTER),
    PROSE(signal, state_reason, .max = 2000, .flags = F_COMPUTED),
    {0},
};

const struct entity signal_entity = {
    .name = "portfolio_signal",
    .api = "signal",
    .path = "/veille",
    .row_size = sizeof(struct signal),
    .fields = fields,
    .steps = steps,
    .title = "title",
    .code = "title",
    .sort = "-seen",
    .read = "portfolio.watch",
    .write = "portfolio.edit_watch",
    .has_uid = true,
};
