/*
 * What surrounds every page: the header with menu and search, the messages, the
 * footer. The frame fills struct page, a template draws
 *
 *     {{> page_top(p)}} … {{> page_end(p)}}
 *
 * Between both stands the content of main, which begins with the page's <h1>.
 * All texts are in the reader's language already. Included by templates as
 * "view/pages/page.html.h".
 */
#pragma once

#include "view/html.h"

struct page_link {
    const char *label, *href;
    bool current;
};

struct page {
    const char *title;         /* of the page, without the program's name */
    const char *language_href; /* this page in the other language */
    const struct page_link *menu;
    size_t menu_count;
    const struct page_link *crumbs; /* from the home page, without this page */
    size_t crumb_count;
    const char *person; /* who is signed in; NULL: nobody */
    const char *role;   /* in words, or NULL */
    const char *csrf;   /* for the sign-out form and every other */
    bool demo;          /* "Données de démonstration" on every page */
    const char *notice; /* what was just done, or NULL */
    const char *alert;  /* what went wrong, or NULL */
    struct str search;  /* the words searched for */
    int64_t refresh;    /* without scripts, loaded anew after so many seconds */
    bool wide;          /* a map or a wide table: the whole width */
};

/* A page that says that something is not possible, and what to do. */
struct error_v {
    const char *title, *what; /* what: NULL where detail says all */
    int code;                 /* 403 404 405 409 413 422 429 500 503 507 … */
    const char *detail;       /* more, in the reader's language; or NULL */
    const char *number; /* the request's, to be quoted to the operator; NULL */
    const char *back;   /* where to go on; NULL: the home page */
    /* What the form had that was refused, to be copied from. */
    const struct typed_v {
        const char *label, *text; /* label: or NULL */
    } * typed;
    const char *typed_what; /* is it saved? */
    size_t typed_count;
};
/* The heading of a failure, and what to do: labels error.away.title, .what of
 * its name, else error.404.title, .what of its code; a code without its own
 * label takes that of 500 or 400. */
const char *error_label(const struct lang *lang, const char *name, int code,
                        bool title);

/* A figure of a panel, drawn by {{> figures_list(list, n)}}. value is text
 * already grouped ("35 367"); all but label and value may be NULL. */
struct figure_v {
    const char *label, *value, *unit, *href;
    const char *origin; /* "année 2023-2024 · relevés" */
    bool approx, big;
    bool hidden; /* value says "moins de 5" */
};
