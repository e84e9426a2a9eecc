#include "base/file_type.h"

#include "base/utf8.h"

enum {
    PDF,
    PNG,
    JPEG,
    GIF,
    WEBP,
    SVG,
    ODT,
    ODS,
    ODP,
    DOCX,
    XLSX,
    PPTX,
    MP4,
    WEBM,
    MP3,
    OGG,
    WAV,
    TEXT,
    CSV,
    ZIP,
    OTHER
};

#define ODF "application/vnd.oasis.opendocument."
#define OOXML "application/vnd.openxmlformats-officedocument."

static const struct file_type types[] = {
    [PDF] = {"application/pdf", "pdf", ".pdf", true},
    [PNG] = {"image/png", "image", ".png", true},
    [JPEG] = {"image/jpeg", "image", ".jpg", true},
    [GIF] = {"image/gif", "image", ".gif", true},
    [WEBP] = {"image/webp", "image", ".webp", true},
    [SVG] = {"image/svg+xml", "other", ".svg", false},
    [ODT] = {ODF "text", "office", ".odt", false},
    [ODS] = {ODF "spreadsheet", "office", ".ods", false},
    [ODP] = {ODF "presentation", "office", ".odp", false},
    [DOCX] = {OOXML "wordprocessingml.document", "office", ".docx", false},
    [XLSX] = {OOXML "spreadsheetml.sheet", "office", ".xlsx", false},
    [PPTX] = {OOXML "presentationml.presentation", "office", ".pptx", false},
    [MP4] = {"video/mp4", "video", ".mp4", true},
    [WEBM] = {"video/webm", "video", ".webm", true},
    [MP3] = {"audio/mpeg", "sound", ".mp3", true},
    [OGG] = {"audio/ogg", "sound", ".ogg", true},
    [WAV] = {"audio/wav", "sound", ".wav", true},
    [TEXT] = {"text/plain; charset=utf-8", "text", ".txt", false},
    [CSV] = {"text/csv; charset=utf-8", "text", ".csv", false},
    [ZIP] = {"application/zip", "archive", ".zip", false},
    [OTHER] = {"application/octet-stream", "other", "", false},
};

/* What a file begins with, from the byte at. */
static const struct {
    int type;
    size_t at, n;
    const char *bytes;
} magics[] = {
    {PDF, 0, 5, "%PDF-"},
    {PNG, 0, 8, "\x89PNG\r\n\x1a\n"},
    {JPEG, 0, 3, "\xff\xd8\xff"},
    {GIF, 0, 6, "GIF87a"},
    {GIF, 0, 6, "GIF89a"},
    {WEBP, 8, 6, "WEBPVP"},
    {WAV, 8, 4, "WAVE"},
    {MP4, 4, 4, "ftyp"},
    {WEBM, 0, 4, "\x1a\x45\xdf\xa3"},
    {MP3, 0, 3, "ID3"},
    {MP3, 0, 2, "\xff\xfb"},
    {MP3, 0, 2, "\xff\xf3"},
    {MP3, 0, 2, "\xff\xf2"},
    {OGG, 0, 4, "OggS"},
    {ZIP, 0, 4, "PK\x03\x04"},
    {ZIP, 0, 4, "PK\x05\x06"},
};

static unsigned little(struct str s, size_t at, size_t n)
{
    unsigned out = 0;
    for (size_t i = n; i-- > 0;)
        out = out << 8 | (unsigned char)s.p[at + i];
    return out;
}

/* Where the central directory of a ZIP begins, and how many names it has:
 * APPNOTE 6.3.10, 4.3.16. */
static bool zip_directory(struct str s, size_t *at, size_t *n)
{
    const size_t size = 22, most = size + 65535;
    for (size_t back = size; back <= s.n && back <= most; back++) {
        size_t i = s.n - back;
        if (memcmp(s.p + i, "PK\x05\x06", 4) != 0)
            continue;
        *n = little(s, i + 10, 2);
        *at = little(s, i + 16, 4);
        return *at <= i;
    }
    return false;
}

static bool zip_has(struct str s, const char *name)
{
    size_t at, n;
    if (!zip_directory(s, &at, &n))
        return false;
    for (; n-- > 0 && s.n - at >= 46; at += 46) {
        if (memcmp(s.p + at, "PK\x01\x02", 4) != 0)
            return false;
        size_t length = little(s, at + 28, 2);
        size_t more = length + little(s, at + 30, 2) + little(s, at + 32, 2);
        if (more > s.n - at - 46)
            return false;
        if (str_eq((struct str){s.p + at + 46, length}, name))
            return true;
        at += more;
    }
    return false;
}

/* An OpenDocument says its type in its first member, which is not packed
 * (ODF 1.3, part 2, 3.3). */
