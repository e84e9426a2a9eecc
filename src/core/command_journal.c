/* The journal, for who wants proof. */
#include "core/command.h"
#include "core/head.h"
#include "core/lost_key.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct view {
    struct cli *cli;
    struct conn *c;
    struct signer signer;
    struct head head;
    struct journal_keys keys;
};

/* Seals what is not sealed yet, and begins to read. */
static int view_open(struct cli *cli, struct view *v)
{
    struct arena *a = &cli->app->mem;
    struct merkle tree;
    *v = (struct view){.cli = cli};
    if (conn_open(cli->app->db, &v->c) != OK || conn_begin(v->c, 0) != OK)
        return cli_fail("the database cannot be read");
    const char *why;
    enum status s =
        journal_signer(v->c, a, cli->app->folder, false, &v->signer, &why);
    if (s != OK)
        return cli_fail("%s", why);
    s = journal_load(v->c, a, &tree);
    conn_end(v->c);
    if (s == OK)
        s = journal_seal(cli->app->db, a, &tree, &v->signer);
    if (s == OK)
        s = conn_begin(v->c, 0);
    if (s == OK)
        s = journal_keys_load(v->c, a, &v->keys);
    if (s == OK)
        s = head_load(v->c, a, &v->head);
    bool all = same(cli->argv[0], "verify") && !cli->head;
    if (s == ERR_NOT_FOUND && all) {
        v->head.root = hex(a, tree_root(NULL, 0).hash, SHA256);
        return 0;
    }
    if (s == ERR_NOT_FOUND)
        return cli_fail("the journal has no lines yet");
    return s == OK ? 0
                   : cli_fail("the journal cannot be read: %s", db_reason(s));
}

static void view_close(struct view *v)
{
    if (!v->c)
        return;
    conn_end(v->c);
    conn_close(v->c);
}

static struct node node_of(const char *digits)
{
    struct node n = {{0}};
    CHECK(unhex(str_of(digits), n.hash, SHA256));
    return n;
}

static int verify_all(struct view *v)
{
    uint64_t lines = 0;
    const char *fault = NULL;
    struct arena *a = &v->cli->app->mem;
    enum status s = journal_verify(v->c, a, v->signer.public, &lines, &fault);
    if (s != OK)
        return cli_fail("the journal cannot be read: %s", db_reason(s));
    if (fault)
        return cli_fail("the journal does not agree with its seal: %s", fault);
    printf("%" PRIu64 " lines, all as sealed; root %s\n", lines, v->head.root);
    for (size_t i = 0; i < v->keys.n; i++)
        printf("the heads of up to %" PRIu64 " lines are signed by %s, a key"
               " lost and replaced on %s: nothing new proves them by it\n",
               v->keys.lost[i].size, v->keys.lost[i].key,
               time_iso(a, v->keys.lost[i].at));
    return 0;
}

static void nodes_json(struct json *j, struct arena *a, const char *name,
                       const struct proof *p)
{
    json_array(j, name);
    for (size_t i = 0; i < p->n; i++)
        json_cstr(j, NULL, hex(a, p->nodes[i].hash, SHA256));
    json_end_array(j);
}

