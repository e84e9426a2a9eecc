/* What people type, as values: one field at a time. */
#include "base/utf8.h"
#include "i18n/format.h"
#include "view/form.h"

#include <math.h>

enum { TEXT_MOST = 200, PROSE_MOST = 20000 };

int64_t text_most(const struct field *f)
{
    return f && f->max              ? f->max
           : f && f->type == F_TEXT ? TEXT_MOST
                                    : PROSE_MOST;
}

bool text_is_long(const struct field *f, struct str text)
{
    return (int64_t)utf8_length(text) > text_most(f);
}

static const char *bounds(const struct field *f, double value,
                          struct form_error *error)
{
    error->min = f->min;
    error->max = f->max;
    if (!f->min && !f->max)
        return NULL;
    if (value < (double)f->min)
        return "form.too_small";
    return value > (double)f->max ? "form.too_large" : NULL;
}

static const char *parse_text(struct arena *a, const struct field *f,
                              struct str s, struct value *out,
                              struct form_error *error)
{
    char *clean = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
            continue;
        if (f->type == F_TEXT && (c == '\n' || c == '\r'))
            return "form.one_line";
        if ((c < ' ' && c != '\n' && c != '\t' && c != '\r') || c == 127)
            return "form.bad_utf8";
        clean[n++] = (char)(c == '\r' ? '\n' : c);
    }
    int64_t most = text_most(f);
    int64_t length = (int64_t)utf8_length((struct str){clean, n});
    error->min = f->min;
    error->max = most;
    if (length > most)
        return "form.too_long";
    if (length < f->min)
        return "form.too_short";
    struct str in = {clean, n}, canon = in;
    const char *wrong = f->check ? f->check(a, in, &canon) : NULL;
    if (wrong)
        error->text = canon;
    *out = value_text((struct str){str_dup(a, canon), canon.n});
    return wrong;
}

static const char *parse_number(const struct lang *lang, const struct field *f,
                                struct str s, struct value *out,
                                struct form_error *error)
{
    int64_t i = 0;
    double d = 0;
    if (f->type == F_REAL) {
        if (!number_parse(lang, s, &d))
            return "form.not_a_number";
        *out = value_real(d);
        return bounds(f, d, error);
    }
    if (f->type == F_INT && !integer_parse(lang, s, &i))
        return "form.not_a_whole_number";
    if (f->type == F_MONEY && !money_parse(lang, s, &i))
        return "form.not_an_amount";
    *out = value_int(i);
    return bounds(f, (double)i, error);
}

static const char *parse_bool(struct arena *a, struct str s, struct value *out)
{
    struct str fold = utf8_fold(a, s);
    char *word = str_dup(a, fold);
    if (word_in("oui yes vrai true 1 o y x", word))
        *out = value_int(YES);
    else if (word_in("non no faux false 0 n", word))
        *out = value_int(NO);
    else if (word_in("inconnu unknown ?", word))
        *out = (struct value){0};
    else
        return "form.not_yes_or_no";
    return NULL;
}

/* The month of "mars", "sept.", "August"; 0 when it is none or unclear. */
static int month_of(const char *word)
{
    static const char *const months[12] = {
        "janvier january", "fevrier february",  "mars march",
        "avril april",     "mai may",           "juin june",
        "juillet july",    "aout august",       "septembre september",
        "octobre october", "novembre november", "decembre december"};
    size_t n = strlen(word);
    int found = 0;
    if (n && word[n - 1] == '.')
        n--;
    for (int m = 0; m < 12 && n >= 3; m++) {
        struct str rest = str_of(months[m]), name;
        while (str_next(&rest, ' ', &name)) {
            if (name.n < n || memcmp(name.p, word, n) != 0)
                continue;
            if (found && found != m + 1)
                return 0; /* "jui" */
            found = m + 1;
        }
    }
    return found;
}

