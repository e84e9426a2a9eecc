/* Escaping, addresses, prose, and what surrounds a page. */
#include "unit/view_test.h"

#include "view/pages/error.html.h"
#include "view/pages/figures.html.h"
#include "view/pages/page.html.h"
#include "view/prose.h"

static bool gives(const struct html *h, const char *want)
{
    bool ok = str_eq(buf_done(&h->out), want);
    if (!ok)
        printf("  %s\n", h->out.p);
    return ok;
}

TEST(view_escapes)
{
    struct arena mem = {0};
    struct html h;
    html_open(&h, &mem, NULL);
    html_put(&h, "<b a=\"x\" c='y'>&amp;");
    html_put(&h, (const char *)NULL);
    html_put(&h, (struct str){0});
    html_put(&h, STR("é"));
    html_put(&h, INT64_MIN);
    html_put(&h, HTML("<br>"));
    OKAY(gives(&h, "&lt;b a=&#34;x&#34; c=&#39;y&#39;&gt;&amp;amp;é"
                   "-9223372036854775808<br>"));
    html_open(&h, &mem, NULL);
    html_url(&h, "a b/é?&#%\"<");
    html_url(&h, 12);
    OKAY(gives(&h, "a%20b%2F%C3%A9%3F%26%23%25%22%3C12"));
    char *big = arena_alloc(&mem, 100001);
    memset(big, '<', 100000);
    html_open(&h, &mem, NULL);
    html_put(&h, big);
    OKAY(h.out.n == 400000 && !memcmp(h.out.p + 399996, "&lt;", 5));
    arena_reset(&mem);
}

/* Marks become spans that end; in an attribute they are nothing. */
TEST(view_marks_french)
{
    static const struct {
        const char *text, *element, *attribute;
    } rows[] = {
        {"\002Été <1>\003", "<span lang=\"fr\">Été &lt;1&gt;</span>",
         "Été &lt;1&gt;"},
        {"Edit \002a\003 and \002b\003.",
         "Edit <span lang=\"fr\">a</span> and <span lang=\"fr\">b</span>.",
         "Edit a and b."},
        {"\003a\002b\002c\003\003d", "a<span lang=\"fr\">bc</span>d", "abcd"},
        {"a text of some length, whose mark is \002late\003",
         "a text of some length, whose mark is <span lang=\"fr\">late</span>",
         "a text of some length, whose mark is late"},
        {"cut \002short", "cut <span lang=\"fr\">short</span>", "cut short"},
        {"no mark at all in a text of some length",
         "no mark at all in a text of some length",
         "no mark at all in a text of some length"},
    };
    struct arena mem = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct html h;
        html_open(&h, &mem, NULL);
        html_put(&h, rows[i].text);
        OKAY(gives(&h, rows[i].element));
        html_open(&h, &mem, NULL);
        html_attr(&h, rows[i].text);
        OKAY(gives(&h, rows[i].attribute));
        html_open(&h, &mem, NULL);
        html_put(&h, html_arg_plain(&h, rows[i].text));
        OKAY(gives(&h, rows[i].attribute));
    }
    arena_reset(&mem);
}

/* Wherever it stands in a text of whatever length. */
TEST(view_escapes_everywhere)
{
    static const char *const escaped[] = {"&amp;", "&lt;",  "&gt;",
                                          "&#34;", "&#39;", ""};
    struct arena mem = {0};
    for (size_t n = 1; n <= 50; n++)
        for (size_t at = 0; at < n; at++)
            for (size_t k = 0; k < 5; k++) {
                char *text = arena_printf(&mem, "%*s", (int)n, "");
                struct html h;
                text[at] = "&<>\"'"[k];
                html_open(&h, &mem, NULL);
                html_text(&h, text);
                text[at] = 0;
                OKAY(gives(&h, arena_printf(&mem, "%s%s%s", text, escaped[k],
                                            text + at + 1)));
                arena_reset(&mem);
            }
}

TEST(view_safe_urls)
{
    static const char *const safe[] = {
        "/",      "/projets/12", "?sort=name",      "#f-name",
        "/a?b=c", "http://a.fr", "HTTPS://a.fr/?x", "mailto:a@b.fr"};
    static const char *const unsafe[] = {"",
                                         "javascript:alert(1)",
                                         "JavaScript:x",
                                         "java\tscript:x",
                                         " /x",
                                         "//evil.example",
                                         "/\\evil",
                                         "data:text/html,x",
                                         "vbscript:",
                                         "x",
                                         "/a\nb",
                                         "https://"};
    struct arena mem = {0};
    struct html h;
    for (size_t i = 0; i < COUNT(safe); i++)
        OKAY(url_is_safe(str_of(safe[i])));
    for (size_t i = 0; i < COUNT(unsafe); i++) {
        OKAY(!url_is_safe(str_of(unsafe[i])));
        html_open(&h, &mem, NULL);
        html_href(&h, unsafe[i]);
        OKAY(gives(&h, "#"));
    }
    html_open(&h, &mem, NULL);
    html_href(&h, "/a?b=\"&c=<");
    OKAY(gives(&h, "/a?b=&#34;&amp;c=&lt;"));
    html_open(&h, &mem, NULL);
    html_href(&h, NULL);
    OKAY(gives(&h, "#"));
    arena_reset(&mem);
}

