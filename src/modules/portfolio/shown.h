/* Rows of the portfolio's life in words, for several of its pages. */
#pragma once

#include "core/request.h"
#include "i18n/format.h"
#include "modules/portfolio/life.h"
#include "modules/portfolio/life_pages.h"

/* The rows of e whose field refers to id: 200 at most, in e's own order. */
enum status rows_under(struct req *r, const struct entity *e, const char *field,
                       int64_t id, struct list *out) MUST_USE;
const char *row_address(struct req *r, const struct entity *e, int64_t id);
/* Of the decision that everybody may read where it is public. */
const char *decision_address(struct req *r, int64_t gate);
/* A choice's label and tone. */
const char *choice_shown(struct req *r, const struct entity *e,
                         const char *field, const char *key);
const char *tone_of(struct req *r, const struct entity *e, const char *field,
                    const char *key);
/* "0,18 (de 0,05 à 0,31) écart-type"; NULL where no effect is known. */
const char *effect_shown(struct req *r, double effect, double low, double high,
                         const char *unit);
struct evidence_v evidence_shown(struct req *r, const struct evidence *e);
/* NULL where it is NONE: nobody has said when. */
const char *day_in_words(struct req *r, int64_t day, enum day_style style);
/* The one, where both are the same in that style; or the label, whose {from}
 * and {until} they are. NULL where nobody has said when. */
const char *days_shown(struct req *r, const char *label, int32_t first,
                       int32_t last, enum day_style style);
const char *stages_shown(struct req *r, const struct gate *g);
/* Of its page: many gates bear the name of their step. */
const char *gate_title(struct req *r, const struct gate *g,
                       const char *project);
struct gate_line_v gate_line(struct req *r, const struct gate *g);
struct condition_v condition_shown(struct req *r,
                                   const struct gate_condition *c);
/* A finding as it stands, not to be changed. */
struct finding_v finding_shown(struct req *r, const struct gate_criterion *k);
/* What a school said of that tool. */
struct said_v said_shown(struct req *r, const struct feedback *f,
                         const char *tool);
/* The text of that key in a line of the journal; NULL: it has none. */
const char *line_text(struct req *r, const char *detail, const char *key);
/* May the reader read every row of that kind, wherever it is? */
bool reads_all(struct req *r, const struct entity *e);
/* Where the page of a list begins, for its ask->after; NULL: with the first. */
const char *page_after(struct req *r);
/* Where a list of the entity at that path goes on, and begins: of the pager
 * alone. What was read of its address is in ask->after. */
struct list_v pages_shown(struct req *r, const struct list_ask *ask,
                          const struct list *list, const char *path);
