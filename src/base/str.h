/* Text with its length, and text that grows. */
#pragma once

#include "base/arena.h"

/* Borrowed bytes; NUL-terminated when made by an arena or from a literal. */
struct str {
    const char *p;
    size_t n;
};

#define STR(lit) ((struct str){"" lit "", sizeof(lit) - 1})
static inline struct str str_of(const char *s) /* NULL gives an empty one */
{
    return s ? (struct str){s, strlen(s)} : (struct str){"", 0};
}
char *str_dup(struct arena *a, struct str s) MUST_USE; /* NUL-terminated */
bool str_eq(struct str a, const char *b);
bool str_starts(struct str s, const char *prefix);
/* Without white space at both ends, no-break spaces being some. */
struct str str_trim(struct str s);
/* Cuts the part before sep off *rest and returns it; false at the end. */
bool str_next(struct str *rest, char sep, struct str *part);
/* A whole decimal number within int64_t, nothing around it; else false. */
bool str_int(struct str s, int64_t *out);
/* "12,5", "12.5", "-3" give the nearest double; no exponent, no infinity, less
 * than 128 bytes. */
bool str_real(struct str s, double *out);
static inline bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}
static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
/* A small one of ASCII, as a fold has them. */
static inline bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}
/* Is word one of the space-separated words of list? */
bool word_in(const char *list, const char *word);

/* Bytes that grow in an arena; p is NUL-terminated once something was added. */
struct buf {
    struct arena *mem;
    char *p;
    size_t n, room;
};

void buf_add(struct buf *b, const char *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_int(struct buf *b, int64_t i);
/* "path/12": the address of a row, without a printf. */
char *path_of_id(struct arena *a, const char *path, int64_t id) MUST_USE;
struct str buf_done(const struct buf *b); /* what was added, never NULL */
