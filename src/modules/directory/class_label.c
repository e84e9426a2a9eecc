/* What the label of a class says, however it is written. */
#include "base/utf8.h"
#include "modules/directory/check.h"
#include "modules/directory/directory.h"

static const char *const level_names[] = {
    "PS", "MS", "GS", "CP",  "CE1", "CE2", "CM1", "CM2", "6e",
    "5e", "4e", "3e", "2de", "1re", "Tle", "CAP", "BTS", NULL,
};
static const char *const level_variants[] = {
    "6eme",     "6e",  "sixieme",   "6e",  "5eme",    "5e",  "cinquieme", "5e",
    "4eme",     "4e",  "quatrieme", "4e",  "3eme",    "3e",  "troisieme", "3e",
    "2nde",     "2de", "2nd",       "2de", "seconde", "2de", "1ere",      "1re",
    "premiere", "1re", "terminale", "Tle", "term",    "Tle", NULL,
};

static const char *level_of(struct arena *a, struct str word)
{
    struct str folded = utf8_fold(a, word);
    for (size_t i = 0; level_variants[i]; i += 2)
        if (str_eq(folded, level_variants[i]))
            return level_variants[i + 1];
    for (size_t i = 0; level_names[i]; i++)
        if (str_eq(folded, utf8_fold(a, str_of(level_names[i])).p))
            return level_names[i];
    return NULL;
}

const char *check_levels(struct arena *a, struct str in, struct str *out)
{
    char *text = str_dup(a, in);
    for (size_t i = 0; i < in.n; i++)
        if (strchr("-/,+;", text[i]))
            text[i] = ' ';
    struct buf b = {.mem = a};
    struct str rest = {text, in.n}, word;
    while (str_next(&rest, ' ', &word)) {
        if (!word.n)
            continue;
        const char *level = level_of(a, word);
        if (!level) {
            *out = word;
            return "directory_class.unknown_level";
        }
        buf_printf(&b, "%s%s", b.n ? " " : "", level);
    }
    *out = buf_done(&b);
    return NULL;
}

/* How many bytes after a level's digit are its ordinal ending: the "ème" of
 * "6ème B", the "e" of "6eB". A long one must end the word, or stand before a
 * single letter: "6emeraude" is a colour. */
static size_t ordinal_length(char digit, struct str s)
{
    static const char *const first[] = {"ere", "re", NULL};
    static const char *const second[] = {"nde", "nd", "de", "eme", NULL};
    static const char *const other[] = {"ieme", "eme", NULL};
    const char *const *endings = digit == '1' ? first : other;
    if (digit == '2')
        endings = second;
    for (; *endings; endings++) {
        size_t n = strlen(*endings);
        bool ends =
            n + 1 >= s.n || !is_letter(s.p[n]) || !is_letter(s.p[n + 1]);
        if (str_starts(s, *endings) && ends)
            return n;
    }
    return s.n && s.p[0] == 'e' ? 1 : 0;
}

static size_t level_word(struct str s, char *digit)
{
    static const char *const words[] = {
        "sixieme", "6", "cinquieme", "5", "quatrieme", "4", "troisieme", "3",
        "seconde", "2", "premiere",  "1", NULL};
    for (size_t i = 0; words[i]; i += 2)
        if (str_starts(s, words[i])) {
            *digit = words[i + 1][0];
            return strlen(words[i]);
        }
    return 0;
}

/* The degree sign (U+00B0) and the ordinal one (U+00BA), which keyboards have
 * and a digit's "e" is written with: "6°B" is folded as "6e B". */
static struct str label_fold(struct arena *a, struct str label)
{
    struct buf b = {.mem = a};
    for (size_t i = 0; i < label.n; i++) {
        const char *p = label.p + i;
        if (i && is_digit(p[-1]) && label.n - i > 1 &&
            (!memcmp(p, "\xC2\xB0", 2) || !memcmp(p, "\xC2\xBA", 2))) {
            buf_str(&b, "e ");
            i++;
        } else {
            buf_char(&b, *p);
        }
    }
    return utf8_fold(a, buf_done(&b));
}

struct str class_key(struct arena *a, struct str label)
{
    struct str s = label_fold(a, label);
    struct buf b = {.mem = a};
    size_t i = 0;
    char digit = 0;
    if (s.n && is_digit(s.p[0])) {
        digit = s.p[0];
        i = 1 + ordinal_length(digit, (struct str){s.p + 1, s.n - 1});
    } else {
        i = level_word(s, &digit);
    }
    if (digit)
        buf_char(&b, digit);
    for (; i < s.n; i++)
        if (is_digit(s.p[i]) || is_letter(s.p[i]) || (s.p[i] & 0x80))
            buf_char(&b, s.p[i]);
    /* A label of signs alone is compared as it is. */
    if (!b.n)
        return s;
    return buf_done(&b);
}

