/*
 * What the files of this folder share; nobody else includes it.
 *
 * A client is a connection, an exchange one request on it. An exchange has two
 * holders, the connection and (while it works) a worker, and dies with the
 * last: a worker that outstays the server's grace must not write into freed
 * memory.
 */
#pragma once

#include "http/exchange.h"
#include "http/server.h"
#include "http/sieve.h"

#include <microhttpd.h>
#include <pthread.h>

/* In order: up to PHASE_BODY the client is still asking. */
enum phase {
    PHASE_OPENED, /* no request yet */
    PHASE_HEAD,   /* a request line came */
    PHASE_BODY,
    PHASE_WORK, /* suspended: the client is not to blame */
    PHASE_ANSWER,
    PHASE_IDLE, /* between two requests */
};

struct client {
    struct client *next, **prev;
    int fd;
    bool linger; /* its body was refused: read what still comes, then close */
    char address[48];
    _Atomic int phase;
    _Atomic int64_t since; /* monotonic ns, of the phase */
    /* The keeper's own: what moved in the window that it measures. */
    int64_t seen, window;
    uint64_t bytes;
};

enum state {
    STATE_READING,
    STATE_PLANNED, /* plan() has made the answer */
    STATE_WORKING, /* waits for a worker or has one */
    STATE_DONE,
    STATE_ABANDONED, /* the worker still has it, the client gets 503 */
};

struct exchange {
    struct http_exchange x; /* first */
    struct http_pair *heads;
    const char *type; /* of the answer */
    struct http_param *queries, *fields;
    size_t queries_n, fields_n;
    enum status form_status;
    bool form_read;

    struct http_server *server;
    struct client *client;
    struct MHD_Connection *connection;
    const char *target_came; /* where the library has it: see layout.c */
    bool begun, has_body, chunked;
    bool whole;       /* head and body are in, and the library has seen it */
    int64_t began;    /* monotonic ns: the head was in */
    unsigned refused; /* status, when the server itself answers */
    enum http_lane lane;
    struct worker *worker; /* that answers it */
    _Atomic int state, holders;
    struct exchange *next; /* in a lane's queue */

    /* The body as it comes: in bytes, then in the file once it is long. */
    size_t most, length, got, room; /* length: as announced, or 0 */
    char *bytes;
    int spool;
    struct sieve *sieve; /* it is too long: or NULL */
};

struct worker {
    pthread_t thread;
    pthread_cond_t wake;
    struct lane *lane;
    struct worker *below;         /* in the stack of those at rest */
    struct exchange *job, *doing; /* handed over; being answered */
    void *state;
    bool opened, rested;
    bool counted;  /* in lane.busy */
    int64_t since; /* when it began to be */
};

struct lane {
    struct http_server *server;
    pthread_mutex_t lock;
    struct worker *workers, *rest; /* all; those at rest, last one first */
    unsigned count, started, running, waiting, most;
    unsigned busy, most_busy; /* compute; may do so at once */
    int64_t deadline_ns;
    struct exchange *first, **last; /* waiting, oldest first */
    bool stopping;
};

/* Sockets whose clients still send what nobody wants. */
enum { LINGERS = 256 };
struct leaving {
    int fd;
    int64_t until, last;
};

/* One thread that cuts clients who are too slow and reads out lingering ones.
 */
struct keeper {
    pthread_t thread;
    pthread_mutex_t lock;
    struct client *clients;
    struct leaving lingers[LINGERS];
    size_t n;
    int wake; /* eventfd */
    bool stopping, started;
};

struct door {
    pthread_t thread;
    int wake; /* eventfd */
    bool started;
};

struct http_server {
    struct http_options o; /* all set */
    struct MHD_Daemon *daemon;
    struct door door;
    struct lane lanes[HTTP_LANES]; /* that of HTTP_NONE is not used */
    struct keeper keeper;
    _Atomic unsigned connections; /* let in, and not gone */
    _Atomic unsigned coming; /* of these: no loop has taken them over yet */
    _Atomic unsigned active, suspended;
    _Atomic uint64_t refused[HTTP_LANES];
    _Atomic bool stopping;
};

/* serve.c: what libmicrohttpd calls */
void serve_connection(void *data, struct MHD_Connection *c, void **context,
                      enum MHD_ConnectionNotificationCode code);
void *serve_line(void *data, const char *target, struct MHD_Connection *c);
enum MHD_Result serve_request(void *data, struct MHD_Connection *c,
                              const char *url, const char *method,
                              const char *version, const char *upload,
                              size_t *size, void **context);
void serve_completed(void *data, struct MHD_Connection *c, void **context,
                     enum MHD_RequestTerminationCode code);

/* layout.c: did the head come as RFC 9112 has it? For its parts as the library
 * hands them out, target as it came. */
struct layout {
    const char *begin, *next; /* where the next line is to begin */
    bool odd;
};
void layout_begin(struct layout *l, const char *method, const char *target,
                  size_t n, const char *version);
void layout_header(struct layout *l, const char *name, const char *value);
bool layout_ok(const struct layout *l, struct MHD_Connection *c);

/* exchange_life.c */
struct exchange *exchange_make(struct http_server *s, struct client *k,
                               struct MHD_Connection *c, struct str target);
void exchange_release(struct exchange *e); /* one holder less */
/* Takes bytes of the body: 0, or 413 or 507. */
unsigned body_add(struct exchange *e, const char *p, size_t n);
/* The body is whole: fills x.body. False: no memory to map it. */
bool body_done(struct exchange *e);

/* lane.c */
bool lane_start(struct lane *l, struct http_server *s, unsigned workers,
                unsigned most, unsigned seconds);
/* Suspends the connection and hands the exchange to a worker; false when the
 * lane is full or stops, and then nothing has happened. */
bool lane_push(struct lane *l, struct exchange *e);
/* Stops counting those who compute for long, so that others may. */
void lane_look(struct lane *l, int64_t now);
/* Those who wait are answered 503; no worker takes another. */
void lane_drain(struct lane *l);
/* Those who run are answered 503, and their deadline is now. */
void lane_abandon(struct lane *l);
void lane_join(struct lane *l);

/* door.c */
bool door_start(struct http_server *s);
/* Nobody is let in from then on; who waits is left to who listens next. */
void door_stop(struct http_server *s);

/* keeper.c */
bool keeper_start(struct http_server *s);
void keeper_stop(struct http_server *s);
void client_phase(struct client *k, enum phase phase);
void client_add(struct keeper *keep, struct client *k);
/* Forgets the client before its socket closes; lingers on where asked. */
void client_drop(struct keeper *keep, struct client *k);
