#include "modules/portfolio/project_parts.h"

#include "modules/portfolio/shown.h"

/* Arms of one statement have the same columns; the first has something in each,
 * and so says their types. The third column sorts within a kind, never NULL, so
 * that both engines agree. */
#define REALS "NULL,NULL,NULL"
#define TEXTS "NULL,NULL,NULL,NULL,NULL"
#define INTS "NULL,NULL,NULL,NULL"
#define NAMED(kind, id, place, title)                                          \
    " UNION ALL SELECT " kind "," id "," place "," INTS "," REALS "," title ","
/* What a link leads to: title. */
#define LINKED(kind, link, target)                                             \
    NAMED(kind, "t.id", "l.position", "t.name")                                \
    TEXTS                                                                      \
    " FROM portfolio_project_" link " l JOIN " target                          \
    " t ON t.id = l.target_id WHERE l.row_id = :id AND " LINK_STANDS("l")

/* One text that macros build: it is laid out by hand. */
/* clang-format off */
static const struct sql all_parts = SQL_CONST(
    /* Evidence: until its file, n its level, m its sample, key its kind, text
     * its limits, more its source, extra its address, last the unit. */
    "SELECT 10, e.id, -e.level, e.found, e.file, e.level, e.sample,"
    " e.effect, e.low, e.high, e.statement, e.kind, e.limits, e.source, e.web,"
    " e.unit FROM portfolio_evidence e WHERE e.project = :id"
    /* Its axis: title. */
    NAMED("0", "x.id", "x.position", "x.name") TEXTS
    " FROM portfolio_axis x WHERE x.id = :axis"
    LINKED("1", "policies", "portfolio_policy")
    LINKED("2", "objectives", "portfolio_objective")
    LINKED("3", "programmes", "portfolio_programme")
    LINKED("4", "areas", "directory_area")
    /* Services: title, key its block and code, text the state there, more the note,
     * extra the team, last what is expected; m the service. */
    " UNION ALL SELECT 5, p.id, s.position * 100000 + coalesce(p.starts, 0),"
    " p.starts, p.ends, s.position, s.id, " REALS
    ", s.name, s.block || ' ' || s.code, p.state, p.note, p.team, p.expected FROM"
    " portfolio_service s LEFT JOIN portfolio_project_service p"
    " ON p.service = s.id AND p.project = :id"
    /* Members: title their name, key their role. */
    NAMED("6", "w.id", "m.id", "w.name") "m.role, NULL,NULL,NULL,NULL"
    " FROM portfolio_project_member m JOIN directory_person w"
    " ON w.id = m.person WHERE m.project = :id AND :members = 1"
    NAMED("7", "o.id", "m.id", "o.name") "m.role, NULL,NULL,NULL,NULL"
    " FROM portfolio_project_partner m JOIN directory_organisation o"
    " ON o.id = m.organisation WHERE m.project = :id"
    /* Documents: title, text their address, more and extra the type and size of
     * their file. */
    NAMED("8", "d.id", "d.id", "d.title")
    "NULL, d.web, f.type, CAST(f.size AS TEXT), NULL FROM portfolio_document d"
    " LEFT JOIN core_file f ON f.id = d.file WHERE d.project = :id AND"
    " :documents = 1"
    /* Gates: title, key their state, text their reasons, more and extra the
     * stages they lie between; n the journal's line that led there, m the
     * instant at which it was cancelled. */
    " UNION ALL SELECT CASE WHEN :gates = 1 OR (g.published = 1 AND g.state IN"
    " (" DECIDED ")) THEN 9 ELSE 15 END, g.id, -coalesce(g.decided_on, g.meets),"
    " coalesce(g.decided_on, g.meets), NULL, w.id, CASE WHEN g.state ="
    " 'cancelled' THEN w.at END, " REALS
    ", g.name, g.state, g.state_reason, g.stage_from, g.stage_to, NULL"
    " FROM portfolio_gate g LEFT JOIN core_journal w ON w.id = (SELECT max(k.id)"
    " FROM core_journal k WHERE k.entity = 'portfolio_gate' AND k.row_id = g.id"
    " AND k.what NOT LIKE '%publish') WHERE g.project = :id"
    /* Sessions: title, text what came of it. */
    " UNION ALL SELECT 11, s.id, -s.held, s.held, NULL,NULL,NULL, " REALS
    ", s.title, NULL, s.outcome, NULL,NULL,NULL FROM portfolio_design s"
    " WHERE s.project = :id"
    /* Feedback, the last ones: n its usefulness, key the use, title the tool,
     * text what is said, more what hinders, extra who says it. */
    " UNION ALL SELECT 12, f.id, -f.given, f.given, NULL, f.useful, NULL, " REALS
    ", f.tool, f.use, f.text, f.obstacles, f.role, NULL FROM (SELECT b.id,"
    " b.given, b.useful, b.use, b.text, b.obstacles, b.role, d.tool FROM"
    " portfolio_deployment d JOIN portfolio_feedback b ON b.deployment = d.id"
    " WHERE d.project = :id ORDER BY b.given DESC, b.id DESC LIMIT 6) f"
    /* Steps: day is the instant, m who took it, key the step, text its detail as
     * JSON. */
    " UNION ALL SELECT 13, j.id, -j.id, j.at, NULL,NULL, j.person, " REALS
    ", NULL, j.what, j.detail, NULL,NULL,NULL FROM (SELECT c.id, c.at, c.what,"
    " c.person, c.detail FROM core_journal c WHERE c.entity = 'portfolio_project' AND"
    " c.row_id = :id ORDER BY c.id DESC LIMIT 12) j"
    /* Policies that it had: title. */
    " UNION ALL SELECT 14, t.id, -l.until, l.since, l.until, NULL,NULL, " REALS
    ", t.name, " TEXTS " FROM portfolio_project_policies l JOIN"
    " portfolio_policy t ON t.id = l.target_id WHERE l.row_id = :id AND NOT "
    LINK_STANDS("l")
    /* What its gates still ask for: day until when, key the state, title what,
     * more the gate; until the gate's number. */
    " UNION ALL SELECT 16, c.id, c.due, c.due, g.id, NULL,NULL, " REALS
    ", c.text, c.state, NULL, g.name, NULL,NULL FROM portfolio_gate_condition c"
    " JOIN portfolio_gate g ON g.id = c.gate WHERE g.project = :id AND c.state ="
    " 'open' AND (:gates = 1 OR g.published = 1) ORDER BY 1, 3, 2");
