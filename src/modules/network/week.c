/* A week of the laboratories in reach: what is received, when and where. */
#include "i18n/format.h"
#include "modules/network/pages/week.html.h"
#include "modules/network/receive.h"
#include "modules/network/routes.h"

enum { MOST_SLOTS = 400, DAYS = 7, LABS = 4 };

/* ?semaine=2026-12-01: the week of that day; else this one. */
static enum status monday_asked(struct req *r, int32_t *monday)
{
    const struct str given = req_text(r, "semaine");
    int32_t day = day_today();
    if (given.n && !day_parse(given, &day))
        return ERR_NOT_FOUND;
    *monday = day - day_weekday(day);
    return OK;
}

static const char *week_address(struct req *r, int32_t monday)
{
    return arena_printf(r->mem, "/ma-semaine?semaine=%s",
                        day_iso(r->mem, monday));
}

/* "24 annoncés", "22 présents"; NULL where nobody has said. */
static const char *people_shown(struct req *r, const char *key, int64_t n)
{
    return n > 0 ? tr_n(r->mem, r->lang, key, n) : NULL;
}

static void slot_fill(struct req *r, struct rows *rows, struct week_slot_v *v)
{
    const char *state = row_text(rows, 3), *part = row_text(rows, 1);
    const bool held = same(state, "held");
    *v = (struct week_slot_v){
        .part = format_half(r->lang, part_of(part)),
        .title = row_text(rows, 2),
        .state = choice_label(r->mem, r->lang, &visit_entity, "state", state),
        .tone = choice_tone(r->mem, r->lang, &visit_entity, "state", state),
        .href = arena_printf(r->mem, "/accueils/%" PRId64, row_int(rows, 4)),
        .lab = row_text(rows, 5),
        .space = row_text(rows, 6),
        .school = row_text(rows, 7),
        .with = row_text(rows, 8),
        .people =
            people_shown(r, held ? "network.present" : "network.announced",
                         row_int(rows, held ? 10 : 9))};
}

static enum status slots_load(struct req *r, int32_t monday,
                              struct week_slot_v *out, int32_t *days, size_t *n)
{
    struct rows *rows;
    const struct arg *args;
    struct sql sql = sql_with_reach(
        r->mem,
        SQL("SELECT s.day, s.part, v.title, v.state, v.id, l.name, p.name,"
            " e.name, c.name, coalesce(v.pupils, 0) + coalesce(v.teachers, 0) +"
            " coalesce(v.parents, 0) + coalesce(v.others, 0),"
            " " PRESENT " FROM network_slot s CROSS JOIN network_visit v JOIN"
            " network_lab l ON l.id = v.lab LEFT JOIN network_space p ON p.id ="
            " s.space LEFT JOIN directory_school e ON e.id = v.school LEFT JOIN"
            " directory_person c ON c.id = s.coordinator WHERE v.id = s.visit "
            "AND s.day BETWEEN"
            " :first AND :last AND v.state IN (" KEEPING ") AND {reach:v}"
            " ORDER BY s.day, " PART_NUMBER(
                "s.part") ", l.name, s.id LIMIT :most"),
        &visit_entity, &r->reach,
        ARGS(arg_day("first", monday), arg_day("last", monday + DAYS - 1),
             arg_int("most", MOST_SLOTS)),
        &args);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    for (*n = 0; rows_next(rows); ++*n) {
        days[*n] = row_day(rows, 0);
        slot_fill(r, rows, &out[*n]);
    }
    return rows_end(rows);
}

/* What is free in the laboratories in which the reader receives, as far as they
 * are few: to be filled, or, of a day that is gone, to be accounted for. */
static enum status free_load(struct req *r, int32_t monday,
                             const struct receiving *where,
                             struct week_day_v days[DAYS])
{
    struct slot_cell_v *all =
        NEW_ARRAY(r->mem, struct slot_cell_v, (size_t)DAYS * LABS * PARTS);
    struct halves of[LABS];
    if (where->n > LABS)
        return OK;
    for (size_t i = 0; i < where->n; i++)
        TRY(halves_offered(r->conn, r->mem, where->labs[i], monday,
                           monday + DAYS - 1, &of[i]));
    for (int k = 0; k < DAYS; k++) {
        days[k].free = all;
        for (size_t i = 0; i < where->n; i++)
            for (int part = MORNING; of[i].n && part < PARTS; part++) {
                const struct lab_halves *lab = &of[i].labs[0];
                const struct half_at *at =
                    half_of(&of[i], lab, monday + k, part);
                const struct free_half half = {lab->lab, monday + k,
                                               (enum half_day)part, NONE};
                if (!half_left(at))
                    continue;
                *all++ = (struct slot_cell_v){
                    .label = arena_printf(
                        r->mem, "%s%s%s%s%s", format_half(r->lang, half.part),
                        tr(r->lang, "view.colon"),
                        left_text(r, at->free, at->parts),
                        where->n > 1 ? ", " : "",
                        where->n > 1 ? said(r->mem, r->lang, lab->name) : ""),
                    .href = free_half_address(r, where, half)};
                days[k].free_count++;
            }
    }
    return OK;
}

/* Its days: those on which something is, or may be. */
static size_t days_fill(struct req *r, int32_t monday,
                        const struct week_slot_v *slots, const int32_t *on,
                        size_t n, struct week_day_v days[DAYS])
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct week_day_v *d = &days[on[i] - monday];
        if (!d->n++)
            d->slots = &slots[i];
    }
    for (int32_t k = 0; k < DAYS; k++) {
        if (!days[k].n && !days[k].free_count)
            continue;
        days[kept] = days[k];
        days[kept].day = format_day(r->mem, r->lang, monday + k, DAY_LONG);
        days[kept].today = monday + k == day_today();
        days[kept++].gone = monday + k < day_today();
    }
    return kept;
}

enum status week_show(struct req *r)
{
    int32_t monday;
    size_t n;
    struct receiving where;
    TRY(monday_asked(r, &monday));
    TRY(labs_received(r, &where));
    struct week_slot_v *slots =
        NEW_ARRAY(r->mem, struct week_slot_v, MOST_SLOTS);
    int32_t *days = NEW_ARRAY(r->mem, int32_t, MOST_SLOTS);
    TRY(slots_load(r, monday, slots, days, &n));
    struct week_day_v *out = NEW_ARRAY(r->mem, struct week_day_v, DAYS);
    TRY(free_load(r, monday, &where, out));
    struct week_v v = {
        .days = out,
        .title = format_days(r->mem, r->lang, monday, monday + DAYS - 1),
        .prev = week_address(r, monday - DAYS),
        .next = week_address(r, monday + DAYS),
        .receives = may(r->who, "network.receive"),
        .cut = n == MOST_SLOTS,
        .figures = may(r->who, "network.territory")};
    v.n = days_fill(r, monday, slots, days, n, out);
    if (v.receives)
        v.new_ = where.n == 1
                     ? arena_printf(r->mem, "%s/nouveau?lab=%" PRId64,
                                    visit_entity.path, where.labs[0])
                     : arena_printf(r->mem, "%s/nouveau", visit_entity.path);
    struct page p = req_page(r, tr(r->lang, "network.week"));
    struct html h;
    req_html_open(r, &h);
    week_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
