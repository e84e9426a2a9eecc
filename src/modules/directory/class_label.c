/* What the label of a class says, however it is written. */
#include "base/utf8.h"
#include "modules/directory/check.h"
#include "modules/directory/directory.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

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
