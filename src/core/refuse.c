/* What the server itself refuses, before anybody is asked who they are:
 * constant words, in both languages for people, in its own for a program. */
#include "base/json.h"
#include "base/random.h"
#include "core/serve.h"
#include "view/page.h"

/* "128 Mo", "64 ko": the most that a form may send. */
static const char *most_text(struct arena *a, size_t most, const char *byte)
{
    return most >> 20 ? arena_printf(a, "%zu\xc2\xa0M%s", most >> 20, byte)
                      : arena_printf(a, "%zu\xc2\xa0k%s", most >> 10, byte);
}

/* The heading and what to do, in both languages. */
static const char *refusal_text(struct arena *a, unsigned status,
                                const char *code)
{
    static const struct {
        const char *lang, *tag;
    } parts[] = {{"fr", "h1"}, {"en", "h2"}};
    struct buf b = {.mem = a};
    for (size_t i = 0; i < COUNT(parts); i++) {
        const struct lang *lang = lang_find(parts[i].lang);
        buf_printf(&b, "<div lang=\"%s\"><%s>%s</%s><p>%s</p></div>",
                   parts[i].lang, parts[i].tag,
                   error_label(lang, code, (int)status, true), parts[i].tag,
                   error_label(lang, code, (int)status, false));
    }
    return buf_done(&b).p;
}

/* Too large, with what may be sent. */
static const char *too_large_text(struct arena *a, size_t most)
{
    return arena_printf(
        a,
        "<h1>C’est trop lourd</h1>"
        "<p>Rien n’a été enregistré. Revenez en arrière avec votre "
        "navigateur : ce que vous avez écrit y est encore. Choisissez un "
        "fichier plus petit : ce formulaire prend au plus %s.</p>"
        "<p lang=\"en\">This is too large, and nothing was saved. Go back "
        "with your browser and choose a smaller file: this form takes %s "
        "at the most.</p>",
        most_text(a, most, "o"), most_text(a, most, "B"));
}

static const char *refusal_code(unsigned status)
{
    if (status == 500) /* not ERR_UNSURE: nothing was begun */
        return status_name(ERR_SYSTEM);
    for (int s = OK; s <= ERR_SYSTEM; s++)
        if (status_code((enum status)s) == (int)status)
            return status_name((enum status)s);
    return "http";
}

static void refuse_program(struct http_exchange *x, size_t most)
{
    struct buf out = {.mem = &x->mem};
    struct json j = {.out = &out};
    const char *code = refusal_code(x->status);
    const struct lang *lang = serve_language(x);
    json_object(&j, NULL);
    json_cstr(&j, "type", "about:blank");
    json_cstr(&j, "title", error_label(lang, code, (int)x->status, true));
    json_cstr(&j, "detail", error_label(lang, code, (int)x->status, false));
    json_int(&j, "status", (int)x->status);
    json_cstr(&j, "code", code);
    json_cstr(&j, "instance", random_hex(&x->mem, 6));
    if (most)
        json_int(&j, "most", (int64_t)most);
    json_end_object(&j);
    http_answer(x, x->status, "application/problem+json", buf_done(&out));
}

void refuse_answer(struct http_exchange *x, size_t most)
{
    if (str_starts(x->target, "/api/")) {
        refuse_program(x, most);
        return;
    }
    const char *text =
        most ? too_large_text(&x->mem, most)
             : refusal_text(&x->mem, x->status, refusal_code(x->status));
    http_answer(
        x, x->status, "text/html; charset=utf-8",
        str_of(arena_printf(
            &x->mem,
            "<!doctype html>\n<html lang=\"fr\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width, "
            "initial-scale=1\"><title>%u – Essaim</title>"
            "<link rel=\"stylesheet\" href=\"/statique/essaim.css\"></head>"
            "<body><main class=\"wrap\"><div class=\"oops\">"
            "<p class=\"code\">%u</p>%s</div></main></body></html>\n",
            x->status, x->status, text)));
    http_header_add(x, "Content-Security-Policy",
                    "default-src 'none'; style-src 'self'; font-src 'self';"
                    " frame-ancestors 'none'");
    http_header_add(x, "X-Content-Type-Options", "nosniff");
}
