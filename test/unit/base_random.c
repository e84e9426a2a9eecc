#include "unit/test.h"

#include "base/json.h"
#include "base/log.h"
#include "base/random.h"
#include "base/time.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

TEST(uuid7_sorts_by_time)
{
    struct arena mem = {0};
    unsigned char before[16] = {0}, now[16];
    for (int i = 0; i < 10000; i++) {
        uuid7_bytes(now);
        OKAY(memcmp(before, now, 16) < 0);
        memcpy(before, now, 16);
    }
    OKAY(now[6] >> 4 == 7 && now[8] >> 6 == 2);
    uint64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | now[i];
    OKAY(ms / 1000 - (uint64_t)time(NULL) + 2 < 4);
    char *u = uuid7(&mem);
    OKAY(uuid_ok(str_of(u)) && u[14] == '7');
    OKAY(!uuid_ok(STR("")) && !uuid_ok((struct str){u, 35}));
    u[8] = '0';
    OKAY(!uuid_ok(str_of(u)));
    u[8] = '-', u[0] = 'g';
    OKAY(!uuid_ok(str_of(u)));
    arena_reset(&mem);
}

TEST(random_and_hex)
{
    struct arena mem = {0};
    unsigned char bytes[4];
    char *one = random_hex(&mem, 16), *two = random_hex(&mem, 16);
    OKAY(strlen(one) == 32 && !same(one, two));
    OKAY(same(hex(&mem, "\x00\xFF\x1a", 3), "00ff1a"));
    OKAY(unhex(STR("00fF1A07"), bytes, 4) && bytes[1] == 255 && bytes[3] == 7);
    OKAY(!unhex(STR("00ff1a0"), bytes, 4) && !unhex(STR("00ff1a0g"), bytes, 4));
    OKAY(!unhex(STR("00ff"), bytes, 4) && bytes[3] == 7);
    OKAY(same_bytes("abc", "abd", 2) && !same_bytes("abc", "abd", 3));
    arena_reset(&mem);
}

TEST(sha256_of_the_standard)
{
    struct arena mem = {0};
    unsigned char out[SHA256];
    sha256(out, STR("abc")); /* FIPS 180-2, B.1 */
    OKAY(same(hex(&mem, out, SHA256),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015"
              "ad"));
    sha256(out, STR(""));
    OKAY(same(hex(&mem, out, 4), "e3b0c442"));
    arena_reset(&mem);
}

static void *log_much(void *data)
{
    char longest[5000];
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = 0;
    for (int i = 0; i < 200; i++)
        log_line(LOG_WARN, "test", "from", (const char *)data, "long", longest,
                 "none", NULL, NULL);
    log_line(LOG_DEBUG, "below the threshold", NULL);
    return NULL;
}

TEST(log_lines_are_whole_json)
{
    struct arena mem = {0};
    char *path = arena_printf(&mem, "%s/log", test_folder());
    int old = dup(STDERR_FILENO);
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    OKAY(fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    char from[] = "a \"thread\"\n";
    pthread_t threads[4];
    for (size_t i = 0; i < COUNT(threads); i++)
        OKAY(!pthread_create(&threads[i], NULL, log_much, from));
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    dup2(old, STDERR_FILENO);
    close(old);
    enum { MOST = 1 << 21 };
    char *text = arena_alloc(&mem, MOST);
    ssize_t n = pread(fd, text, MOST, 0);
    close(fd);
    int lines = 0, wrong = 0;
    struct str rest = {text, n > 0 ? (size_t)n : 0}, line;
    while (str_next(&rest, '\n', &line) && line.n) {
        const char *why;
        const struct json_value *v = json_parse(&mem, line, &why);
        lines++;
        wrong += !v || !str_eq(json_get(v, "from")->s, "a \"thread\"\n") ||
                 !str_eq(json_get(v, "level")->s, "warn") ||
                 json_get(v, "long")->s.n != 1000;
    }
    OKAY(lines == 800 && !wrong);
    arena_reset(&mem);
}

TEST(uuid_tells_when_it_was_made)
{
    struct arena mem = {0};
    const int64_t now = time_now();
    const int64_t made = uuid7_time(str_of(uuid7(&mem)));
    OKAY(made >= now - 1 && made <= now + 1);
    OKAY(uuid7_time(STR("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")) ==
         1645557742); /* RFC 9562, A.6 */
    OKAY(uuid7_time(STR("")) == -1 && uuid7_time(STR("x")) == -1);
    OKAY(uuid7_time(STR("919108f7-52d1-4320-9bac-f847db4148a8")) == -1);
    arena_reset(&mem);
}
