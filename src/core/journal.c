/*
 * The journal: who decided what, when. A line is written with the decision
 * itself; the sealer later gives each its place in a Merkle tree (RFC 6962,
 * section 2.1) over salted commitments, so that a person's part can be erased
 * and the rest still proves itself.
 */
#include "core/journal.h"

#include "core/head.h"
#include "core/lost_key.h"
#include "core/request.h"

enum {
    SEAL_MS = 2000,
    COPY_MS = 600000, /* it looks at every line, and nobody waits for it */
};
enum { SEAL_MOST = 1000, READ_MOST = 5000, LEVELS = 64 };

/* The hash of a line: its public part, and a commitment to its personal part
 * (person and detail) that tells nothing once its salt is erased. */
static void line_hash(struct arena *a, const struct rows *r,
                      unsigned char commitment[SHA256],
                      unsigned char out[SHA256])
{
    struct buf personal = {.mem = a}, all = {.mem = a};
    struct str salt = row_str(r, 6);
    buf_add(&personal, salt.p, salt.n);
    buf_printf(&personal, "|%" PRId64 "|", row_int(r, 2));
    struct str detail = row_str(r, 5);
    buf_add(&personal, detail.p, detail.n);
    sha256(commitment, buf_done(&personal));
    buf_char(&all, 0); /* RFC 6962: a leaf begins with 0, a node with 1 */
    buf_printf(&all, "%" PRId64 "|%" PRId64 "|", row_int(r, 0), row_int(r, 1));
    struct str entity = row_str(r, 3), what = row_str(r, 4);
    buf_add(&all, entity.p, entity.n);
    buf_printf(&all, "|%" PRId64 "|", row_int(r, 7));
    buf_add(&all, what.p, what.n);
    buf_char(&all, '|');
    buf_add(&all, (const char *)commitment, SHA256);
    sha256(out, buf_done(&all));
}

void merkle_add(struct merkle *m, const unsigned char leaf[SHA256])
{
    struct node carry;
    memcpy(carry.hash, leaf, SHA256);
    int level = 0;
    for (uint64_t n = m->size; n & 1; n >>= 1, level++)
        carry = node_join(m->left[level], carry);
    m->left[level] = carry;
    m->size++;
}

void merkle_root(const struct merkle *m, unsigned char out[SHA256])
{
    struct node root = tree_root(NULL, 0);
    bool any = false;
    for (int level = 0; level < LEVELS; level++) {
        if (!(m->size >> level & 1))
            continue;
        root = any ? node_join(m->left[level], root) : m->left[level];
        any = true;
    }
    memcpy(out, root.hash, SHA256);
}

#define LINE_COLUMNS                                                           \
    "j.id, j.at, j.person, j.entity, j.what, j.detail, j.salt, j.row_id"

/* The leaves from seq on, READ_MOST at most, which n counts. */
static enum status leaves_read(struct conn *c, struct arena *a, uint64_t seq,
                               struct node out[READ_MOST], size_t *n)
{
    const struct arena_mark mark = arena_mark(a);
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT hash FROM core_leaf WHERE seq >= :seq"
                    " ORDER BY seq LIMIT :most"),
                ARGS(arg_int("seq", (int64_t)seq), arg_int("most", READ_MOST)),
                &rows));
    for (*n = 0; *n < READ_MOST && rows_next(rows); ++*n)
        if (!unhex(row_str(rows, 0), out[*n].hash, SHA256))
            return ERR_STORE;
    TRY(rows_end(rows));
    arena_rewind(a, mark);
    return OK;
}

/* The tree as sealed so far, from its leaves. */
static enum status merkle_load(struct conn *c, struct arena *a,
                               struct merkle *m)
{
    struct node *leaves = NEW_ARRAY(a, struct node, READ_MOST);
    size_t n;
    *m = (struct merkle){0};
    do {
        TRY(leaves_read(c, a, m->size, leaves, &n));
        for (size_t i = 0; i < n; i++)
            merkle_add(m, leaves[i].hash);
    } while (n == READ_MOST);
    return OK;
}

/* No other key will do by itself: one made anew in silence would look like a
 * forgery. */
static enum status key_wanted(struct arena *a, const char *path,
                              const char *fault, const char **why)
{
    *why = arena_printf(a,
                        "the key is %s: put at %s the journal.key of the data"
                        " folder that this journal was sealed in, or of its"
                        " backup; one that is lost for good is replaced by"
                        " essaim journal new-key",
                        fault, path);
    return ERR_NOT_FOUND;
}

