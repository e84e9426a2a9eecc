/* What the pages of the portfolio's life show. */
#pragma once

#include "modules/portfolio/portfolio_pages.h"
#include "view/form.h"
#include "view/list.h"
#include "view/map.h"

/* A line of the table of evidence; without statement: nothing is known. */
struct evidence_v {
    const char *kind, *statement, *href, *effect, *limits, *source, *web,
        *found;
    int64_t level, sample; /* NONE: unknown */
    bool missing;          /* asked for, and not there */
    const char *note;      /* what else is to be said of it; or NULL */
};
struct finding_v {
    const char *label, *asks; /* "preuve exigée : …", or NULL */
    const char *met, *tone, *reason;
    /* While the gate sits: the names of both controls. */
    const char *met_name, *reason_name;
    const struct form_option *options;
    size_t option_count;
};
struct vote_v {
    const char *who, *href, *role, *vote, *tone, *reason;
    bool dissent;
};
struct condition_v {
    const char *text, *href, *due, *state, *tone, *how, *of;
    bool late;
};
/* What a school said. */
struct said_v {
    const char *tool, *role, *use, *text, *obstacles, *when;
    int64_t useful;
};
/* A gate as one line of another page. */
struct gate_line_v {
    const char *name, *href, *project, *project_href, *when, *iso, *state,
        *tone, *reason, *how;
    int64_t votes, quorum, missing;
    bool mine; /* the reader's vote is awaited */
};
enum { NEW_CONDITIONS = 3 }; /* places for them beside a decision */
struct new_condition_v {
    const char *text_name, *due_name, *text, *due;
};
struct unsaved_v {
    const char *label, *text;
};
struct essaimage_v;
struct gate_v {
    const char *name, *project, *project_href, *summary, *project_state,
        *stages, *when, *decided, *cancelled, *state, *tone, *reason, *alert;
    const struct finding_v *findings;
    size_t finding_count;
    const struct evidence_v *evidence;
    size_t evidence_count;
    const struct evidence_v *since; /* found after it was decided */
    size_t since_count;
    const struct essaimage_v *essaimage;
    const struct said_v *said; /* the last returns of its schools */
    size_t said_count;
    const char *said_all; /* how many there are, and what they say in sum */
    const struct gate_line_v *before;
    size_t before_count;
    const struct condition_v *conditions;
    size_t condition_count;
    const struct vote_v *votes;
    size_t vote_count;
    int64_t voted, quorum;
    /* What the reader may do; NULL: nothing. */
    const char *vote_action, *decide_action, *csrf, *key, *key2, *letter;
    int64_t version;
    const struct form_option *opinions, *outcomes;
    size_t opinion_count, outcome_count;
    const char *typed_reason, *typed_vote, *opinion_refusal, *decide_refusal;
    const struct unsaved_v *typed; /* sent, and taken no more */
    size_t typed_count;
    struct new_condition_v add[NEW_CONDITIONS];
    bool published, decides, sits; /* sits: open, and edited by the reader */
    bool ahead; /* prepared: nothing is found yet, nor closed */
    bool lost;  /* fewer can vote than the quorum says */
    const struct detail_v *detail; /* its steps, and who edits it */
};
struct decision_v {
    const char *name, *project, *project_href, *stages, *when, *meets, *state,
        *tone, *reason, *votes, *conflicts, *back;
    const char *uses, *essaimage; /* uses: NULL: in none */
    const struct evidence_v *evidence, *since;
    size_t evidence_count, since_count;
    const struct gate_line_v *halt; /* what has stopped it since; or NULL */
    const struct finding_v *findings;
    size_t finding_count;
    const struct vote_v *dissents;
    size_t dissent_count;
    const struct condition_v *conditions;
    size_t condition_count;
    bool secret; /* the reader sees what the public does not */
};
struct board_v {
    const char *lead;
    struct gate_line_v *gates;
    size_t gate_count;
    struct list_v pages; /* of it only .first and .next */
    const struct condition_v *conditions;
    size_t condition_count;
    bool more_conditions; /* than are shown */
};
/* What stopped, counted by its reason. */
struct reason_v {
    const char *reason, *project, *href;
    const char *when; /* on the board of what stopped; NULL: nobody knows */
    int64_t n;
};
struct stopped_v {
    const struct gate_line_v *gates;
    size_t gate_count;
    const struct reason_v *reasons;
    size_t reason_count;
    bool more_gates, more_reasons; /* than are shown */
};
struct state_v {
    const char *label, *tone;
    int64_t n;
};
/* Uses of a tool that are over, by their reason; NULL: unknown. */
struct stop_v {
    const char *tool, *state, *tone, *reason, *when;
    int64_t n;
};
enum { ESSAIMAGE_STATES = 6 }; /* in the order of the field's choices */
struct essaimage_v {
    const char *schools, *schools_label, *pupils;
    int64_t unknown;
    int64_t used; /* schools */
    struct state_v states[ESSAIMAGE_STATES];
    const struct map *map;
    const struct bars *bassins, *departements, *begun, *months, *pupil_months;
    const struct stop_v *stops;
    size_t stop_count;
    const char *list, *schools_href; /* the deployments; the schools in use */
};
/* The schools in which it is in use. */
struct using_school_v {
    const char *name, *href, *commune, *bassin, *since;
};
struct using_v {
    const char *path, *lead;
    const char *area; /* by which they are narrowed, or NULL */
    bool narrowed;
    const struct using_school_v *schools;
    size_t school_count;
    struct list_v pages; /* of it only .first and .next */
};
/* The plan of one service. */
struct plan_v {
    const char *service, *href, *state, *tone, *from, *until, *team, *expected,
        *note;
    const char *endless;  /* told of one without an end */
    const char *recorded; /* what was counted of it; NULL: nothing counts it */
    const char *doubt;    /* what contradicts its state, or NULL */
};
struct lineage_v;
struct project_v {
    struct html_safe summary;
    const char *state, *tone, *axis_note, *starts, *ends;
    const char *stood; /* its stage, where it stands still; or NULL */
    const char
        *halted; /* by whom it was stopped without a committee; or NULL */
    struct named_v axis;
    const struct named_v *policies, *policies_past, *objectives, *programmes,
        *areas, *members, *partners, *documents, *additions;
    size_t policy_count, policy_past_count, objective_count, programme_count,
        area_count, member_count, partner_count, document_count, addition_count;
    const struct block_v *blocks;
    size_t block_count;
    const struct plan_v *plans;
    size_t plan_count;
    const struct gate_line_v *timeline;
    size_t timeline_count;
    const struct evidence_v *evidence;
    size_t evidence_count;
    const struct condition_v *conditions; /* that its gates still ask for */
    size_t condition_count;
    const struct essaimage_v *essaimage;
    const struct said_v *said;
    size_t said_count;
    const struct lineage_v *lineage;
    const struct detail_v *detail;
};
/* A school of the list: accepted, or why not. */
struct place_v {
    const char *name, *what, *why, *tone;
};
struct many_v {
    const struct form *form;
    const struct place_v *places; /* none: nothing was asked, or all is well */
    size_t place_count;
    int64_t accepted, refused;
    const char *digest;      /* of those accepted: what the reader confirms */
    const char *const *kept; /* ticked, and not among .schools */
    size_t kept_count;
    const char *alert, *uais, *project, *bassin, *kind;
    const struct form_option *schools, *bassins, *kinds;
    size_t school_count, bassin_count, kind_count;
    bool asked;
};
/* A request that waits, and how often a need comes back. */
struct queue_row_v {
    const char *need, *href, *topic, *level, *who, *school, *since, *state,
        *tone;
    int64_t days;
    bool stranger; /* has no account: an address was kept */
};
struct need_v {
    const char *topic, *discipline, *level, *href;
    int64_t n, waiting;
};
struct queue_v {
    const struct queue_row_v *rows;
    size_t n;
    const struct need_v *needs;
    size_t need_count;
    struct list_v pages; /* of it only .first and .next */
};
struct ask_v {
    const struct form *form;
    const char *alert;
    const char *privacy; /* told to strangers; or NULL */
    bool sent, follows;  /* and who asked sees their requests */
};
struct become_v {
    const struct detail_v *detail;
    const struct lineage_v *lineage;
    const char *action, *key, *csrf, *name, *why, *why_help, *alert, *refusal;
    const struct form_option *axes, *projects;
    size_t axis_count, project_count;
    bool leads; /* who makes a project of it leads it */
};
