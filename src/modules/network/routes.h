/* The handlers of the network's own pages. */
#pragma once

#include "core/request.h"
#include "modules/network/calendar.h"
#include "modules/network/lab_pages.h"
#include "modules/network/told_pages.h"

enum status lab_show(struct req *r);
enum status chronology_show(struct req *r);
enum status lab_calendar_show(struct req *r);
enum status network_calendar_show(struct req *r);
enum status visit_show(struct req *r);
enum status visit_name_class(struct req *r);
/* visit_label.c: of the visit's page, to who receives. */
enum status new_classes_fill(struct req *r, struct visit_v *v) MUST_USE;
/* visit_past.c: why one that is past is still only asked for, and what is to be
 * done, instead of *alert, or before it. */
enum status visit_past_alert(struct req *r, const char **alert) MUST_USE;
enum status sheet_show(struct req *r);
enum status sheet_pdf(struct req *r);
enum status sheet_linked(struct req *r);
enum status sheet_linked_pdf(struct req *r);
enum status agree_form(struct req *r);
enum status agree_send(struct req *r);
enum status withdraw_form(struct req *r);
enum status withdraw_send(struct req *r);
enum status reviews_show(struct req *r);
enum status review_form(struct req *r);
enum status review_send(struct req *r);
enum status feeds_show(struct req *r);
enum status feed_add(struct req *r);
enum status feed_end(struct req *r);
enum status feed_show(struct req *r);
enum status cuts_show(struct req *r);
enum status territory_show(struct req *r);
enum status own_school_show(struct req *r);
enum status week_show(struct req *r);
enum status visit_ask_form(struct req *r);
enum status visit_ask_send(struct req *r);
enum status visit_ask_again(struct req *r);
enum status visit_ask_sent(struct req *r);

enum status waiting_ask_form(struct req *r);
enum status waiting_ask_send(struct req *r);
enum status waiting_sent(struct req *r);
enum status waiting_offer(struct req *r);
enum status waiting_row(struct req *r);
enum status waiting_mine(struct req *r);
enum status waiting_leave(struct req *r);
enum status offer_show(struct req *r);
enum status offer_answer(struct req *r);
enum status tour_show(struct req *r);
enum status tour_sort(struct req *r);
enum status tour_sheet_show(struct req *r);
enum status tour_sheet_pdf(struct req *r);
enum status series_show(struct req *r);
enum status series_take(struct req *r);
enum status series_change_form(struct req *r);
enum status series_change(struct req *r);
enum status series_stop(struct req *r);
enum status lab_week_pdf(struct req *r);
enum status network_week_pdf(struct req *r);
enum status series_dates_show(struct req *r); /* API */

/* "mardi 3 mars 2026, matin" */
const char *half_day_shown(struct req *r, int32_t day, enum half_day part);
/* Where that half-day is asked for. */
const char *half_day_address(struct req *r, int64_t lab, int32_t day,
                             enum half_day part);
/* What is wrong with an asking, in words: where to telephone besides. */
const char *ask_alert(struct req *r, const struct lab *lab, const char *key);
/* What has to be there and was not sent: a form that names only some fields
 * leaves the others as they are. */
void ask_required(struct form_errors *errors, const struct entity *e,
                  const void *row);