static bool file_text(struct arena *a, const char *path, struct str *out)
{
    enum { MOST = 64 << 10 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = arena_alloc(a, MOST);
    ssize_t n = fd < 0 ? -1 : read(fd, text, MOST);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (n >= 0)
        *out = (struct str){text, (size_t)n};
    errno = error;
    return n >= 0;
}

/* Does the journal of today hold the one of a head that somebody kept? */
static int verify_head(struct view *v)
{
    struct arena *a = &v->cli->app->mem;
    const char *path = v->cli->head, *why = "";
    struct head kept;
    struct str text;
    struct node *leaves;
    uint64_t n;
    if (!file_text(a, path, &text))
        return cli_fail("%s: %s", path, strerror(errno));
    if (!head_read(a, text, &kept, &why))
        return cli_fail("%s is no head (%s): name a file as"
                        " /journal/tete.json or journal_head_dir gave it",
                        path, why);
    const bool lost = !same(kept.key, v->head.key);
    if (!same(kept.key, journal_key_of(&v->keys, kept.size)))
        return cli_fail("%s is signed by another key than this journal's",
                        path);
    if (journal_leaves(v->c, a, &leaves, &n) != OK)
        return cli_fail("the journal cannot be read");
    if (kept.size > n)
        return cli_fail("the head kept has %" PRIu64 " lines, the journal only "
                        "%" PRIu64 ": lines are missing",
                        kept.size, n);
    struct proof p = proof_of_growth(a, leaves, n, kept.size);
    if (!tree_has_grown(kept.size, node_of(kept.root), n, tree_root(leaves, n),
                        &p))
        return cli_fail("the first %" PRIu64 " lines are not those of the head"
                        " kept: the journal was changed",
                        kept.size);
    if (!cli_json(v->cli)) {
        printf("the journal of %" PRIu64 " lines holds the head of %" PRIu64
               " kept on %s%s\n",
               n, kept.size, time_iso(a, kept.at),
               lost ? "; its key was lost since, and another signs now" : "");
        return 0;
    }
    struct buf out = {.mem = a};
    struct json j = {.out = &out};
    json_object(&j, NULL);
    json_raw(&j, "then", str_trim(head_json(a, &kept)));
    json_raw(&j, "now", str_trim(head_json(a, &v->head)));
    nodes_json(&j, a, "consistency", &p);
    json_end_object(&j);
    printf("%s\n", out.p);
    return 0;
}

/* All that a stranger needs to see that one line is in the sealed tree. What
 * the line says of a person stays behind its commitment. */
static int prove(struct view *v, const char *number)
{
    struct arena *a = &v->cli->app->mem;
    struct journal_line line;
    struct node *leaves;
    uint64_t n;
    int64_t id;
    if (!str_int(str_of(number), &id))
        return cli_fail("%s is no number of a line", number);
    enum status s = journal_line(v->c, a, id, &line);
    if (s == ERR_NOT_FOUND)
        return cli_fail("the journal has no line %" PRId64, id);
    if (s != OK || journal_leaves(v->c, a, &leaves, &n) != OK)
        return cli_fail("the journal cannot be read");
    struct proof p = proof_of_leaf(a, leaves, n, line.seq);
    struct node leaf;
    memcpy(leaf.hash, line.leaf, SHA256);
    if (!leaf_is_in(leaf, line.seq, n, &p, node_of(v->head.root)))
        return cli_fail("line %" PRId64 " is not the one that was sealed", id);
    struct buf out = {.mem = a};
    struct json j = {.out = &out};
    json_object(&j, NULL);
    json_int(&j, "line", id);
    json_int(&j, "at", line.at);
    json_cstr(&j, "entity", line.entity);
    json_int(&j, "row", line.row);
    json_cstr(&j, "what", line.what);
    json_cstr(&j, "commitment", hex(a, line.commitment, SHA256));
    json_cstr(&j, "leaf", hex(a, line.leaf, SHA256));
    json_int(&j, "index", (int64_t)line.seq);
    nodes_json(&j, a, "inclusion", &p);
    json_raw(&j, "head", str_trim(head_json(a, &v->head)));
    /* Of a line of before, the head's key says only what it found. */
    const char *then = journal_key_of(&v->keys, line.seq + 1);
    if (!same(then, v->head.key))
        json_cstr(&j, "sealed_by_lost_key", then);
    json_end_object(&j);
    printf("%s\n", out.p);
    return 0;
}

/* For a key that is lost for good: the journal goes on under another. */
static int new_key(struct cli *cli)
{
    struct arena *a = &cli->app->mem;
    struct signer signer;
    struct lost_key lost;
    struct merkle tree = {0};
    const char *why = NULL;
    if (!cli->force)
        return cli_fail(
            "what is sealed stays readable and checked, but its key never signs"
            " again, and who kept its heads must be told of another key: look"
            " for journal.key in every backup first, then add --force");
    enum status s = journal_key_replace(cli->app->db, a, cli->app->folder,
                                        &signer, &lost, &why);
    if (s == OK)
        s = journal_seal(cli->app->db, a, &tree, &signer);
    if (s != OK)
        return cli_fail("%s", why ? why : "the journal cannot be written");
    printf("the journal goes on under the key %s; the heads of its first"
           " %" PRIu64 " lines stay signed by %s, which is lost\n"
           "Restart the server if it runs, and keep journal.key with the"
           " backups.\n",
           hex(a, signer.public, SIGN_PUBLIC), lost.size, lost.key);
    return 0;
}

static int told(struct view *v)
{
    struct str text = head_json(&v->cli->app->mem, &v->head);
    printf("%.*s", (int)text.n, text.p);
    return 0;
}

static int send(struct view *v)
{
    const struct conf *conf = &v->cli->app->conf;
    if (!*conf_get(conf, "journal_head_dir") &&
        !*conf_get(conf, "journal_head_command"))
        return cli_fail("journal_head_dir and journal_head_command are not "
                        "set; see: essaim settings");
    return head_send(v->cli->app, &v->cli->app->mem, "") == OK
               ? 0
               : cli_fail("the head did not arrive");
}

int command_journal(struct cli *cli)
{
    const char *what = cli->argc ? cli->argv[0] : "";
    bool proves = cli->argc == 2 && same(what, "prove");
    if (!proves &&
        (cli->argc != 1 || !word_in("verify head send new-key", what))) {
        cli_fail("journal verify [--head FILE] | journal head | journal send |"
                 " journal prove LINE | journal new-key --force");
        return 2;
    }
    if (same(what, "new-key"))
        return new_key(cli);
    struct view v;
    int code = view_open(cli, &v);
    if (code == 0 && proves)
        code = prove(&v, cli->argv[1]);
    else if (code == 0 && same(what, "head"))
        code = told(&v);
    else if (code == 0 && same(what, "send"))
        code = send(&v);
    else if (code == 0)
        code = cli->head ? verify_head(&v) : verify_all(&v);
    view_close(&v);
    return code;
}
