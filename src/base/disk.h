/* What must be on the disk before somebody is told that it is. */
#pragma once

#include "base/base.h"

/* A name is on the disk when its folder is: after making, renaming or removing
 * what lies in the folder at path. False: errno says why. */
bool folder_sync(const char *path) MUST_USE;
