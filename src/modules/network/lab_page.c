/* A laboratory's page: what it is, and what of it is free, a month at a time.
 */
#include "i18n/format.h"
#include "modules/network/pages/lab.html.h"
#include "modules/network/receive.h"
#include "modules/network/routes.h"

const char *half_day_shown(struct req *r, int32_t day, enum half_day part)
{
    return arena_printf(r->mem, "%s, %s",
                        format_day(r->mem, r->lang, day, DAY_LONG),
                        format_half(r->lang, part));
}

const char *half_day_address(struct req *r, int64_t lab, int32_t day,
                             enum half_day part)
{
    return arena_printf(r->mem,
                        "/laboratoires/%" PRId64 "/demande?jour=%s&moment=%s",
                        lab, day_iso(r->mem, day), booking_parts[part]);
}

/* ?mois=2026-12; else this month. */
static enum status month_asked(struct req *r, int32_t *first)
{
    const struct str given = req_text(r, "mois");
    const struct date today = day_date(day_today());
    *first = day_of(today.year, today.month, 1);
    if (!given.n)
        return OK;
    return day_parse(
               str_of(arena_printf(r->mem, "%s-01", str_dup(r->mem, given))),
               first)
               ? OK
               : ERR_NOT_FOUND;
}

static int32_t month_after(int32_t first, int months)
{
    struct date d = day_date(first);
    const int at = d.year * 12 + d.month - 1 + months;
    return day_of(at / 12, at % 12 + 1, 1);
}

static const char *month_address(struct req *r, int64_t lab, int32_t first)
{
    const struct date d = day_date(first);
    return arena_printf(r->mem,
                        "/laboratoires/%" PRId64 "?mois=%04d-%02d#slots", lab,
                        d.year, d.month);
}

static struct slot_cell_v cell_of(struct req *r, const struct receiving *where,
                                  const struct half *h)
{
    struct slot_cell_v cell = {.name = half_day_shown(r, h->day, h->part),
                               .open = true};
    if (!h->free && !h->parts) {
        cell.label =
            tr(r->lang, h->promised ? "network.promised" : "network.full");
        return cell;
    }
    cell.label = left_text(r, h->free, h->parts);
    if (day_is_open_to(where, h->lab, h->day))
        cell.href = free_half_address(
            r, where, (struct free_half){h->lab, h->day, h->part, NONE});
    return cell;
}

static const char *off_text(const struct req *r, const struct day_off *off)
{
    return off->unknown ? tr(r->lang, "network.cal.unknown_year") : off->why;
}

/* Days off that follow each other, for one reason, stand together. */
static size_t off_together(const struct calendar *all, size_t from)
{
    size_t n = 1;
    while (from + n < all->off_count &&
           all->off[from + n].day == all->off[from].day + (int32_t)n &&
           (all->off[from].unknown
                ? all->off[from + n].unknown
                : all->off[from].why && all->off[from + n].why &&
                      same(all->off[from].why, all->off[from + n].why)))
        n++;
    return n;
}

static void days_fill(struct req *r, const struct receiving *where,
                      const struct calendar *all, struct slots_v *v)
{
    struct slot_day_v *days =
        NEW_ARRAY(r->mem, struct slot_day_v, all->n + all->off_count + 1);
    size_t i = 0, k = 0;
    while (i < all->n || k < all->off_count) {
        struct slot_day_v *day = &days[v->n];
        if (i == all->n ||
            (k < all->off_count && all->off[k].day < all->half[i].day)) {
            const size_t n = off_together(all, k);
            day->day = format_days(r->mem, r->lang, all->off[k].day,
                                   all->off[k + n - 1].day);
            day->off = off_text(r, &all->off[k]);
            v->n += day->off != NULL; /* Sundays go without saying */
            k += n;
            continue;
        }
        const int32_t at = all->half[i].day;
        /* The month stands above, and the whole day in each link. */
        day->day = arena_printf(r->mem, "%s %d",
                                format_weekday(r->lang, day_weekday(at)),
                                day_date(at).day);
        for (; i < all->n && all->half[i].day == at; i++) {
            day->cells[all->half[i].part] = cell_of(r, where, &all->half[i]);
            v->evenings |= all->half[i].part == EVENING;
        }
        v->n++;
    }
    v->days = days;
}

