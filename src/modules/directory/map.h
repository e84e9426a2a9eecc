/* The map's handler. */
#pragma once

#include "core/module.h"

enum status map_show(struct req *r);
