/* All that belongs to one project, read at once: its page would else cost a
 * query for each kind of thing. */
#pragma once

#include "core/request.h"
#include "modules/portfolio/life.h"

enum part_kind {
    PART_AXIS,
    PART_POLICY,
    PART_OBJECTIVE,
    PART_PROGRAMME,
    PART_AREA,
    PART_SERVICE, /* all nine; id NONE where the project was never there */
    PART_MEMBER,
    PART_PARTNER,
    PART_DOCUMENT,
    PART_GATE,
    PART_EVIDENCE,
    PART_DESIGN,
    PART_FEEDBACK,
    PART_STEP,   /* of the project, from the journal */
    PART_TAGGED, /* a policy that it has no more: until the day before .until */
    PART_SECRET, /* a gate that the reader may not read: nothing tells of it */
    PART_CONDITION, /* that a gate still asks for, and the reader may read */
    PART_KINDS,
};
/* What each member means for each kind stands beside its statement. */
struct part {
    enum part_kind kind;
    int64_t id, day, until, n, m;
    double effect, low, high;
    const char *title, *key, *text, *more, *extra, *last;
};
struct parts {
    struct part *all;
    size_t n;
    size_t from[PART_KINDS + 1]; /* where each kind begins */
};
enum status parts_load(struct req *r, int64_t project,
                       struct parts *out) MUST_USE;

static inline size_t parts_count(const struct parts *all, enum part_kind kind)
{
    return all->from[kind + 1] - all->from[kind];
}
static inline const struct part *part_at(const struct parts *all,
                                         enum part_kind kind, size_t i)
{
    return &all->all[all->from[kind] + i];
}
