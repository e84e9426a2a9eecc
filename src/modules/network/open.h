/* When a laboratory receives: its half-days of the week, within its life, less
 * the days on which its zone or its département is closed. */
#pragma once

#include "modules/network/network.h"

/* *why: NULL when it receives on that half-day, or the label key of why not. */
enum status lab_closed(struct conn *c, struct arena *a, int64_t lab,
                       int32_t day, enum half_day part,
                       const char **why) MUST_USE;
/* Of these: it is closed by itself, and not by the calendar of all. */
#define LAB_PAUSED "network_slot.lab_pause"
/* What it calls that, as its calendar shows to all; NULL: it is not. */
enum status lab_pause_name(struct conn *c, struct arena *a, int64_t lab,
                           int32_t day, const char **name) MUST_USE;

/* Who is expected from then on (until NO_DAY: for good), though nobody said why
 * it comes all the same, would find a closed door: the fault, or NULL. */
const char *expected_fault(struct conn *c, int64_t lab, int32_t from,
                           int32_t until, const char *fault);

/* The last day that may be asked for: of the next school year. */
int32_t visit_horizon(void);

/* Their keys, from Monday; NULL-ended. It never opens on a Sunday. */
extern const char *const lab_weekdays[];

/* Over a closure k and a laboratory's l: is it closed to it? Needs nothing
 * else bound. A closure is of a zone or not, and of all or of an area in which
 * the laboratory lies: its bassin, what that is part of, its grappe, or what
 * its host school is of. */
#define LAB_LIES_IN                                                            \
    "SELECT b.parent FROM directory_area b WHERE b.id = l.bassin"              \
    " UNION ALL SELECT d.parent FROM directory_area b JOIN directory_area d"   \
    " ON d.id = b.parent WHERE b.id = l.bassin"                                \
    " UNION ALL SELECT r.parent FROM directory_area b JOIN directory_area d"   \
    " ON d.id = b.parent JOIN directory_area r ON r.id = d.parent"             \
    " WHERE b.id = l.bassin"                                                   \
    " UNION ALL SELECT e.circonscription FROM directory_school e"              \
    " WHERE e.id = l.school"                                                   \
    " UNION ALL SELECT g.target_id FROM directory_school_groups g"             \
    " WHERE g.row_id = l.school AND " LINK_STANDS("g")
/* By their days few are found, by zone or area nearly all: + and coalesce keep
 * SQLite from these. */
#define SHUT_TO_LAB                                                            \
    "coalesce(k.zone, l.zone) = l.zone AND (+k.area IS NULL OR"                \
    " +k.area = l.bassin OR +k.area = l.grappe OR +k.area IN"                  \
    " (" LAB_LIES_IN "))"

/* Over a laboratory's l: the last day of the school holidays that its zone has,
 * or 0. What comes after it nobody knows yet: it is not open for want of
 * holidays. */
#define HOLIDAYS_KNOWN                                                         \
    "coalesce((SELECT max(k.ends) FROM booking_closure k WHERE k.kind ="       \
    " 'holidays' AND coalesce(k.zone, l.zone) = l.zone), 0)"

/* Over a visit t, with :today: is it expected on a half-day on which its
 * laboratory receives nobody, and nobody said why it comes all the same? What
 * closed may have been told since it was asked for. Hours of either week, A or
 * B, will do here. */
#define VISIT_IS_SHUT_OUT                                                      \
    "t.state IN ('asked', 'confirmed') AND t.place = 'inside' AND EXISTS"      \
    " (SELECT 1 FROM network_slot s JOIN network_lab l ON l.id = t.lab WHERE"  \
    " s.visit = t.id AND s.day >= :today AND s.override IS NULL AND"           \
    " (l.closed < s.day OR EXISTS (SELECT 1 FROM booking_closure k WHERE"      \
    " k.ends >= s.day AND k.starts <= s.day AND " SHUT_TO_LAB ") OR EXISTS"    \
    " (SELECT 1 FROM network_pause p WHERE p.lab = l.id AND s.day BETWEEN"     \
    " p.starts AND p.ends) OR NOT EXISTS (SELECT 1 FROM network_opening o"     \
    " WHERE o.lab = l.id AND o.part = s.part AND o.weekday = CASE (s.day +"    \
    " 3) % 7 WHEN 0 THEN 'monday' WHEN 1 THEN 'tuesday' WHEN 2 THEN"           \
    " 'wednesday' WHEN 3 THEN 'thursday' WHEN 4 THEN 'friday' ELSE"            \
    " 'saturday' END)))"

/* A: odd weeks of ISO 8601; B: even ones. */
bool week_is_a(int32_t day);