static enum status slots_fill(struct req *r, const struct lab *lab,
                              const struct receiving *where, struct slots_v *v)
{
    int32_t first;
    struct calendar all = {0};
    const int32_t today = day_today();
    TRY(month_asked(r, &first));
    const int32_t last = month_after(first, 1) - 1;
    const int32_t from = first < today ? today : first;
    *v = (struct slots_v){
        .title = format_day(r->mem, r->lang, first, DAY_MONTH),
        .calendar = arena_printf(r->mem, "/laboratoires/%" PRId64 "/calendrier",
                                 lab->row.id),
        .prev = first > today
                    ? month_address(r, lab->row.id, month_after(first, -1))
                    : NULL,
        .next = last < visit_horizon()
                    ? month_address(r, lab->row.id, month_after(first, 1))
                    : NULL};
    if (from <= last && first <= visit_horizon())
        TRY(calendar_make(r->conn, r->mem, lab, from, last, &all));
    days_fill(r, where, &all, v);
    return OK;
}

enum { WEEKDAYS = 6 };

/* One line for each half-day of the day on which it opens at all. */
static enum status hours_fill(struct req *r, struct lab_v *v)
{
    struct rows *rows;
    struct hours_v *all = NEW_ARRAY(r->mem, struct hours_v, PARTS),
                   *out = NEW_ARRAY(r->mem, struct hours_v, PARTS);
    const char **names = NEW_ARRAY(r->mem, const char *, WEEKDAYS);
    for (size_t i = 0; i < WEEKDAYS; i++)
        names[i] = choice_label(r->mem, r->lang, &opening_entity, "weekday",
                                lab_weekdays[i]);
    v->weekdays = names;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT weekday, part, week FROM network_opening WHERE lab"
                    " = :lab ORDER BY week, id"),
                ARGS(arg_int("lab", r->id)), &rows));
    while (rows_next(rows)) {
        const char *day = row_text(rows, 0), *week = row_text(rows, 2);
        const enum half_day part = part_of(row_text(rows, 1));
        for (size_t i = 0; i < WEEKDAYS && part < PARTS; i++)
            if (same(lab_weekdays[i], day)) {
                all[part].part = format_half(r->lang, part);
                all[part].cells[i] =
                    same(week, "every")
                        ? tr(r->lang, "network.open")
                        : choice_label(r->mem, r->lang, &opening_entity, "week",
                                       week);
            }
    }
    for (int part = MORNING; part < PARTS; part++)
        if (all[part].part)
            out[v->hours_count++] = all[part];
    v->hours = out;
    return rows_end(rows);
}

static enum status shown_fill(struct req *r, struct lab_v *v)
{
    enum { MOST = 60 };
    struct rows *rows;
    struct shown_v *out = NEW_ARRAY(r->mem, struct shown_v, MOST);
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT name, summary, number FROM network_shown WHERE lab"
                    " = :lab ORDER BY name, id LIMIT :most"),
                ARGS(arg_int("lab", r->id), arg_int("most", MOST)), &rows));
    while (rows_next(rows))
        out[v->shown_count++] = (struct shown_v){
            row_text(rows, 0), row_text(rows, 1), row_int(rows, 2)};
    v->shown = out;
    return rows_end(rows);
}

/* Each room with its parts behind it. */
static enum status rooms_fill(struct req *r, struct lab_v *v)
{
    struct rows *rows;
    struct room_v *out = NEW_ARRAY(r->mem, struct room_v, SPACES_MOST);
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT s.name, w.name, s.capacity FROM network_space s"
                    " LEFT JOIN network_space w ON w.id = s.within WHERE s.lab"
                    " = :lab ORDER BY coalesce(w.name, s.name), CASE WHEN w.id"
                    " IS NULL THEN 0 ELSE 1 END, s.name, s.id LIMIT :most"),
                ARGS(arg_int("lab", r->id), arg_int("most", SPACES_MOST)),
                &rows));
    while (rows_next(rows))
        out[v->room_count++] = (struct room_v){
            row_text(rows, 0), row_text(rows, 1), row_int(rows, 2)};
    v->rooms = out;
    return rows_end(rows);
}

