#include "base/log.h"

#include "base/json.h"
#include "base/time.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

enum { LONGEST = 1000 }; /* bytes of a value: a line stays one atomic write */

static _Atomic int threshold = LOG_INFO;
static bool logfmt, journald;
static const char *const names[] = {"debug", "info", "warn", "error"};
static const char *const priorities[] = {"<7>", "<6>", "<4>", "<3>"};

void log_threshold(enum log_level least)
{
    atomic_store(&threshold, (int)least);
}

bool log_set_up(const char *format, const char *level)
{
    int least = atomic_load(&threshold);
    if (format && !same(format, "json") && !same(format, "logfmt"))
        return false;
    if (level) {
        for (least = 0; least <= LOG_ERROR; least++)
            if (same(names[least], level))
                break;
        if (least > LOG_ERROR)
            return false;
    }
    if (format)
        logfmt = same(format, "logfmt");
    const char *journal = getenv("JOURNAL_STREAM");
    journald = journal && *journal;
    log_threshold((enum log_level)least);
    return true;
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

/* Bare, or in quotes where it would not be one word. */
static void logfmt_value(struct buf *out, struct str s)
{
    bool bare = s.n > 0;
    for (size_t i = 0; i < s.n; i++)
        bare &= (unsigned char)s.p[i] > ' ' && !strchr("=\"\\\x7f", s.p[i]);
    if (bare) {
        buf_add(out, s.p, s.n);
        return;
    }
    buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            buf_char(out, '\\');
        if (c < ' ' || c == 0x7f)
            buf_printf(out, "\\x%02x", c);
        else
            buf_char(out, (char)c);
    }
    buf_char(out, '"');
}

static void pair(struct json *j, const char *key, const char *value)
{
    struct buf *out = j->out;
    const bool number = *key == '#';
    key += number;
    if (!logfmt && value && number)
        json_raw(j, key, str_of(value));
    else if (!logfmt && value)
        json_text(j, key, shortened(value));
    else if (!logfmt)
        json_null(j, key);
    else if (value) {
        if (out->n && out->p[out->n - 1] != '>')
            buf_char(out, ' ');
        buf_str(out, key);
        buf_char(out, '=');
        logfmt_value(out, shortened(value));
    }
}

void log_line(enum log_level level, const char *what, ...)
{
    if ((int)level < atomic_load_explicit(&threshold, memory_order_relaxed))
        return;
    struct arena mem = {0};
    struct buf out = {.mem = &mem};
    struct json j = {.out = &out};
    va_list args;
    if (journald)
        buf_str(&out, priorities[level]);
    /* The true time, also where the demonstration has moved its own. */
    if (!logfmt)
        json_object(&j, NULL);
    pair(&j, "time", time_iso(&mem, (int64_t)time(NULL)));
    pair(&j, "level", names[level]);
    pair(&j, "event", what);
    va_start(args, what);
    for (const char *key; (key = va_arg(args, const char *));)
        pair(&j, key, va_arg(args, const char *));
    va_end(args);
    if (!logfmt)
        json_end_object(&j);
    buf_char(&out, '\n');
    write_line(buf_done(&out));
    arena_reset(&mem);
}
