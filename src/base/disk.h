/* What must be on the disk before somebody is told that it is. */
#pragma once

#include "base/arena.h"

/* A name is on the disk when its folder is: after making, renaming or removing
 * what lies in the folder at path. False: errno says why. */
bool folder_sync(const char *path) MUST_USE;

/* What is in the way of who may not use path, and what to do, in words: whose
 * it is, or else the folder it lies in, and who this is. After EACCES. */
const char *disk_refusal(struct arena *a, const char *path) MUST_USE;
