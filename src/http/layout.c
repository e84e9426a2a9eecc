/*
 * What libmicrohttpd 0.9 lets pass in a head: it takes a line that begins with
 * a colon or a NUL for the head's end, so that one head becomes two requests;
 * it cuts target, names and values at a NUL; it takes a lone LF for the end of
 * a line, and joins folded lines. It leaves every part of a head where it came,
 * with a NUL in place of what parted them. So a head that is as RFC 9112 has it
 * lies in that buffer without a gap, and no other does.
 */
#include "http/internal.h"

/* From 1.0 on it refuses these itself, and need not leave the parts so. */
static bool library_is_lax(void)
{
    return *MHD_get_version() == '0';
}

void layout_begin(struct layout *l, const char *method, const char *target,
                  size_t n, const char *version)
{
    l->begin = method;
    l->odd = target != method + strlen(method) + 1 || version != target + n + 1;
    l->next = version + strlen(version) + 2;
}

void layout_header(struct layout *l, const char *name, const char *value)
{
    l->odd |= name != l->next || !value;
    if (l->odd)
        return;
    const char *p = name + strlen(name) + 1;
    while (p < value && (*p == ' ' || *p == '\t'))
        p++;
    l->odd = p != value;
    l->next = value + strlen(value) + 2;
}

bool layout_ok(const struct layout *l, struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return !library_is_lax() ||
           (!l->odd && info && l->next + 2 == l->begin + info->header_size);
}
