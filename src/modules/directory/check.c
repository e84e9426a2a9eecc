/* What is written by hand or in files, brought to one form or refused. */
#include "modules/directory/check.h"
#include "base/utf8.h"
#include "modules/directory/directory.h"

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

const char *check_phone(struct arena *a, struct str in, struct str *out)
{
    enum { SHORTEST = 4 };
    int digits = 0;
    (void)a, (void)out;
    for (size_t i = 0; i < in.n; i++)
        digits += in.p[i] >= '0' && in.p[i] <= '9';
    return digits >= SHORTEST ? NULL : "directory.phone_shape";
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
