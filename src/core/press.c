/* A document that is asked for: said here, drawn by a process of its own. */
#include "core/child.h"
#include "core/request.h"
#include "pdf/paper.h"

/* The longest document takes 40 MB; a sanitizer maps terabytes. */
enum {
    PRESS_MS = 10000,
    PRESS_MEMORY = SANITIZED ? 0 : 256 << 20,
    PDF_MOST = 4 << 20
};

/* All that stands in it was read: no snapshot is held while it is drawn. */
static enum status drawn(struct req *r, const struct child *press,
                         struct str *pdf)
{
    conn_end(r->conn);
    const enum status s = child_run(r->mem, press, pdf);
    if (s != OK) /* the page that says so asks again */
        TRY(req_renew(r));
    return s;
}

enum status req_pdf(struct req *r, struct paper *p, const char *name)
{
    static const char *const argv[] = {"/proc/self/exe", "paper", NULL};
    struct str pdf;
    const struct child press = {
        .argv = argv,
        .in = paper_done(p, tr(r->lang, "core.paper_cut")),
        .ms = PRESS_MS,
        .most = PDF_MOST,
        .memory = PRESS_MEMORY};
    TRY(drawn(r, &press, &pdf));
    req_header(r, "Content-Disposition",
               arena_printf(r->mem, "inline; filename=\"%s\"", name));
    req_header(r, "X-Content-Type-Options", "nosniff");
    return req_send(r, 200, "application/pdf", pdf);
}
