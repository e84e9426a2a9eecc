/*
 * One request, as a handler sees it. Before a handler runs the frame has
 * answered everything that is not its matter: who asks, the right, whether the
 * row is in reach, the form's CSRF token. A handler reads, does, answers:
 *
 *     static enum status loan_take_back(struct req *r)
 *     {
 *         const struct loan *loan = r->row;
 *         TRY(req_write(r, loan_returned, NULL));
 *         return req_go(r, "/prets/%" PRId64, loan->row.id);
 *     }
 */
#pragma once

#include "core/app.h"
#include "i18n/lang.h"
#include "view/detail.h"
#include "view/form.h"
#include "view/list.h"
#include "view/page.h"

struct http_exchange;

/* A row that could be had instead of another, whose place is taken, and in
 * words what differs: core/instead.h. */
struct alternative {
    const struct entity *entity;
    const void *of, *row;
    const char *text;
    const char *typed; /* the same as a form brings it: "day=…&space=…" */
};
struct instead {
    struct alternative *list;
    size_t n, room;
};

/* The answer that was kept with the write itself. */
struct kept {
    bool there;
    int code;
    const char *location;
    struct str told;
};

/* A file of this form, kept already: its control's name and its id. */
struct staged {
    const char *name, *id;
    struct staged *next;
};

struct req {
    struct arena *mem; /* dies with the answer; has a ceiling */
    struct app *app;
    struct conn *conn; /* a snapshot, for reading */
    struct http_exchange *x;
    const struct lang *lang;
    struct who *who; /* NULL: nobody signed in */
    const struct route *route;
    const struct entity *entity; /* of the route, or NULL */
    void *row;                   /* of :id, in reach; or NULL */
    int64_t id;                  /* the :id; NONE where there is none */
    struct reach reach;          /* of the route's right */
    const char *form;      /* the address says it: "" a page, "csv", "json" */
    bool api;              /* under /api/v1 */
    struct form_input in;  /* the address's and the form's texts, by name */
    struct staged *staged; /* see files_take */
    struct known_rows *known; /* what forms have looked up */
    struct form_errors errors;
    struct instead instead;
    const struct json_value *json; /* the API's body, once read */
    const char *number;            /* of a failure: names it in the log */
    bool done;
    bool old_form; /* its token is of another session */
    bool typed; /* r->row holds what was typed: a write does not read it anew */
    const char *once;  /* the one-time key, when one was given */
    const char *asked; /* then what it was given for: see once_ask */
    struct http_match *match;
    int code; /* of the answer, for the one-time key's memory */
    /* A page that answers what was refused (row_page_told): its status, and
     * what is said above it. */
    int told_code;
    const char *alert;
    const char *location;
    struct str told; /* the API's answer, likewise */
    struct kept kept;
};

/* Whose page sent this request, as the browser says by Sec-Fetch-Site or else
 * Origin; programs and old browsers say nothing. */
enum sent_from { FROM_UNKNOWN, FROM_HERE, FROM_ELSEWHERE };
enum sent_from req_sent_from(const struct req *r);

/* The first text under a name in the address or the form; .p NULL: none. */
struct str req_text(const struct req *r, const char *name);
/* All of them, in their order. */
struct str *req_texts(struct req *r, const char *name, size_t *n);
const char *req_param(const struct req *r, const char *name); /* of the path */
bool req_is_post(const struct req *r);

const char *req_path(const struct req *r); /* the address, without its query */
bool req_done(const struct req *r); /* a key used before: answered already */
/* Where a route does not load its row, for it may be deleted: if it stands, is
 * it in reach? ERR_NOT_FOUND. */
enum status req_past_reached(struct req *r, struct conn *c) MUST_USE;
/* Does the route's right reach every row? */
bool req_reaches_all(const struct req *r);
/* A newer snapshot. */
enum status req_renew(struct req *r) MUST_USE;
/* The same, and the row in it. */
enum status req_refresh(struct req *r, void **row) MUST_USE;
/* A JSON value as a form would have it typed. */
struct str json_typed(struct arena *a, const struct json_value *v);
/* A form_input that has nothing. */
struct str no_input(const void *data, const char *name, size_t nth);

/* Ready to be filled further: title, menu, person, messages. */
struct page req_page(struct req *r, const char *title);
void req_html_open(struct req *r, struct html *h);
/* Answers. Each returns OK, so that a handler ends with it. */
enum status req_html(struct req *r, int code, struct html *h);
enum status req_send(struct req *r, int code, const char *type,
                     struct str body);
enum status req_json(struct req *r, int code, struct str body);
/* 303 to a path of ours; after a write it is kept with the one-time key. */
enum status req_go(struct req *r, const char *fmt, ...) PRINTF(2, 3);
/* The file is closed by the answer; it is sent as a download of that name. */
enum status req_file(struct req *r, int fd, uint64_t size, const char *type,
                     const char *name);
