/* Addresses of the files that travel inside the program. */
#pragma once

#include "base/base.h"

/* "/statique/essaim.css?v=1f3a…" for "essaim.css": the tag changes with the
 * content, so a browser may keep it for good. A name that does not exist gives
 * its plain address, which answers 404. Lives as long as the program. */
const char *asset_url(const char *name);
