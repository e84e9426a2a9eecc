/* From a row down to those that name it. */
#pragma once

#include "core/request.h"
#include "view/detail.h"

/* Adds a group to v: for each list that can be asked for the rows that name
 * this one, how many the reader finds there. What is edited under the row is
 * not among them. None: nothing is added. */
enum status down_add(struct req *r, struct detail_v *v) MUST_USE;
