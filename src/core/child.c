#include "core/child.h"

#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 };

/* A file in memory that has the text, to be read from its beginning; -1. */
static int given(struct str text)
{
    const int fd = memfd_create("given", MFD_CLOEXEC);
    for (size_t at = 0; fd >= 0 && at < text.n;) {
        const ssize_t n = write(fd, text.p + at, text.n - at);
        if (n < 0 && errno != EINTR) {
            close(fd);
            return -1;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0 && lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* With nothing of ours open, no signal ignored or held, and nothing of our
 * environment. */
static int start(const struct child *c, int in, int out, pid_t *pid)
{
    static char path[] = "PATH=/usr/bin:/bin", home[] = "HOME=/nonexistent";
    char *const env[] = {path, home, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&files) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&how) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    int e = posix_spawn_file_actions_adddup2(&files, in, 0);
    e = e ? e : posix_spawn_file_actions_adddup2(&files, out, 1);
    e = e ? e : posix_spawn_file_actions_addclosefrom_np(&files, 3);
    e = e ? e : posix_spawnattr_setsigmask(&how, &none);
    e = e ? e : posix_spawnattr_setsigdefault(&how, &all);
    e = e ? e
          : posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK |
                                               POSIX_SPAWN_SETSIGDEF);
    e = e ? e
          : posix_spawn(pid, c->argv[0], &files, &how, (char *const *)c->argv,
                        env);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return e;
}

/* Its processor's time ends it also where this process has died before it. What
 * is counted of memory is what it can write: files that it maps, as fonts, are
 * nobody's burden. */
static bool bound(const struct child *c, pid_t pid)
{
    const rlim_t seconds = (rlim_t)c->ms / 1000 + 1;
    const struct rlimit cpu = {seconds, seconds}, data = {c->memory, c->memory};
    return prlimit(pid, RLIMIT_CPU, &cpu, NULL) == 0 &&
           (!c->memory || prlimit(pid, RLIMIT_DATA, &data, NULL) == 0);
}

/* All that it says, until it says no more. */
static enum status listen_to(const struct child *c, int fd, int64_t until,
                             struct buf *said)
{
    char chunk[CHUNK];
    for (;;) {
        const int64_t left = (until - time_monotonic_ns()) / 1000000;
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (left <= 0)
            return ERR_BUSY;
        const int ready = poll(&p, 1, (int)left);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        const ssize_t n = ready < 0 ? -1 : read(fd, chunk, sizeof(chunk));
        if (n == 0)
            return OK;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_SYSTEM;
        if (said->n + (size_t)n > c->most)
            return ERR_LIMIT;
        buf_add(said, chunk, (size_t)n);
    }
}

/* Who has closed its output and does not end has no time left either. */
static enum status end(pid_t pid, int64_t until, enum status s)
{
    int how;
    pid_t gone = 0;
    while (s == OK && !gone) {
        gone = waitpid(pid, &how, WNOHANG);
        if (!gone && time_monotonic_ns() > until)
            s = ERR_BUSY;
        else if (!gone)
            poll(NULL, 0, 1);
    }
    if (s == OK)
        return gone == pid && WIFEXITED(how) && !WEXITSTATUS(how) ? OK
                                                                  : ERR_SYSTEM;
    kill(pid, SIGKILL);
    while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
        continue;
    return s;
}

enum status child_run(struct arena *a, const struct child *c, struct str *out)
{
    struct buf said = {.mem = a};
    int pipes[2];
    pid_t pid;
    const int64_t until = time_monotonic_ns() + (int64_t)c->ms * 1000000;
    const int in = given(c->in);
    if (in < 0)
        return ERR_SYSTEM;
    if (pipe2(pipes, O_CLOEXEC) != 0) {
        close(in);
        return ERR_SYSTEM;
    }
    const int failed = start(c, in, pipes[1], &pid);
    close(in);
    close(pipes[1]);
    enum status s = ERR_SYSTEM;
    if (!failed)
        s = end(pid, until,
                bound(c, pid) ? listen_to(c, pipes[0], until, &said)
                              : ERR_SYSTEM);
    close(pipes[0]);
    if (s == OK)
        *out = said.n ? buf_done(&said) : STR("");
    return s;
}
