/*
 * Agendas that other programs subscribe to, by a secret address. The address is
 * made from the row's uid under the instance's key, and the table has its hash
 * alone: who owns it is shown it again, who reads the table cannot make it. An
 * address that was taken back is never made again, for its uid is not.
 */
#pragma once

#include "core/request.h"
#include "modules/booking/agenda.h"

struct feed {
    struct row row;
    int64_t person;   /* whose eyes it is made for */
    const char *what; /* "mine", "week", "lab", "kit" */
    int64_t lab, kit;
    const char *hash;
};
extern const struct entity feed_entity;

/* The last part of its address. */
const char *feed_secret(const struct app *app, struct arena *a,
                        const char *uid);
const char *feed_hash(struct arena *a, struct str secret);

/* What an agenda is to tell, and then tells. */
struct agenda {
    const struct feed *feed;
    struct reach reach; /* of whose eyes it is made for */
    int32_t from;
    struct event *events; /* has room for most */
    size_t n, most;
};
/* feed_kit.c: where its valise goes; the valises that come to the school of
 * whose eyes it is made for. */
enum status moves_told(struct req *r, struct agenda *k) MUST_USE;
enum status stops_told(struct req *r, struct agenda *k) MUST_USE;
