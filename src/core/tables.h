/* The frame's own tables and rights. */
#pragma once

#include "core/module.h"

extern const struct sql core_tables[];           /* ends with {0} */
extern const struct migration core_migrations[]; /* ends with {0} */
extern const struct right core_rights[];         /* ends with {0} */
extern const struct waiting core_waiting[];      /* ends with {0} */
extern const struct task_kind core_tasks[];      /* task.c; ends with {0} */
