/* What the pages of the network show. */
#pragma once

#include "view/chart.h"
#include "view/detail.h"
#include "view/form.h"

/* One half-day of the calendar: where it is asked for, or why not. */
struct slot_cell_v {
    const char *label; /* "libre", "complet", "2 salles libres" */
    const char *href;  /* or NULL */
    const char *name;  /* for who does not see the table: "mardi 3 mars, matin"
                        */
    bool open;
};
/* A day, or several days off together. */
struct slot_day_v {
    const char *day;
    struct slot_cell_v cells[3];
    const char *off; /* why nothing; NULL: .cells */
};
struct slots_v {
    const char *title, *prev, *next; /* hrefs, or NULL */
    const char *calendar;            /* the whole of it */
    const struct slot_day_v *days;
    size_t n;
    bool evenings;
};

/* The hours of a week: a row for each half-day of the day, a cell for each day
 * from Monday to Saturday. */
struct hours_v {
    const char *part;
    const char *cells[6]; /* NULL: closed */
};
struct shown_v {
    const char *name, *summary;
    int64_t number;
};
/* A room, or a part of one. */
struct room_v {
    const char *name, *within; /* or NULL */
    int64_t capacity;          /* NONE: it does not say */
};
struct lab_v {
    /* That it is closed, or will be, or is to open; or NULL. */
    const char *life;
    const struct room_v *rooms;
    size_t room_count;
    const char *const *team; /* names */
    size_t team_count;
    const struct detail_v *detail; /* of it only the facts that are known */
    const char *summary;
    const struct slots_v *slots;
    const struct hours_v *hours;
    size_t hours_count;
    const char *const *weekdays; /* six */
    const struct shown_v *shown;
    size_t shown_count;
    bool manages;        /* shows the rows it is made of, to be changed */
    const char *reviews; /* what those say who came; or NULL */
    const char *ask;     /* where to ask without choosing; or NULL */
    const char *wait;    /* where to wait for a half-day; or NULL */
};

/* The openings and closings of the network, the first first. */
struct event_v {
    int32_t at; /* of a closing its last day */
    bool ends;
    const char *day, *lab, *href, *bassin;
    int64_t open; /* how many are then */
};
struct chronology_v {
    const struct event_v *events;
    size_t n;
    const struct bars *chart;
};

/* Asking for a half-day. */
struct visit_ask_v {
    const struct form *form; /* NULL: that half-day cannot be asked for */
    const char *alert, *lab, *when;
    const char *privacy;              /* told to strangers; or NULL */
    const char *back, *wait;          /* to the calendar, to the waiting list */
    const struct slot_cell_v *others; /* free half-days, when it is taken */
    size_t other_count;
    const char **classes; /* of the school's list, once the school is known */
    size_t class_count;
};
struct visit_sent_v {
    const char *lab, *lab_href, *when, *visit_href;
};

/* A week: each day's half-days in order. Of a slot all but the title, the lab
 * and the state may be NULL. */
struct week_slot_v {
    const char *part, *title, *href, *state, *tone;
    const char *lab, *space, *school, *with, *people;
};
struct week_day_v {
    const char *day;
    const struct week_slot_v *slots;
    size_t n;
    const struct slot_cell_v *free; /* for who receives there */
    size_t free_count;
    bool today, gone;
};
struct week_v {
    const char *title, *prev, *next;
    const struct week_day_v *days;
    size_t n;
    bool receives;    /* plans, and does not only see */
    const char *new_; /* where an accueil is entered; NULL: not by the reader */
    bool cut;         /* there are more than a page holds */
    bool figures;     /* the reader may see those of the network */
};
