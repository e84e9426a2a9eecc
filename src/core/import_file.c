/* The file of an import: what it is, kept as UTF-8, mapped again. */
#include "base/disk.h"
#include "base/random.h"
#include "base/utf8.h"
#include "core/importing.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, LOOK = 4096 };

enum encoding { UTF8, WINDOWS, UTF16_LITTLE, UTF16_BIG };

/* UTF-8, cut in the middle of a letter: has others that are whole. */
static bool is_cut_utf8(struct str text)
{
    struct str whole = {text.p, utf8_whole(text)};
    bool letters = false;
    for (size_t i = 0; i < whole.n && !letters; i++)
        letters = (unsigned char)whole.p[i] >= 0x80;
    return whole.n < text.n && letters && utf8_ok(whole);
}

static enum encoding encoding_of(struct str text)
{
    if (str_starts(text, "\xFF\xFE"))
        return UTF16_LITTLE;
    if (str_starts(text, "\xFE\xFF"))
        return UTF16_BIG;
    return utf8_ok(text) || is_cut_utf8(text) ? UTF8 : WINDOWS;
}

const char *sheet_refused(struct str text)
{
    if (!text.n)
        return "import.empty";
    if (str_starts(text, "PK\x03\x04") || str_starts(text, "\xD0\xCF\x11\xE0"))
        return "import.is_workbook";
    if (str_starts(text, "%PDF"))
        return "import.is_binary";
    enum encoding e = encoding_of(text);
    bool wide = e == UTF16_LITTLE || e == UTF16_BIG;
    if (!wide && memchr(text.p, 0, text.n < LOOK ? text.n : LOOK))
        return "import.is_binary";
    return NULL;
}

static enum status put(int fd, struct str s)
{
    for (size_t at = 0; at < s.n;) {
        ssize_t n = write(fd, s.p + at, s.n - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == ENOSPC || errno == EDQUOT || errno == EFBIG
                       ? ERR_FULL
                       : ERR_SYSTEM;
        at += (size_t)n;
    }
    return OK;
}

/* Piece by piece, so that a large file needs little memory. */
static enum status put_as_utf8(struct arena *a, int fd, struct str text,
                               enum encoding e)
{
    if (e == UTF8)
        return put(fd, (struct str){text.p, utf8_whole(text)});
    for (size_t at = 0; at < text.n;) {
        struct arena_mark mark = arena_mark(a);
        struct str part = {text.p + at,
                           text.n - at < CHUNK ? text.n - at : CHUNK};
        if (e != WINDOWS)
            part.n = utf16_whole(part, e == UTF16_BIG);
        at += part.n;
        TRY(put(fd, e == WINDOWS ? utf8_from_latin1(a, part)
                                 : utf8_from_utf16(a, part, e == UTF16_BIG)));
        arena_rewind(a, mark);
        if (!part.n)
            break; /* half a unit at the end of a file that was cut */
    }
    return OK;
}

static enum status write_whole(struct arena *a, const char *path,
                               struct str text, enum encoding e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == ENOSPC ? ERR_FULL : ERR_SYSTEM;
    enum status s = put_as_utf8(a, fd, text, e);
    if (s == OK && fsync(fd) != 0)
        s = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_SYSTEM;
    if (close(fd) != 0 && s == OK)
        s = ERR_SYSTEM;
    return s;
}

/* The file is whole on the disk before the row that names it. */
enum status sheet_keep(struct app *app, struct arena *a, struct str text,
                       const char **name, const char **note)
{
    unsigned char digest[SHA256];
    enum encoding e = encoding_of(text);
    if (str_starts(text, "\xEF\xBB\xBF"))
        text = (struct str){text.p + 3, text.n - 3};
    else if (e == UTF16_LITTLE || e == UTF16_BIG)
        text = (struct str){text.p + 2, text.n - 2};
    sha256(digest, text);
    *name = arena_printf(a, "import-%s%s.csv", hex(a, digest, 16),
                         e == UTF16_BIG ? "-b" : "");
    *note = e == UTF8      ? NULL
            : e == WINDOWS ? "import.was_latin1"
                           : "import.was_utf16";
    const char *path = arena_printf(a, "%s/%s", app->folder, *name);
    if (utimensat(AT_FDCWD, path, NULL, 0) == 0)
        return OK; /* it is there, and the sweep leaves it another day */
    const char *part = arena_printf(a, "%s.%s", path, random_hex(a, 6));
    enum status s = write_whole(a, part, text, e);
    if (s == OK && rename(part, path) != 0)
        s = ERR_SYSTEM;
    if (s != OK)
        unlink(part);
    if (s == OK && !folder_sync(app->folder))
        return ERR_SYSTEM;
    return s;
}

bool sheet_is_there(struct app *app, struct arena *a, const char *name)
{
    return access(arena_printf(a, "%s/%s", app->folder, name), F_OK) == 0;
}

struct mapped {
    void *p;
    size_t n;
};

static void unmap(void *data)
{
    struct mapped *m = data;
    munmap(m->p, m->n);
}

enum status sheet_open(struct app *app, struct arena *a, const char *name,
                       struct csv *csv)
{
    const char *path = arena_printf(a, "%s/%s", app->folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM;
    if (fstat(fd, &st) != 0) {
        close(fd);
        return ERR_SYSTEM;
    }
    if (st.st_size == 0) {
        close(fd);
        csv_open(a, csv, STR(""));
        return OK;
    }
    struct mapped *m = NEW(a, struct mapped);
    m->n = (size_t)st.st_size;
    m->p = mmap(NULL, m->n, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (m->p == MAP_FAILED)
        return ERR_SYSTEM;
    arena_defer(a, unmap, m);
    csv_open(a, csv, (struct str){m->p, m->n});
    return OK;
}
