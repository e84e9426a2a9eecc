/* What a register calls a laboratory: "Nancy", "labo de Bar-le-Duc", the name
 * of who hosts it. */
#include "base/utf8.h"
#include "modules/network/network.h"

/* What every one of them is called, and the words between. */
static const char filler[] = "labo labos lab laboratoire laboratoires numerique"
                             " numeriques du de des d le la les l";

/* Its words without these, and without what stands in brackets. */
static const char *gist(struct arena *a, struct str text)
{
    const struct str fold = utf8_fold(a, text);
    struct buf b = {.mem = a};
    size_t depth = 0, from = 0;
    buf_str(&b, " ");
    for (size_t i = 0; i <= fold.n; i++) {
        const char c = (char)(i < fold.n ? fold.p[i] : ' ');
        if (!strchr(" -'.,;/()", c))
            continue;
        const char *word = str_dup(a, (struct str){fold.p + from, i - from});
        if (*word && !depth && !word_in(filler, word))
            buf_printf(&b, "%s ", word);
        depth += c == '(';
        depth -= c == ')' && depth;
        from = i + 1;
    }
    return buf_done(&b).p;
}

static bool calls(struct arena *a, const char *called, struct rows *rows,
                  int from, int to)
{
    for (int i = from; i <= to; i++)
        if (row_text(rows, i) &&
            same(called, gist(a, str_of(row_text(rows, i)))))
            return true;
    return false;
}

/* By their own name before that of where they are. */
enum status lab_meant(struct conn *c, struct arena *a, struct str text,
                      int64_t *ids, size_t *n)
{
    struct rows *rows;
    const char *called = gist(a, text);
    int64_t near[MEANT_MOST];
    size_t count = 0;
    *n = 0;
    TRY(db_rows(c, a,
                SQL("SELECT l.id, l.name, s.commune, s.name, s.uai, o.name FROM"
                    " network_lab l LEFT JOIN directory_school s ON s.id ="
                    " l.school LEFT JOIN directory_organisation o ON o.id ="
                    " l.organisation ORDER BY l.name, l.id"),
                NULL, &rows));
    while (called[1] && rows_next(rows)) {
        if (*n < MEANT_MOST && calls(a, called, rows, 1, 1))
            ids[(*n)++] = row_int(rows, 0);
        else if (count < MEANT_MOST && calls(a, called, rows, 2, 5))
            near[count++] = row_int(rows, 0);
    }
    const bool named = *n > 0;
    for (size_t i = 0; !named && i < count; i++)
        ids[(*n)++] = near[i];
    return rows_end(rows);
}
