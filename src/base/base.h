/* The few things that every file may use. Include it first, always. */
#pragma once

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Built with a sanitizer, which wants to see each piece of memory end and maps
 * more than any limit allows. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Accepts a string literal and nothing else. */
#define LIT(s) ("" s "")

/* "No value": NULL in the database, nothing in a form. A text's is NULL, a
 * real's is NAN. */
#define NONE INT64_MIN
#define NO_DAY INT32_MIN

/* What a function that can fail returns. OK is zero; nothing else is. */
enum status {
    OK,
    ERR_NOT_FOUND,  /* no such row, page or file, or out of reach: 404 */
    ERR_SIGN_IN,    /* nobody is signed in, and somebody must be: 401 */
    ERR_UNREADABLE, /* a request that is cut or no form at all: 400 */
    ERR_METHOD,     /* the address is not asked so: 405 */
    ERR_TYPE,       /* a body of another type than we take: 415 */
    ERR_FORBIDDEN,  /* known, and not allowed: 403 */
    ERR_INVALID,    /* the user's input; see the form's messages: 422 */
    ERR_CONFLICT,   /* the state does not allow it, or no longer: 409 */
    ERR_STALE,      /* somebody else changed the row meanwhile: 409 */
    ERR_LIMIT,      /* larger than we accept: 413 */
    ERR_BUSY,       /* a lane is full, a deadline passed: 503, try again */
    ERR_AWAY,       /* the database's server does not answer: 503 */
    ERR_FULL,       /* no room left on the disk; nothing was written: 507 */
    ERR_UNSURE,     /* the server was lost while committing: 500, said so */
    ERR_STORE,      /* the database failed: 500 */
    ERR_SYSTEM,     /* the operating system failed: 500 */
};

/* "stale", "limit", …: for logs and for machine-readable errors. */
const char *status_name(enum status s);
/* 200, 404, 401, …: the HTTP status that stands for it. */
int status_code(enum status s);

/* Gives up when x failed: the only macro that hides a return. */
#define TRY(x)                                                                 \
    do {                                                                       \
        enum status try_status_ = (x);                                         \
        if (try_status_ != OK)                                                 \
            return try_status_;                                                \
    } while (0)

/* Stops the program: a bug, never a user's doing. On in every build. */
#define CHECK(cond) ((cond) ? (void)0 : check_failed(#cond, __FILE__, __LINE__))
_Noreturn void check_failed(const char *cond, const char *file, int line);

#include "base/banned.h"
