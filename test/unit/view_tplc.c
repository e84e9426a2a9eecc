/* The template compiler refuses what escaping cannot make safe, and says where.
 * Each case is one small page given to the built tool. */
#include "unit/test.h"

#include "base/str.h"

#include <sys/wait.h>
#include <unistd.h>

/* Built beside this program. */
static const char *tool(struct arena *a)
{
    char *self = arena_alloc(a, 4096);
    ssize_t n = readlink("/proc/self/exe", self, 4095);
    CHECK(n > 0);
    *strrchr(self, '/') = 0;
    return arena_printf(a, "%s/tools/tplc", self);
}

/* Its exit status; what it says is in *said. */
static int compile(struct arena *a, const char *page, const char **said)
{
    char *in = arena_printf(a, "%s/x.html", test_folder());
    char *command = arena_printf(a, "%s %s %s/x.c %s/x.h 2>&1", tool(a), in,
                                 test_folder(), test_folder());
    FILE *f = fopen(in, "w");
    CHECK(f);
    fputs(page, f);
    fclose(f);
    struct buf b = {.mem = a};
    char part[512];
    FILE *out = popen(command, "r");
    CHECK(out);
    for (size_t n; (n = fread(part, 1, sizeof(part), out)) > 0;)
        buf_add(&b, part, n);
    int code = pclose(out);
    *said = b.n ? b.p : "";
    return WIFEXITED(code) ? WEXITSTATUS(code) : -1;
}

static const struct {
    const char *page, *why; /* after the head; why NULL: it compiles */
} cases[] = {
    {"<p class=\"{{x}}\">{{x}}</p>", NULL},
    {"<p class=\"{{~x}}\">{{~x}}</p><option>{{~f(x)}}</option>", NULL},
    {"<a href=\"{{href x}}\">x</a>", NULL},
    {"<a href=\"{{href x}}#part\">x</a>", NULL},
    {"<a href=\"/projets/{{%x}}/jalons?a={{%x}}\">x</a>", NULL},
    {"<a href=\"/x\"{{#if x}} class=\"y\"{{/if}}>x</a>", NULL},
    {"<a class=\"a{{#if x}} b{{else}} c{{/if}}\">x</a>", NULL},
    {"<input{{#if x}} checked{{/if}}{{#if x}} disabled{{/if}}>", NULL},
    {"{{_ a.b}}{{_ a.b n=n}}{{_ a.b who=x at=f(x, 1)}}{{_ (key(x))}}", NULL},
    {"{{#each c in list, n}}{{c->a}}{{c_i}}{{/each}}", NULL},
    {"{{! \" }}{{> other(x)}}{{> other()}}", NULL},
    {"<p>{{x == 1 ? \"}}\" : \"b\"}}</p>", NULL},
    /* Places. */
    {"<p class={{x}}></p>", "not quoted"},
    {"<p class=y></p>", "not quoted"},
    {"<p {{x}}></p>", "inside the tag"},
    {"<p {{x}}=\"y\"></p>", "inside the tag"},
    {"<p a{{x}}=\"y\"></p>", "inside the tag"},
    {"<{{x}}></p>", "lone"},
    {"<script>{{x}}</script>", "inside <script>"},
    {"<style>{{x}}</style>", "inside <style>"},
    {"<script>alert(1)</script>", "stays empty"},
    {"<SCRIPT>alert(1)</SCRIPT>", "stays empty"},
    {"<script></p></script>", "stays empty"},
    {"<p onclick=\"x\"></p>", "policy"},
    {"<p onclick=\"{{x}}\"></p>", "policy"},
    {"<p STYLE=\"{{x}}\"></p>", "policy"},
    {"<iframe srcdoc=\"x\"></iframe>", "policy"},
    {"<!-- x -->", "comment"},
    {"<p class=\"x\"id=\"y\"></p>", "space"},
    {"a < b", "lone"},
    {"{{%x}}", "in an attribute"},
    {"{{href x}}", "in an attribute"},
    /* Addresses. */
    {"<a href=\"{{x}}\">x</a>", "takes {{href whole}}"},
    {"<a href=\"/a/{{x}}\">x</a>", "takes {{href whole}}"},
    {"<a href=\"{{~x}}\">x</a>", "takes {{href whole}}"},
    {"<a href=\"{{_ a.b}}\">x</a>", "takes {{href whole}}"},
    {"<a href=\"{{%x}}\">x</a>", "must begin with"},
    {"<a href=\"javascript:{{%x}}\">x</a>", "must begin with"},
    {"<a href=\"javascript:alert(1)\">x</a>", "must begin with"},
    {"<a href=\"//evil.example/\">x</a>", "must begin with"},
    {"<a href=\"/a{{href x}}\">x</a>", "nothing before"},
    {"<form action=\"{{x}}\"></form>", "takes {{href whole}}"},
    {"<button formaction=\"{{x}}\"></button>", "takes {{href whole}}"},
    {"<img src=\"{{x}}\">", "takes {{href whole}}"},
    {"<use xlink:href=\"{{x}}\"/>", "takes {{href whole}}"},
    {"<p title=\"{{href x}}\"></p>", "takes no address"},
    {"<a href=\"{{#if x}}javascript:{{/if}}/x\">x</a>", "another place"},
    /* Blocks. */
    {"{{#if x}}", "not closed"},
    {"{{#if x}}{{/each}}", "closes nothing"},
    {"{{/if}}", "closes nothing"},
    {"{{else}}", "closes nothing"},
    {"{{#if x}}{{else}}{{else}}{{/if}}", "second {{else}}"},
    {"{{#if x}}{{else}}{{elif y}}{{/if}}", "after {{else}}"},
    {"{{#if x}}<p class=\"{{else}}<p class=\"y\">{{/if}}", "different places"},
    {"{{#if x}}<p class=\"{{/if}}\">", "another place"},
    {"{{#each x}}{{/each}}", "{{#each x in array, count}}"},
    {"{{#with x}}", "unknown block"},
    {"<p class=\"x", "inside a tag"},
    /* Expressions. */
    {"{{}}", "missing"},
    {"{{x; evil()}}", "in an expression"},
    {"{{x), evil(}}", "brackets"},
    {"{{(struct y){0}}}", "in an expression"},
    {"{{x", "without }}"},
    {"{{_ Not a key}}", "no label key"},
    {"{{_ a.b who}}", "{{_ key name=value}}"},
    {"{{= int x;}}", "stands first"},
    {"{{> x}}", "{{> name(arguments)}}"},
    {"<p class=\"{{> x(y)}}\"></p>", "between elements"},
};

