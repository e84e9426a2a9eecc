#!/usr/bin/python3
"""An iCalendar file (standard input) as JSON, read by Debian's python3-icalendar:
what test/web/agenda.mjs compares with what ical.js reads."""
import datetime
import json
import sys

import icalendar


def instant(prop):
    when = prop.dt
    assert when.tzinfo is not None, "a time without its zone"
    return when.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def event(e):
    return {
        "uid": str(e["UID"]),
        "sequence": int(e["SEQUENCE"]),
        "status": str(e["STATUS"]),
        "start": instant(e["DTSTART"]),
        "end": instant(e["DTEND"]),
        "zone": e["DTSTART"].params["TZID"],
        "stamp": instant(e["DTSTAMP"]),
        "title": str(e["SUMMARY"]),
        "place": str(e.get("LOCATION", "")),
        "text": str(e.get("DESCRIPTION", "")),
        "url": str(e.get("URL", "")),
    }


calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
zones = [str(z["TZID"]) for z in calendar.walk("VTIMEZONE")]
json.dump({"name": str(calendar["X-WR-CALNAME"]), "zones": zones,
           "events": [event(e) for e in calendar.walk("VEVENT")]}, sys.stdout)
