#include "base/base.h"

static const struct {
    const char *name;
    int code;
} known[] = {
    [OK] = {"ok", 200},
    [ERR_NOT_FOUND] = {"not-found", 404},
    [ERR_SIGN_IN] = {"sign-in", 401},
    [ERR_UNREADABLE] = {"unreadable", 400},
    [ERR_METHOD] = {"method", 405},
    [ERR_TYPE] = {"type", 415},
    [ERR_FORBIDDEN] = {"forbidden", 403},
    [ERR_INVALID] = {"invalid", 422},
    [ERR_CONFLICT] = {"conflict", 409},
    [ERR_STALE] = {"stale", 409},
    [ERR_LIMIT] = {"limit", 413},
    [ERR_BUSY] = {"busy", 503},
    [ERR_AWAY] = {"away", 503},
    [ERR_FULL] = {"full", 507},
    [ERR_UNSURE] = {"unsure", 500},
    [ERR_STORE] = {"store", 500},
    [ERR_SYSTEM] = {"system", 500},
};

const char *status_name(enum status s)
{
    return known[s].name;
}

int status_code(enum status s)
{
    return known[s].code;
}

_Noreturn void check_failed(const char *cond, const char *file, int line)
{
    fprintf(stderr, "%s:%d: check failed: %s\n", file, line, cond);
    abort();
}