TEST(view_prose)
{
    static const struct {
        const char *typed, *drawn;
    } rows[] = {
        {"", ""},
        {"Un\nDeux\n\nTrois", "<p>Un<br>\nDeux</p>\n<p>Trois</p>\n"},
        {"- a\n- **b**\nfin", "<ul>\n<li>a</li>\n<li><strong>b</strong></li>\n"
                              "</ul>\n<p>fin</p>\n"},
        {"1. a\n2) b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"},
        {"## Titre *vu*", "<h2>Titre <em>vu</em></h2>\n"},
        {"### Titre *vu*", "<h3>Titre <em>vu</em></h3>\n"},
        {"<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"},
        {"[ici](https://a.fr/?a&b)",
         "<p><a href=\"https://a.fr/?a&amp;b\" rel=\"nofollow noopener\">ici"
         "</a></p>\n"},
        {"[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"},
        {"[x](https://a.fr/\"onclick=)",
         "<p><a href=\"https://a.fr/&#34;onclick=\" rel=\"nofollow noopener\">x"
         "</a></p>\n"},
        {"[**le** https://b.fr](https://a.fr)",
         "<p><a href=\"https://a.fr\" rel=\"nofollow noopener\"><strong>le"
         "</strong> https://b.fr</a></p>\n"},
        {"Voir https://a.fr/b.",
         "<p>Voir <a href=\"https://a.fr/b\" rel=\"nofollow noopener\">"
         "https://a.fr/b</a>.</p>\n"},
        {"`a < b` 2 * 3 * 4 **x",
         "<p><code>a &lt; b</code> 2 * 3 * 4 **x</p>\n"},
        {"**", "<p>**</p>\n"},
    };
    struct arena mem = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct html_safe s = prose_html(&mem, str_of(rows[i].typed));
        OKAY(str_eq(s.text, rows[i].drawn));
        if (!str_eq(s.text, rows[i].drawn))
            printf("  %s gives %s\n", rows[i].typed, s.text.p);
        OKAY(!html_fault(&mem, s.text));
    }
    /* Nothing typed may make it slow: 20,000 signs that never close. */
    char *stars = arena_alloc(&mem, 20001);
    memset(stars, '*', 20000);
    int64_t start = time_monotonic_ns();
    (void)prose_html(&mem, str_of(stars));
    memset(stars, '[', 20000);
    (void)prose_html(&mem, str_of(stars));
    OKAY(time_monotonic_ns() - start < 2000000000);
    arena_reset(&mem);
}

static const struct page_link menu[] = {
    {"Projets", "/projets", true},
    {"Établissements", "/etablissements", false}};

TEST(view_page)
{
    struct arena mem = {0};
    struct html h;
    struct page p = {.title = "A <b>",
                     .menu = menu,
                     .menu_count = 2,
                     .crumbs = menu,
                     .crumb_count = 1,
                     .person = "Zoé <i>",
                     .role = "Coordonnatrice",
                     .csrf = "c\"",
                     .demo = true,
                     .notice = "Fait",
                     .alert = "Non",
                     .language_href = "/?lang=en",
                     .search = STR("\"><script>")};
    static const char *const codes[] = {"fr", "en"};
    for (size_t i = 0; i < 2; i++) {
        const struct lang *l = labels(&mem, codes[i]);
        const struct error_v e = {.title = error_label(l, NULL, 404, true),
                                  .what = error_label(l, NULL, 404, false),
                                  .code = 404,
                                  .number = "<7>"};
        html_open(&h, &mem, l);
        error_page(&h, &p, &e);
        const char *wrong = html_fault(&mem, buf_done(&h.out));
        OKAY(!wrong);
        if (wrong)
            printf("  %s\n", wrong);
        OKAY(has(&h, i ? "<html lang=\"en\">" : "<html lang=\"fr\">"));
        OKAY(has(&h, i ? "does not exist" : "n’existe pas"));
        OKAY(has(&h, "href=\"/projets\" aria-current=\"page\">Projets"));
        OKAY(!has(&h, "<i>") && !has(&h, "<script>") && has(&h, "&lt;7&gt;"));
        OKAY(has(&h, i ? "Demonstration data" : "Données de démonstration"));
        OKAY(has(&h, "essaim.css?v="));
        p.person = NULL;
    }
    OKAY(!has(&h, "action=\"/sortir\"") && has(&h, "href=\"/entrer\""));
    arena_reset(&mem);
}

TEST(view_figures)
{
    static const struct figure_v list[] = {
        {.label = "élèves",
         .value = "35 367",
         .href = "/chiffres/x",
         .origin = "2023-2024",
         .big = true,
         .approx = true},
        {.label = "classes", .value = "moins de 5", .hidden = true}};
    struct arena mem = {0};
    struct html h;
    html_open(&h, &mem, labels(&mem, "fr"));
    figures_list(&h, list, 2);
    OKAY(!html_fault(&mem, buf_done(&h.out)));
    OKAY(has(&h, "<li class=\"big\"><a href=\"/chiffres/x\">"));
    OKAY(has(&h, "<b class=\"hidden-n\">moins de 5</b>"));
    arena_reset(&mem);
}
