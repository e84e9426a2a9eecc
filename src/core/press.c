/* A document that is asked for: said here, drawn by a process of its own. */
#include "core/child.h"
#include "core/request.h"
#include "pdf/paper.h"

enum { PRESS_MS = 10000, PDF_MOST = 4 << 20 };

enum status req_pdf(struct req *r, struct paper *p, const char *name)
{
    static const char *const argv[] = {"/proc/self/exe", "paper", NULL};
    struct str pdf;
    const struct child press = {
        .argv = argv,
        .in = paper_done(p, tr(r->lang, "core.paper_cut")),
        .ms = PRESS_MS,
        .most = PDF_MOST};
    TRY(child_run(r->mem, &press, &pdf));
    req_header(r, "Content-Disposition",
               arena_printf(r->mem, "inline; filename=\"%s\"", name));
    req_header(r, "X-Content-Type-Options", "nosniff");
    return req_send(r, 200, "application/pdf", pdf);
}