/* "1er mars 2024", "March 1, 2024", "lundi 4 mars 2024". */
static bool day_in_words(struct arena *a, struct str s, int32_t *out)
{
    struct str rest = utf8_fold(a, s), part;
    int64_t numbers[2];
    size_t n = 0;
    int month = 0;
    while (str_next(&rest, ' ', &part)) {
        while (part.n && (part.p[part.n - 1] == ','))
            part.n--;
        if (part.n > 1 && part.p[0] >= '0' && part.p[0] <= '9')
            for (size_t i = 1; i <= 2 && part.n > 1; i++)
                if (part.p[part.n - 1] >= 'a') /* 1er, 2nd, 3rd */
                    part.n--;
        const char *word = str_dup(a, part);
        int m = month_of(word);
        if (m)
            month = m;
        else if (part.n && n < 2 && str_int(part, &numbers[n]))
            n++;
        else if (part.n && !word_in("lundi mardi mercredi jeudi vendredi "
                                    "samedi dimanche le monday tuesday "
                                    "wednesday thursday friday saturday sunday",
                                    word))
            return false;
    }
    if (n != 2 || !month)
        return false;
    char *iso = arena_printf(a, "%04" PRId64 "-%02d-%02" PRId64, numbers[1],
                             month, numbers[0]);
    return numbers[0] > 0 && numbers[0] < 32 && numbers[1] > 999 &&
           numbers[1] < 10000 && day_parse(str_of(iso), out);
}

static bool day_typed(struct arena *a, struct str s, int32_t *out)
{
    if (s.n > 10 && (s.p[10] == ' ' || s.p[10] == 'T') &&
        str_eq((struct str){s.p + 11, s.n - 11}, "00:00:00"))
        s.n = 10; /* a spreadsheet's day */
    if (day_parse(s, out))
        return true;
    int64_t year;
    struct str two = {s.p + s.n - 2, 2};
    if (s.n >= 6 && s.n <= 8 && s.p[s.n - 3] == '/' && str_int(two, &year)) {
        char *full =
            arena_printf(a, "%.*s20%.*s", (int)(s.n - 2), s.p, 2, two.p);
        return day_parse(str_of(full), out);
    }
    return day_in_words(a, s, out);
}

static const char *parse_date(struct arena *a, const struct field *f,
                              struct str s, struct value *out,
                              struct form_error *error)
{
    int32_t day;
    if (!day_typed(a, s, &day))
        return "form.not_a_date";
    *out = value_day(day);
    if ((f->flags & F_PAST) && day > day_today())
        return "form.not_yet";
    const char *wrong = bounds(f, day, error);
    return wrong ? "form.date_out_of_bounds" : NULL;
}

/* An instant with its offset, or a local day and time ("2024-03-01T12:30",
 * "01/03/2024 12h30"). */
static const char *parse_time(struct arena *a, struct str s, struct value *out)
{
    int64_t at;
    if (time_parse(s, &at)) {
        *out = value_int(at);
        return NULL;
    }
    size_t cut = 0;
    while (cut < s.n && s.p[cut] != ' ' && s.p[cut] != 'T')
        cut++;
    int32_t day;
    int hour, minute = 0, second = 0, used = 0;
    const char *clock =
        cut < s.n ? str_dup(a, (struct str){s.p + cut + 1, s.n - cut - 1}) : "";
    if (!day_typed(a, (struct str){s.p, cut}, &day))
        return "form.not_a_time";
    /* Two digits at most: no number is too large. */
    /* NOLINTNEXTLINE(cert-err34-c) */
    if (sscanf(clock, "%2d%*1[:h]%n%2d%n:%2d%n", &hour, &used, &minute, &used,
               &second, &used) < 1 ||
        (size_t)used != strlen(clock) || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 59)
        return "form.not_a_time";
    *out = value_int(
        time_of_clock((struct clock){day_date(day), hour, minute, second}));
    return NULL;
}

