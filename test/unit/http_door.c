/* Who is let in, and until when. */
#include "unit/http_kit.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define ASK "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"

TEST(http_door_who_does_not_fit_waits_for_one_to_leave)
{
    struct http_kit k = {0};
    int in[4];
    http_kit_start(&k, &(struct http_options){.connections = 4});
    for (int i = 0; i < 4; i++) {
        in[i] = http_kit_connect(&k);
        http_kit_send(in[i], ASK);
        OKAY(strstr(http_kit_read(&k, in[i], "bytes\n", 3), "GET /a "));
    }
    const int late = http_kit_connect(&k);
    http_kit_send(late, ASK);
    usleep(100000);
    OKAY(http_load(k.server).connections == 4);
    OKAY(!http_kit_closed(late));
    close(in[0]);
    OKAY(strstr(http_kit_read(&k, late, "bytes\n", 3), "GET /a "));
    close(late);
    for (int i = 1; i < 4; i++)
        close(in[i]);
    http_kit_stop(&k);
}

struct comer {
    pthread_t thread;
    struct sockaddr_in to;
    _Atomic bool enough;
};

static void *come_and_go(void *data)
{
    struct comer *c = data;
    while (!c->enough) {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(fd, (struct sockaddr *)&c->to, sizeof(c->to)) == 0 &&
            send(fd, ASK, strlen(ASK), MSG_NOSIGNAL) > 0)
            usleep(100);
        close(fd);
    }
    return NULL;
}

TEST(http_door_shuts_while_they_come)
{
    enum { TURNS = 40, COMERS = 3 };
    for (int turn = 0; turn < TURNS; turn++) {
        struct http_kit k = {0};
        struct comer comers[COMERS] = {0};
        http_kit_start(&k, &(struct http_options){.loops = 4});
        for (int i = 0; i < COMERS; i++) {
            comers[i].to = (struct sockaddr_in){
                .sin_family = AF_INET,
                .sin_port = htons((uint16_t)k.port),
                .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
            };
            CHECK(pthread_create(&comers[i].thread, NULL, come_and_go,
                                 &comers[i]) == 0);
        }
        usleep((useconds_t)(1000 + turn * 100));
        http_stop(k.server);
        for (int i = 0; i < COMERS; i++)
            comers[i].enough = true;
        for (int i = 0; i < COMERS; i++)
            pthread_join(comers[i].thread, NULL);
        close(k.socket);
        OKAY(k.opened == k.closed);
        arena_reset(&k.mem);
    }
}

/* The library counts a client when a loop takes it over, and a loop that is at
 * its own limit by then keeps its lock for ever. */
TEST(http_door_a_crowd_finds_only_the_room_there_is)
{
    enum { ROOM = 64, CROWD = 300 };
    struct http_kit k = {0};
    int crowd[CROWD], held[2], other[2];
    http_kit_start(&k, &(struct http_options){.connections = ROOM});
    for (int i = 0; i < 2; i++) {
        held[i] = http_kit_connect(&k);
        usleep(50000);
        http_kit_send(held[i], "GET /retenu HTTP/1.1\r\nHost: h\r\n\r\n");
        other[i] = dup(0); /* the number of its socket chooses its loop */
    }
    usleep(50000); /* no loop looks at who comes */
    for (int i = 0; i < CROWD; i++)
        crowd[i] = http_kit_connect(&k);
    unsigned most = 0;
    for (int i = 0; i < 800; i++, usleep(1000)) {
        const unsigned now = http_load(k.server).connections;
        most = now > most ? now : most;
    }
    OKAY(most == ROOM);
    for (int i = 0; i < CROWD; i++)
        close(crowd[i]);
    for (int i = 0; i < 2; i++)
        close(held[i]), close(other[i]);
    OKAY(strstr(http_kit_ask(&k, "GET /a HTTP/1.1\r\nHost: h\r\n"
                                 "Connection: close\r\n\r\n"),
                "GET /a "));
    http_kit_stop(&k);
}
