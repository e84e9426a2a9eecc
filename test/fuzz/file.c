/* What a file is, and what its name becomes: as its first line, then the bytes.
 */
#include "base/file_type.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena mem = {0};
    struct str bytes = {(const char *)data, size}, first = {0};
    str_next(&bytes, '\n', &first);
    const char *name = file_name_clean(&mem, first);
    CHECK(*name && *name != '.' && strlen(name) <= 150);
    CHECK(utf8_ok(str_of(name)) && !strpbrk(name, "/\\\r\n\t"));
    CHECK(same(name, file_name_clean(&mem, str_of(name))));
    if (!bytes.p)
        bytes = STR("");
    const struct file_type *t = file_type_of(bytes, name);
    CHECK(file_type_find(t->mime) == t);
    arena_reset(&mem);
    return 0;
}
