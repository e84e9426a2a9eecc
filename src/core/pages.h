/* The handlers of derived routes, and the frame's own pages. */
#pragma once

#include "core/module.h"

extern const struct route core_routes[]; /* ends with {0} */

enum status rows_list(struct req *r);
enum status row_page(struct req *r);
enum status row_form_new(struct req *r);
enum status row_form_edit(struct req *r);
enum status row_create(struct req *r);
enum status row_change(struct req *r);
enum status row_remove(struct req *r);
enum status row_past(struct req *r);
enum status row_put_back(struct req *r);
enum status row_step(struct req *r);
/* What was refused about a row: its page as it stands now, with the reason
 * above it and, of a step, in its form. Gives s back where there is no page for
 * the reader. */
enum status row_refused(struct req *r, enum status s);
/* The same of a version that was to be brought back: its history. */
enum status past_refused(struct req *r, enum status s);
enum status rows_deleted(struct req *r);
/* After ERR_NOT_FOUND of a row: its history, for who may bring it back; NULL.
 */
const char *row_deleted_past(struct req *r);

enum status file_show(struct req *r);
enum status file_past(struct req *r);
enum status file_post(struct req *r);

enum status sign_in_form(struct req *r);
/* To a form whose session is over: the page to sign in, with what was typed. */
enum status sign_in_again(struct req *r);
enum status sign_in(struct req *r);
enum status sign_in_demo(struct req *r);
enum status sign_out(struct req *r);
enum status sign_out_everywhere(struct req *r);
enum status set_language(struct req *r);
enum status search_show(struct req *r);
enum status figures_show(struct req *r);
enum status tasks_show(struct req *r);
enum status task_seen(struct req *r);
enum status mails_show(struct req *r);
enum status mail_show(struct req *r);
enum status mail_again(struct req *r);
enum status mail_drop(struct req *r);
enum status stop_form(struct req *r);
enum status stop_send(struct req *r);
enum status figure_show(struct req *r);
enum status figure_snapshot(struct req *r);
enum status imports_list(struct req *r);
enum status import_send(struct req *r);
enum status import_show(struct req *r);
enum status import_columns(struct req *r);
enum status import_start(struct req *r);
enum status import_take_back(struct req *r);
enum status import_halt(struct req *r);
enum status grants_show(struct req *r);
enum status grant_new(struct req *r);
enum status grant_stop(struct req *r);
enum status account_close(struct req *r);
enum status rights_show(struct req *r);
enum status head_show(struct req *r);
enum status openapi(struct req *r);
enum status ready_show(struct req *r);