/* What a label tells. Words are those of the fold: letters and digits. */

struct words {
    struct str all[32]; /* of 30 letters there are no more */
    size_t n;
    char before[32]; /* the sign before each; 0: a space alone, or none */
};

enum telling {
    SAYS_OTHER,   /* a name, or what is not understood */
    SAYS_NOTHING, /* "classe de", "A", "12", "SEGPA" */
    SAYS_LEVEL,
    SAYS_LEVEL_FIRST, /* if nothing else stands before it: "CP", "Tle" */
    SAYS_LEVEL_ALONE, /* if nothing else is said at all: "Première", "4A" */
    SAYS_UNSURE,      /* the 2 of "CM1-2" may be CM2 or a second class */
};

static bool is_word(char c)
{
    return is_digit(c) || is_letter(c) || (c & 0x80);
}

static bool is_number(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return s.n >= 1 && s.n <= 2;
}

/* What divides a level's classes: "B", "2", "B2"; the s of "6emes"; or
 * nothing. */
static bool is_section(struct str s)
{
    const size_t letter = s.n && is_letter(s.p[0]);
    return s.n == letter || is_number((struct str){s.p + letter, s.n - letter});
}

static bool is_one_of(struct str s, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(s, *list))
            return true;
    return false;
}

static void words_of(struct str s, struct words *w)
{
    for (size_t i = 0; i < s.n && w->n < COUNT(w->all);) {
        char sign = 0;
        for (; i < s.n && !is_word(s.p[i]); i++)
            if (s.p[i] != ' ')
                sign = s.p[i];
        const size_t from = i;
        while (i < s.n && is_word(s.p[i]))
            i++;
        if (i > from) {
            w->before[w->n] = sign;
            w->all[w->n++] = (struct str){s.p + from, i - from};
        }
    }
}

/* The word stands there, perhaps with signs inside ("U.L.I.S.", "UPE 2A"), and
 * ends or is before a section's letter. */
static bool stands_at(struct str s, size_t i, const char *word)
{
    for (; *word && i < s.n; i++)
        if (s.p[i] == *word)
            word++;
        else if (is_word(s.p[i]))
            return false;
    return !*word &&
           (i + 1 >= s.n || !is_letter(s.p[i]) || !is_letter(s.p[i + 1]));
}

static const char *kind_of(struct str s)
{
    static const char *const words[] = {
        "ulis", "ulis",   "upe2a", "upe2a", "segpa", "segpa", "club",
        "club", "groupe", "group", "group", "group", NULL};
    for (size_t k = 0; words[k]; k += 2)
        for (size_t i = 0; i < s.n; i++) {
            /* "6eSEGPA" */
            const bool e = i > 1 && s.p[i - 1] == 'e' && is_digit(s.p[i - 2]);
            const bool begins =
                !i || e || !is_word(s.p[i - 1]) || is_digit(s.p[i - 1]);
            if (begins && s.p[i] == *words[k] && stands_at(s, i, words[k]))
                return words[k + 1];
        }
    return "class";
}

static bool is_special(struct str s)
{
    return word_in("ulis upe2a segpa", kind_of(s));
}

/* A level that begins with its digit, and a section: "6eB", "2nde10". */
static const char *digit_level(struct str s)
{
    static const char *const names[] = {"1re", "2de", "3e", "4e", "5e", "6e"};
    if (!is_digit(s.p[0]) || s.p[0] < '1' || s.p[0] > '6' || str_eq(s, "1er"))
        return NULL;
    const size_t n = ordinal_length(s.p[0], (struct str){s.p + 1, s.n - 1});
    const struct str rest = {s.p + 1 + n, s.n - 1 - n};
    return n && (is_section(rest) || is_special(rest)) ? names[s.p[0] - '1']
                                                       : NULL;
}

/* A level's word and what is tied to it: "CM2A", "CP2", "terminales". */
static const char *word_level(struct arena *a, struct str s)
{
    size_t n = s.n;
    const char *level = level_of(a, s);
    if (level)
        return level;
    while (n && is_digit(s.p[n - 1]))
        n--;
    if (n < s.n && is_number((struct str){s.p + n, s.n - n}))
        return n ? level_of(a, (struct str){s.p, n}) : NULL;
    n = s.n - 1;
    const bool plural = n > 3 && s.p[n] == 's';
    const bool section = n > 1 && is_digit(s.p[n - 1]) && is_letter(s.p[n]);
    return plural || section ? level_of(a, (struct str){s.p, n}) : NULL;
}

static bool is_tied(const struct words *w, size_t i)
{
    return i < w->n && w->before[i] && strchr("-/&", w->before[i]);
}

