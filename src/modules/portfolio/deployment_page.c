/* One deployment: what it came from, by way of its project, beside what any row
 * shows. */
#include "modules/portfolio/lineage.h"
#include "modules/portfolio/pages/ask.html.h"
#include "modules/portfolio/routes.h"

struct deployment_view {
    struct detail_v detail;
    struct lineage_v lineage;
};

/* An end, or why it was given up, is asked of what is over alone. */
static void facts_keep(struct req *r, struct detail_v *v)
{
    struct fact *facts = NEW_ARRAY(r->mem, struct fact, v->fact_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < v->fact_count; i++) {
        const struct fact *f = &v->facts[i];
        if (f->text || !word_in("ends reason", f->name))
            facts[n++] = *f;
    }
    v->facts = facts;
    v->fact_count = n;
}

static enum status deployment_fill(struct req *r, void *view)
{
    struct deployment_view *d = view;
    TRY(row_detail(r, &d->detail));
    facts_keep(r, &d->detail);
    return lineage_of(r, node_of(NODE_DEPLOYMENT, r->id),
                      row_title(r->entity, r->row), &d->lineage);
}

/* A tool is in many schools: its name alone says not which of them this is. */
static const char *title_of(struct req *r, const struct detail_v *v)
{
    for (size_t i = 0; i < v->fact_count; i++)
        if (same(v->facts[i].name, "school") && v->facts[i].text)
            return arena_printf(r->mem, "%s · %s", v->title, v->facts[i].text);
    return v->title;
}

enum status deployment_show(struct req *r)
{
    struct deployment_view d = {0};
    if (*r->form || r->api)
        return row_page(r);
    TRY(req_fill(r, deployment_fill, &d, sizeof(d)));
    const struct become_v v = {.detail = &d.detail, .lineage = &d.lineage};
    struct page p = req_page(r, title_of(r, &d.detail));
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    signal_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
