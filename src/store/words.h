/*
 * The words of a text, as search knows them: one analyser for what is indexed
 * and for what is asked, so that both engines find the same rows.
 *
 * "Les collèges de l'Épine" gives "les college de epine": folded (utf8_fold),
 * cut at what is neither letter nor digit, without elided articles (l', d',
 * qu'), without the s or x of a plural. Words with a digit stay as they are:
 * "0540038Y" gives "0540038y".
 */
#pragma once

#include "base/str.h"

enum { WORD_MOST = 64, WORDS_ASKED = 12 }; /* bytes of a word; words asked */

/* Adds the words of an already folded text, each after a space but the first
 * in b. */
void words_add(struct buf *b, struct str folded);
/* The words that a user typed, WORDS_ASKED at most; each is looked for as the
 * beginning of a word. Returns how many. */
size_t words_ask(struct arena *a, struct str typed,
                 struct str out[WORDS_ASKED]);
