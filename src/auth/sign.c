#include "auth/sign.h"
#include "base/disk.h"

#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <unistd.h>

static_assert(SIGN_SECRET == crypto_sign_SECRETKEYBYTES, "libsodium's key");
static_assert(SIGN_PUBLIC == crypto_sign_PUBLICKEYBYTES, "libsodium's key");
static_assert(SIGNATURE == crypto_sign_BYTES, "libsodium's signature");

static enum status key_read(int fd, struct signer *out)
{
    ssize_t n = read(fd, out->secret, SIGN_SECRET);
    close(fd);
    if (n != SIGN_SECRET)
        return ERR_SYSTEM;
    return crypto_sign_ed25519_sk_to_pk(out->public, out->secret) == 0
               ? OK
               : ERR_SYSTEM;
}

static bool beside_sync(const char *path)
{
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    if (slash)
        snprintf(folder, sizeof(folder), "%.*s/", (int)(slash - path), path);
    return folder_sync(folder);
}

/* Whole on the disk before it has its name: a head signed by a lost key proves
 * nothing, and half a key stops the next start. Where another process was
 * faster, its key stands. */
static enum status key_make(const char *path, struct signer *out)
{
    char aside[PATH_MAX];
    if (crypto_sign_keypair(out->public, out->secret) != 0 ||
        snprintf(aside, sizeof(aside), "%s.%d.part", path, (int)getpid()) >=
            (int)sizeof(aside))
        return ERR_SYSTEM;
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return ERR_SYSTEM;
    bool kept =
        write(fd, out->secret, SIGN_SECRET) == SIGN_SECRET && fsync(fd) == 0;
    kept = close(fd) == 0 && kept;
    bool named = kept && (link(aside, path) == 0 || errno == EEXIST);
    unlink(aside);
    return named && beside_sync(path) ? OK : ERR_SYSTEM;
}

enum status signer_read(const char *path, struct signer *out)
{
    if (sodium_init() < 0)
        return ERR_SYSTEM;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM;
    return key_read(fd, out);
}

enum status signer_open(const char *path, struct signer *out)
{
    enum status s = signer_read(path, out);
    if (s != ERR_NOT_FOUND)
        return s;
    TRY(key_make(path, out));
    s = signer_read(path, out);
    return s == ERR_NOT_FOUND ? ERR_SYSTEM : s;
}

char *sign(struct arena *a, const struct signer *s, struct str text)
{
    unsigned char out[SIGNATURE];
    CHECK(crypto_sign_detached(out, NULL, (const unsigned char *)text.p, text.n,
                               s->secret) == 0);
    return hex(a, out, sizeof(out));
}

bool signature_right(const unsigned char public[SIGN_PUBLIC], struct str text,
                     struct str signature)
{
    unsigned char bytes[SIGNATURE];
    return unhex(signature, bytes, SIGNATURE) &&
           crypto_sign_verify_detached(bytes, (const unsigned char *)text.p,
                                       text.n, public) == 0;
}
