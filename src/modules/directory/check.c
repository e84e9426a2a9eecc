/* What is written by hand or in files, brought to one form or refused. */
#include "modules/directory/check.h"
#include "base/utf8.h"
#include "modules/directory/directory.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return true;
}

static struct str upper(struct arena *a, struct str s)
{
    char *p = str_dup(a, s);
    for (size_t i = 0; i < s.n; i++)
        if (is_letter(p[i]))
            p[i] = (char)(p[i] - 'a' + 'A');
    return (struct str){p, s.n};
}

char uai_letter(struct str digits)
{
    int64_t number;
    if (digits.n != 7 || !all_digits(digits) || !str_int(digits, &number))
        return 0;
    return "ABCDEFGHJKLMNPRSTUVWXYZ"[number % 23];
}

const char *check_uai(struct arena *a, struct str in, struct str *out)
{
    struct str s = upper(a, in);
    char right = 0;
    if (s.n == 8)
        right = uai_letter((struct str){s.p, 7});
    if (!right)
        return "directory_school.uai_shape";
    if (s.p[7] != right) {
        *out = (struct str){arena_dup(a, &right, 1), 1};
        return "directory_school.uai_letter";
    }
    *out = s;
    return NULL;
}

const char *check_postcode(struct arena *a, struct str in, struct str *out)
{
    (void)a, (void)out;
    return in.n == 5 && all_digits(in) ? NULL
                                       : "directory_school.postcode_shape";
}

const char *check_commune_code(struct arena *a, struct str in, struct str *out)
{
    struct str s = upper(a, in);
    bool corsica =
        s.n == 5 && s.p[0] == '2' && (s.p[1] == 'A' || s.p[1] == 'B');
    struct str rest = corsica ? (struct str){s.p + 2, 3} : s;
    if (s.n != 5 || !all_digits(rest))
        return "directory_school.commune_code_shape";
    *out = s;
    return NULL;
}

const char *check_departement_code(struct arena *a, struct str in,
                                   struct str *out)
{
    if (in.n == 1 || in.n == 2) {
        char *p =
            arena_printf(a, "%s%.*s", in.n == 1 ? "00" : "0", (int)in.n, in.p);
        *out = upper(a, str_of(p));
    }
    return NULL;
}

const char *check_mail(struct arena *a, struct str in, struct str *out)
{
    (void)a, (void)out;
    const char *at = memchr(in.p, '@', in.n);
    bool ok = at && at > in.p && memchr(at, '.', in.n - (size_t)(at - in.p)) &&
              !memchr(at + 1, '@', in.n - (size_t)(at + 1 - in.p)) &&
              in.p[in.n - 1] != '.' && !memchr(in.p, ' ', in.n);
    return ok ? NULL : "directory.mail_shape";
}

const char *check_unlinked(struct arena *a, struct str in, struct str *out)
{
    const char *text = utf8_fold(a, in).p;
    (void)out;
    return strstr(text, "://") || strstr(text, "www.") ? "directory.linked"
                                                       : NULL;
}

/* Links are shown to be followed: nothing but web addresses, and the national
 * files often leave out the scheme. */
const char *check_web(struct arena *a, struct str in, struct str *out)
{
    if (memchr(in.p, ' ', in.n) || !memchr(in.p, '.', in.n))
        return "directory.web_shape";
    if (str_starts(in, "http://") || str_starts(in, "https://"))
        return NULL;
    if (memchr(in.p, ':', in.n))
        return "directory.web_shape";
    *out = str_of(arena_printf(a, "https://%.*s", (int)in.n, in.p));
    return NULL;
}

/* Classes. */

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

struct str class_key(struct arena *a, struct str label)
{
    struct str s = utf8_fold(a, label);
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
