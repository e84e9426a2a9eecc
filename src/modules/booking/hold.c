/* Holds: the only place where things are kept, and where two cannot be. */
#include "modules/booking/booking.h"

const char *const booking_parts[] = {"morning", "afternoon", "evening", NULL};

enum half_day part_of(const char *key)
{
    int p = MORNING;
    while (p < PARTS && !(key && same(booking_parts[p], key)))
        p++;
    return (enum half_day)p;
}

static const char *const kinds[] = {"space", "person", "kit", NULL};
static const char *const whys[] = {"visit", "transit", "closed", "override",
                                   NULL};
static const struct field fields[] = {
    CHOICE(hold, kind, kinds, .flags = F_REQUIRED | F_LIST | F_FILTER),
    INT(hold, thing, .min = 1, .max = INT64_MAX, .flags = F_REQUIRED),
    INT(hold, starts, .min = 0, .max = 1000000, .flags = F_REQUIRED),
    INT(hold, until, .min = 0, .max = 1000000, .flags = F_REQUIRED),
    CHOICE(hold, why, whys, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(hold, owner, .max = 60, .flags = F_REQUIRED),
    INT(hold, owner_id, .min = 1, .max = INT64_MAX, .flags = F_REQUIRED),
    {0},
};
static const struct index indexes[] = {
    {.columns = "owner, owner_id"},
    {.columns = "kind, thing, until, starts"},
    {0},
};
static const struct overlap alone = {
    .keys = "kind, thing",
    .from = "starts",
    .until = "until",
    .where = {"why <> 'override'"},
};

const struct entity hold_entity = {
    .name = "booking_hold",
    .api = "hold",
    .row_size = sizeof(struct hold),
    .fields = fields,
    .indexes = indexes,
    .no_overlap = &alone,
    .sort = "starts",
    .read = "booking.holds",
    .write = "booking.keep",
};

/* Holds follow from rows that have their own history: they keep none. */
static enum status hold_put(struct conn *c, const struct hold *h,
                            const char *owner, int64_t owner_id,
                            struct actor by)
{
    return db_exec(
        c,
        SQL("INSERT INTO booking_hold (version, created_at, created_by,"
            " changed_at, changed_by, kind, thing, starts, until, why, owner,"
            " owner_id) VALUES (1, :now, :by, :now, :by, :kind, :thing, "
            ":starts,"
            " :until, :why, :owner, :id)"),
        ARGS(arg_int("now", time_now()), arg_int("by", by.person),
             arg_cstr("kind", h->kind), arg_int("thing", h->thing),
             arg_int("starts", h->starts), arg_int("until", h->until),
             arg_cstr("why", h->why), arg_cstr("owner", owner),
             arg_int("id", owner_id)),
        NULL);
}

enum status holds_give_back(struct conn *c, struct arena *a,
                            const struct entity *owner, int64_t owner_id,
                            struct given_back *was)
{
    const struct arg *args =
        ARGS(arg_cstr("owner", owner->name), arg_int("id", owner_id));
    struct rows *r;
    TRY(db_rows(c, a,
                SQL("SELECT kind, thing, starts, until FROM booking_hold WHERE"
                    " owner = :owner AND owner_id = :id AND why <> 'override'"
                    " ORDER BY id"),
                args, &r));
    while (rows_next(r)) {
        was->all =
            arena_grow(a, was->all, sizeof(*was->all), was->n, &was->room);
        was->all[was->n++] = (struct hold){.kind = row_text(r, 0),
                                           .thing = row_int(r, 1),
                                           .starts = row_int(r, 2),
                                           .until = row_int(r, 3)};
    }
    TRY(rows_end(r));
    return db_exec(c,
                   SQL("DELETE FROM booking_hold WHERE owner = :owner AND"
                       " owner_id = :id"),
                   args, NULL);
}

/* Of several that now stand over nothing the first does. */
enum status holds_settle(struct conn *c, const struct given_back *was)
{
    for (size_t i = 0; i < was->n; i++) {
        const struct hold *h = &was->all[i];
        TRY(db_exec(
            c,
            SQL("UPDATE booking_hold SET why = 'visit' WHERE kind = :kind AND"
                " thing = :thing AND starts < :until AND until > :starts"
                " AND " OVER_NOTHING),
            ARGS(arg_cstr("kind", h->kind), arg_int("thing", h->thing),
                 arg_int("starts", h->starts), arg_int("until", h->until)),
            NULL));
    }
    return OK;
}

enum status holds_set(struct conn *c, struct arena *a,
                      const struct entity *owner, int64_t owner_id,
                      const struct hold *holds, size_t n, struct actor by)
{
    struct given_back was = {0};
    TRY(holds_give_back(c, a, owner, owner_id, &was));
    for (size_t i = 0; i < n; i++)
        TRY(hold_put(c, &holds[i], owner->name, owner_id, by));
    return holds_settle(c, &was);
}
