/* The week on paper, for the door of a staff room: of a laboratory with what
 * is received there, of the network with what is free. */
#include "i18n/format.h"
#include "modules/network/cal.h"
#include "pdf/paper.h"

enum { WEEK = 7 };

/* "CM2 B, École Jean-Moulin, Salle créative (confirmé)", a line for each; of
 * who waits, the school alone. */
static const char *visits_said(struct req *r, const struct cal_cell_v *cell)
{
    struct buf b = {.mem = r->mem};
    for (size_t i = 0; i < cell->n; i++) {
        const struct cal_visit_v *v = &cell->visits[i];
        const char *title = v->person ? "" : v->title;
        buf_printf(&b, "%s%s%s%s (%s)", i ? "\n" : "", title,
                   *title && v->what ? ", " : "", v->what ? v->what : "",
                   v->state);
    }
    return buf_done(&b).p;
}

static const char *cell_said(const struct cal *c, const struct lab_halves *lab,
                             int32_t day, int part)
{
    const struct cal_cell_v cell = cal_half(c, lab, day, part);
    const char *label = cell.label ? cell.label : "";
    if (!cell.n)
        return label;
    return arena_printf(c->r->mem, "%s%s%s", visits_said(c->r, &cell),
                        *label ? "\n" : "", label);
}

/* "lundi 17 mars" above each, beside what stands at the left. */
static void days_open(struct cal *c, struct paper *p,
                      struct paper_column beside, int days)
{
    struct req *r = c->r;
    struct paper_column columns[1 + WEEK] = {beside};
    for (int k = 0; k < days; k++)
        columns[1 + k] = (struct paper_column){
            arena_printf(
                r->mem, "%s %s", format_weekday(r->lang, k),
                format_day(r->mem, r->lang, c->halves.from + k, DAY_BARE)),
            10};
    paper_table(p, columns, (size_t)days + 1);
}

static void lab_week(struct cal *c, struct paper *p)
{
    struct req *r = c->r;
    const struct lab_halves *lab = &c->halves.labs[0];
    const int days = cal_week_days(c);
    days_open(c, p, (struct paper_column){"", 6}, days);
    for (int part = MORNING; part < PARTS; part++) {
        const char *cells[1 + WEEK];
        if (!c->used[part])
            continue;
        cells[0] = format_half(r->lang, (enum half_day)part);
        for (int k = 0; k < days; k++)
            cells[1 + k] = cell_said(c, lab, c->halves.from + k, part);
        paper_row(p, cells);
    }
}

/* "matin : 2 libres", a line for each half-day that is told of. */
static const char *day_said(struct cal *c, const struct lab_halves *lab,
                            int32_t day)
{
    struct req *r = c->r;
    struct buf b = {.mem = r->mem};
    for (int part = MORNING; part < PARTS; part++) {
        const struct cal_cell_v cell = cal_half_short(c, lab, day, part);
        if (!c->used[part] || same(cell.mark, "none") || !cell.label)
            continue;
        buf_printf(&b, "%s%s%s%s", b.n ? "\n" : "",
                   format_half(r->lang, (enum half_day)part),
                   tr(r->lang, "view.colon"), cell.label);
    }
    return b.n ? buf_done(&b).p : "";
}

static void network_week(struct cal *c, struct paper *p)
{
    const struct halves *h = &c->halves;
    const int days = cal_week_days(c);
    days_open(c, p, (struct paper_column){tr(c->r->lang, "network_lab"), 15},
              days);
    for (size_t i = 0; i < h->n; i++) {
        const char *cells[1 + WEEK];
        cells[0] = h->labs[i].name;
        for (int k = 0; k < days; k++)
            cells[1 + k] = day_said(c, &h->labs[i], h->from + k);
        paper_row(p, cells);
    }
}

/* Who reads it there asks by this address, and sees of when it is. */
static void foot_say(struct req *r, struct paper *p, const char *path)
{
    paper_note(p,
               tr_with(r->mem, r->lang, "network.cal.printed", "day",
                       format_day(r->mem, r->lang, day_today(), DAY_LONG),
                       "address",
                       arena_printf(r->mem, "%s%s", req_site(r), path), NULL));
}

static enum status week_send(struct cal *c, const char *of, const char *path,
                             const char *name)
{
    struct req *r = c->r;
    struct paper p;
    int32_t monday;
    TRY(cal_day_asked(r, &monday));
    monday -= day_weekday(monday);
    TRY(cal_load(c, monday, monday + WEEK - 1));
    paper_open(&p, r->mem,
               arena_printf(r->mem, "%s \xe2\x80\x93 %s", of,
                            cal_week_title(r, monday)));
    paper_lay_wide(&p);
    if (!c->part_count)
        paper_text(&p, tr(r->lang, "network.cal.empty"));
    else if (c->lab == NONE)
        network_week(c, &p);
    else
        lab_week(c, &p);
    foot_say(r, &p, path);
    return req_pdf(
        r, &p,
        arena_printf(r->mem, "%s-%s.pdf", name, day_iso(r->mem, monday)));
}

enum status lab_week_pdf(struct req *r)
{
    const struct lab *lab = r->row;
    struct cal_v v = {0};
    struct cal c = {.r = r, .lab = lab->row.id, .v = &v};
    return week_send(&c, lab->name, path_of_id(r->mem, "/laboratoires", r->id),
                     arena_printf(r->mem, "semaine-%" PRId64, r->id));
}

enum status network_week_pdf(struct req *r)
{
    struct cal_v v = {0};
    struct cal c = {.r = r, .lab = NONE, .v = &v};
    return week_send(&c, tr(r->lang, "network.cal.network"), "/laboratoires",
                     "semaine-reseau");
}