struct paper;
/* Draws it in a process of its own and sends the PDF; the route is HEAVY. */
enum status req_pdf(struct req *r, struct paper *p, const char *name) MUST_USE;
void req_header(struct req *r, const char *name, const char *value);
/* A cookie for the whole site that no script reads and that other sites' forms
 * do not send; only over TLS where the reader has it (x->secure). 0 seconds
 * take it back. */
void req_cookie(struct req *r, const char *name, const char *value,
                int seconds);
/* Told on the next page, once: a label key. */
void req_notice(struct req *r, const char *key);
/* The answer to a failure, page or problem+json; for the frame. */
enum status req_fail(struct req *r, enum status s);

/* The derived page of a row, for a module that dresses it further: the row's
 * facts and links, its children, its steps, what the reader may do. */
enum status row_detail(struct req *r, struct detail_v *v) MUST_USE;
/* Of that only what may be done with the row: steps, changing, deleting. */
enum status row_manage(struct req *r, struct detail_v *v) MUST_USE;
enum status row_page(struct req *r);
/* The one page that a page lies under; of a row's, its entity's list. */
void req_crumb_to(struct req *r, struct page *p, const char *label,
                  const char *href);
void req_crumb(struct req *r, struct page *p);

/* "https://essaim.example", where people reach this program: the setting `site`
 * as in mails (mail_site), else what the client calls it. */
const char *req_site(const struct req *r);
/* Who that is, for a page: a name, or the number of one who is no more. */
const char *req_name_of(struct req *r, int64_t person);
/* A fresh one-time key for a form. */
const char *req_key(struct req *r);
/*
 * Writes: fn runs inside the writer's transaction (see db_write) after the
 * frame has asked again there: is the session open, has the role the right, is
 * the row in reach and as the reader saw it (r->row is read anew). A key
 * already used answers as the first time and ERR_CONFLICT stops the handler
 * with that answer made; return what req_write returns unless it is OK.
 */
enum status req_write(struct req *r, write_fn *fn, void *data) MUST_USE;
/* The same with nothing asked again and no key: the frame's own. After either,
 * what is read is read anew. */
enum status req_write_bare(struct req *r, write_fn *fn, void *data) MUST_USE;
struct actor req_actor(const struct req *r);
/* Where the forms of this request look for references. */
struct form_source req_source(struct req *r);
/* What row_fault has said inside a write, among errors (core/fail.c). */
void req_fault(struct req *r, struct conn *c, struct form_errors *errors,
               const char *field, const char *fault);
/* Of what was sent, only the fields that only names: what a form for anybody
 * asks. "asked" is today. */
struct form_input req_asked(struct req *r, const char *only);
/* What somebody without an account sends: have too many come from that network?
 * Then the answer says when to try again; else this one counts. */
bool req_stranger_held(struct req *r);
/* The version field of the form, If-Match, or the API's "version"; NONE: not
 * given, or any ("*"). 0, which no row has, for a tag that is none of ours. */
int64_t req_version(const struct req *r);

/* Fills a page's view, of that size and zeroed, by fn. Where a server answers,
 * fn first fills a copy with nothing to tell the server all that it is going to
 * ask (db_rehearse): it asks by the connection alone, and puts up with answers
 * that hold nothing. */
typedef enum status fill_fn(struct req *r, void *view);
enum status req_fill(struct req *r, fill_fn *fn, void *view,
                     size_t size) MUST_USE;
/* The same for a page whose questions follow from answers, several at once, so
 * many times. */
enum status req_fill_deep(struct req *r, fill_fn *fn, void *view, size_t size,
                          int depth) MUST_USE;

/* A new row's state is where the entity's first step begins. */
void row_begin(struct arena *a, const struct entity *e, void *row);
/* The most characters of a step's reason. */
int64_t step_reason_most(const struct entity *e);
/* What is wrong with the reason given, trimmed: a label key, or NULL. */
const char *step_reason_fault(const struct entity *e, const struct step *s,
                              struct str reason);
/* Why it may not be taken now: a label key, or NULL. seen: what its look has
 * given, where it has one. */
const char *step_refusal(struct conn *c, struct arena *a, const struct step *s,
                         const void *row, int64_t person, const void *seen);
/* The entity's step of that name; NULL: it has none. */
const struct step *step_find(const struct entity *e, const char *name);
/* Takes a step of a row inside a write: state, condition, history, journal. */
enum status step_take(struct conn *c, struct arena *a, const struct entity *e,
                      const struct step *step, void *row, struct str reason,
                      struct actor by, const char **refusal) MUST_USE;
