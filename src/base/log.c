#include "base/log.h"

#include "base/json.h"
#include "base/time.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

enum { LONGEST = 1000 }; /* bytes of a value: a line stays one atomic write */

static _Atomic int threshold = LOG_INFO;

void log_threshold(enum log_level least)
{
    atomic_store(&threshold, (int)least);
}

static struct str shortened(const char *s)
{
    return (struct str){s, strnlen(s, LONGEST)};
}

static void write_line(struct str s)
{
    ssize_t n;
    do
        n = write(STDERR_FILENO, s.p, s.n);
    while (n < 0 && errno == EINTR);
}

void log_line(enum log_level level, const char *what, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if ((int)level < atomic_load_explicit(&threshold, memory_order_relaxed))
        return;
    struct arena mem = {0};
    struct buf out = {.mem = &mem};
    struct json j = {.out = &out};
    va_list args;
    /* The true time, also where the demonstration has moved its own. */
    json_object(&j, NULL);
    json_cstr(&j, "time", time_iso(&mem, (int64_t)time(NULL)));
    json_cstr(&j, "level", names[level]);
    json_text(&j, "event", shortened(what));
    va_start(args, what);
    for (const char *key; (key = va_arg(args, const char *));) {
        const char *value = va_arg(args, const char *);
        if (value)
            json_text(&j, key, shortened(value));
        else
            json_null(&j, key);
    }
    va_end(args);
    json_end_object(&j);
    buf_char(&out, '\n');
    write_line(buf_done(&out));
    arena_reset(&mem);
}
