/* A real server on a free port of this machine, and raw sockets to it. */
#pragma once

#include "http/server.h"
#include "unit/test.h"

struct http_kit {
    struct arena mem;
    struct http_server *server;
    int socket, port;
    _Atomic int gate;    /* "/porte" waits until it is open, "/pause" paused */
    _Atomic int answers; /* calls of answer() */
    _Atomic int opened, idle, closed;
};

/* o may be NULL; its socket and app are filled in. */
void http_kit_start(struct http_kit *k, const struct http_options *o);
void http_kit_stop(struct http_kit *k);

int http_kit_connect(struct http_kit *k);
void http_kit_send(int fd, const char *text);
/* False: the server has reset the connection meanwhile. */
bool http_kit_send_bytes(int fd, const char *p, size_t n);
/* Reads until the peer closes, or seconds pass, or enough of has was seen
 * (NULL: all); the text lives in k->mem. */
char *http_kit_read(struct http_kit *k, int fd, const char *has, int seconds);
/* Connects, sends, reads all until the server closes. */
char *http_kit_ask(struct http_kit *k, const char *text);
/* Is the socket closed by the server, now? */
bool http_kit_closed(int fd);
size_t http_kit_count(const char *text, const char *part);
/* Waits, 3 s at most, until so many run and wait in the fast lane. */
bool http_kit_wait(struct http_kit *k, unsigned running, unsigned waiting);
