/* What is set, and completing it in a shell. */
#include "core/command.h"

#include "i18n/lang.h"

static const char *const from_names[] = {
    [FROM_PROGRAM] = "program",
    [FROM_FILE] = "essaim.conf",
    [FROM_VARIABLE] = "variable",
    [FROM_FLAG] = "flag",
};

int command_settings(struct cli *cli)
{
    struct arena *a = &cli->app->mem;
    struct buf out = {.mem = a};
    struct json j = {.out = &out};
    json_array(&j, NULL);
    for (int i = 0; conf_keys[i].name; i++) {
        const struct conf_key *k = &conf_keys[i];
        const char *told = conf_told(&cli->app->conf, a, i);
        const char *value = told ? told : conf_get(&cli->app->conf, k->name);
        const char *from = from_names[cli->app->conf.at[i].from];
        if (!cli_json(cli))
            printf("%-22s %-24s %-12s %s\n", k->name, *value ? value : "-",
                   from, k->help);
        json_object(&j, NULL);
        json_cstr(&j, "name", k->name);
        json_cstr(&j, "value", value);
        json_cstr(&j, "from", from);
        json_cstr(&j, "default", k->initial);
        json_cstr(&j, "variable", conf_variable(a, k->name));
        json_cstr(&j, "help", k->help);
        json_end_object(&j);
    }
    json_end_array(&j);
    if (cli_json(cli))
        printf("%s\n", out.p);
    return 0;
}

/* The words of a usage that are typed as they stand: "check | migrate", "list |
 * add EMAIL". What is in brackets, in capitals or a value is not. */
static void words_of(struct buf *b, const char *usage)
{
    struct str rest = str_of(usage), word;
    bool first = true, deep = false;
    while (str_next(&rest, ' ', &word)) {
        bool bar = str_eq(word, "|");
        bool small = word.n > 1;
        for (size_t i = 0; i < word.n; i++)
            small &= word.p[i] >= 'a' && word.p[i] <= 'z';
        deep |= word.n && *word.p == '[';
        if (first && small && !deep) {
            buf_char(b, ' ');
            buf_add(b, word.p, word.n);
        }
        if (word.n && word.p[word.n - 1] == ']')
            deep = false;
        first = bar && !deep;
    }
}

static void case_of(struct buf *b, const char *name, const char *usage,
                    const char *more)
{
    struct buf words = {.mem = b->mem};
    words_of(&words, usage);
    buf_printf(b, "    %.*s) words=\"$words%s%s\" ;;\n",
               (int)strcspn(name, " "), name, words.n ? words.p : "", more);
}

static const char *names_of_entities(struct cli *cli)
{
    struct buf b = {.mem = &cli->app->mem};
    const struct entity *e;
    for (size_t i = 0; (e = sheet_kind(cli->app, i)); i++)
        buf_printf(&b, " %s", e->api);
    return b.p;
}

static const char *flags_of(struct arena *a)
{
    struct buf b = {.mem = a};
    for (const struct command_flag *f = command_flags; f->name; f++)
        buf_printf(&b, " --%s", f->name);
    for (const struct conf_key *k = conf_keys; k->name; k++)
        buf_printf(&b, " --%s", conf_flag(a, k->name));
    return b.p;
}

/* After a flag that takes a value. */
static void values_of(struct buf *b)
{
    for (const struct command_flag *f = command_flags; f->name; f++)
        if (f->value)
            buf_printf(b, "    --%s) words=\"%s\" ;;\n", f->name,
                       f->words ? f->words : "");
    for (const struct conf_key *k = conf_keys; k->name; k++)
        buf_printf(b, "    --%s) %s ;;\n", conf_flag(b->mem, k->name),
                   same(k->value, "DIR")
                       ? "COMPREPLY=($(compgen -d -- \"$cur\")); return"
                       : "words=");
}

static void cases(struct cli *cli, struct buf *b)
{
    for (const struct command_line *c = command_lines; c->name; c++)
        case_of(b, c->name, c->usage,
                strstr(c->usage, "ENTITY") ? names_of_entities(cli) : "");
    for (const struct module *const *m = modules; *m; m++)
        for (const struct command *c = (*m)->commands; c && c->name; c++)
            case_of(b, c->name, c->usage, "");
}

static const char *names_of_commands(struct arena *a)
{
    struct buf b = {.mem = a};
    for (const struct command_line *c = command_lines; c->name; c++)
        buf_printf(&b, "%s%s", b.n ? " " : "", c->name);
    for (const struct module *const *m = modules; *m; m++)
        for (const struct command *c = (*m)->commands; c && c->name; c++)
            buf_printf(&b, " %.*s", (int)strcspn(c->name, " "), c->name);
    return b.p;
}

int command_completion(struct cli *cli)
{
    struct arena *a = &cli->app->mem;
    struct buf b = {.mem = a};
    if (cli->argc != 1 || !word_in("bash zsh", cli->argv[0])) {
        cli_fail("completion bash | completion zsh");
        return 2;
    }
    if (same(cli->argv[0], "zsh"))
        buf_str(&b, "#compdef essaim\nautoload -U +X bashcompinit &&"
                    " bashcompinit\n");
    buf_str(&b, "# Made by: essaim completion\n_essaim() {\n"
                "  local cur=${COMP_WORDS[COMP_CWORD]}\n"
                "  local prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
                "  COMPREPLY=()\n  case $prev in\n");
    values_of(&b);
    buf_printf(&b,
               "    *) words=\"%s\"\n"
               "    if [ \"$COMP_CWORD\" = 1 ]; then words=\"$words %s\"; fi\n"
               "    case ${COMP_WORDS[1]} in\n",
               flags_of(a) + 1, names_of_commands(a));
    cases(cli, &b);
    buf_str(&b, "    esac ;;\n  esac\n"
                "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                "  [ ${#COMPREPLY[@]} -gt 0 ] ||"
                " COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                "}\ncomplete -o filenames -F _essaim essaim\n");
    printf("%s", b.p);
    return 0;
}
