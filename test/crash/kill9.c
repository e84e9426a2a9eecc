/*
 * Process death: a child writes pairs of rows and tells what was answered; it
 * is killed with SIGKILL two hundred times, at any moment from its start on,
 * always over the same database. All that was answered must be there, and no
 * pair by half. `build/test/crash/kill9 [TIMES]`
 */
#include "base/time.h"
#include "unit/db_pairs.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 3, TIMES = 200, LONGEST_MS = 40 };

struct child {
    struct db *db;
    int tell; /* a pipe: each pair that was answered */
    struct pair last[THREADS];
};

static void *write_for_ever(void *data)
{
    struct arena mem = {.limit = 1 << 20};
    const struct child *child = ((void **)data)[0];
    struct pair p = *(struct pair *)((void **)data)[1];
    for (;;) {
        p.n++;
        if (db_write(child->db, &mem, pair_write, &p) != OK)
            _exit(3);
        if (write(child->tell, &p, sizeof(p)) != (ssize_t)sizeof(p))
            _exit(4);
        arena_reset(&mem);
    }
    return NULL;
}

static struct db *open_db(struct arena *a, const char *path)
{
    struct db *db = NULL;
    const char *why = "";
    if (db_open(a, &db, &(struct db_options){.path = path}, &why) != OK)
        printf("  %s\n", why);
    return db;
}

/* The last pair of each thread, in last; false where one is missing or half. */
static bool look(struct db *db, struct arena *a, struct pair *last)
{
    struct conn *c;
    if (conn_open(db, &c) != OK)
        return false;
    bool fine = pairs_sound(c, a) && pairs_last(c, last, THREADS);
    conn_close(c);
    return fine;
}

static _Noreturn void run_child(const char *path, int tell)
{
    struct arena a = {0};
    struct child child = {.db = open_db(&a, path), .tell = tell};
    void *both[THREADS][2];
    pthread_t t;
    if (!child.db || db_write(child.db, &a, pairs_make, NULL) != OK ||
        !look(child.db, &a, child.last))
        _exit(2);
    for (int i = 0; i < THREADS; i++) {
        both[i][0] = &child;
        both[i][1] = &child.last[i];
        CHECK(pthread_create(&t, NULL, write_for_ever, both[i]) == 0);
    }
    for (;;)
        pause();
}

/* Reads what is told until the time has come, kills, and reads the rest. */
static void listen_and_kill(pid_t child, int from, int64_t after_ns,
                            struct pair *told, int64_t *count)
{
    int64_t until = time_monotonic_ns() + after_ns;
    bool alive = true;
    struct pair p;
    for (;;) {
        int64_t left = (until - time_monotonic_ns()) / 1000000;
        struct pollfd fd = {from, POLLIN, 0};
        if (alive && left <= 0) {
            kill(child, SIGKILL);
            alive = false;
        }
        if (poll(&fd, 1, alive ? (int)left : -1) == 0)
            continue;
        if (read(from, &p, sizeof(p)) != (ssize_t)sizeof(p))
            return;
        told[p.thread] = p;
        ++*count;
    }
}

/* One life and death. True: all is as it must be. */
static bool once(const char *path, int64_t after_ns, struct pair *told,
                 int64_t *count)
{
    struct arena a = {0};
    struct pair last[THREADS];
    int ends[2], status;
    CHECK(pipe(ends) == 0);
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        close(ends[0]);
        run_child(path, ends[1]);
    }
    close(ends[1]);
    listen_and_kill(child, ends[0], after_ns, told, count);
    close(ends[0]);
    CHECK(waitpid(child, &status, 0) == child);
    bool fine = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    struct db *db = open_db(&a, path);
    fine = fine && db && db_write(db, &a, pairs_make, NULL) == OK &&
           look(db, &a, last);
    for (int i = 0; i < THREADS && fine; i++)
        fine = last[i].n >= told[i].n;
    db_close(db);
    arena_reset(&a);
    return fine;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/essaim-kill9-XXXXXX", path[64];
    struct pair told[THREADS] = {{0}};
    int64_t count = 0, times = TIMES, seed = 1, bad = 0;
    if (argc > 1 && !str_int(str_of(argv[1]), &times))
        return 2;
    CHECK(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/essaim.db", folder);
    for (int64_t i = 0; i < times && bad == 0; i++) {
        seed = (seed * 48271) % 2147483647;
        bad += !once(path, seed % (LONGEST_MS * 1000000L), told, &count);
    }
    if (bad == 0) {
        static const char *const ends[] = {"", "-wal", "-shm", "-lock"};
        for (size_t i = 0; i < COUNT(ends); i++) {
            snprintf(path, sizeof(path), "%s/essaim.db%s", folder, ends[i]);
            unlink(path);
        }
        rmdir(folder);
    }
    printf("%s killed %" PRId64 " times, %" PRId64 " answered pairs%s%s\n",
           bad ? "not ok" : "ok", times, count, bad ? ", see " : "",
           bad ? folder : "");
    return bad != 0 || count == 0;
}
