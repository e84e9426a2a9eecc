/* What the pages of a series and its API share: ticks, each of which names a
 * date, and the dates that are asked about. */
#pragma once

#include "modules/network/routes.h"
#include "modules/network/series.h"
#include "modules/network/series_pages.h"

/* What a tick stands for: "2025-03-18.morning.12", of a visit that moves
 * "34:2025-03-18.morning.12". */
struct tick {
    int64_t visit; /* NONE */
    struct place at;
};

struct dating {
    struct req *r;
    const struct series *s;
    struct tick ticks[SERIES_MOST];
    size_t n;
    const char *fault; /* a label key: why nothing is done; or NULL */
    bool with_words;
    struct str reason;
    int32_t day, from, to; /* the date asked about, and the scope */
};

const char *tick_value(struct req *r, int64_t visit, const struct place *at);
/* ?depuis=2025-03-18&portee=suite: false where it names no date; without one
 * all that is to come is meant. */
bool series_scope_read(struct dating *d, const char **scope);
/* ?jour=tuesday&moment=morning&espace=12 of that scope; false where they name
 * no weekday, half-day or room. */
bool series_move_read(const struct dating *d, const char *weekday,
                      const char *part, const char *space,
                      struct series_move *m);
/* Why a date cannot be had, in words. */
const char *series_why_not(struct req *r, const struct occurrence *o);

/* Within a write: what became of it. */
struct writing {
    struct dating *d;
    const char *fault;
    size_t done;
};

/* series_page.c: the ticks that were sent. ERR_INVALID and .fault: there is
 * nothing to do. */
enum status ticks_wanted(struct dating *d) MUST_USE;
/* A date as it may be ticked, ticked anew or as it was sent; or what stands in
 * its way, and what is free instead. */
enum status dates_offer(const struct dating *d, const struct occurrence *o,
                        bool fresh, struct occurrence_v *v) MUST_USE;
void dates_form(struct req *r, const char *action, const char *submit,
                struct dates_v *v);
const char *dates_alert(const struct dating *d); /* in words; or NULL */
/* The first that is wrong; or that somebody was faster. A tick that names no
 * date is of a page that no longer holds. */
void dates_told(struct dating *d, enum status s, const char *fault);
/* Once it is written: back to where it shows, with a notice. */
enum status dates_answer(struct req *r, const char *notice) MUST_USE;

/* series_api.c: the answer of what was done with so many dates, within the
 * write; and of what was refused, with what is free instead. */
void series_done_plan(struct dating *d, size_t n);
enum status series_refused(struct dating *d, enum status s) MUST_USE;
