/* Labels in pages, and the addresses of what travels inside the program. */
#include "base/files.h"
#include "i18n/format.h"
#include "view/assets.h"
#include "view/page.h"

void html_label(struct html *h, const char *key)
{
    html_text(h, tr(h->lang, key));
}

static const char *fill(struct html *h, const char *text,
                        const struct html_arg *args)
{
    struct html_arg all[HTML_ARGS + 1] = {{0}};
    for (size_t i = 0; args && args[i].name; i++) {
        CHECK(i < HTML_ARGS);
        all[i] =
            (struct html_arg){args[i].name, args[i].text ? args[i].text : ""};
    }
    return tr_fill(h->out.mem, text, all[0].name, all[0].text, all[1].name,
                   all[1].text, all[2].name, all[2].text, all[3].name,
                   all[3].text, NULL);
}

void html_label_with(struct html *h, const char *key,
                     const struct html_arg *args)
{
    html_text(h, fill(h, tr(h->lang, key), args));
}

void html_label_n(struct html *h, const char *key, int64_t n,
                  const struct html_arg *args)
{
    html_text(h, fill(h, tr_n(h->out.mem, h->lang, key, n), args));
}

const char *arg_plain(struct html *h, const char *s)
{
    struct buf b = {.mem = h->out.mem};
    if (!s || !strchr(s, FRENCH_FROM))
        return s;
    for (; *s; s++)
        if (*s != FRENCH_FROM && *s != FRENCH_TO)
            buf_char(&b, *s);
    return buf_done(&b).p;
}

const char *arg_of_text(struct html *h, const char *s)
{
    (void)h;
    return s;
}

const char *arg_of_str(struct html *h, struct str s)
{
    return str_dup(h->out.mem, s);
}

const char *arg_of_int(struct html *h, int64_t i)
{
    return format_int(h->out.mem, h->lang, i);
}

const char *arg_of_size(struct html *h, size_t n)
{
    return arg_of_int(h, (int64_t)n);
}

/* Found by halving: the table is sorted by path. */
static const struct file_embedded *asset(const char *name)
{
    static const char folder[] = "view/assets/";
    size_t low = 0, high = files_embedded_count;
    while (low < high) {
        size_t at = low + (high - low) / 2;
        const struct file_embedded *f = &files_embedded[at];
        int order = strncmp(f->path, folder, sizeof(folder) - 1);
        if (!order)
            order = strcmp(f->path + sizeof(folder) - 1, name);
        if (!order)
            return f;
        if (order < 0)
            low = at + 1;
        else
            high = at;
    }
    return NULL;
}

const char *asset_url(struct html *h, const char *name)
{
    const struct file_embedded *f = asset(name);
    return f ? f->url : arena_printf(h->out.mem, "/statique/%s", name);
}

const char *error_label(const struct lang *lang, const char *name, int code,
                        bool title)
{
    char key[32];
    const char *part = title ? "title" : "what";
    snprintf(key, sizeof(key), "error.%s.%s", name ? name : "", part);
    if (!tr_known(lang, key))
        snprintf(key, sizeof(key), "error.%d.%s", code, part);
    if (!tr_known(lang, key))
        snprintf(key, sizeof(key), "error.%d.%s", code < 500 ? 400 : 500, part);
    return tr(lang, key);
}
