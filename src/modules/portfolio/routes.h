/* The handlers of the portfolio's own pages. */
#pragma once

#include "core/module.h"

enum status strategy(struct req *r);
enum status project_show(struct req *r);
