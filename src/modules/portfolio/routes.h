/* The handlers of the portfolio's own pages. */
#pragma once

#include "core/module.h"

enum status strategy(struct req *r);
enum status project_show(struct req *r);
enum status gate_show(struct req *r);
enum status gate_vote(struct req *r);
enum status gate_decide(struct req *r);
enum status gate_find(struct req *r);
enum status gates_waiting(struct req *r);
enum status decisions_list(struct req *r);
enum status decision_show(struct req *r);
enum status essaimage_show(struct req *r);
enum status essaimage_schools(struct req *r);
enum status deployment_show(struct req *r);
enum status deploy_many_form(struct req *r);
enum status deploy_many(struct req *r);
enum status deploy_many_again(struct req *r);
enum status ask_form(struct req *r);
enum status ask_send(struct req *r);
enum status ask_again(struct req *r);
enum status ask_thanks(struct req *r);
enum status advice_queue(struct req *r);
enum status document_given(struct req *r);
enum status answer_given(struct req *r);
enum status origin_show(struct req *r);
enum status origin_becomes(struct req *r);
enum status stopped_board(struct req *r);
