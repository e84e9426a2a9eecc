#include "base/csv.h"

#include "base/utf8.h"

static bool is_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Past the end of line at c->at: CR LF, LF or CR. */
static void pass_end(struct csv *c)
{
    const char *p = c->text.p + c->at;
    c->at += *p == '\r' && c->at + 1 < c->text.n && p[1] == '\n' ? 2 : 1;
    c->line++;
}

/* A spreadsheet writes a row that was emptied as ";;;". */
static void pass_blank_lines(struct csv *c)
{
    for (;;) {
        size_t i = c->at;
        while (i < c->text.n &&
               (c->text.p[i] == ' ' || (c->sep && c->text.p[i] == c->sep)))
            i++;
        if (i < c->text.n && !is_end(c->text.p[i]))
            return;
        c->at = i;
        if (i == c->text.n)
            return;
        pass_end(c);
    }
}

/* The one of ; , and tab that the first line has most of, outside quotes. */
static char separator(struct str s)
{
    size_t semicolons = 0, commas = 0, tabs = 0;
    bool quoted = false;
    for (size_t i = 0; i < s.n && (quoted || !is_end(s.p[i])); i++) {
        quoted ^= s.p[i] == '"';
        semicolons += !quoted && s.p[i] == ';';
        commas += !quoted && s.p[i] == ',';
        tabs += !quoted && s.p[i] == '\t';
    }
    if (tabs > semicolons && tabs > commas)
        return '\t';
    return commas > semicolons ? ',' : ';';
}

/* What a first line "sep=;" tells, as Excel has it; else 0. */
static char separator_told(struct csv *c)
{
    static const char word[] = "sep=";
    const size_t n = sizeof(word) - 1, end = c->at + n + 1;
    const struct str rest = {c->text.p + c->at, c->text.n - c->at};
    if (!str_starts(rest, word) || rest.n == n || !strchr(";,\t", rest.p[n]) ||
        !rest.p[n] || (end < c->text.n && !is_end(c->text.p[end])))
        return 0;
    c->at = end;
    pass_blank_lines(c);
    return rest.p[n];
}

void csv_open(struct arena *a, struct csv *c, struct str text)
{
    *c = (struct csv){.line = 1};
    if (str_starts(text, "\xEF\xBB\xBF"))
        text = (struct str){text.p + 3, text.n - 3};
    if (!utf8_ok(text)) {
        text = utf8_from_latin1(a, text);
        c->was_latin1 = true;
    }
    c->text = text;
    pass_blank_lines(c);
    c->sep = separator_told(c);
    if (!c->sep)
        c->sep = separator((struct str){text.p + c->at, text.n - c->at});
}

/* A cell as it stands in the file. */
struct raw {
    struct str inside; /* of the quotes, where it has some */
    struct str after;  /* what follows the closing quote: mostly nothing */
    bool doubled;      /* inside has quotes written twice */
};

/* False when a quote is never closed. */
static bool raw_quoted(struct csv *c, struct raw *raw)
{
    const size_t n = c->text.n, start = ++c->at;
    const char *p = c->text.p;
    for (;;) {
        const char *quote =
            start < n && c->at < n ? memchr(p + c->at, '"', n - c->at) : NULL;
        size_t stop = quote ? (size_t)(quote - p) : n;
        while (c->at < stop) {
            if (is_end(p[c->at]))
                pass_end(c);
            else
                c->at++;
        }
        if (!quote)
            return false;
        if (stop + 1 == n || p[stop + 1] != '"') {
            raw->inside = (struct str){p + start, stop - start};
            c->at = stop + 1;
            return true;
        }
        raw->doubled = true;
        c->at = stop + 2;
    }
}

static struct str raw_plain(struct csv *c)
{
    const char *p = c->text.p;
    size_t start = c->at, i = start;
    while (i < c->text.n && p[i] != c->sep && !is_end(p[i]))
        i++;
    c->at = i;
    return (struct str){p + start, i - start};
}

static struct str cell_text(struct arena *a, const struct raw *raw)
{
    if (!raw->doubled && !raw->after.n)
        return raw->inside;
    char *p = arena_alloc(a, raw->inside.n + raw->after.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw->inside.n; i++) {
        p[n++] = raw->inside.p[i];
        i += raw->doubled && raw->inside.p[i] == '"';
    }
    if (raw->after.n)
        memcpy(p + n, raw->after.p, raw->after.n);
    return (struct str){p, n + raw->after.n};
}

static void cell_add(struct arena *a, struct str **cells, size_t *n,
                     size_t *room, struct str cell)
{
    *cells = arena_grow(a, *cells, sizeof(**cells), *n, room);
    (*cells)[(*n)++] = cell;
}

/* Reads on to the end of the record even when it is refused, so that the next
 * one is read from its own beginning. */
enum status csv_next(struct arena *a, struct csv *c, struct str **cells,
                     size_t *n, const char **why)
{
    struct str *list = NULL;
    size_t count = 0, room = 0;
    const char *wrong = NULL;
    if (c->at >= c->text.n)
        return ERR_NOT_FOUND;
    for (bool more = true; more;) {
        struct raw raw = {0};
        if (c->at < c->text.n && c->text.p[c->at] == '"') {
            if (!raw_quoted(c, &raw)) {
                wrong = "csv.quote_open";
                break;
            }
            raw.after = raw_plain(c);
        } else {
            raw.inside = raw_plain(c);
        }
        if (raw.inside.n + raw.after.n > CSV_CELL)
            wrong = wrong ? wrong : "csv.cell_too_long";
        else if (count == CSV_CELLS)
            wrong = wrong ? wrong : "csv.too_wide";
        else
            cell_add(a, &list, &count, &room, cell_text(a, &raw));
        more = c->at < c->text.n && c->text.p[c->at] == c->sep;
        c->at += more;
    }
    if (c->at < c->text.n)
        pass_end(c);
    pass_blank_lines(c);
    if (wrong) {
        *why = wrong;
        return ERR_INVALID;
    }
    *cells = list;
    *n = count;
    return OK;
}

/* What a spreadsheet would compute, behind however many apostrophes. */
static bool is_formula(struct str s)
{
    double number;
    bool marked = false;
    for (; s.n && *s.p == '\''; s.p++, s.n--)
        marked = true;
    return s.n && memchr("=+-@\t\r", *s.p, 6) &&
           (marked || !str_real(s, &number));
}

struct str csv_plain(struct str s)
{
    return s.n && *s.p == '\'' && is_formula(s) ? (struct str){s.p + 1, s.n - 1}
                                                : s;
}

void csv_cell(struct buf *b, struct str s, bool first)
{
    bool formula = is_formula(s);
    bool quoted = s.n && (*s.p == ' ' || s.p[s.n - 1] == ' ');
    for (size_t i = 0; i < s.n && !quoted; i++)
        quoted = memchr("\";,\t\r\n", s.p[i], 6) != NULL;
    if (!first)
        buf_char(b, ';');
    if (quoted)
        buf_char(b, '"');
    if (formula)
        buf_char(b, '\'');
    for (struct str rest = s, part; quoted && str_next(&rest, '"', &part);) {
        buf_add(b, part.p, part.n);
        if (rest.p)
            buf_str(b, "\"\"");
    }
    if (quoted)
        buf_char(b, '"');
    else
        buf_add(b, s.p, s.n);
}
