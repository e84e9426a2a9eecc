/* Archives: what is packed comes out, and nothing that was changed since. */
#include "core/archive_internal.h"
#include "unit/test.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static const char key_bytes[SEAL_KEY] = "thirty-two bytes, not one more..";
static const struct seal_key right_key = {false, {key_bytes, SEAL_KEY}};
static const struct seal_key other_key = {
    false,
    {"thirty-two bytes, but others....", SEAL_KEY}};

static enum status give(void *data, bool words, struct seal_key *out,
                        const char **why)
{
    (void)words, (void)why;
    *out = *(const struct seal_key *)data;
    return OK;
}

static char content(size_t i)
{
    return (char)(i * 7 + i / 4096);
}

/* What was read, and what both sides said that it was. */
static bool is_content(const char *piece, size_t n, size_t from)
{
    for (size_t i = 0; i < n; i++)
        if (piece[i] != content(from + i))
            return false;
    return true;
}

static bool digested(const struct archive *ar, size_t large)
{
    struct digest d;
    unsigned char right[DIGEST];
    digest_begin(&d);
    for (size_t i = 0; i < large; i++) {
        const char c = content(i);
        digest_add(&d, &c, 1);
    }
    digest_end(&d, right);
    const struct packed *second = archive_packed(ar)->next;
    return memcmp(second->digest, right, DIGEST) == 0;
}

static void pack(const char *path, const struct seal_key *key, size_t large)
{
    struct arena mem = {0};
    struct archive *ar;
    const char *why = "";
    char *p = arena_alloc(&mem, large + 1);
    for (size_t i = 0; i < large; i++)
        p[i] = content(i);
    CHECK(archive_create(&mem, path, key, &ar, &why) == OK);
    OKAY(access(path, F_OK) != 0); /* not before it is whole */
    OKAY(archive_member(ar, "empty", 0) == OK);
    OKAY(archive_member(ar, "files/ab/large", (int64_t)large) == OK);
    for (size_t at = 0; at < large; at += 300000)
        OKAY(archive_add(ar, p + at,
                         large - at < 300000 ? large - at : 300000) == OK);
    OKAY(archive_member(ar, "small", 5) == OK);
    OKAY(archive_add(ar, "small", 5) == OK);
    OKAY(digested(ar, large));
    OKAY(archive_close(ar) == OK);
    archive_drop(ar);
    arena_reset(&mem);
}

/* OK where all of it comes out as it went in. */
static enum status unpack(const char *path, const struct seal_key *key,
                          size_t large)
{
    struct arena mem = {0};
    struct archive *ar;
    const char *why = NULL, *name;
    int64_t size, sum = 0;
    size_t got, members = 0;
    char *piece = arena_alloc(&mem, 600000);
    enum status s =
        archive_open(&mem, path, give, (void *)(uintptr_t)key, &ar, &why);
    if (s != OK) {
        OKAY(why && !strchr(why, '\n'));
        arena_reset(&mem);
        return s;
    }
    while ((s = archive_next(ar, &name, &size)) == OK) {
        members++;
        do {
            char *to = piece + (sum / 300000 & 1) * 300000;
            s = archive_read(ar, to, 300000, &got);
            if (s == OK && members == 2 && !is_content(to, got, (size_t)sum))
                s = ERR_STALE;
            sum += (int64_t)got;
        } while (s == OK && got);
        if (s != OK)
            break;
    }
    if (s == ERR_NOT_FOUND)
        s = members == 3 && sum == (int64_t)large + 5 && digested(ar, large)
                ? OK
                : ERR_STALE;
    else
        OKAY(!strchr(archive_why(ar), '\n'));
    archive_drop(ar);
    arena_reset(&mem);
    return s;
}

static const char *path_of(struct arena *a)
{
    return arena_printf(a, "%s/archive", test_folder());
}

TEST(archive_gives_back)
{
    struct arena mem = {0};
    const char *path = path_of(&mem);
    /* Slots are of a mebibyte, and come round after six. */
    static const size_t sizes[] = {1,     511,     512,           65536,
                                   65537, 1047552, (7 << 20) - 7, 20000000};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        pack(path, NULL, sizes[i]);
        OKAY(unpack(path, NULL, sizes[i]) == OK);
        unlink(path);
        pack(path, &right_key, sizes[i]);
        OKAY(unpack(path, &right_key, sizes[i]) == OK);
        OKAY(unpack(path, &other_key, sizes[i]) == ERR_INVALID);
        unlink(path);
    }
    arena_reset(&mem);
}

