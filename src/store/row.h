/* What saving, history and links share; for the files of this folder alone. */
#pragma once

#include "store/entity_shape.h"

/* The row and the words under which search has it (NULL: none). */
enum status row_load_old(struct conn *c, struct arena *a, const struct shape *s,
                         int64_t id, void **row, const char **words) MUST_USE;
/* Inserts under row's own id and version (0 and 1: a new row), without a line
 * in history. */
enum status row_put(struct conn *c, struct arena *a, const struct shape *s,
                    void *row, bool with_id) MUST_USE;

/* turns.fault where another row has one of its days; or NULL. */
const char *turns_fault(struct conn *c, struct arena *a, const struct entity *e,
                        const void *row, const char **field);
/* What the entity says follows from it (entity.follow). */
enum status row_follow(struct conn *c, struct arena *a, const struct entity *e,
                       const void *before, const void *after,
                       struct actor by) MUST_USE;

bool value_same(struct value a, struct value b);

/* Inside a write, before it: may the row change so (before NULL: it comes back;
 * after NULL: it goes), what figures of closed years read of it being kept? A
 * correction leaves its line in the journal. ERR_CONFLICT: see struct counting.
 */
enum status counting_keep(struct conn *c, struct arena *a,
                          const struct entity *e, const void *before,
                          const void *after, struct actor by) MUST_USE;
/* The line of a correction; what: "update", "links". */
enum status journal_correction(struct conn *c, struct arena *a,
                               const struct entity *e, int64_t id,
                               const char *what, struct actor by) MUST_USE;
/* The value of a field as a member of the object being written. */
void field_json(struct json *j, const char *key, const struct field *f,
                const void *row);

/* One line of history; image NULL: there was nothing before. */
struct line {
    int64_t row, version, at;
    const char *what;
    struct str image;
};
enum status history_add(struct conn *c, const struct entity *e,
                        const struct line *line, struct actor by) MUST_USE;
/* The journal's lines of fields F_JOURNAL; before NULL: there was nothing. */
enum status journal_changes(struct conn *c, struct arena *a,
                            const struct entity *e, const void *before,
                            const void *row, struct actor by) MUST_USE;
/* row_json with what is F_HIDDEN too: for history. */
void row_json_whole(struct json *j, const struct entity *e, const void *row);
/* The row and its links as JSON. */
enum status history_image(struct conn *c, struct arena *a,
                          const struct entity *e, const void *row,
                          struct str *out) MUST_USE;
/* The highest version ever given to a row, 0 for none. */
enum status history_top(struct conn *c, const struct entity *e, int64_t id,
                        int64_t *version) MUST_USE;
/* The links as "links" of the JSON object being written. From it: those that
 * stood in it stand from today on; or all of them with their days, in place of
 * what is there. */
enum status links_json(struct conn *c, struct arena *a, const struct entity *e,
                       int64_t id, struct json *j) MUST_USE;
enum status links_from_json(struct conn *c, struct arena *a,
                            const struct entity *e, int64_t id,
                            const struct json_value *object,
                            struct actor by) MUST_USE;
enum status links_put_back(struct conn *c, struct arena *a,
                           const struct entity *e, int64_t id,
                           const struct json_value *object) MUST_USE;
enum status links_drop(struct conn *c, struct arena *a, const struct entity *e,
                       int64_t id) MUST_USE;
/* Adds the clause over alias to b and what it binds to args; "1=1" where the
 * reach is everything. */
struct args {
    struct arg *all;
    size_t n, room;
};
void args_add(struct arena *a, struct args *args, struct arg one);
bool reach_is_all(const struct entity *e, const struct reach *reach);
void reach_clause(struct arena *a, struct buf *b, struct str alias,
                  const struct entity *e, const struct reach *reach,
                  struct args *args);
