/* Lists, details and history as pages, over a database. */
#include "unit/view_test.h"

#include "view/detail.h"
#include "view/pages/detail.html.h"
#include "view/pages/history.html.h"
#include "view/pages/list.html.h"

static void well_formed(struct arena *a, const struct html *h)
{
    const char *wrong = html_fault(a, buf_done(&h->out));
    OKAY(!wrong);
    if (wrong)
        printf("  %s\n", wrong);
}

TEST(view_html_reader_sees_faults)
{
    static const char *const bad[] = {"<p>",
                                      "</p>",
                                      "<p></b>",
                                      "<a href=x>",
                                      "<i id=\"a\"></i><i id=\"a\"></i>",
                                      "<input id=\"x\" name=\"x\">",
                                      "<label for=\"y\">y</label>",
                                      "<p style=\"x\"></p>",
                                      "<script>x</script>",
                                      "<a href=\"#no\">x</a>",
                                      "<b onclick=\"x\"></b>"};
    struct arena mem = {0};
    for (size_t i = 0; i < COUNT(bad); i++)
        OKAY(html_fault(&mem, str_of(bad[i])) != NULL);
    OKAY(!html_fault(&mem,
                     STR("<p><label>x<input name=\"x\"></label><br></p>")));
    arena_reset(&mem);
}

static const struct page page = {.title = "T", .csrf = "c"};

static void listed(struct world *w, const struct lang *l,
                   const struct pair *pairs, int limit, struct list_v *out,
                   struct html *h)
{
    const struct form_input in = typed(pairs);
    const struct form_source src = {.conn = w->conn};
    struct form_errors errors = {0};
    struct list_ask *ask = NEW(&w->mem, struct list_ask);
    struct list *list = NEW(&w->mem, struct list);
    OKAY(list_ask_read(&w->mem, &t_school_entity, &in, &src, ask, &errors) ==
         OK);
    ask->reach = &reach_all;
    ask->limit = limit;
    OKAY(list_load(w->conn, &w->mem, ask, list) == OK);
    const struct list_page p = {.ask = ask,
                                .list = list,
                                .in = &in,
                                .source = &src,
                                .path = "/ecoles",
                                .errors = &errors,
                                .can_write = true};
    OKAY(list_of_entity(&w->mem, l, &p, out) == OK);
    html_open(h, &w->mem, l);
    list_page(h, &page, out);
    well_formed(&w->mem, h);
}

TEST(view_list)
{
    struct world w;
    world_open(&w);
    const struct lang *fr = labels(&w.mem, "fr");
    int64_t toul = an_area(&w, "Toul & <b>", NONE);
    for (int i = 0; i < 5; i++) {
        struct t_school *s = a_school(&w, arena_printf(&w.mem, "U%d", i),
                                      arena_printf(&w.mem, "École <%d>", i));
        s->bassin = i ? toul : NONE;
        s->kind = i == 1 ? "lycee" : "college";
        s->opened = day_of(2020 + i, 9, 1);
        OKAY(put(&w, &t_school_entity, s, 0) == OK);
    }
    struct list_v v;
    struct html h;
    static const struct pair all[] = {{0}};
    listed(&w, fr, all, 2, &v, &h);
    OKAY(v.row_count == 2 && v.next && !v.first && !v.is_filtered);
    OKAY(v.column_count == 2 && v.columns[0].sorted == SORTED_UP);
    OKAY(same(v.columns[0].href, "/ecoles?sort=-name"));
    OKAY(!v.cells[1].text && same(v.cells[3].text, "Toul & <b>"));
    OKAY(has(&h, "École &lt;0&gt;") && !has(&h, "<b>Toul"));
    OKAY(has(&h, "aria-sort=\"ascending\"") && has(&h, "data-label="));
    OKAY(has(&h, "href=\"/ecoles/nouveau\"") && has(&h, "rel=\"next\""));
    /* The next page keeps what was asked, and leads back. */
    const struct pair next[] = {{"sort", "-name"},
                                {"kind", "college"},
                                {"opened_from", "1/9/2021"},
                                {"q", "école"},
                                {0}};
    listed(&w, fr, next, 2, &v, &h);
    OKAY(v.row_count == 2 && v.is_filtered && v.next);
    OKAY(str_starts(str_of(v.next),
                    "/ecoles?q=%C3%A9cole&kind=college&opened_from=1%2F9%2F2021"
                    "&sort=-name&after="));
    OKAY(same(v.csv, "/ecoles.csv?q=%C3%A9cole&kind=college&opened_from=1%2F9"
                     "%2F2021&sort=-name"));
    OKAY(v.columns[0].sorted == SORTED_DOWN);
    OKAY(has(&h, "<option value=\"college\" selected>"));
    struct pair third[6] = {next[0], next[1], next[2], next[3]};
    struct str cursor = str_of(strstr(v.next, "after=") + 6);
    third[4] = (struct pair){"after", cursor.p};
    listed(&w, fr, third, 2, &v, &h);
    OKAY(v.row_count == 1 && !v.next && v.first && !strstr(v.first, "after"));
    static const struct pair unknown[] = {
        {"bassin", "~"}, {"rural", "non?"}, {0}};
    listed(&w, fr, unknown, 2, &v, &h);
    OKAY(v.row_count == 1 && v.alert && has(&h, "role=\"alert\""));
    static const struct pair none[] = {{"q", "rien"}, {0}};
    listed(&w, fr, none, 2, &v, &h);
    OKAY(!v.row_count && has(&h, "class=\"empty\""));
    world_close(&w);
}

