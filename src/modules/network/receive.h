/* Where whoever reads a calendar books a half-day themselves. */
#pragma once

#include "core/request.h"
#include "modules/network/calendar.h"

/* The laboratories in which whoever asks receives. */
struct receiving {
    bool all;
    const int64_t *labs;
    size_t n;
};
enum status labs_received(struct req *r, struct receiving *out) MUST_USE;

/* May that day still be had there? Of today by who receives there alone: others
 * telephone. */
bool day_is_open_to(const struct receiving *where, int64_t lab, int32_t day);

/* "2 salles libres"; of none, "1 partie de salle libre". */
const char *left_text(struct req *r, int64_t rooms, int64_t parts);

/* Where a half-day that is free is taken: by who receives there in the form of
 * an accueil, with it filled in (and the space; NONE: it is chosen there), by
 * all others where it is asked for. */
struct free_half {
    int64_t lab;
    int32_t day;
    enum half_day part;
    int64_t space;
};
const char *free_half_address(struct req *r, const struct receiving *where,
                              struct free_half h);
