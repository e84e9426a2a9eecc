/* Addresses of the files that travel inside the program. */
#pragma once

#include "view/html.h"

/* "/statique/essaim.css?v=1f3a…" for "essaim.css": the tag changes with the
 * content, so a browser may keep it for good. A name that does not exist gives
 * its plain address, which answers 404. Lives as long as the page. */
const char *asset_url(struct html *h, const char *name);
