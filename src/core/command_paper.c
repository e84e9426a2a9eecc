/* A document: as JSON on standard input, as PDF on standard output. The server
 * starts it for each that is asked of it. */
#include "core/command.h"
#include "pdf/paper.h"

#include <errno.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, MOST = PAPER_BYTES * 2 };

static bool read_all(struct buf *b)
{
    char chunk[CHUNK];
    ssize_t n;
    while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) != 0) {
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            buf_add(b, chunk, (size_t)n);
        if (b->n > MOST)
            return false;
    }
    return b->n > 0;
}

/* It ends here and now: what the font libraries keep for a next document, and
 * their threads, are nobody's to put away. */
int command_paper(struct cli *cli)
{
    struct buf b = {.mem = &cli->app->mem};
    const char *why = "it could not be written";
    if (!read_all(&b))
        return cli_fail("paper: no document, or one that is too long");
    if (paper_draw(&cli->app->mem, buf_done(&b), STDOUT_FILENO, &why) != OK)
        return cli_fail("paper: %s", why);
    _exit(0);
}
