/*
 * embed OUT.c FOLDER FILE...: writes a C file that holds the bytes of every
 * FILE, named by its path from FOLDER, as the table of base/files.h. Runs while
 * building; status 1 and one line on standard error when a file is unreadable.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct file {
    const char *path, *name;
    unsigned char *bytes;
    size_t size;
    char tag[17];
};

/* SHA-256 (FIPS 180-4), so that building needs no library. */
static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turn(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void digest_block(uint32_t h[8], const unsigned char *p)
{
    uint32_t w[64], v[8];
    for (size_t i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
               (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + w[i - 7] +
               (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
    }
    memcpy(v, h, sizeof(v));
    for (int i = 0; i < 64; i++) {
        uint32_t e = v[4], a = v[0];
        uint32_t one = v[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
                       ((e & v[5]) ^ (~e & v[6])) + rounds[i] + w[i];
        uint32_t two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) +
                       ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof(*v));
        v[4] += one;
        v[0] = one + two;
    }
    for (int i = 0; i < 8; i++)
        h[i] += v[i];
}

static void tag_make(struct file *f)
{
    uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    size_t whole = f->size / 64 * 64, rest = f->size - whole;
    for (size_t i = 0; i < whole; i += 64)
        digest_block(h, f->bytes + i);
    unsigned char last[128] = {0};
    memcpy(last, f->bytes + whole, rest);
    last[rest] = 0x80;
    const size_t end = rest < 56 ? 64 : 128;
    for (size_t i = 0; i < 8; i++)
        last[end - 1 - i] = (unsigned char)((uint64_t)f->size * 8 >> 8 * i);
    for (size_t i = 0; i < end; i += 64)
        digest_block(h, last + i);
    snprintf(f->tag, sizeof(f->tag), "%08x%08x", h[0], h[1]);
}

static bool file_read(struct file *f)
{
    FILE *in = fopen(f->path, "rb");
    if (!in)
        return false;
    size_t room = 65536, n;
    f->bytes = malloc(room);
    while (f->bytes && (n = fread(f->bytes + f->size, 1, room - f->size, in))) {
        f->size += n;
        if (f->size == room)
            f->bytes = realloc(f->bytes, room *= 2);
    }
    bool well = f->bytes && !ferror(in);
    return fclose(in) == 0 && well;
}

/* A string literal compiles ten times faster than a list of numbers. Octal
 * escapes of three digits never swallow what follows; "?" could begin a
 * trigraph. */
static void bytes_write(FILE *out, const struct file *f, size_t number)
{
    fprintf(out, "static const unsigned char bytes_%zu[] =\n    \"", number);
    for (size_t i = 0; i < f->size; i++) {
        unsigned char c = f->bytes[i];
        if (i && i % 64 == 0)
            fputs("\"\n    \"", out);
        if (c >= ' ' && c < 127 && c != '"' && c != '\\' && c != '?')
            fputc(c, out);
        else
            fprintf(out, "\\%03o", c);
    }
    fputs("\";\n", out);
}

/* The wildcards of the Makefile name folders too. */
static bool is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->name,
                  ((const struct file *)b)->name);
}

static void table_write(FILE *out, const struct file *files, size_t n)
{
    static const char assets[] = "view/assets/";
    const size_t cut = sizeof(assets) - 1;
    fputs("const struct file_embedded files_embedded[] = {\n", out);
    for (size_t i = 0; i < n; i++) {
        const struct file *f = &files[i];
        fprintf(out, "    {\"%s\", bytes_%zu, %zu, \"%s\", ", f->name, i,
                f->size, f->tag);
        if (strncmp(f->name, assets, cut) == 0)
            fprintf(out, "\"/statique/%s?v=%s\"},\n", f->name + cut, f->tag);
        else
            fputs("NULL},\n", out);
    }
    fprintf(out, "    {0},\n};\nconst size_t files_embedded_count = %zu;\n", n);
}

static _Noreturn void fail(const char *path)
{
    perror(path);
    exit(1);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: embed OUT.c FOLDER FILE...\n", stderr);
        return 2;
    }
    const size_t cut = strlen(argv[2]) + 1;
    size_t n = 0;
    struct file *files = calloc((size_t)argc, sizeof(*files));
    FILE *out = fopen(argv[1], "w");
    if (!files || !out)
        fail(argv[1]);
    fputs("/* Written by tools/embed. */\n#include \"base/files.h\"\n\n", out);
    fputs("#ifdef __clang__\n#pragma clang diagnostic ignored "
          "\"-Woverlength-strings\"\n#else\n#pragma GCC diagnostic ignored "
          "\"-Woverlength-strings\"\n#endif\n\n",
          out);
    for (int i = 3; i < argc; i++) {
        if (is_folder(argv[i]))
            continue;
        struct file *f = &files[n++];
        f->path = argv[i];
        f->name = argv[i] + cut;
        if (strlen(argv[i]) <= cut || !file_read(f))
            fail(argv[i]);
        tag_make(f);
    }
    qsort(files, n, sizeof(*files), by_name);
    for (size_t i = 0; i < n; i++)
        bytes_write(out, &files[i], i);
    table_write(out, files, n);
    return fclose(out) != 0;
}
