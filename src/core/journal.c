/*
 * The journal: who decided what, when. A line is written with the decision
 * itself; the sealer later gives each its place in a Merkle tree (RFC 6962,
 * section 2.1) over salted commitments, so that a person's part can be erased
 * and the rest still proves itself.
 */
#include "core/journal.h"

#include "base/random.h"
#include "core/request.h"

enum { SALT = 16, SEAL_MOST = 1000, LEVELS = 64 };

enum status journal_add(struct conn *c, struct arena *a, int64_t person,
                        const struct entity *e, int64_t id, const char *what,
                        struct str detail)
{
    return db_exec(c,
                   SQL("INSERT INTO core_journal (at, person, entity, row_id,"
                       " what, detail, salt) VALUES (:at, :person, :entity,"
                       " :row, :what, :detail, :salt)"),
                   ARGS(arg_int("at", time_now()), arg_int("person", person),
                        arg_cstr("entity", e ? e->name : "core"),
                        arg_int("row", id), arg_cstr("what", what),
                        arg_text("detail", detail),
                        arg_cstr("salt", random_hex(a, SALT))),
                   NULL);
}

/* The hash of a line: its public part, and a commitment to its personal part
 * (person and detail) that tells nothing once its salt is erased. */
static void line_hash(struct arena *a, const struct rows *r,
                      unsigned char out[SHA256])
{
    struct buf personal = {.mem = a}, all = {.mem = a};
    struct str salt = row_str(r, 6);
    unsigned char commitment[SHA256];
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
    unsigned char carry[SHA256];
    memcpy(carry, leaf, SHA256);
    int level = 0;
    for (uint64_t n = m->size; n & 1; n >>= 1, level++) {
        unsigned char pair[1 + 2 * SHA256] = {1};
        memcpy(pair + 1, m->left[level], SHA256);
        memcpy(pair + 1 + SHA256, carry, SHA256);
        sha256(carry, (struct str){(const char *)pair, sizeof(pair)});
    }
    memcpy(m->left[level], carry, SHA256);
    m->size++;
}

void merkle_root(const struct merkle *m, unsigned char out[SHA256])
{
    bool any = false;
    if (!m->size) {
        sha256(out, STR(""));
        return;
    }
    for (int level = 0; level < LEVELS; level++) {
        if (!(m->size >> level & 1))
            continue;
        if (any) {
            unsigned char pair[1 + 2 * SHA256] = {1};
            memcpy(pair + 1, m->left[level], SHA256);
            memcpy(pair + 1 + SHA256, out, SHA256);
            sha256(out, (struct str){(const char *)pair, sizeof(pair)});
        } else {
            memcpy(out, m->left[level], SHA256);
        }
        any = true;
    }
}

#define LINE_COLUMNS                                                           \
    "j.id, j.at, j.person, j.entity, j.what, j.detail, j.salt, j.row_id"

/* The tree as sealed so far, from its leaves. */
static enum status merkle_load(struct conn *c, struct arena *a,
                               struct merkle *m)
{
    struct rows *rows;
    *m = (struct merkle){0};
    TRY(db_rows(c, a, SQL("SELECT hash FROM core_leaf ORDER BY seq"), NO_ARGS,
                &rows));
    while (rows_next(rows)) {
        unsigned char leaf[SHA256];
        if (!unhex(row_str(rows, 0), leaf, SHA256))
            return ERR_STORE;
        merkle_add(m, leaf);
    }
    return rows_end(rows);
}

/* What a head's signature covers. */
static struct str head_text(struct arena *a, uint64_t size,
                            const unsigned char root[SHA256])
{
    return str_of(
        arena_printf(a, "%" PRIu64 " %s", size, hex(a, root, SHA256)));
}

struct sealing {
    struct merkle *tree;
    const struct signer *signer;
    struct merkle after;
    int sealed;
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
    TRY(db_rows(c, a,
                SQL("SELECT " LINE_COLUMNS " FROM core_journal j"
                    " WHERE {since:core_journal:j} AND NOT EXISTS (SELECT 1"
                    " FROM core_leaf l WHERE l.line = j.id)"
                    " ORDER BY {turn:j} LIMIT :most"),
                ARGS(arg_int("last", last), arg_int("most", SEAL_MOST)),
                &rows));
    while (rows_next(rows)) {
        unsigned char leaf[SHA256];
        line_hash(a, rows, leaf);
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
    unsigned char root[SHA256];
    merkle_root(&s->after, root);
    const char *signature =
        sign(a, s->signer, head_text(a, s->after.size, root));
    return db_exec(c,
                   SQL("INSERT INTO core_head (size, root, at, signature)"
                       " VALUES (:size, :root, :at, :signature)"),
                   ARGS(arg_int("size", (int64_t)s->after.size),
                        arg_cstr("root", hex(a, root, SHA256)),
                        arg_int("at", time_now()),
                        arg_cstr("signature", signature)),
                   NULL);
}

enum status journal_load(struct conn *c, struct arena *a, struct merkle *tree)
{
    return merkle_load(c, a, tree);
}

enum status journal_seal(struct db *db, struct arena *a, struct merkle *tree,
                         const struct signer *signer)
{
    struct sealing s = {.tree = tree, .signer = signer};
    do {
        TRY(db_write_within(db, a, seal, &s, 2000));
        *tree = s.after;
    } while (s.sealed == SEAL_MOST);
    return OK;
}

enum status journal_verify(struct conn *c, struct arena *a,
                           const unsigned char key[SIGN_PUBLIC],
                           uint64_t *lines, const char **fault)
{
    struct rows *rows;
    struct merkle tree = {0};
    *fault = NULL;
    TRY(db_rows(c, a,
                SQL("SELECT " LINE_COLUMNS
                    ", l.hash, h.root, h.signature FROM core_leaf l"
                    " JOIN core_journal j ON j.id = l.line"
                    " LEFT JOIN core_head h ON h.size = l.seq + 1"
                    " ORDER BY l.seq"),
                NO_ARGS, &rows));
    while (rows_next(rows) && !*fault) {
        struct arena_mark mark = arena_mark(a);
        unsigned char leaf[SHA256], root[SHA256];
        int64_t id = row_int(rows, 0);
        line_hash(a, rows, leaf);
        bool wrong = !str_eq(row_str(rows, 8), hex(a, leaf, SHA256));
        merkle_add(&tree, leaf);
        merkle_root(&tree, root);
        struct str head = row_str(rows, 9);
        wrong |= head.p && !str_eq(head, hex(a, root, SHA256));
        wrong |= head.p && !signature_right(key, head_text(a, tree.size, root),
                                            row_str(rows, 10));
        arena_rewind(a, mark);
        if (wrong)
            *fault = arena_printf(
                a, "line %" PRId64 " is not the one that was sealed", id);
    }
    *lines = tree.size;
    int64_t leaves;
    TRY(rows_end(rows));
    TRY(db_int(c, SQL("SELECT coalesce(max(size), 0) FROM core_head"), NO_ARGS,
               &leaves));
    if (!*fault && (uint64_t)leaves != tree.size)
        *fault = "lines are missing that were sealed";
    return OK;
}
