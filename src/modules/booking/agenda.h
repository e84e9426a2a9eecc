/*
 * What is planned, as calendars of other programs read it: iCalendar (RFC
 * 5545), by libical. Half-days have no hour of their own (docs/decisions/0010);
 * an agenda needs one, so each is told by the hours of half_hours, in the zone
 * Europe/Paris, whose rules the calendar brings.
 */
#pragma once

#include "modules/booking/booking.h"

struct event {
    const char *uid;  /* the row's: the same as long as there is one */
    int64_t sequence; /* grows with every change */
    int64_t changed;  /* when it last did, UTC seconds */
    int32_t day;
    enum half_day part;
    enum { EVENT_ASKED, EVENT_FIRM, EVENT_CANCELLED } state;
    const char *title, *place, *text, *url; /* all but the title: or NULL */
};

/* First and last minute of the day. */
struct half_hours {
    int from, until;
};
extern const struct half_hours half_hours[PARTS];

/* Of the same events it makes the same bytes. ERR_SYSTEM: no memory. */
enum status agenda_write(struct arena *a, const char *name,
                         const struct event *events, size_t n,
                         struct str *out) MUST_USE;