/* A size of eight bytes: the largest is told, one more is no size. */
TEST(archive_size_of_more_than_there_is_room_for_is_refused)
{
    struct arena mem = {0};
    const char *path = path_of(&mem), *why = NULL, *name;
    for (int first = 0x7F; first <= 0xFF; first += 0x80) {
        struct archive *ar;
        int64_t size = 0;
        struct archive_head h = {
            .name = "empty", .type = '0', .magic = "ustar"};
        h.size[0] = (char)0x80;
        memset(h.size + 4, 0xFF, 8);
        h.size[4] = (char)first;
        snprintf(h.sum, sizeof(h.sum), "%06o", archive_head_sum(&h));
        int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        OKAY(write(fd, &h, sizeof(h)) == sizeof(h));
        close(fd);
        OKAY(archive_open(&mem, path, give, NULL, &ar, &why) == OK);
        OKAY(archive_next(ar, &name, &size) ==
             (first == 0x7F ? OK : ERR_INVALID));
        OKAY(size == (first == 0x7F ? INT64_MAX : 0));
        archive_drop(ar);
        unlink(path);
    }
    arena_reset(&mem);
}

static void flip(const char *path, off_t at)
{
    char c;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    OKAY(pread(fd, &c, 1, at) == 1);
    c ^= 0x10;
    OKAY(pwrite(fd, &c, 1, at) == 1);
    close(fd);
}

/* Plain, the content is for the manifest to vouch for: what frames it is not.
 */
TEST(archive_sealed_tells_each_changed_byte)
{
    struct arena mem = {0};
    const char *path = path_of(&mem);
    struct stat st;
    pack(path, &right_key, 3000);
    OKAY(stat(path, &st) == 0);
    for (off_t at = 0; at < st.st_size; at++) {
        flip(path, at);
        OKAY(unpack(path, &right_key, 3000) == ERR_INVALID);
        flip(path, at);
    }
    OKAY(unpack(path, &right_key, 3000) == OK);
    arena_reset(&mem);
}

TEST(archive_cut_anywhere_is_told)
{
    struct arena mem = {0};
    const char *path = path_of(&mem);
    const struct seal_key *keys[] = {NULL, &right_key};
    for (size_t k = 0; k < COUNT(keys); k++) {
        struct stat st;
        pack(path, keys[k], 140000);
        OKAY(stat(path, &st) == 0);
        for (off_t n = st.st_size - 1; n > 0; n -= n > 1500 ? 977 : 61) {
            OKAY(truncate(path, n) == 0);
            OKAY(unpack(path, keys[k], 140000) == ERR_INVALID);
        }
        unlink(path);
    }
    arena_reset(&mem);
}

TEST(archive_ends_where_it_ends)
{
    struct arena mem = {0};
    const char *path = path_of(&mem);
    pack(path, NULL, 100);
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    OKAY(write(fd, "", 1) == 1);
    close(fd);
    OKAY(unpack(path, NULL, 100) == ERR_INVALID);
    arena_reset(&mem);
}

