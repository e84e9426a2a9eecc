/*
 * The journal: who decided what, when. A line is written with the decision
 * itself; the sealer later gives each its place in a Merkle tree (RFC 6962,
 * section 2.1) over salted commitments, so that a person's part can be erased
 * and the rest still proves itself.
 */
#include "core/journal.h"

#include "core/head.h"
#include "core/request.h"

enum { SEAL_MOST = 1000, PAGE = 1000, LEVELS = 64 };

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

/* The tree as sealed so far, from its leaves; a page at a time, since a
 * server's answer lies in memory whole. */
static enum status merkle_page(struct conn *c, struct arena *a,
                               struct merkle *m, int64_t *after)
{
    struct rows *rows;
    TRY(db_rows(c, a,
                SQL("SELECT hash, seq FROM core_leaf WHERE seq > :after"
                    " ORDER BY seq LIMIT :most"),
                ARGS(arg_int("after", *after), arg_int("most", PAGE)), &rows));
    while (rows_next(rows)) {
        unsigned char leaf[SHA256];
        *after = row_int(rows, 1);
        if (!unhex(row_str(rows, 0), leaf, SHA256))
            return ERR_STORE;
        merkle_add(m, leaf);
    }
    return rows_end(rows);
}

static enum status merkle_load(struct conn *c, struct arena *a,
                               struct merkle *m)
{
    uint64_t before;
    int64_t after = -1;
    *m = (struct merkle){0};
    do {
        const struct arena_mark mark = arena_mark(a);
        before = m->size;
        TRY(merkle_page(c, a, m, &after));
        arena_rewind(a, mark);
    } while (m->size == before + PAGE);
    return OK;
}

struct sealing {
    struct merkle *tree;
    const struct signer *signer;
    struct merkle after;
    int sealed;
    bool all; /* also lines below the last */
};

static enum status seal(struct conn *c, struct arena *a, void *data)
{
    struct sealing *s = data;
    struct rows *rows;
    int64_t sealed, last;
    s->after = *s->tree;
    s->sealed = 0;
    /* Another process may be sealing, or have sealed meanwhile. */
    TRY(conn_lock(c, "core_journal"));
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
                    " WHERE {since:core_journal:j} AND NOT EXISTS (SELECT 1"
                    " FROM core_leaf l WHERE l.line = j.id)"
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

enum status journal_load(struct conn *c, struct arena *a, struct merkle *tree)
{
    return merkle_load(c, a, tree);
}

static enum status seal_lines(struct db *db, struct arena *a, struct sealing *s)
{
    do {
        TRY(db_write_within(db, a, seal, s, 2000));
        *s->tree = s->after;
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
                              const struct signer *signer)
{
    struct merkle tree = {0};
    struct sealing s = {.tree = &tree, .signer = signer, .all = true};
    return seal_lines(db, a, &s);
}

struct verifying {
    const unsigned char *key;
    struct merkle tree;
    int64_t after; /* the last leaf that was read */
    int64_t wrong; /* the first line that is; NONE */
};

/* A line, and the head over it and those before, where there is one. */
static bool line_right(struct verifying *v, struct arena *a, struct rows *rows)
{
    unsigned char commitment[SHA256], leaf[SHA256], root[SHA256];
    line_hash(a, rows, commitment, leaf);
    merkle_add(&v->tree, leaf);
    if (!str_eq(row_str(rows, 8), hex(a, leaf, SHA256)))
        return false;
    const struct str head = row_str(rows, 9);
    if (!head.p)
        return true;
    merkle_root(&v->tree, root);
    const char *is = hex(a, root, SHA256);
    return str_eq(head, is) &&
           signature_right(v->key,
                           head_signed(a, v->tree.size, is, row_int(rows, 11)),
                           row_str(rows, 10));
}

static enum status verify_page(struct verifying *v, struct conn *c,
                               struct arena *a)
{
    struct rows *rows;
    TRY(db_rows(
        c, a,
        SQL("SELECT " LINE_COLUMNS ", l.hash, h.root, h.signature, h.at, l.seq"
            " FROM core_leaf l JOIN core_journal j ON j.id = l.line"
            " LEFT JOIN core_head h ON h.size = l.seq + 1"
            " WHERE l.seq > :after ORDER BY l.seq LIMIT :most"),
        ARGS(arg_int("after", v->after), arg_int("most", PAGE)), &rows));
    while (v->wrong == NONE && rows_next(rows)) {
        if (!line_right(v, a, rows))
            v->wrong = row_int(rows, 0);
        v->after = row_int(rows, 12);
    }
    return rows_end(rows);
}

enum status journal_verify(struct conn *c, struct arena *a,
                           const unsigned char key[SIGN_PUBLIC],
                           uint64_t *lines, const char **fault)
{
    struct verifying v = {.key = key, .after = -1, .wrong = NONE};
    uint64_t before;
    int64_t heads;
    do {
        const struct arena_mark mark = arena_mark(a);
        before = v.tree.size;
        TRY(verify_page(&v, c, a));
        arena_rewind(a, mark);
    } while (v.wrong == NONE && v.tree.size == before + PAGE);
    *lines = v.tree.size;
    *fault =
        v.wrong == NONE
            ? NULL
            : arena_printf(a, "line %" PRId64 " is not the one that was sealed",
                           v.wrong);
    TRY(db_int(c, SQL("SELECT coalesce(max(size), 0) FROM core_head"), NO_ARGS,
               &heads));
    if (!*fault && (uint64_t)heads != v.tree.size)
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
    struct rows *rows;
    int64_t count;
    TRY(db_int(c, SQL("SELECT count(*) FROM core_leaf"), NO_ARGS, &count));
    *out = NEW_ARRAY(a, struct node, (size_t)count + 1);
    *n = 0;
    TRY(db_rows(c, a, SQL("SELECT hash FROM core_leaf ORDER BY seq"), NO_ARGS,
                &rows));
    while (*n < (uint64_t)count && rows_next(rows))
        if (!unhex(row_str(rows, 0), (*out)[(*n)++].hash, SHA256))
            return ERR_STORE;
    return rows_end(rows);
}