static const char *level_at(struct arena *a, const struct words *w, size_t i)
{
    if (i >= w->n)
        return NULL;
    return is_digit(w->all[i].p[0]) ? digit_level(w->all[i])
                                    : word_level(a, w->all[i]);
}

/* "6 D", "4A": the digit alone. 2 and 1 are as often a year of something. */
static const char *bare_level(const struct words *w, size_t i)
{
    static const char *const names[] = {"3e", "4e", "5e", "6e"};
    const struct str s = w->all[i];
    if (s.p[0] < '3' || s.p[0] > '6')
        return NULL;
    const bool letter = s.n == 1 && i == 0 && w->n > 1 && w->all[1].n == 1 &&
                        is_letter(w->all[1].p[0]);
    const bool both = s.n > 1 && is_letter(s.p[1]) &&
                      is_section((struct str){s.p + 1, s.n - 1});
    return letter || both ? names[s.p[0] - '3'] : NULL;
}

/* "5-4e", "CM1/2", "6e à 3e": more levels than are written out. */
static bool is_unsure(struct arena *a, const struct words *w, size_t i)
{
    const struct str s = w->all[i];
    const char *last = i ? level_at(a, w, i - 1) : NULL;
    const bool next = level_at(a, w, i + 1) != NULL;
    if (str_eq(s, "a"))
        return (last && next && !w->before[i + 1]) ||
               (i + 1 < w->n && str_eq(w->all[i + 1], "la"));
    if (s.n == 1 && is_digit(s.p[0]))
        return (next && is_tied(w, i + 1)) ||
               (last && is_tied(w, i) && strpbrk(last, "123456"));
    return str_eq(s, "ce") || str_eq(s, "cm");
}

/* Of a level that is written as an ordinal: "3e groupe", "1re année". */
static enum telling ordinal_tells(const struct words *w, size_t i)
{
    static const char *const things[] = {"equipe", "etage", "seance", "age",
                                         "lieu",   "cycle", NULL};
    static const char *const last[] = {"groupe", "club", NULL};
    if (i + 1 == w->n)
        return SAYS_LEVEL;
    const struct str next = w->all[i + 1];
    if (str_starts(next, "annee"))
        return SAYS_NOTHING;
    return is_one_of(next, things) || (i + 2 == w->n && is_one_of(next, last))
               ? SAYS_OTHER
               : SAYS_LEVEL;
}

static enum telling word_tells(struct arena *a, const struct words *w, size_t i,
                               const char **level)
{
    static const char *const fill[] = {
        "classe", "classes", "de",  "des",   "la",     "les", "en",
        "et",     "niveau",  "pro", "annee", "annees", NULL};
    static const char *const adjectives[] = {"premiere", "seconde", "cap",
                                             NULL};
    const struct str s = w->all[i];
    if (is_unsure(a, w, i))
        return SAYS_UNSURE;
    if ((*level = level_at(a, w, i))) {
        const size_t end = strlen(*level) - 1;
        const enum telling t =
            (*level)[end] == 'e' ? ordinal_tells(w, i) : SAYS_LEVEL;
        if (t != SAYS_LEVEL || is_digit(s.p[0]) || is_digit((*level)[end]))
            return t;
        return is_one_of(s, adjectives) ? SAYS_LEVEL_ALONE : SAYS_LEVEL_FIRST;
    }
    if ((*level = bare_level(w, i)))
        return SAYS_LEVEL_ALONE;
    return is_section(s) || is_one_of(s, fill) || is_special(s) ? SAYS_NOTHING
                                                                : SAYS_OTHER;
}

/* As check_levels writes them; NULL where they are not surely known. */
static const char *levels_told(struct arena *a, struct str s)
{
    struct words w = {0};
    struct {
        enum telling tells;
        const char *level;
    } all[COUNT(w.all)];
    struct buf b = {.mem = a};
    bool understood = true, first = true;
    words_of(s, &w);
    for (size_t i = 0; i < w.n; i++) {
        all[i].tells = word_tells(a, &w, i, &all[i].level);
        understood = understood && all[i].tells != SAYS_OTHER;
    }
    for (size_t i = 0; i < w.n; i++) {
        const enum telling t = all[i].tells;
        first = first && t != SAYS_OTHER;
        if (t == SAYS_UNSURE)
            return NULL;
        if ((t == SAYS_LEVEL || (t == SAYS_LEVEL_FIRST && first) ||
             (t == SAYS_LEVEL_ALONE && understood)) &&
            !word_in(buf_done(&b).p, all[i].level))
            buf_printf(&b, "%s%s", b.n ? " " : "", all[i].level);
    }
    return b.n ? buf_done(&b).p : NULL;
}

void class_tell(struct arena *a, struct class *k)
{
    const struct str s = label_fold(a, str_of(k->label));
    if (!k->kind)
        k->kind = kind_of(s);
    if (!k->levels)
        k->levels = levels_told(a, s);
}