/* The key itself, or what a page says for it in either language. */
static const char *parse_choice(struct arena *a, const struct entity *e,
                                const struct field *f, struct str s,
                                struct value *out)
{
    const char *key = field_choice(f, s);
    if (key) {
        *out = value_cstr(key);
        return NULL;
    }
    struct str fold = utf8_fold(a, s);
    for (const struct code *c = f->codes; c && c->written; c++) {
        if (str_eq(fold, c->written)) {
            *out = value_cstr(c->key);
            return NULL;
        }
    }
    for (size_t i = 0; f->choices[i]; i++) {
        for (int l = 0; l < 2; l++) {
            const char *label = choice_label(a, lang_find(l ? "en" : "fr"), e,
                                             f->name, f->choices[i]);
            struct str other = utf8_fold(a, str_of(label));
            if (other.n == fold.n && !memcmp(other.p, fold.p, fold.n)) {
                *out = value_cstr(f->choices[i]);
                return NULL;
            }
        }
    }
    return "form.not_in_list";
}

static const char *parse_year(struct str s, struct value *out)
{
    int year;
    if (!school_year_parse(s, &year))
        return "form.not_a_school_year";
    *out = value_int(year);
    return NULL;
}

const char *field_parse(struct arena *a, const struct lang *lang,
                        const struct entity *e, const struct field *f,
                        struct str text, struct value *out,
                        struct form_error *error)
{
    *error = (struct form_error){.field = f->name};
    *out = (struct value){0};
    if (!utf8_ok(text))
        return "form.bad_utf8";
    struct str s = str_trim(text);
    error->text = s;
    if (!s.n)
        return NULL;
    switch (f->type) {
    case F_TEXT:
    case F_PROSE:
        return parse_text(a, f, s, out, error);
    case F_INT:
    case F_REAL:
    case F_MONEY:
        return parse_number(lang, f, s, out, error);
    case F_SCHOOL_YEAR:
        return parse_year(s, out);
    case F_BOOL:
        return parse_bool(a, s, out);
    case F_DATE:
        return parse_date(a, f, s, out, error);
    case F_TIME:
        return parse_time(a, s, out);
    case F_CHOICE:
        return parse_choice(a, e, f, s, out);
    case F_REF:
    case F_FILE:
        break;
    }
    int64_t id;
    if (!str_int(s, &id) || id <= 0)
        return "form.not_found";
    *out = value_int(id);
    return NULL;
}

const char *field_typed(struct arena *a, const struct lang *lang,
                        const struct field *f, const void *row)
{
    const char sign = lang == lang_default() ? ',' : '.';
    struct value v = field_get(f, row);
    if (v.type == V_NULL)
        return "";
    switch (f->type) {
    case F_TEXT:
    case F_PROSE:
    case F_CHOICE:
        return str_dup(a, v.s);
    case F_REAL: {
        /* All of it, so that what is saved untouched stays what it was. */
        char *s = arena_printf(a, "%.15g", v.d);
        if (strtod(s, NULL) < v.d || strtod(s, NULL) > v.d)
            s = arena_printf(a, "%.17g", v.d);
        if (strchr(s, 'e'))
            s = arena_printf(a, "%.6f", v.d);
        char *point = strchr(s, '.');
        if (point)
            *point = sign;
        return s;
    }
    case F_MONEY: {
        uint64_t cents = v.i < 0 ? 0 - (uint64_t)v.i : (uint64_t)v.i;
        return arena_printf(a, "%s%" PRIu64 "%c%02" PRIu64, v.i < 0 ? "-" : "",
                            cents / 100, sign, cents % 100);
    }
    case F_BOOL:
        return v.i ? "oui" : "non";
    case F_DATE:
        return day_iso(a, (int32_t)v.i);
    case F_TIME: {
        struct clock c = time_local(v.i);
        return arena_printf(a,
                            c.second ? "%04d-%02d-%02dT%02d:%02d:%02d"
                                     : "%04d-%02d-%02dT%02d:%02d",
                            c.date.year, c.date.month, c.date.day, c.hour,
                            c.minute, c.second);
    }
    case F_SCHOOL_YEAR:
        return school_year_text(a, (int)v.i);
    case F_INT:
    case F_REF:
    case F_FILE:
        break;
    }
    return arena_printf(a, "%" PRId64, v.i);
}
