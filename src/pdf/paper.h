/*
 * Documents to print, as PDF. A module says what is on the paper:
 *
 *     struct paper p;
 *     paper_open(&p, r->mem, "Feuille de route");
 *     paper_heading(&p, "jeudi 13 mars");
 *     paper_table(&p, columns, COUNT(columns));
 *     paper_row(&p, cells);
 *     return req_pdf(r, &p, "feuille-de-route.pdf");
 *
 * and the sheet, its type, where pages break, their numbers are settled here.
 * Any text may come: of any length and script, with any sign in it; it is
 * wrapped, and goes on overleaf. What this writes is JSON, which a process of
 * its own draws (req_pdf in core/request.h): Pango and Cairo see no secret of
 * the server, and a text that they choke on takes nothing with it. See
 * docs/decisions/0015-paper.md.
 */
#pragma once

#include "base/json.h"

/* What is asked of one document at most; more of a text, or of rows, is left
 * out, and the document says so at its end. */
enum {
    PAPER_TEXT = 20000,    /* bytes of one text */
    PAPER_BYTES = 1 << 20, /* of all that is said */
    PAPER_COLUMNS = 12,
};

struct paper_column {
    const char *head;
    int share; /* of the width, beside the others */
};

struct paper {
    struct arena *mem;
    struct buf out;
    struct json j;
    size_t columns; /* of the table that is open; 0: none */
    bool wide;
    bool cut; /* too long */
};

void paper_open(struct paper *p, struct arena *a, const char *title);
/* On its side, for what is wide. */
void paper_lay_wide(struct paper *p);
void paper_heading(struct paper *p, const char *text);
void paper_text(struct paper *p, const char *text);
/* Smaller and greyer. */
void paper_note(struct paper *p, const char *text);
/* "Départ : 8 h 30"; text NULL: a line on which it is written by hand. */
void paper_fact(struct paper *p, const char *label, const char *text);
/* Rows follow; its heads stand again on each page. */
void paper_table(struct paper *p, const struct paper_column *columns, size_t n);
/* A cell may have several lines; NULL: empty. */
void paper_row(struct paper *p, const char *const *cells);
/* What is said, for paper_draw. more: what stands at the end where not all of
 * it had room. */
struct str paper_done(struct paper *p, const char *more);

/* In a process of its own: writes the PDF of what paper_done gave to fd.
 * ERR_INVALID and *why, in English, where it is no such thing. */
enum status paper_draw(struct arena *a, struct str said, int fd,
                       const char **why) MUST_USE;
