/*
 * Documents of the demonstration's projects, with files that open: small and
 * made here, so that they are the same on every machine and nobody's but ours.
 */
#include "modules/portfolio/demo_int.h"

/* Words of a text, in lines of so many characters at most. */
static struct str line_next(struct str *rest, size_t most)
{
    size_t n = 0, cut = 0, seen = 0;
    for (; n < rest->n && seen <= most; n++) {
        if (((unsigned char)rest->p[n] & 0xc0) != 0x80)
            seen++;
        if (rest->p[n] == ' ')
            cut = n;
    }
    if (n == rest->n && seen <= most)
        cut = n;
    struct str line = {rest->p, cut ? cut : n};
    *rest = (struct str){rest->p + line.n, rest->n - line.n};
    *rest = str_trim(*rest);
    return line;
}

/* UTF-8 as the letters of WinAnsiEncoding (ISO 32000-1, annex D.2), within the
 * parentheses of a PDF. */
static void pdf_text(struct buf *b, struct str s)
{
    static const struct {
        const char *utf8;
        unsigned char code;
    } others[] = {
        {"’", 0x92},
        {"œ", 0x9c},
        {"–", 0x96},
        {"…", 0x85},
        {"\xe2\x88\x92", 0x96} /* a minus, which it has not */,
        {"\xe2\x80\xaf", 0xa0} /* nor a narrow space */,
    };
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        if (c < 0x80) {
            if (strchr("()\\", c))
                buf_char(b, '\\');
            buf_char(b, (char)c);
            continue;
        }
        if ((c == 0xc2 || c == 0xc3) && i + 1 < s.n) {
            buf_char(b,
                     (char)((c == 0xc3 ? 0x40 : 0) | (unsigned char)s.p[++i]));
            continue;
        }
        for (size_t k = 0; k < COUNT(others); k++)
            if (s.n - i >= strlen(others[k].utf8) &&
                memcmp(s.p + i, others[k].utf8, strlen(others[k].utf8)) == 0)
                buf_char(b, (char)others[k].code);
        while (i + 1 < s.n && ((unsigned char)s.p[i + 1] & 0xc0) == 0x80)
            i++;
    }
}

static void pdf_line(struct buf *b, struct str text)
{
    buf_str(b, "(");
    pdf_text(b, text);
    buf_str(b, ") Tj T*\n");
}

static struct str pdf_page(struct arena *a, const char *title,
                           const char *const *paragraphs)
{
    struct buf b = {.mem = a};
    struct str rest = str_of(title);
    buf_str(&b, "BT /F2 20 Tf 24 TL 64 760 Td\n");
    while (rest.n)
        pdf_line(&b, line_next(&rest, 42));
    buf_str(&b, "/F1 11 Tf 16 TL T*\n");
    for (; *paragraphs; paragraphs++) {
        rest = str_of(*paragraphs);
        while (rest.n)
            pdf_line(&b, line_next(&rest, 84));
        buf_str(&b, "T*\n");
    }
    buf_str(&b, "ET\n");
    return buf_done(&b);
}

/* In Helvetica, which every reader has (ISO 32000-1, 7.5). */
struct str demo_pdf(struct arena *a, const char *title,
                    const char *const *paragraphs)
{
    static const char font[] = "<< /Type /Font /Subtype /Type1 /BaseFont /%s "
                               "/Encoding /WinAnsiEncoding >>";
    static const char sheet[] =
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>";
    struct str page = pdf_page(a, title, paragraphs);
    const char *objects[] = {
        "<< /Type /Catalog /Pages 2 0 R /Lang (fr-FR) >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        sheet,
        NULL,
        arena_printf(a, font, "Helvetica"),
        arena_printf(a, font, "Helvetica-Bold"),
    };
    size_t at[COUNT(objects)];
    struct buf b = {.mem = a};
    buf_str(&b, "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n");
    for (size_t i = 0; i < COUNT(objects); i++) {
        at[i] = b.n;
        buf_printf(&b, "%zu 0 obj\n", i + 1);
        if (objects[i]) {
            buf_str(&b, objects[i]);
        } else {
            buf_printf(&b, "<< /Length %zu >>\nstream\n", page.n);
            buf_add(&b, page.p, page.n);
            buf_str(&b, "endstream");
        }
        buf_str(&b, "\nendobj\n");
    }
    const size_t table = b.n;
    buf_printf(&b, "xref\n0 %zu\n0000000000 65535 f \n", COUNT(objects) + 1);
    for (size_t i = 0; i < COUNT(objects); i++)
        buf_printf(&b, "%010zu 00000 n \n", at[i]);
    buf_printf(&b, "trailer\n<< /Size %zu /Root 1 0 R >>\nstartxref\n%zu\n",
               COUNT(objects) + 1, table);
    buf_str(&b, "%%EOF\n");
    return buf_done(&b);
}

/* A ZIP whose members are not packed (APPNOTE 6.3.10). */
struct member {
    const char *name;
    struct str bytes;
    size_t at;
};

