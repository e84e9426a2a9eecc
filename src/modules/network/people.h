/*
 * How many come: to a class, and into a room. A label may be of several
 * classes: "4e A, 4e B", "CP et CE1".
 */
#pragma once

#include "modules/network/network.h"

/* The labels of classes that a text names, as they are written, `most` at most
 * kept; how many there are. */
size_t labels_part(const char *labels, struct str *out, size_t most);
/* May so many be of that number of classes? Of none known, any. */
bool classes_fit(int64_t people, int64_t classes);
/* The same of the classes that a label names; a label key, or NULL. */
const char *class_fault(const char *label, int64_t people);

/* Has a class that the visit names another half-day at that time, here or in
 * another laboratory? Of its school, or asked for by the same address. */
enum status class_elsewhere(struct conn *c, struct arena *a,
                            const struct visit *v, int32_t day,
                            const char *part, bool *is) MUST_USE;

/* Does a person receive in that laboratory, by a grant of today? Who reaches a
 * visit by its school alone asks, and does not confirm. 0: the program does. */
enum status lab_receives(struct conn *c, struct arena *a, int64_t lab,
                         int64_t person, bool *is) MUST_USE;

/* For how many a visit needs a room: pupils, parents and others, and teachers
 * where they come without any. */
int64_t visit_seats(const struct visit *v);
/* Does a space say that it holds fewer? */
enum status room_small(struct conn *c, int64_t space, int64_t people,
                       bool *small) MUST_USE;
/* Where no room of the laboratory holds so many: a label key; else NULL. */
const char *lab_fault(struct conn *c, int64_t lab, int64_t people);
