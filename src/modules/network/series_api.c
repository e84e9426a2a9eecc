/* A series by the API: its dates as a program reads them, and what its ticks
 * have done. Booking, moving and cancelling are those of its pages. */
#include "core/instead.h"
#include "i18n/format.h"
#include "modules/network/series_dating.h"

void series_done_plan(struct dating *d, size_t n)
{
    struct req *r = d->r;
    struct buf out = {.mem = r->mem};
    struct json j = {.out = &out};
    r->location = path_of_id(r->mem, "/series", r->id);
    if (!r->api)
        return;
    json_object(&j, NULL);
    json_int(&j, "id", r->id);
    json_int(&j, "dates", (int64_t)n);
    json_end_object(&j);
    r->location = NULL;
    r->code = 200;
    r->told = buf_done(&out);
}

static struct slot *slot_of_tick(const struct dating *d, const struct tick *t)
{
    struct slot *s = row_new(d->r->mem, &slot_entity);
    s->visit = t->visit;
    s->day = t->at.day;
    s->part = booking_parts[t->at.part];
    s->space = t->at.space;
    s->coordinator = d->s->coordinator;
    return s;
}

/* Has another the room, a part of it, or who coordinates? */
static enum status is_taken(struct req *r, const struct slot *s, bool *is)
{
    int64_t n;
    TRY(db_int(
        r->conn,
        SQL("SELECT count(*) FROM booking_hold h WHERE h.starts <= :slot AND"
            " h.until > :slot AND ((h.kind = 'person' AND h.thing = :person) OR"
            " (h.kind = 'space' AND h.thing IN (SELECT p.id FROM network_space"
            " p WHERE p.id = :space OR p.within = :space))) AND NOT (h.owner ="
            " 'network_slot' AND h.owner_id IN (SELECT x.id FROM network_slot x"
            " WHERE x.visit = :visit))"),
        ARGS(arg_int("slot", slot_of(s->day, part_of(s->part))),
             arg_int("person", s->coordinator), arg_int("space", s->space),
             arg_int("visit", s->visit)),
        &n));
    *is = n > 0;
    return OK;
}

/* A date on which two of them would meet is offered once. */
static void drop_second(struct instead *in)
{
    const struct slot *last = in->n ? in->list[in->n - 1].row : NULL;
    for (size_t i = 0; i + 1 < in->n; i++) {
        const struct slot *s = in->list[i].row;
        if (s->day == last->day && same(s->part, last->part) &&
            s->space == last->space) {
            in->n--;
            return;
        }
    }
}

enum status series_refused(struct dating *d, enum status s)
{
    enum { SOME = 8 }; /* are told what is free instead */
    struct req *r = d->r;
    form_error_add(&r->errors,
                   (struct form_error){.key = d->fault,
                                       .max = step_reason_most(&visit_entity)});
    if (s == ERR_INVALID)
        return s;
    TRY(req_renew(r));
    for (size_t i = 0, n = 0; i < d->n && n < SOME; i++) {
        const struct slot *slot = slot_of_tick(d, &d->ticks[i]);
        bool taken;
        TRY(is_taken(r, slot, &taken));
        if (!taken)
            continue;
        n++;
        TRY(instead_look_beside(
            r, &slot_entity, slot,
            &(struct beside){.under = slot->visit == NONE
                                          ? series_visit(r->mem, d->s)
                                          : NULL}));
        drop_second(&r->instead);
    }
    return ERR_CONFLICT;
}

static void id_json(struct json *j, const char *key, int64_t id)
{
    if (id == NONE)
        json_null(j, key);
    else
        json_int(j, key, id);
}

static void place_json(struct req *r, struct json *j, int64_t visit,
                       const struct place *p)
{
    json_cstr(j, "day", day_iso(r->mem, p->day));
    json_cstr(j, "part", booking_parts[p->part]);
    id_json(j, "space", p->space);
    json_cstr(j, "keep", p->space == NONE ? NULL : tick_value(r, visit, p));
}

static void date_json(struct req *r, struct json *j, const struct occurrence *o,
                      bool moves)
{
    const bool there = o->visit != NONE && !moves;
    json_object(j, NULL);
    place_json(r, j, o->visit, &o->at);
    id_json(j, "visit", o->visit);
    json_cstr(j, "state", o->visit == NONE ? NULL : o->state);
    json_cstr(j, "why",
              there || o->at.space != NONE ? NULL : series_why_not(r, o));
    id_json(j, "taken_by", there ? NONE : o->taken_by);
    json_array(j, "others");
    if (!there && o->other.space != NONE) {
        json_object(j, NULL);
        place_json(r, j, o->visit, &o->other);
        json_end_object(j);
    }
    json_end_array(j);
    json_end_object(j);
}

static const char *text_or(struct req *r, const char *name, const char *none)
{
    const struct str typed = req_text(r, name);
    return typed.n ? str_dup(r->mem, typed) : none;
}

/* With ?jour= where its visits of the scope would go. */
enum status series_dates_show(struct req *r)
{
    struct dating d = {.r = r, .s = r->row};
    struct buf out = {.mem = r->mem};
    struct json j = {.out = &out};
    struct series_move m;
    struct occurrence *all;
    const char *scope;
    size_t n;
    const bool moves = req_text(r, "jour").n > 0;
    const struct reach seen =
        reach_of(r->app, r->mem, r->who, "network.visits");
    if (moves && (!series_scope_read(&d, &scope) ||
                  !series_move_read(&d, text_or(r, "jour", ""),
                                    text_or(r, "moment", d.s->part),
                                    text_or(r, "espace", ""), &m))) {
        form_error(&r->errors, NULL, "network.series_no_scope");
        return ERR_INVALID;
    }
    TRY(moves ? series_moved(r->conn, r->mem, d.s, &m, &seen, &all, &n)
              : series_dates(r->conn, r->mem, d.s, &seen, &all, &n));
    json_array(&j, NULL);
    for (size_t i = 0; i < n; i++)
        date_json(r, &j, &all[i], moves);
    json_end_array(&j);
    return req_json(r, 200, buf_done(&out));
}
