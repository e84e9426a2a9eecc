/* What the texts of a register's line mean. */
#include "base/utf8.h"
#include "modules/network/people.h"
#include "modules/network/register.h"
#include "view/form.h"

enum { LABEL = 30 };

/* Or a byte of what no fold brings to one. */
static bool in_word(char c)
{
    return is_letter(c) || (unsigned char)c >= 0x80;
}

/* "Demi-journée : Après-midi" gives "demi journee apres midi". */
static const char *words_of(struct arena *a, struct str in)
{
    const struct str fold = utf8_fold(a, in);
    struct buf b = {.mem = a};
    for (size_t i = 0; i < fold.n; i++)
        if (in_word(fold.p[i]))
            buf_char(&b, fold.p[i]);
        else if (b.n && b.p[b.n - 1] != ' ')
            buf_char(&b, ' ');
    while (b.n && b.p[b.n - 1] == ' ')
        b.n--;
    return str_dup(a, buf_done(&b));
}

/* "9h30-12h": the first and the last hour of it. */
static size_t hours_of(struct str in, int hours[2])
{
    size_t n = 0;
    for (size_t i = 0; i < in.n;) {
        int value = 0;
        size_t digits = 0;
        for (; i < in.n && is_digit(in.p[i]) && digits < 3; i++, digits++)
            value = value * 10 + (in.p[i] - '0');
        if (!digits) {
            i++;
            continue;
        }
        if (digits > 2 || value < 6 || value > 23)
            return 0;
        hours[n ? 1 : 0] = value;
        n = n ? 2 : 1;
        if (i < in.n && strchr("hH:", in.p[i])) /* its minutes */
            for (i++; i < in.n && is_digit(in.p[i]); i++)
                continue;
    }
    return n;
}

static const char *part_at(int from, int until)
{
    return from >= 17                  ? "evening"
           : from >= 12                ? "afternoon"
           : until > 13 && until <= 18 ? "day"
           : until > 18                ? NULL
                                       : "morning";
}

/* "AM" is the English one, beside "PM". "M", which would make it the French
 * one, is not known: so its file is refused instead of misread. */
static const struct code words[] = {
    {"matin", "morning"},
    {"matinee", "morning"},
    {"am", "morning"},
    {"morning", "morning"},
    {"apres midi", "afternoon"},
    {"apresmidi", "afternoon"},
    {"aprem", "afternoon"},
    {"pm", "afternoon"},
    {"afternoon", "afternoon"},
    {"soir", "evening"},
    {"soiree", "evening"},
    {"evening", "evening"},
    {"journee", "day"},
    {"journee entiere", "day"},
    {"day", "day"},
    {"matin et apres midi", "day"},
    {NULL, NULL},
};

/* Nothing but hours: "de 9h à 12h", not "salle 9". */
static bool says_hours(struct arena *a, const char *text)
{
    struct str rest = str_of(text), word;
    while (str_next(&rest, ' ', &word))
        if (word.n && !word_in("h a de heures", str_dup(a, word)))
            return false;
    return true;
}

const char *register_part(struct arena *a, struct str in, struct str *out)
{
    static const char half[] = "demi journee ";
    const char *text = words_of(a, in), *found = NULL;
    int hours[2];
    if (strncmp(text, half, sizeof(half) - 1) == 0)
        text += sizeof(half) - 1;
    for (const struct code *w = words; w->written && !found; w++)
        if (same(text, w->written))
            found = w->key;
    const size_t n = found ? 0 : hours_of(in, hours);
    if (n && says_hours(a, text))
        found = part_at(hours[0], hours[n - 1]);
    if (!found)
        return "network_register.no_part";
    *out = str_of(found);
    return NULL;
}

size_t register_parts(const struct register_line *l,
                      enum half_day out[REGISTER_PARTS])
{
    if (!same(l->part, "day")) {
        out[0] = part_of(l->part);
        return 1;
    }
    out[0] = MORNING;
    out[1] = AFTERNOON;
    return 2;
}

static int by_key(const void *a, const void *b)
{
    const struct register_class *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static const char *class_add(struct arena *a, struct str label,
                             struct register_class out[REGISTER_CLASSES],
                             size_t *n)
{
    const struct str key = class_key(a, label);
    if (!key.n)
        return "network_visit.no_label";
    if (label.n == 1 && is_digit(*label.p))
        return "network_register.class_number";
    if (utf8_length(label) > LABEL)
        return "network_register.class_too_long";
    for (size_t i = 0; i < *n; i++)
        if (str_eq(key, out[i].key))
            return NULL;
    if (*n == REGISTER_CLASSES)
        return "network_register.too_many_classes";
    out[(*n)++] = (struct register_class){str_dup(a, label), str_dup(a, key)};
    return NULL;
}

const char *register_classes(struct arena *a, const struct register_line *l,
                             struct register_class out[REGISTER_CLASSES],
                             size_t *n)
{
    enum { WORDS = 100 }; /* of 300 bytes, doubles among them */
    struct str labels[WORDS];
    const size_t there = labels_part(l->classes, labels, WORDS);
    *n = 0;
    for (size_t i = 0; i < there && i < WORDS; i++) {
        const char *fault = class_add(a, labels[i], out, n);
        if (fault)
            return fault;
    }
    qsort(out, *n, sizeof(*out), by_key);
    return NULL;
}

static int64_t *present(struct visit *v, const char *public)
{
    return same(public, "teachers")  ? &v->present_teachers
           : same(public, "parents") ? &v->present_parents
           : same(public, "others")  ? &v->present_others
                                     : &v->present_pupils;
}

/* Whose number it is, where the line does not say. */
static const char *public_of(const struct register_line *l)
{
    return l->public                   ? l->public
           : same(l->kind, "training") ? "teachers"
           : same(l->kind, "fair")     ? "others"
                                       : "pupils";
}

const char *register_people(const struct register_line *l, struct visit *v)
{
    v->present_pupils = l->pupils;
    v->present_teachers = l->teachers;
    v->present_parents = l->parents;
    v->present_others = l->others;
    if (l->people == NONE)
        return NULL;
    int64_t *of = present(v, public_of(l));
    if (*of != NONE && *of != l->people)
        return "network_register.two_numbers";
    *of = l->people;
    return NULL;
}

bool register_is_outside(const struct register_line *l)
{
    return l->place && same(l->place, "outside");
}

const char *register_state(const struct register_line *l)
{
    return l->outcome ? l->outcome : "held";
}

const char *register_title(struct arena *a, const struct register_line *l)
{
    if (l->title)
        return l->title;
    const char *kind =
        choice_label(a, lang_default(), &visit_entity, "kind", l->kind);
    if (!l->classes)
        return kind;
    struct str all = str_of(arena_printf(a, "%s, %s", kind, l->classes));
    if (all.n > REGISTER_TITLE)
        all.n = utf8_whole((struct str){all.p, REGISTER_TITLE});
    return str_dup(a, all);
}