static uint32_t crc32_of(struct str s)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= (unsigned char)s.p[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static void put(struct buf *b, size_t value, int bytes)
{
    for (; bytes--; value >>= 8)
        buf_char(b, (char)(value & 0xff));
}

/* What the member's own head and the directory both say; 1 January 2024. */
static void member_head(struct buf *b, const struct member *m)
{
    put(b, 20, 2);
    put(b, 0x0800, 2); /* its name is UTF-8 */
    put(b, 0, 2);
    put(b, 0, 2);
    put(b, (2024 - 1980) << 9 | 1 << 5 | 1, 2);
    put(b, crc32_of(m->bytes), 4);
    put(b, m->bytes.n, 4);
    put(b, m->bytes.n, 4);
    put(b, strlen(m->name), 2);
    put(b, 0, 2);
}

static struct str zip_of(struct arena *a, struct member *members, size_t n)
{
    struct buf b = {.mem = a};
    for (size_t i = 0; i < n; i++) {
        members[i].at = b.n;
        buf_str(&b, "PK\x03\x04");
        member_head(&b, &members[i]);
        buf_str(&b, members[i].name);
        buf_add(&b, members[i].bytes.p, members[i].bytes.n);
    }
    const size_t directory = b.n;
    for (size_t i = 0; i < n; i++) {
        buf_str(&b, "PK\x01\x02");
        put(&b, 20, 2);
        member_head(&b, &members[i]);
        put(&b, 0, 10);
        put(&b, members[i].at, 4);
        buf_str(&b, members[i].name);
    }
    const size_t size = b.n - directory;
    buf_str(&b, "PK\x05\x06");
    put(&b, 0, 4);
    put(&b, n, 2);
    put(&b, n, 2);
    put(&b, size, 4);
    put(&b, directory, 4);
    put(&b, 0, 2);
    return buf_done(&b);
}

static void xml_text(struct buf *b, const char *s)
{
    for (; *s; s++)
        if (*s == '&' || *s == '<')
            buf_str(b, *s == '&' ? "&amp;" : "&lt;");
        else
            buf_char(b, *s);
}

#define ODF "urn:oasis:names:tc:opendocument:xmlns:"
#define ODT "application/vnd.oasis.opendocument.text"

/* The least OpenDocument 1.3 that opens everywhere. */
static struct str odt_of(struct arena *a, const char *title,
                         const char *const *paragraphs)
{
    static const char manifest[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<manifest:manifest xmlns:manifest=\"" ODF "manifest:1.0\" "
        "manifest:version=\"1.3\">"
        "<manifest:file-entry manifest:full-path=\"/\" "
        "manifest:media-type=\"" ODT "\"/>"
        "<manifest:file-entry manifest:full-path=\"content.xml\" "
        "manifest:media-type=\"text/xml\"/></manifest:manifest>\n";
    struct buf b = {.mem = a};
    buf_str(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<office:document-content xmlns:office=\"" ODF "office:1.0\" "
                "xmlns:text=\"" ODF "text:1.0\" office:version=\"1.3\">"
                "<office:body><office:text><text:h text:outline-level=\"1\">");
    xml_text(&b, title);
    buf_str(&b, "</text:h>");
    for (; *paragraphs; paragraphs++) {
        buf_str(&b, "<text:p>");
        xml_text(&b, *paragraphs);
        buf_str(&b, "</text:p>");
    }
    buf_str(&b, "</office:text></office:body></office:document-content>\n");
    struct member members[] = {
        {"mimetype", STR(ODT), 0},
        {"content.xml", buf_done(&b), 0},
        {"META-INF/manifest.xml", str_of(manifest), 0},
    };
    return zip_of(a, members, COUNT(members));
}

static enum status add_document(struct demo *d, const struct project *p,
                                const char *title, const char *name,
                                struct str bytes)
{
    struct document *doc = row_new(d->mem, &document_entity);
    doc->project = p->row.id;
    doc->title = title;
    TRY(demo_file(d, name, bytes, &doc->file));
    return demo_add(d, &document_entity, doc);
}

static enum status add_note(struct demo *d, const struct project *p)
{
    const char *paragraphs[] = {
        "Document de démonstration : il montre où se trouve la note de cadrage "
        "d’un projet, et comment on l’ouvre.",
        p->summary ? p->summary : "Ce projet n’a pas encore de résumé.",
        "Public : classes volontaires des bassins concernés, avec leurs "
        "enseignantes et enseignants.",
        "Moyens : un coordonnateur ou une coordonnatrice, des experts, et le "
        "laboratoire numérique le plus proche.",
        "Bilan : chaque étape de l’offre se termine par un point avec les "
        "équipes, versé ici.",
        NULL};
    const char *title = arena_printf(d->mem, "Note de cadrage : %s", p->name);
    return add_document(d, p, "Note de cadrage (démo)", "note-de-cadrage.pdf",
                        demo_pdf(d->mem, title, paragraphs));
}

static enum status add_minutes(struct demo *d, const struct project *p)
{
    const char *paragraphs[] = {
        "Document de démonstration.",
        arena_printf(d->mem, "Projet : %s.", p->name),
        "Décisions : garder le calendrier, inviter une école de plus, préparer "
        "la prochaine formation.",
        "À faire avant la prochaine réunion : recueillir les retours des "
        "classes.",
        NULL};
    return add_document(
        d, p, "Compte rendu du comité de suivi (démo)", "compte-rendu.odt",
        odt_of(d->mem, "Compte rendu du comité de suivi", paragraphs));
}

static enum status add_calendar(struct demo *d, const struct project *p)
{
    static const char rows[] = "\xef\xbb\xbf"
                               "Mois;Rencontre;Lieu\r\n"
                               "septembre;Lancement;Laboratoire numérique\r\n"
                               "janvier;Point d’étape;À distance\r\n"
                               "juin;Bilan;Laboratoire numérique\r\n";
    return add_document(d, p, "Calendrier des rencontres (démo)",
                        "calendrier.csv", str_of(rows));
}

enum status demo_documents(struct demo *d, const struct project *p, int place)
{
    if (place % 4 == 0)
        TRY(add_note(d, p));
    if (place % 8 == 0)
        TRY(add_minutes(d, p));
    return place % 8 == 4 ? add_calendar(d, p) : OK;
}
