/*
 * A mail as it goes over the wire: RFC 5322 with the headers of 2045 and 2047.
 * Nothing of what people typed can end a header: in what stands in one there
 * are no control characters, and whatever is not plain ASCII is encoded.
 */
#include "base/time.h"
#include "base/utf8.h"
#include "core/mail.h"

enum { LINE = 76, WORD_BYTES = 42 }; /* an encoded word: 75 at most */

bool mail_address_ok(struct str s)
{
    size_t at = 0, ats = 0;
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char b = (unsigned char)s.p[i];
        if (b <= ' ' || b > '~' || strchr("<>()[]\\,;:\"", b))
            return false;
        if (b == '@') {
            at = i;
            ats++;
        }
    }
    return ats == 1 && at > 0 && at + 1 < s.n && s.n <= 254;
}

struct str mail_address_of(struct str from)
{
    const char *open = memchr(from.p, '<', from.n);
    if (!open)
        return str_trim(from);
    const size_t left = from.n - (size_t)(open + 1 - from.p);
    const char *end = memchr(open + 1, '>', left);
    return (struct str){open + 1, end ? (size_t)(end - open - 1) : left};
}

static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] > '~')
            return false;
    return s.n <= 60 && !strstr(s.p, "=?");
}

/* One line: whatever would end it, or is not seen, is a space. */
static struct str one_line(struct arena *a, const char *text)
{
    char *p = str_dup(a, str_of(text));
    for (char *q = p; *q; q++)
        if ((unsigned char)*q < ' ' || *q == 127)
            *q = ' ';
    return str_trim(str_of(p));
}

static void base64(struct buf *b, struct str s)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < s.n; i += 3) {
        const unsigned char *p = (const unsigned char *)s.p + i;
        const size_t n = s.n - i < 3 ? s.n - i : 3;
        const unsigned bits = (unsigned)p[0] << 16 |
                              (n > 1 ? (unsigned)p[1] << 8 : 0) |
                              (n > 2 ? p[2] : 0u);
        buf_char(b, digits[bits >> 18]);
        buf_char(b, digits[bits >> 12 & 63]);
        buf_char(b, (char)(n > 1 ? digits[bits >> 6 & 63] : '='));
        buf_char(b, (char)(n > 2 ? digits[bits & 63] : '='));
    }
}

/* Text of a header: as it stands, or in encoded words on lines of their own,
 * none of which cuts a letter. */
static void header_text(struct buf *b, struct str s)
{
    if (is_plain(s)) {
        buf_add(b, s.p, s.n);
        return;
    }
    for (bool first = true; s.n; first = false) {
        struct str part = {s.p, s.n < WORD_BYTES ? s.n : WORD_BYTES};
        if (part.n < s.n)
            part.n = utf8_whole(part);
        buf_str(b, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        base64(b, part);
        buf_str(b, "?=");
        s.p += part.n;
        s.n -= part.n;
    }
}

static void header(struct buf *b, const char *name, struct str value)
{
    buf_printf(b, "%s: ", name);
    header_text(b, value);
    buf_str(b, "\r\n");
}

/* "Essaim <essaim@…>": the name may be anything, the address is one. */
static void header_from(struct buf *b, struct str from)
{
    const struct str address = mail_address_of(from);
    const char *open = memchr(from.p, '<', from.n);
    const struct str name =
        str_trim((struct str){from.p, open ? (size_t)(open - from.p) : 0});
    buf_str(b, "From: ");
    if (name.n) {
        /* Quoted words need escapes: an encoded one takes all. */
        buf_str(b, "=?UTF-8?B?");
        base64(b, (struct str){name.p, name.n < WORD_BYTES
                                           ? name.n
                                           : utf8_whole((struct str){
                                                 name.p, WORD_BYTES})});
        buf_str(b, "?= ");
    }
    buf_printf(b, "<%.*s>\r\n", (int)address.n, address.p);
}

/* RFC 5322 in UTC: readers show it in their own zone. */
static const char *date(struct arena *a, int64_t at)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu",
                                       "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
                                         "May", "Jun", "Jul", "Aug",
                                         "Sep", "Oct", "Nov", "Dec"};
    const int32_t day = (int32_t)(at / DAY_SECONDS);
    const int s = (int)(at % DAY_SECONDS);
    const struct date d = day_date(day);
    return arena_printf(a, "%s, %02d %s %04d %02d:%02d:%02d +0000",
                        days[day_weekday(day)], d.day, months[d.month - 1],
                        d.year, s / 3600, s / 60 % 60, s % 60);
}

/* Quoted-printable (RFC 2045, 6.7): every line but the last of a paragraph
 * ends softly, so that none is longer than 76. */
static void quoted(struct buf *b, struct str line)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t width = 0;
    for (size_t i = 0; i < line.n; i++) {
        const unsigned char c = (unsigned char)line.p[i];
        const bool last = i + 1 == line.n;
        const bool raw =
            c >= ' ' && c <= '~' && c != '=' && !(last && c == ' ');
        const size_t needs = raw ? 1 : 3;
        if (width + needs > LINE - 1) {
            buf_str(b, "=\r\n");
            width = 0;
        }
        width += needs;
        if (raw) {
            buf_char(b, (char)c);
            continue;
        }
        buf_char(b, '=');
        buf_char(b, hex[c >> 4]);
        buf_char(b, hex[c & 15]);
    }
    buf_str(b, "\r\n");
}

static void body(struct buf *b, struct str text)
{
    struct str line;
    while (text.n && str_next(&text, '\n', &line)) {
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        quoted(b, line);
    }
}

struct str letter_text(struct arena *a, const struct letter *l)
{
    struct buf b = {.mem = a};
    const struct str from = one_line(a, l->from);
    const struct str to = one_line(a, l->to);
    const struct str address = mail_address_of(from);
    const char *at = memchr(address.p, '@', address.n);
    header_from(&b, from);
    buf_printf(&b, "To: <%.*s>\r\n", (int)to.n, to.p);
    header(&b, "Subject", one_line(a, l->subject));
    buf_printf(&b, "Date: %s\r\n", date(a, l->at));
    buf_printf(&b, "Message-ID: <%s@%.*s>\r\n", l->uid,
               at ? (int)(address.p + address.n - at - 1) : 6,
               at ? at + 1 : "essaim");
    buf_str(&b, "MIME-Version: 1.0\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n");
    buf_printf(&b, "Content-Language: %s\r\n", l->lang);
    if (l->stop)
        buf_printf(&b,
                   "List-Unsubscribe: <%s>\r\n"
                   "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
                   one_line(a, l->stop).p);
    buf_str(&b, "Auto-Submitted: auto-generated\r\n"
                "X-Auto-Response-Suppress: All\r\n\r\n");
    body(&b, str_of(l->text));
    return buf_done(&b);
}
