#include "modules/booking/agenda.h"

#include <libical/ical.h>

const struct half_hours half_hours[PARTS] = {
    [MORNING] = {9 * 60, 12 * 60},
    [AFTERNOON] = {13 * 60 + 30, 16 * 60 + 30},
    [EVENING] = {18 * 60, 20 * 60},
};

#define ZONE "Europe/Paris"
/* Directive 2000/84/CE: the clock changes on the last Sundays of March and
 * October, at 01:00 UTC. */
static const char zone[] =
    "BEGIN:VTIMEZONE\r\nTZID:" ZONE "\r\n"
    "BEGIN:DAYLIGHT\r\nTZNAME:CEST\r\nTZOFFSETFROM:+0100\r\n"
    "TZOFFSETTO:+0200\r\nDTSTART:19960331T020000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n"
    "BEGIN:STANDARD\r\nTZNAME:CET\r\nTZOFFSETFROM:+0200\r\n"
    "TZOFFSETTO:+0100\r\nDTSTART:19961027T030000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n"
    "END:VTIMEZONE\r\n";

static icalproperty *other(const char *name, const char *value)
{
    icalproperty *p = icalproperty_new_x(value);
    icalproperty_set_x_name(p, name);
    return p;
}

/* By libical, which escapes and folds. */
static bool add_property(struct buf *b, icalproperty *p)
{
    char *line = p ? icalproperty_as_ical_string_r(p) : NULL;
    if (line)
        buf_str(b, line);
    icalmemory_free_buffer(line);
    icalproperty_free(p);
    return line != NULL;
}

/* An address is no TEXT: nothing in it is escaped. */
static bool add_words(struct buf *b, const struct event *e)
{
    return add_property(b, icalproperty_new_summary(e->title)) &&
           (!e->place ||
            add_property(b, icalproperty_new_location(e->place))) &&
           (!e->text ||
            add_property(b, icalproperty_new_description(e->text))) &&
           (!e->url || add_property(b, icalproperty_new_url(e->url)));
}

/* Wall-clock time with the name of its zone. */
static void add_time(struct buf *b, const char *name, int32_t day, int minute)
{
    const struct date d = day_date(day);
    buf_printf(b, "%s;TZID=" ZONE ":%04d%02d%02dT%02d%02d00\r\n", name, d.year,
               d.month, d.day, minute / 60, minute % 60);
}

/* What is short and of the program's own words needs nobody to escape or fold
 * it: of two thousand events that is half the work. */
static bool add_event(struct buf *b, const struct event *e)
{
    static const char *const states[] = {
        [EVENT_ASKED] = "TENTATIVE",
        [EVENT_FIRM] = "CONFIRMED",
        [EVENT_CANCELLED] = "CANCELLED",
    };
    const struct half_hours *hours = &half_hours[e->part];
    const time_t changed = (time_t)e->changed;
    char at[20];
    struct tm tm;
    CHECK(strftime(at, sizeof(at), "%Y%m%dT%H%M%SZ", gmtime_r(&changed, &tm)));
    buf_printf(b,
               "BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:%s\r\nLAST-MODIFIED:%s\r\n"
               "SEQUENCE:%d\r\n",
               e->uid, at, at, (int)e->sequence);
    add_time(b, "DTSTART", e->day, hours->from);
    add_time(b, "DTEND", e->day, hours->until);
    buf_printf(b, "STATUS:%s\r\n", states[e->state]);
    const bool added = add_words(b, e);
    buf_str(b, "END:VEVENT\r\n");
    return added;
}

/* The head and the zone. */
static icalcomponent *calendar_open(const char *name)
{
    icalcomponent *all = icalcomponent_new(ICAL_VCALENDAR_COMPONENT);
    icalcomponent_add_property(all, icalproperty_new_version("2.0"));
    icalcomponent_add_property(all, icalproperty_new_prodid("-//Essaim//FR"));
    icalcomponent_add_property(all, icalproperty_new_calscale("GREGORIAN"));
    icalcomponent_add_property(all, other("X-WR-CALNAME", name));
    icalcomponent_add_property(all, other("X-WR-TIMEZONE", ZONE));
    icalcomponent_add_property(all, other("X-PUBLISHED-TTL", "PT1H"));
    icalcomponent_add_component(all, icalparser_parse_string(zone));
    return all;
}

static bool add_text(struct buf *b, icalcomponent *c)
{
    char *text = c ? icalcomponent_as_ical_string_r(c) : NULL;
    if (text)
        buf_str(b, text);
    icalmemory_free_buffer(text);
    icalcomponent_free(c);
    return text != NULL;
}

enum status agenda_write(struct arena *a, const char *name,
                         const struct event *events, size_t n, struct str *out)
{
    static const char end[] = "END:VCALENDAR\r\n";
    struct buf b = {.mem = a};
    icalerror_set_errors_are_fatal(0);
    if (!add_text(&b, calendar_open(name)))
        return ERR_SYSTEM;
    CHECK(b.n > sizeof(end) &&
          memcmp(b.p + b.n - strlen(end), end, strlen(end)) == 0);
    b.n -= strlen(end);
    for (size_t i = 0; i < n; i++)
        if (!add_event(&b, &events[i]))
            return ERR_SYSTEM;
    buf_str(&b, end);
    *out = buf_done(&b);
    return OK;
}
