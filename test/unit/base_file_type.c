#include "base/file_type.h"
#include "unit/test.h"

#define S(lit)                                                                 \
    {                                                                          \
        "" lit "", sizeof(lit) - 1                                             \
    }
#define ODF_HEAD                                                               \
    "PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\0"       \
    "mimetypeapplication/vnd.oasis.opendocument."
TEST(file_types)
{
    static const struct {
        struct str bytes;
        const char *name, *mime;
        bool shown;
    } cases[] = {
        {S("%PDF-1.7\n"), "a.exe", "application/pdf", true},
        {S("\x89PNG\r\n\x1a\n\0\0"), "a", "image/png", true},
        {S("\xff\xd8\xff\xe0"), "a", "image/jpeg", true},
        {S("GIF89a\1\0"), "a", "image/gif", true},
        {S("RIFF\0\0\0\0WEBPVP8 "), "a", "image/webp", true},
        {S("RIFX\0\0\0\0WEBPVP8 "), "a", "application/octet-stream", false},
        {S("RIFF\0\0\0\0WAVEfmt "), "a", "audio/wav", true},
        {S("\0\0\0\x18"
           "ftypmp42"),
         "a", "video/mp4", true},
        {S("ID3\4"), "a", "audio/mpeg", true},
        {S("<svg onload=\"x()\"/>"), "a.png", "image/svg+xml", false},
        {S("<html><script>"), "a.pdf", "text/plain; charset=utf-8", false},
        {S("a;b\n"), "a.CSV", "text/csv; charset=utf-8", false},
        {S("a;b\n"), "a.txt", "text/plain; charset=utf-8", false},
        {S("a\0b"), "a.txt", "application/octet-stream", false},
        {S("\xe9t\xe9"), "a.txt", "application/octet-stream", false},
        {S(""), "a.txt", "application/octet-stream", false},
        {S(ODF_HEAD "text"), "a", "application/vnd.oasis.opendocument.text",
         false},
        {S(ODF_HEAD "nothing"), "a", "application/zip", false},
        {S("PK\x03\x04"), "a.docx", "application/zip", false},
        {S("PK\x05\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
           "\xff\xff\xff\xff"),
         "a", "application/zip", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct file_type *t = file_type_of(cases[i].bytes, cases[i].name);
        if (!same(t->mime, cases[i].mime))
            printf("  %zu: %s\n", i, t->mime);
        OKAY(same(t->mime, cases[i].mime) && t->shown == cases[i].shown);
        OKAY(file_type_find(t->mime) == t);
    }
    OKAY(same(file_type_find("text/html")->mime, "application/octet-stream"));
}

/* A document of Word is a ZIP whose directory names word/document.xml. */
TEST(file_type_of_office)
{
    struct arena a = {0};
    static const char name[] = "word/document.xml";
    struct buf b = {.mem = &a};
    unsigned char head[46] = {'P', 'K', 1, 2}, end[22] = {'P', 'K', 5, 6};
    buf_str(&b, "PK\x03\x04");
    head[28] = sizeof(name) - 1;
    buf_add(&b, (const char *)head, sizeof(head));
    buf_str(&b, name);
    end[8] = end[10] = 1;
    end[16] = 4;
    buf_add(&b, (const char *)end, sizeof(end));
    OKAY(strstr(file_type_of(buf_done(&b), "x")->mime, "wordprocessing"));
    b.p[4 + 28] = (char)0xff; /* longer than the file */
    OKAY(same(file_type_of(buf_done(&b), "x")->mime, "application/zip"));
    arena_reset(&a);
}

TEST(file_names)
{
    struct arena a = {0};
    static const struct {
        const char *given, *kept;
    } names[] = {{"note.pdf", "note.pdf"},
                 {"/etc/passwd", "passwd"},
                 {"C:\\a\\b.txt", "b.txt"},
                 {"été « 1 ».odt", "été « 1 ».odt"},
                 {"a\nb\x7f.txt", "a b .txt"},
                 {"a\u202egnp.exe", "a gnp.exe"},
                 {"a\u2066b\xc2\x85"
                  "c",
                  "a b c"},
                 {"..", "fichier"},
                 {". \x15.a", "a"},
                 {".\x1a.\u202f.\x1ag", "g"},
                 {"", "fichier"},
                 {"dir/", "fichier"},
                 {"\xff", "fichier"}};
    for (size_t i = 0; i < COUNT(names); i++)
        OKAY(same(file_name_clean(&a, str_of(names[i].given)), names[i].kept));
    struct buf b = {.mem = &a};
    for (int i = 0; i < 200; i++)
        buf_str(&b, "é");
    buf_str(&b, ".docx");
    const char *cut = file_name_clean(&a, buf_done(&b));
    OKAY(strlen(cut) <= 150 && strstr(cut, "é.docx"));
    arena_reset(&a);
}
