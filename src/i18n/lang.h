/*
 * Two languages, French first. A label is known by its key ("directory.school.
 * name"); what people read is in the catalogues src/<floor>/po/{fr,en}.po and
 * src/modules/<m>/po/{fr,en}.po, which travel inside the program and are read
 * once at start. A msgid is a key; every key is in both languages.
 *
 *     msgid "portfolio.project.count"
 *     msgid_plural "portfolio.project.count"
 *     msgstr[0] "{n} projet"
 *     msgstr[1] "{n} projets"
 *
 * Nothing here escapes for HTML: templates do.
 */
#pragma once

#include "base/files.h"

struct lang;

/*
 * Reads the catalogues among n files (those whose path ends with po/fr.po or
 * po/en.po); a second call forgets the first. The arena outlives every use of a
 * language. NULL when all is well, else the first fault with its file and line.
 * Before any thread starts.
 */
const char *i18n_open(struct arena *a, const struct file_embedded *files,
                      size_t n) MUST_USE;

const struct lang *lang_find(const char *code); /* "fr", "en"; else NULL */
const struct lang *lang_default(void);          /* French */
const char *lang_code(const struct lang *l);
/* The best for an Accept-Language header; French for NULL, and for a tie. */
const struct lang *lang_accept(const char *header);

/* The label, as long as the program runs; of a plural its singular. A key that
 * no catalogue has is given back itself, and counted. */
const char *tr(const struct lang *l, const char *key);
bool tr_known(const struct lang *l, const char *key);
/* The same label, or otherwise where there is none. */
const char *tr_or(const struct lang *l, const char *key, const char *otherwise);
/* The form for a number of n (French: singular below 2; English: 1 alone), {n}
 * in it being n as people write it. */
char *tr_n(struct arena *a, const struct lang *l, const char *key, int64_t n);
/*
 * The label with names in braces replaced by values. Names and values alternate
 * and end with NULL; a name that is not given stays as it stands.
 *     tr_with(a, l, "auth.hello", "name", person->name, NULL)
 */
char *tr_with(struct arena *a, const struct lang *l, const char *key, ...)
    __attribute__((sentinel));
/* The same upon any text: the one of tr_n, say. */
char *tr_fill(struct arena *a, const char *text, ...) __attribute__((sentinel));

/*
 * What stands in a row, for a reader of l. To a French reader it is as typed,
 * and so are numbers and addresses to everybody. To others, a text that the
 * program itself puts into rows (a label whose key has a part "given":
 * "portfolio.given.service.watch") is said in their language; what people typed
 * stays French and is marked as such: between FRENCH_FROM and FRENCH_TO, which
 * templates write as <span lang="fr"> and leave out of attributes. The marks
 * live through tr_with and the like; nothing else but HTML is to see them. NULL
 * gives NULL; a text that is said already is given back.
 */
#define FRENCH_FROM '\002'
#define FRENCH_TO '\003'
const char *said(struct arena *a, const struct lang *l, const char *text);
/* Is it marked from its first byte on? */
bool is_said_in_french(const char *text);

size_t tr_missed(void); /* how often a key was not found since the start */
size_t lang_size(const struct lang *l);                   /* its labels */
const char *lang_key(const struct lang *l, size_t label); /* from 0 */
