/* A real server on a free port of this machine, and raw sockets to it. */
#pragma once

#include "http/server.h"
#include "unit/test.h"

struct kit {
    struct arena mem;
    struct http_server *server;
    int socket, port;
    _Atomic int gate;    /* "/porte" waits until it is open */
    _Atomic int answers; /* calls of answer() */
    _Atomic int opened, idle, closed;
};

/* o may be NULL; its socket and app are filled in. */
void http_kit_start(struct kit *k, const struct http_options *o);
void kit_stop(struct kit *k);

int kit_connect(struct kit *k);
void kit_send(int fd, const char *text);
/* False: the server has reset the connection meanwhile. */
bool kit_send_bytes(int fd, const char *p, size_t n);
/* Reads until the peer closes, or seconds pass, or enough of has was seen
 * (NULL: all); the text lives in k->mem. */
char *kit_read(struct kit *k, int fd, const char *has, int seconds);
/* Connects, sends, reads all until the server closes. */
char *kit_ask(struct kit *k, const char *text);
/* Is the socket closed by the server, now? */
bool kit_closed(int fd);
size_t kit_count(const char *text, const char *part);
/* Waits, 3 s at most, until so many run and wait in the fast lane. */
bool kit_wait(struct kit *k, unsigned running, unsigned waiting);
