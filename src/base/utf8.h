/* UTF-8, and what French needs to compare and find text. */
#pragma once

#include "base/str.h"

bool utf8_ok(struct str s);       /* valid, and without NUL */
size_t utf8_length(struct str s); /* code points */
/* What says something: four different words, and twenty code points. */
enum { SENTENCE_WORDS = 4, SENTENCE_LEAST = 20 };
bool utf8_is_sentence(struct str s);
/* How many sentences: two words or more, up to a full stop, a question or
 * exclamation mark or an ellipsis before white space; the last may lack it. */
size_t utf8_sentences(struct str s);
/* The same text with U+FFFD for each byte that spoils it; utf8_ok. */
struct str utf8_mend(struct arena *a, struct str s);
/* Windows-1252 (which holds Latin-1's letters) to UTF-8; utf8_ok whatever the
 * bytes were, U+FFFD standing for what has no letter. */
struct str utf8_from_latin1(struct arena *a, struct str s);
/* UTF-16 without its BOM likewise; half a pair becomes U+FFFD. */
struct str utf8_from_utf16(struct arena *a, struct str s, bool big);
/* Bytes of s up to which no unit and no pair of UTF-16 is cut. */
size_t utf16_whole(struct str s, bool big);
/* Bytes of s without a UTF-8 sequence that its end cuts. */
size_t utf8_whole(struct str s);
/*
 * The fold of a text: no marks, lower case, œ as oe, æ as ae, ß as ss, ø as o,
 * typographic apostrophes as ', hyphens as -, white space as one space, none at
 * the ends, nothing invisible. Sorting and equality of names go by it,
 * bytewise, the same on every engine. Folding twice changes nothing. "Collège
 * de l'Épine" gives "college de l'epine".
 */
struct str utf8_fold(struct arena *a, struct str s);
