/* Labels in pages, and the addresses of what travels inside the program. */
#include "base/files.h"
#include "i18n/format.h"
#include "view/assets.h"
#include "view/page.h"

void html_label(struct html *h, const char *key)
{
    html_text(h, tr(h->lang, key));
}

/* Placeholders as i18n takes them: a copy, so that both floors keep their own
 * shape. */
static const struct tr_arg *tr_args(struct html *h, const struct html_arg *args)
{
    size_t n = 0;
    while (args && args[n].name)
        n++;
    struct tr_arg *out = NEW_ARRAY(h->out.mem, struct tr_arg, n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct tr_arg){args[i].name, args[i].text};
    return out;
}

void html_label_with(struct html *h, const char *key,
                     const struct html_arg *args)
{
    html_text(h, tr_with(h->out.mem, h->lang, key, tr_args(h, args)));
}

struct str arg_of_text(struct html *h, const char *s)
{
    (void)h;
    return str_of(s);
}

struct str arg_of_str(struct html *h, struct str s)
{
    (void)h;
    return s;
}

struct str arg_of_int(struct html *h, int64_t i)
{
    return str_of(format_int(h->out.mem, h->lang, i));
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
    return f ? arena_printf(h->out.mem, "/statique/%s?v=%s", name, f->tag)
             : arena_printf(h->out.mem, "/statique/%s", name);
}

const char *icon_url(struct html *h, const char *name)
{
    return arena_printf(h->out.mem, "%s#%s", asset_url(h, "icons.svg"), name);
}

const char *error_label(const struct lang *lang, int code, bool title)
{
    char key[32];
    const char *part = title ? "title" : "what";
    snprintf(key, sizeof(key), "error.%d.%s", code, part);
    if (!tr_known(lang, key))
        snprintf(key, sizeof(key), "error.%d.%s", code < 500 ? 400 : 500, part);
    return tr(lang, key);
}