static const char *who(void *data, int64_t person)
{
    (void)data;
    return person == 7 ? "Zoé <i>" : NULL;
}

static const char *one_time(void *data)
{
    (void)data;
    return "k";
}

/* Classes as the page of their school shows them. */
static size_t class_columns(struct world *w, const struct lang *l,
                            const char *fixed)
{
    const struct form_source src = {.conn = w->conn};
    const struct list_ask ask = {
        .entity = &t_class_entity, .reach = &reach_all, .limit = 10};
    struct list list;
    struct list_v v;
    OKAY(list_load(w->conn, &w->mem, &ask, &list) == OK);
    const struct list_page p = {.ask = &ask,
                                .list = &list,
                                .source = &src,
                                .path = "/classes",
                                .fixed = fixed};
    OKAY(list_of_entity(&w->mem, l, &p, &v) == OK);
    return v.column_count;
}

TEST(view_list_below_its_parent)
{
    struct world w;
    world_open(&w);
    const struct lang *l = labels(&w.mem, "fr");
    size_t all = class_columns(&w, l, NULL);
    OKAY(all == 2 && class_columns(&w, l, "school") == all - 1);
    world_close(&w);
}

TEST(view_detail)
{
    struct world w;
    world_open(&w);
    const struct lang *fr = labels(&w.mem, "fr");
    int64_t toul = an_area(&w, "Toul", NONE), metz = an_area(&w, "Metz", NONE);
    struct t_school *s = a_school(&w, "0540038B", "Lycée <b>");
    s->bassin = toul;
    s->note = "**Vu** <script>";
    OKAY(put(&w, &t_school_entity, s, 0) == OK);
    struct linked groups[] = {{metz, 3, "Metz", NULL}};
    OKAY(put_links(&w, &t_school_entity, s, t_school_links, groups, 1) == OK);
    s->name = "Collège";
    s->bassin = metz;
    OKAY(change(&w, &t_school_entity, s, 0) == OK);
    const struct links links[] = {{groups, 1}};
    const struct detail_ask ask = {
        .entity = &t_school_entity, .row = s, .links = links, .conn = w.conn};
    struct detail_v v;
    OKAY(detail_of_entity(&w.mem, fr, &ask, &v) == OK);
    OKAY(same(v.title, "Collège") && v.group_count == 1 && v.version == 3);
    static const struct step_v steps[] = {{.label = "Prêter",
                                           .action = "/x/1/lend",
                                           .key = "k",
                                           .needs_reason = true},
                                          {.label = "Rendre",
                                           .action = "/x/1/back",
                                           .key = "k",
                                           .refusal = "Pas encore",
                                           .danger = true}};
    v.steps = steps;
    v.step_count = 2;
    v.csrf = "c";
    v.edit = "/x/1/modifier";
    v.delete_ = "/x/1/suppression";
    struct html h;
    html_open(&h, &w.mem, fr);
    detail_page(&h, &page, &v);
    well_formed(&w.mem, &h);
    OKAY(has(&h, "<strong>Vu</strong> &lt;script&gt;") && has(&h, ">inconnu<"));
    OKAY(has(&h, "Metz") && has(&h, " disabled") && has(&h, "Pas encore"));

    struct past *past;
    size_t n;
    OKAY(row_history(w.conn, &w.mem, &t_school_entity, s->row.id, NONE, 100,
                     &past, &n) == OK);
    const struct json_value *now;
    OKAY(links_image(w.conn, &w.mem, &t_school_entity, s->row.id, &now) == OK);
    const struct history_ask asked = {.entity = &t_school_entity,
                                      .row = s,
                                      .id = s->row.id,
                                      .past = past,
                                      .n = n,
                                      .links = now,
                                      .conn = w.conn,
                                      .who = who,
                                      .key = one_time};
    struct history_v past_v = {.csrf = "c", .back = "/x/1"};
    OKAY(history_of_entity(&w.mem, fr, &asked, &past_v) == OK);
    OKAY(past_v.n == 3 && past_v.versions[0].n == 2 &&
         !past_v.versions[0].restore && past_v.versions[1].restore);
    const struct change_v *c = past_v.versions[0].changes;
    OKAY(same(c[0].before, "Lycée <b>") && same(c[0].after, "Collège"));
    OKAY(same(c[1].before, "Toul") && same(c[1].after, "Metz"));
    OKAY(past_v.versions[2].n >= 3);
    html_open(&h, &w.mem, fr);
    history_page(&h, &page, &past_v);
    well_formed(&w.mem, &h);
    OKAY(has(&h, "Zoé &lt;i&gt;") && has(&h, "<del>Lycée &lt;b&gt;</del>"));
    world_close(&w);
}