TEST(archive_takes_only_what_lies_below)
{
    static const char *const bad[] = {
        "",    "/etc/passwd", "../x", "a/../b", "a//b", "a/",
        "./a", "a b",         "a\\b", "é",      "a\nb",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        OKAY(!archive_takes(bad[i]));
    OKAY(archive_takes("files/ab/abcdef-0.csv"));
}

TEST(archive_dropped_leaves_nothing)
{
    struct arena mem = {0};
    struct archive *ar;
    const char *why = "";
    OKAY(archive_create(&mem, path_of(&mem), NULL, &ar, &why) == OK);
    OKAY(archive_member(ar, "x", 10) == OK);
    archive_drop(ar);
    OKAY(rmdir(test_folder()) == 0 && mkdir(test_folder(), 0700) == 0);
    OKAY(archive_create(&mem, "/nowhere/at/all", NULL, &ar, &why) ==
         ERR_SYSTEM);
    OKAY(strstr(why, "/nowhere/at/all"));
    arena_reset(&mem);
}

TEST(seal_key_is_32_bytes_or_64_digits)
{
    struct arena mem = {0};
    struct seal_key k;
    OKAY(seal_key_file(&mem,
                       STR("0123456789abcdef0123456789abcdef"
                           "0123456789abcdef0123456789abcdef\n"),
                       &k) == OK);
    OKAY(k.secret.p[1] == 0x23);
    OKAY(seal_key_file(&mem, STR("thirty-two bytes, not one more.."), &k) ==
         OK);
    OKAY(seal_key_file(&mem, STR("short"), &k) == ERR_INVALID);
    arena_reset(&mem);
}

/* A stream as the first version wrote it, by libsodium itself. */
TEST(seal_of_the_first_version_is_read)
{
    struct arena mem = {0};
    crypto_secretstream_xchacha20poly1305_state first;
    unsigned char head[SEAL_HEAD] = "EssaimS1k", one[3 + SEAL_OVER],
                  two[3 + SEAL_OVER], out[3];
    struct seal *s;
    bool last = true;
    CHECK(sodium_init() >= 0);
    crypto_secretstream_xchacha20poly1305_init_push(
        &first, head + 28, (const unsigned char *)key_bytes);
    crypto_secretstream_xchacha20poly1305_push(
        &first, one, NULL, (const unsigned char *)"un,", 3, head, SEAL_HEAD, 0);
    crypto_secretstream_xchacha20poly1305_push(
        &first, two, NULL, (const unsigned char *)"fin", 3, NULL, 0,
        crypto_secretstream_xchacha20poly1305_TAG_FINAL);
    OKAY(seal_is((struct str){(const char *)head, SEAL_HEAD}));
    OKAY(seal_open(&mem, &right_key, head, &s) == OK);
    OKAY(seal_pull(s, out, one, sizeof(one), &last) && !last &&
         memcmp(out, "un,", 3) == 0);
    OKAY(seal_pull(s, out, two, sizeof(two), &last) && last &&
         memcmp(out, "fin", 3) == 0);
    OKAY(seal_open(&mem, &right_key, head, &s) == OK);
    OKAY(!seal_pull(s, out, two, sizeof(two), &last));
    OKAY(seal_open(&mem, &other_key, head, &s) != OK ||
         !seal_pull(s, out, one, sizeof(one), &last));
    arena_reset(&mem);
}

/* RFC 8439's cipher as libsodium computes it, over the nonce that the format
 * says: the number, and whether it is the last. */
TEST(seal_is_what_another_library_reads)
{
    struct arena mem = {0};
    unsigned char head[SEAL_HEAD], key[SEAL_KEY], nonce[12] = {0}, out[4];
    unsigned char one[3 + SEAL_OVER], two[4 + SEAL_OVER];
    struct seal *s;
    OKAY(seal_begin(&mem, &right_key, head, &s) == OK);
    seal_push(s, one, "un,", 3, false);
    seal_push(s, two, "deux", 4, true);
    crypto_core_hchacha20(key, head + 28, (const unsigned char *)key_bytes,
                          NULL);
    OKAY(one[0] == 0 && two[0] == 1);
    OKAY(crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, one + 1,
                                                   3 + 16, head, SEAL_HEAD,
                                                   nonce, key) == 0 &&
         memcmp(out, "un,", 3) == 0);
    nonce[10] = nonce[11] = 1;
    OKAY(crypto_aead_chacha20poly1305_ietf_decrypt(
             out, NULL, NULL, two + 1, 4 + 16, NULL, 0, nonce, key) == 0 &&
         memcmp(out, "deux", 4) == 0);
    arena_reset(&mem);
}

TEST(seal_by_words_needs_them)
{
    struct arena mem = {0};
    const char *path = path_of(&mem);
    struct seal_key right = {true, STR("quatre chevaux dans un pré")};
    struct seal_key wrong = {true, STR("quatre chevaux dans un près")};
    pack(path, &right, 1000);
    OKAY(unpack(path, &right, 1000) == OK);
    OKAY(unpack(path, &wrong, 1000) == ERR_INVALID);
    OKAY(unpack(path, &right_key, 1000) == ERR_INVALID);
    arena_reset(&mem);
}