enum status journal_signer(struct conn *c, struct arena *a, const char *folder,
                           bool make, struct signer *out, const char **why)
{
    const char *path = arena_printf(a, "%s/journal.key", folder), *sealed;
    int64_t heads;
    *why = arena_printf(a, "%s cannot be read or made", path);
    TRY(setting_get(c, a, "journal.key", &sealed));
    TRY(db_int(c, SQL("SELECT coalesce(max(size), 0) FROM core_head"), NO_ARGS,
               &heads));
    enum status s = signer_read(path, out);
    if (s == ERR_NOT_FOUND && heads)
        return key_wanted(a, path, "missing", why);
    if (s == OK && heads && sealed &&
        !same(sealed, hex(a, out->public, SIGN_PUBLIC)))
        return key_wanted(a, path, "another", why);
    if (s == ERR_NOT_FOUND && make)
        s = signer_open(path, out);
    if (s == ERR_NOT_FOUND)
        *why = "nothing is sealed yet: start the server once, which makes the"
               " key";
    if (s == OK)
        *why = NULL;
    return s;
}

struct sealing {
    struct merkle *tree;
    const struct signer *signer;
    struct merkle after;
    int sealed;
    bool all; /* also lines below the last */
};

/* A server that runs on has the key of when it began, which may have been
 * replaced. */
static enum status key_stands(struct conn *c, struct arena *a,
                              const struct signer *signer)
{
    struct journal_keys keys;
    TRY(journal_keys_load(c, a, &keys));
    return !keys.n || same(keys.now, hex(a, signer->public, SIGN_PUBLIC))
               ? OK
               : ERR_CONFLICT;
}

static enum status seal(struct conn *c, struct arena *a, void *data)
{
    struct sealing *s = data;
    struct rows *rows;
    int64_t sealed, last;
    s->after = *s->tree;
    s->sealed = 0;
    /* Another process may be sealing, or have sealed meanwhile. */
    TRY(conn_lock(c, "core_journal"));
    TRY(key_stands(c, a, s->signer));
    TRY(db_int(c, SQL("SELECT coalesce(max(seq) + 1, 0) FROM core_leaf"),
               NO_ARGS, &sealed));
    if ((uint64_t)sealed != s->after.size)
        TRY(merkle_load(c, a, &s->after));
    TRY(db_int(c,
               SQL("SELECT coalesce((SELECT line FROM core_leaf"
                   " ORDER BY seq DESC LIMIT 1), 0)"),
               NO_ARGS, &last));
    if (s->all)
        last = 0;
    TRY(db_rows(c, a,
                SQL("SELECT " LINE_COLUMNS " FROM core_journal j"
                    " WHERE {since:core_journal:j} AND (SELECT l.line FROM"
                    " core_leaf l WHERE l.line = j.id) IS NULL"
                    " ORDER BY {turn:j} LIMIT :most"),
                ARGS(arg_int("last", last), arg_int("most", SEAL_MOST)),
                &rows));
    while (rows_next(rows)) {
        unsigned char commitment[SHA256], leaf[SHA256];
        line_hash(a, rows, commitment, leaf);
        TRY(db_exec(c,
                    SQL("INSERT INTO core_leaf (seq, line, hash)"
                        " VALUES (:seq, :line, :hash)"),
                    ARGS(arg_int("seq", (int64_t)s->after.size),
                         arg_int("line", row_int(rows, 0)),
                         arg_cstr("hash", hex(a, leaf, SHA256))),
                    NULL));
        merkle_add(&s->after, leaf);
        s->sealed++;
    }
    TRY(rows_end(rows));
    if (!s->sealed)
        return OK;
    unsigned char digest[SHA256];
    merkle_root(&s->after, digest);
    const char *root = hex(a, digest, SHA256);
    int64_t at = time_now();
    TRY(setting_set(c, "journal.key", hex(a, s->signer->public, SIGN_PUBLIC)));
    return db_exec(c,
                   SQL("INSERT INTO core_head (size, root, at, signature)"
                       " VALUES (:size, :root, :at, :signature)"),
                   ARGS(arg_int("size", (int64_t)s->after.size),
                        arg_cstr("root", root), arg_int("at", at),
                        arg_cstr("signature", sign(a, s->signer,
                                                   head_signed(a, s->after.size,
                                                               root, at)))),
                   NULL);
}

enum status journal_open(struct conn *c, uint64_t *lines)
{
    int64_t n;
    TRY(db_int(c,
               SQL("SELECT (SELECT count(*) FROM core_journal) -"
                   " (SELECT count(*) FROM core_leaf)"),
               NO_ARGS, &n));
    *lines = (uint64_t)n;
    return OK;
}

enum status journal_load(struct conn *c, struct arena *a, struct merkle *tree)
{
    return merkle_load(c, a, tree);
}

static enum status seal_lines(struct db *db, struct arena *a, struct sealing *s)
{
    const struct arena_mark mark = arena_mark(a);
    do {
        TRY(db_write_within(db, a, seal, s, s->all ? COPY_MS : SEAL_MS));
        *s->tree = s->after;
        arena_rewind(a, mark);
    } while (s->sealed == SEAL_MOST);
    return OK;
}

