#include "pdf/paper.h"

#include "base/utf8.h"

void paper_open(struct paper *p, struct arena *a, const char *title)
{
    *p = (struct paper){.mem = a, .out = {.mem = a}};
    p->j.out = &p->out;
    json_object(&p->j, NULL);
    json_cstr(&p->j, "title", title);
    json_array(&p->j, "parts");
}

void paper_lay_wide(struct paper *p)
{
    p->wide = true;
}

/* As a line of print: signs that are none are left out (also the marks that
 * say of a text that it is French), and what is no UTF-8 is read as of before
 * it. */
static struct str plain(struct paper *p, const char *text)
{
    struct str s = str_of(text ? text : "");
    if (s.n > PAPER_TEXT) {
        s.n = utf8_whole((struct str){s.p, PAPER_TEXT});
        p->cut = true;
    }
    if (!utf8_ok(s))
        s = utf8_from_latin1(p->mem, s);
    char *out = arena_alloc(p->mem, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        if (c == '\t' || c == '\r')
            out[n++] = ' ';
        else if (c == '\n' || ((unsigned char)c >= ' ' && c != 0x7f))
            out[n++] = c;
    }
    return (struct str){out, n};
}

static bool has_room(struct paper *p)
{
    p->cut |= p->out.n > PAPER_BYTES;
    return p->out.n <= PAPER_BYTES;
}

static void table_end(struct paper *p)
{
    if (!p->columns)
        return;
    json_end_array(&p->j);
    json_end_object(&p->j);
    p->columns = 0;
}

static void part_of_kind(struct paper *p, const char *kind)
{
    table_end(p);
    json_object(&p->j, NULL);
    json_cstr(&p->j, "kind", kind);
}

static void say(struct paper *p, const char *kind, const char *text)
{
    if (!has_room(p))
        return;
    part_of_kind(p, kind);
    json_text(&p->j, "text", plain(p, text));
    json_end_object(&p->j);
}

void paper_heading(struct paper *p, const char *text)
{
    say(p, "heading", text);
}

void paper_text(struct paper *p, const char *text)
{
    say(p, "text", text);
}

void paper_note(struct paper *p, const char *text)
{
    say(p, "note", text);
}

void paper_fact(struct paper *p, const char *label, const char *text)
{
    if (!has_room(p))
        return;
    part_of_kind(p, "fact");
    json_text(&p->j, "label", plain(p, label));
    if (text)
        json_text(&p->j, "text", plain(p, text));
    json_end_object(&p->j);
}

void paper_table(struct paper *p, const struct paper_column *columns, size_t n)
{
    CHECK(n && n <= PAPER_COLUMNS);
    part_of_kind(p, "table");
    json_array(&p->j, "columns");
    for (size_t i = 0; i < n; i++) {
        json_object(&p->j, NULL);
        json_text(&p->j, "head", plain(p, columns[i].head));
        json_int(&p->j, "share", columns[i].share);
        json_end_object(&p->j);
    }
    json_end_array(&p->j);
    json_array(&p->j, "rows");
    p->columns = n;
}

void paper_row(struct paper *p, const char *const *cells)
{
    CHECK(p->columns);
    if (!has_room(p))
        return;
    json_array(&p->j, NULL);
    for (size_t i = 0; i < p->columns; i++)
        json_text(&p->j, NULL, plain(p, cells[i]));
    json_end_array(&p->j);
}

struct str paper_done(struct paper *p, const char *more)
{
    table_end(p);
    if (p->cut) {
        part_of_kind(p, "note");
        json_cstr(&p->j, "text", more);
        json_end_object(&p->j);
    }
    json_end_array(&p->j);
    json_bool(&p->j, "wide", p->wide);
    json_end_object(&p->j);
    return buf_done(&p->out);
}