/* Those who agreed to it, to everybody; all, to who reads that they coordinate
 * this laboratory. */
static enum status team_fill(struct req *r, struct lab_v *v)
{
    enum { MOST = 20 };
    struct rows *rows;
    const struct arg *args;
    const char **out = NEW_ARRAY(r->mem, const char *, MOST);
    const struct reach reach =
        reach_of(r->app, r->mem, r->who, lab_team_entity.read);
    const struct sql sql = sql_with_reach(
        r->mem,
        SQL("SELECT p.name FROM network_team t JOIN directory_person p ON p.id"
            " = t.person WHERE t.lab = :lab AND t.starts <= :today AND (t.ends"
            " IS NULL OR t.ends >= :today) AND (t.in_public = 1 OR {reach:t})"
            " ORDER BY t.starts, t.id LIMIT :most"),
        &lab_team_entity, &reach,
        ARGS(arg_int("lab", r->id), arg_day("today", day_today()),
             arg_int("most", MOST)),
        &args);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    while (rows_next(rows))
        out[v->team_count++] = row_text(rows, 0);
    v->team = out;
    return rows_end(rows);
}

static const char *life_shown(struct req *r, const struct lab *lab)
{
    const int32_t today = day_today();
    const bool ends = lab->closed != NO_DAY;
    if (!ends && lab->opened <= today)
        return NULL;
    return tr_with(
        r->mem, r->lang,
        ends && lab->closed < today ? "network.lab_closed"
        : ends                      ? "network.lab_closes"
                                    : "network.lab_opens",
        "day",
        format_day(r->mem, r->lang, ends ? lab->closed : lab->opened, DAY_LONG),
        NULL);
}

/* Visitors read what is known; the summary stands above. */
static void facts_known(struct arena *a, struct detail_v *v)
{
    struct fact *out = NEW_ARRAY(a, struct fact, v->fact_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < v->fact_count; i++) {
        const struct fact *f = &v->facts[i];
        if ((f->text || f->prose.text.p) &&
            !word_in("summary latitude longitude zone remind_days", f->name))
            out[n++] = *f;
    }
    v->facts = out;
    v->fact_count = n;
}

enum status lab_show(struct req *r)
{
    if (*r->form)
        return row_page(r);
    const struct lab *lab = r->row;
    struct detail_v detail;
    struct slots_v slots;
    struct receiving where;
    struct half *next;
    size_t n;
    TRY(row_detail(r, &detail));
    facts_known(r->mem, &detail);
    TRY(labs_received(r, &where));
    TRY(slots_fill(r, lab, &where, &slots));
    TRY(calendar_next(r->conn, r->mem, lab, day_today() + 1, 1, &next, &n));
    struct lab_v v = {.detail = &detail,
                      .slots = &slots,
                      .summary = lab->summary,
                      .life = life_shown(r, lab),
                      .manages = detail.edit != NULL};
    if (lab->closed == NO_DAY || lab->closed > day_today())
        v.wait =
            arena_printf(r->mem, "/laboratoires/%" PRId64 "/attente", r->id);
    TRY(hours_fill(r, &v));
    TRY(shown_fill(r, &v));
    TRY(rooms_fill(r, &v));
    TRY(team_fill(r, &v));
    if (may(r->who, "network.receive"))
        v.reviews =
            arena_printf(r->mem, "/laboratoires/%" PRId64 "/avis", r->id);
    if (n)
        v.ask = free_half_address(
            r, &where, (struct free_half){r->id, next->day, next->part, NONE});
    struct page p = req_page(r, said(r->mem, r->lang, lab->name));
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    lab_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
