/*
 * The portfolio: what the laboratory wants (axes and their objectives, the
 * priority policies it serves), what it offers (nine services in three blocks)
 * and what it does (projects). It refers to the directory only.
 */
#pragma once

#include "modules/directory/directory.h"

/* What the strategy and the offer are made of stands from a day until a day;
 * none: always. What is given up is ended, and counts in the years it stood. */
struct axis {
    struct row row;
    int64_t position;
    const char *name, *aim;
    int32_t starts, ends;
};

struct objective {
    struct row row;
    int64_t axis, position;
    const char *name;
    int32_t starts, ends;
};

/* A priority policy of the government (PPGE). .code is its name in figures;
 * .colour numbers a colour of the charts, from 1. */
struct policy {
    struct row row;
    const char *code, *name, *brief;
    int64_t position, colour;
};

struct programme {
    struct row row;
    const char *name, *summary;
    int32_t starts, ends;
    const char *web;
};

/* One of the services of the offer, "de la veille à l'essaimage". */
struct service {
    struct row row;
    const char *code, *name, *block;
    int64_t position;
    const char *summary;
    int32_t starts, ends;
};

/*
 * A project. .service is the service by which it entered the offer; where it
 * has been since are its project_service rows. .stage is where it stands, or
 * stood when it was held, stopped or finished: it is resumed there. .axis_note
 * says why, when its axis is a reading and not a decision. Who leads it is a
 * member: people are not public, and a project is.
 */
struct project {
    struct row row;
    const char *name, *summary, *state, *stage;
    int64_t axis;
    const char *axis_note;
    int64_t service;
    int32_t starts, ends;
};

/* The project's children. A service has a plan made to measure: when, .team
 * (who sees to it: a service, a team, no person), .expected (its results). */
struct project_service {
    struct row row;
    int64_t project, service;
    int32_t starts, ends;
    const char *state, *team, *expected, *note;
};

struct project_member {
    struct row row;
    int64_t project, person;
    const char *role;
};

struct project_partner {
    struct row row;
    int64_t project, organisation;
    const char *role;
};

struct document {
    struct row row;
    int64_t project;
    const char *title, *web;
    int64_t file;
};

extern const struct entity axis_entity, objective_entity, policy_entity,
    programme_entity, service_entity, project_entity, project_service_entity,
    project_member_entity, project_partner_entity, document_entity;

/* The links of a project: its policies (each a whole tag, three at most), its
 * objectives, its programmes, the areas it works in. */
enum {
    PROJECT_POLICIES,
    PROJECT_OBJECTIVES,
    PROJECT_PROGRAMMES,
    PROJECT_AREAS
};
extern const struct link project_links[];
/* From a day until a day, as figures count it. */
extern const struct counting dated_counting;
/* Over alias t: does it stand on that day? */
#define STANDS_ON(t, day)                                                      \
    "(" t ".starts IS NULL OR " t ".starts <= " day ") AND (" t                \
    ".ends IS NULL OR " t ".ends >= " day ")"
extern const struct figure portfolio_figures[];

enum status portfolio_demo(struct demo *d);
