#include "unit/test.h"

#include "core/mail.h"

static struct arena mem;

static const char *letter(const char *from, const char *to, const char *subject,
                          const char *text)
{
    const struct letter l = {.uid = "0190-uid",
                             .from = from,
                             .to = to,
                             .subject = subject,
                             .text = text,
                             .lang = "fr",
                             .at = 1741788000}; /* 2025-03-12 14:00 UTC */
    return letter_text(&mem, &l).p;
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* No line is longer than RFC 5322 advises, each ends by CRLF, none is bare. */
static bool is_wire(const char *text)
{
    size_t width = 0;
    for (const char *p = text; *p; p++) {
        if (*p == '\r' && p[1] == '\n') {
            width = 0;
            p++;
            continue;
        }
        if (*p == '\r' || *p == '\n' || (unsigned char)*p > '~' || ++width > 78)
            return false;
    }
    return width == 0;
}

TEST(letter_headers)
{
    const char *l = letter("Essaim <essaim@lab.example>", "a@b.example",
                           "Votre demande", "Bonjour,\n\nÀ bientôt.\n");
    OKAY(is_wire(l));
    OKAY(has(l, "To: <a@b.example>\r\n"));
    OKAY(has(l, "Subject: Votre demande\r\n"));
    OKAY(has(l, "Date: Wed, 12 Mar 2025 14:00:00 +0000\r\n"));
    OKAY(has(l, "Message-ID: <0190-uid@lab.example>\r\n"));
    OKAY(has(l, "Auto-Submitted: auto-generated\r\n"));
    OKAY(has(l, "<essaim@lab.example>\r\n"));
    OKAY(has(l, "\r\n\r\nBonjour,\r\n\r\n=C3=80 bient=C3=B4t.\r\n"));
    arena_reset(&mem);
}

TEST(letter_takes_no_header_from_what_people_typed)
{
    const char *l =
        letter("Essaim\r\nBcc: x@y.example <essaim@lab.example>", "a@b.example",
               "Objet\r\nBcc: voleur@y.example\n\nCorps", "texte");
    OKAY(is_wire(l));
    OKAY(!has(l, "\nBcc:"));
    const char *end = strstr(l, "\r\n\r\n");
    OKAY(end && same(end, "\r\n\r\ntexte\r\n"));
    arena_reset(&mem);
}

TEST(letter_long_and_accented)
{
    struct buf subject = {.mem = &mem}, text = {.mem = &mem};
    for (int i = 0; i < 40; i++)
        buf_str(&subject, "é œuvre ");
    for (int i = 0; i < 3000; i++)
        buf_str(&text, i % 7 ? "à= " : "x");
    const char *l = letter("e@lab.example", "a@b.example", subject.p, text.p);
    OKAY(is_wire(l));
    OKAY(has(l, "Subject: =?UTF-8?B?"));
    OKAY(!has(l, " \r\n"));
    arena_reset(&mem);
}

TEST(letter_addresses)
{
    static const char *const good[] = {"a@b.example", "ce.0540001A@x.example",
                                       "o'neil+x@y.example"};
    static const char *const bad[] = {
        "",          "a",        "a@",          "@b",
        "a@b@c",     "a b@c.fr", "a@b\r\nX: y", "a@b>,<c@d",
        "\"a\"@b.c", "a@b;c",    "é@b.example", "a@b,c@d",
    };
    for (size_t i = 0; i < COUNT(good); i++)
        OKAY(mail_address_ok(str_of(good[i])));
    for (size_t i = 0; i < COUNT(bad); i++)
        OKAY(!mail_address_ok(str_of(bad[i])));
    OKAY(str_eq(mail_address_of(STR("Essaim <e@x.fr>")), "e@x.fr"));
    OKAY(str_eq(mail_address_of(STR(" e@x.fr ")), "e@x.fr"));
}

TEST(letter_password_without_tls_on_this_machine_alone)
{
    static const char *const near[] = {
        "smtp://localhost", "smtp://LOCALHOST:25", "smtp://127.0.0.1:2525/x",
        "smtp://[::1]:25",  "localhost:25",
    };
    static const char *const far[] = {
        "smtp://localhost.example.org", "smtp://127.example.org:25",
        "smtp://localhost@example.org", "smtp://[::1%25eth0].example.org",
        "smtp://mail.example.org",      "smtp://[::12]:25",
        "smtp://127.0.0.1.example.org", "",
    };
    for (size_t i = 0; i < COUNT(near); i++)
        OKAY(smtp_is_near(near[i]));
    for (size_t i = 0; i < COUNT(far); i++)
        OKAY(!smtp_is_near(far[i]));
}
