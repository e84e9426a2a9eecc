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

/* Wall-clock time with the name of its zone. */
static void add_time(icalcomponent *to, icalproperty *p)
{
    icalproperty_add_parameter(p, icalparameter_new_tzid(ZONE));
    icalcomponent_add_property(to, p);
}

static struct icaltimetype time_at(int32_t day, int minute)
{
    const struct date d = day_date(day);
    struct icaltimetype t = icaltime_null_time();
    t.year = d.year;
    t.month = d.month;
    t.day = d.day;
    t.hour = minute / 60;
    t.minute = minute % 60;
    return t;
}

/* An address is no TEXT: nothing in it is escaped. */
static void add_words(icalcomponent *to, const struct event *e)
{
    icalcomponent_add_property(to, icalproperty_new_summary(e->title));
    if (e->place)
        icalcomponent_add_property(to, icalproperty_new_location(e->place));
    if (e->text)
        icalcomponent_add_property(to, icalproperty_new_description(e->text));
    if (e->url)
        icalcomponent_add_property(to, icalproperty_new_url(e->url));
}

static icalcomponent *event_make(const struct event *e)
{
    static const enum icalproperty_status states[] = {
        [EVENT_ASKED] = ICAL_STATUS_TENTATIVE,
        [EVENT_FIRM] = ICAL_STATUS_CONFIRMED,
        [EVENT_CANCELLED] = ICAL_STATUS_CANCELLED,
    };
    const struct half_hours *hours = &half_hours[e->part];
    const struct icaltimetype changed = icaltime_from_timet_with_zone(
        (time_t)e->changed, 0, icaltimezone_get_utc_timezone());
    icalcomponent *one = icalcomponent_new(ICAL_VEVENT_COMPONENT);
    icalcomponent_add_property(one, icalproperty_new_uid(e->uid));
    icalcomponent_add_property(one, icalproperty_new_dtstamp(changed));
    icalcomponent_add_property(one, icalproperty_new_lastmodified(changed));
    icalcomponent_add_property(one,
                               icalproperty_new_sequence((int)e->sequence));
    add_time(one, icalproperty_new_dtstart(time_at(e->day, hours->from)));
    add_time(one, icalproperty_new_dtend(time_at(e->day, hours->until)));
    icalcomponent_add_property(one, icalproperty_new_status(states[e->state]));
    add_words(one, e);
    return one;
}

/* The head and the zone; the events come one by one, each freed at once: a long
 * agenda costs no more memory than its text. */
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
        if (!add_text(&b, event_make(&events[i])))
            return ERR_SYSTEM;
    buf_str(&b, end);
    *out = buf_done(&b);
    return OK;
}