TEST(view_tplc_refuses)
{
    struct arena mem = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *said;
        char *page =
            arena_printf(&mem, "{{@ f(const char *x)}}\n%s\n", cases[i].page);
        int code = compile(&mem, page, &said);
        bool ok = cases[i].why ? code == 1 && strstr(said, cases[i].why) &&
                                     strstr(said, "x.html:")
                               : code == 0;
        OKAY(ok);
        if (!ok)
            printf("  %s: %d %s\n", cases[i].page, code, said);
        arena_reset(&mem);
    }
}

TEST(view_tplc_head)
{
    static const struct {
        const char *page, *why;
    } heads[] = {
        {"<p>\n{{@ f()}}", "before the first"},
        {"\n{{x}}{{@ f()}}", "before the first"},
        {"", "no {{@ function}}"},
        {"{{@ f()}}{{#if x}}{{@ g()}}{{/if}}", "inside the block"},
        {"{{@ f()}}<p {{@ g()}}>", "ends inside a tag"},
        {"{{@ f}}", "write {{@ name"},
    };
    struct arena mem = {0};
    const char *said;
    for (size_t i = 0; i < COUNT(heads); i++) {
        int code = compile(&mem, heads[i].page, &said);
        OKAY(code == 1 && strstr(said, heads[i].why));
        if (!strstr(said, heads[i].why))
            printf("  %s: %d %s\n", heads[i].page, code, said);
    }
    /* The line is that of the mistake. */
    OKAY(compile(&mem, "{{@ f()}}\n<p>\n\n  <b>{{! \n }}\n{{/if}}", &said) ==
         1);
    OKAY(strstr(said, "x.html:6:") != NULL);
    arena_reset(&mem);
}