static int zip_type(struct str s)
{
    static const char first[] = "mimetype" ODF;
    static const struct {
        const char *name;
        int type;
    } members[] = {{"word/document.xml", DOCX},
                   {"xl/workbook.xml", XLSX},
                   {"ppt/presentation.xml", PPTX}};
    const size_t n = sizeof(first) - 1;
    if (s.n > 30 + n && memcmp(s.p + 30, first, n) == 0) {
        struct str rest = {s.p + 30 + n, s.n - 30 - n};
        return str_starts(rest, "text")           ? ODT
               : str_starts(rest, "spreadsheet")  ? ODS
               : str_starts(rest, "presentation") ? ODP
                                                  : ZIP;
    }
    for (size_t i = 0; i < COUNT(members); i++)
        if (zip_has(s, members[i].name))
            return members[i].type;
    return ZIP;
}

static bool is_text(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && !strchr("\t\n\r\f", c)) || c == 127 || !c)
            return false;
    }
    return s.n && utf8_ok(s);
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcasecmp(name + n - m, end) == 0;
}

static int text_type(struct str s, const char *name)
{
    size_t n = s.n < 4096 ? s.n : 4096;
    if (memmem(s.p, n, "<svg", 4))
        return SVG;
    return ends_with(name, ".csv") || ends_with(name, ".tsv") ? CSV : TEXT;
}

const struct file_type *file_type_of(struct str s, const char *name)
{
    for (size_t i = 0; i < COUNT(magics); i++) {
        size_t end = magics[i].at + magics[i].n;
        if (s.n < end ||
            memcmp(s.p + magics[i].at, magics[i].bytes, magics[i].n) != 0)
            continue;
        bool riff = magics[i].type == WEBP || magics[i].type == WAV;
        if (riff && !str_starts(s, "RIFF"))
            continue;
        return &types[magics[i].type == ZIP ? zip_type(s) : magics[i].type];
    }
    return &types[is_text(s) ? text_type(s, name) : OTHER];
}

const struct file_type *file_type_find(const char *mime)
{
    for (size_t i = 0; i < COUNT(types); i++)
        if (same(types[i].mime, mime))
            return &types[i];
    return &types[OTHER];
}

/* U+200E-F, U+202A-E, U+2066-9 turn "gpj.exe" into what looks a picture; U+2028
 * and U+2029 end lines. C1 controls are two bytes. */
static bool is_hidden(const char *p)
{
    const unsigned char a = (unsigned char)p[0], b = (unsigned char)p[1];
    const unsigned char c = b ? (unsigned char)p[2] : 0;
    if (a == 0xc2)
        return b >= 0x80 && b < 0xa0;
    if (a != 0xe2 || (b != 0x80 && b != 0x81))
        return false;
    return b == 0x80 ? c == 0x8e || c == 0x8f || (c >= 0xa8 && c <= 0xae)
                     : c >= 0xa6 && c <= 0xa9;
}

/* As long as MOST bytes, its ending kept, no character cut in two. */
static struct str name_cut(struct arena *a, struct str s)
{
    enum { MOST = 150, ENDING = 12 };
    if (s.n <= MOST)
        return s;
    const char *dot = memrchr(s.p, '.', s.n);
    size_t end = dot ? s.n - (size_t)(dot - s.p) : 0;
    if (end > ENDING)
        end = 0;
    size_t keep = MOST - end;
    while (((unsigned char)s.p[keep] & 0xc0) == 0x80)
        keep--;
    struct buf b = {.mem = a};
    buf_add(&b, s.p, keep);
    buf_add(&b, s.p + s.n - end, end);
    return buf_done(&b);
}

const char *file_name_clean(struct arena *a, struct str name)
{
    struct buf b = {.mem = a};
    for (size_t i = name.n; i-- > 0;)
        if (name.p[i] == '/' || name.p[i] == '\\') {
            name = (struct str){name.p + i + 1, name.n - i - 1};
            break;
        }
    const char *text = utf8_ok(name) ? str_dup(a, name) : "";
    for (const char *p = text; *p; p++) {
        size_t hidden = !is_hidden(p) ? 0 : (unsigned char)p[0] == 0xc2 ? 2 : 3;
        if (hidden || (unsigned char)*p < ' ' || *p == 127) {
            p += hidden ? hidden - 1 : 0;
            buf_char(&b, ' ');
        } else {
            buf_char(&b, *p);
        }
    }
    struct str out = str_trim(name_cut(a, buf_done(&b)));
    while (out.n && *out.p == '.')
        out = str_trim((struct str){out.p + 1, out.n - 1});
    return out.n ? str_dup(a, out) : "fichier";
}
