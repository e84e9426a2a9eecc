/*
 * The dossier of a decided gate: what was known of its project when it was
 * decided, as it was then. The decision keeps which evidence stood there and in
 * which version; what was changed or withdrawn since is read from its history.
 * So neither a later correction nor evidence with an earlier date moves what a
 * committee knew.
 */
#pragma once

#include "modules/portfolio/shown.h"

/* Keeps with the gate what is known of its project now, of what was found by
 * that day (NO_DAY: all of it). */
enum status dossier_keep(struct conn *c, struct arena *a, const struct gate *g,
                         int32_t until) MUST_USE;

/* Evidence and where it stands today. */
struct filed {
    const struct evidence *evidence; /* as it was at the decision */
    bool changed, withdrawn;         /* since */
};
/* .then: at the decision, of a gate that is not decided all there is; .since:
 * written down after it, whatever its date. */
struct dossier {
    struct filed *then;
    size_t n;
    const struct evidence **since;
    size_t since_count;
};
enum status dossier_load(struct req *r, const struct gate *g,
                         struct dossier *out) MUST_USE;
/* A line of either, with what is to be said of it beside. */
struct evidence_v filed_shown(struct req *r, const struct filed *f);
struct evidence_v since_shown(struct req *r, const struct gate *g,
                              const struct evidence *e);
