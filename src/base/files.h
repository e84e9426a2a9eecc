/*
 * Files that travel inside the program: labels, styles, fonts, maps. The build
 * writes the table with tools/embed; it is sorted by path, bytewise, and ends
 * with {0}.
 */
#pragma once

#include "base/str.h"

struct file_embedded {
    const char *path; /* from src/: "view/assets/style.css" */
    const unsigned char *bytes;
    size_t size;
    const char *tag; /* first 16 digits of the SHA-256 of its bytes */
    const char *url; /* of view/assets/x: "/statique/x?v=<tag>"; else NULL */
};

extern const struct file_embedded files_embedded[];
extern const size_t files_embedded_count; /* without the {0} */
