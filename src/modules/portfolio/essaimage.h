/* Essaimage: how far a project has spread, counted from its deployments. */
#pragma once

#include "core/request.h"
#include "modules/portfolio/life.h"
#include "modules/portfolio/life_pages.h"

/* One school where the use of a project's tools has begun. */
struct spread_school {
    int64_t school;
    int32_t first; /* the day of its first use, also one that has ended */
    bool used;     /* now; else who it is is not told: */
    int64_t bassin, departement, pupils; /* NONE: unknown */
    const char *name, *kind;
    double longitude, latitude;
};
struct spread {
    struct spread_school *schools; /* by id */
    size_t n;
    int64_t states[ESSAIMAGE_STATES], all; /* deployments */
    int64_t used, pupils, unknown;
};
/* One query, over an index alone but for the schools themselves. .used are the
 * schools with something in use; .pupils theirs as far as the directory knows,
 * .unknown the schools of which it does not. */
enum status spread_load(struct conn *c, struct arena *a, int64_t project,
                        struct spread *out) MUST_USE;
/* The same without the schools: .schools is empty. */
enum status spread_sum(struct conn *c, struct arena *a, int64_t project,
                       struct spread *out) MUST_USE;
/* The page of the schools in which that project is in use; "?bassin=9" and what
 * else narrows a list of schools may follow. */
const char *using_address(struct req *r, int64_t project);
/* Those numbers of that project in words, with where more is told (.list; NULL:
 * it was never deployed). */
enum status spread_of(struct req *r, int64_t project,
                      struct essaimage_v *out) MUST_USE;
/* Its numbers in words. */
void spread_shown(struct req *r, const struct spread *s, struct essaimage_v *v);
/* The schools that began and all reached until then, from the first of them
 * until today: by month, beyond three years by school year; and the pupils of
 * those that use it today. */
void months_shown(struct req *r, const struct spread *s, struct essaimage_v *v);