/* clang-format on */

static void part_read(struct rows *r, struct part *p)
{
    *p = (struct part){.kind = (enum part_kind)row_int(r, 0),
                       .id = row_int(r, 1),
                       .day = row_int(r, 3),
                       .until = row_int(r, 4),
                       .n = row_int(r, 5),
                       .m = row_int(r, 6),
                       .effect = row_real(r, 7),
                       .low = row_real(r, 8),
                       .high = row_real(r, 9),
                       .title = row_text(r, 10),
                       .key = row_text(r, 11),
                       .text = row_text(r, 12),
                       .more = row_text(r, 13),
                       .extra = row_text(r, 14),
                       .last = row_text(r, 15)};
    /* A gate that was cancelled stands where it was, not where it was planned.
     */
    if (p->kind == PART_GATE && p->m != NONE)
        p->day = day_of_time(p->m);
}

enum status parts_load(struct req *r, int64_t project, struct parts *out)
{
    enum { MOST = 2000 };
    const struct project *p = r->row;
    struct rows *rows;
    size_t room = 0;
    *out = (struct parts){0};
    TRY(db_rows(r->conn, r->mem, all_parts,
                ARGS(arg_int("id", project), arg_int("axis", p->axis),
                     arg_int("members", may(r->who, "portfolio.members")),
                     arg_int("documents", may(r->who, "portfolio.documents")),
                     arg_int("gates", may(r->who, "portfolio.gates"))),
                &rows));
    while (out->n < MOST && rows_next(rows)) {
        out->all =
            arena_grow(r->mem, out->all, sizeof(*out->all), out->n, &room);
        part_read(rows, &out->all[out->n++]);
    }
    TRY(rows_end(rows));
    size_t at = 0;
    for (int kind = 0; kind <= PART_KINDS; kind++) {
        while (at < out->n && (int)out->all[at].kind < kind)
            at++;
        out->from[kind] = at;
    }
    return OK;
}