enum status journal_seal(struct db *db, struct arena *a, struct merkle *tree,
                         const struct signer *signer)
{
    struct sealing s = {.tree = tree, .signer = signer};
    return seal_lines(db, a, &s);
}

enum status journal_seal_copy(struct db *db, struct arena *a,
                              struct merkle *tree, const struct signer *signer)
{
    struct sealing s = {.tree = tree, .signer = signer, .all = true};
    return seal_lines(db, a, &s);
}

/* Adds a sealed line to the tree: is it the one that was sealed, and the tree
 * the one whose head was signed? */
static bool line_right(struct arena *a, struct rows *rows, struct merkle *tree,
                       const struct journal_keys *keys)
{
    const struct arena_mark mark = arena_mark(a);
    unsigned char commitment[SHA256], leaf[SHA256], root[SHA256];
    unsigned char key[SIGN_PUBLIC];
    line_hash(a, rows, commitment, leaf);
    bool right = str_eq(row_str(rows, 8), hex(a, leaf, SHA256));
    merkle_add(tree, leaf);
    const struct str head = row_str(rows, 9);
    if (head.p) {
        merkle_root(tree, root);
        const char *told = hex(a, root, SHA256);
        right &=
            str_eq(head, told) &&
            unhex(str_of(journal_key_of(keys, tree->size)), key, SIGN_PUBLIC) &&
            signature_right(key,
                            head_signed(a, tree->size, told, row_int(rows, 11)),
                            row_str(rows, 10));
    }
    arena_rewind(a, mark);
    return right;
}

/* The next READ_MOST lines; *wrong gets the id of one that is, else NONE. */
static enum status verify_some(struct conn *c, struct arena *a,
                               const struct journal_keys *keys,
                               struct merkle *tree, int64_t *wrong)
{
    const struct arena_mark mark = arena_mark(a);
    struct rows *rows;
    *wrong = NONE;
    TRY(db_rows(
        c, a,
        SQL("SELECT " LINE_COLUMNS
            ", l.hash, h.root, h.signature, h.at FROM core_leaf l"
            " JOIN core_journal j ON j.id = l.line"
            " LEFT JOIN core_head h ON h.size = l.seq + 1"
            " WHERE l.seq >= :seq ORDER BY l.seq LIMIT :most"),
        ARGS(arg_int("seq", (int64_t)tree->size), arg_int("most", READ_MOST)),
        &rows));
    while (*wrong == NONE && rows_next(rows)) {
        const int64_t id = row_int(rows, 0);
        if (!line_right(a, rows, tree, keys))
            *wrong = id;
    }
    TRY(rows_end(rows));
    arena_rewind(a, mark);
    return OK;
}

enum status journal_verify(struct conn *c, struct arena *a,
                           const unsigned char key[SIGN_PUBLIC],
                           uint64_t *lines, const char **fault)
{
    struct merkle tree = {0};
    struct journal_keys keys;
    int64_t leaves, wrong;
    *fault = NULL;
    TRY(journal_keys_load(c, a, &keys));
    keys.now = hex(a, key, SIGN_PUBLIC);
    do {
        *lines = tree.size;
        TRY(verify_some(c, a, &keys, &tree, &wrong));
    } while (wrong == NONE && tree.size == *lines + READ_MOST);
    *lines = tree.size;
    if (wrong != NONE)
        *fault = arena_printf(
            a, "line %" PRId64 " is not the one that was sealed", wrong);
    TRY(db_int(c, SQL("SELECT coalesce(max(size), 0) FROM core_head"), NO_ARGS,
               &leaves));
    if (!*fault && (uint64_t)leaves != tree.size)
        *fault = "lines are missing that were sealed";
    return OK;
}

enum status journal_line(struct conn *c, struct arena *a, int64_t id,
                         struct journal_line *out)
{
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT " LINE_COLUMNS ", l.seq FROM core_journal j"
                    " JOIN core_leaf l ON l.line = j.id WHERE j.id = :id"),
                ARGS(arg_int("id", id)), &rows));
    bool found = rows_next(rows);
    if (found) {
        out->at = row_int(rows, 1);
        out->entity = row_text(rows, 3);
        out->what = row_text(rows, 4);
        out->row = row_int(rows, 7);
        out->seq = (uint64_t)row_int(rows, 8);
        line_hash(a, rows, out->commitment, out->leaf);
    }
    TRY(rows_end(rows));
    return found ? OK : ERR_NOT_FOUND;
}

enum status journal_leaves(struct conn *c, struct arena *a, struct node **out,
                           uint64_t *n)
{
    int64_t count;
    size_t got = READ_MOST;
    TRY(db_int(c, SQL("SELECT count(*) FROM core_leaf"), NO_ARGS, &count));
    *out = NEW_ARRAY(a, struct node, (size_t)count + READ_MOST);
    for (*n = 0; *n < (uint64_t)count && got == READ_MOST; *n += got)
        TRY(leaves_read(c, a, *n, *out + *n, &got));
    return OK;
}
