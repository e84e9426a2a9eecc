/* Writes what was read: for whoever asks whether both agree. */
#pragma once

#include "base/json.h"

static inline void json_again(struct json *j, const char *key,
                              const struct json_value *v)
{
    switch (v->type) {
    case J_NULL:
        json_null(j, key);
        return;
    case J_BOOL:
        json_bool(j, key, v->i);
        return;
    case J_INT:
        CHECK(v->i != NONE);
        json_int(j, key, v->i);
        return;
    case J_REAL:
        json_real(j, key, v->d);
        return;
    case J_TEXT:
        json_text(j, key, v->s);
        return;
    case J_ARRAY:
        json_array(j, key);
        for (size_t i = 0; i < v->n; i++)
            json_again(j, NULL, &v->members[i].value);
        json_end_array(j);
        return;
    case J_OBJECT:
        json_object(j, key);
        for (size_t i = 0; i < v->n; i++)
            json_again(j, v->members[i].key.p, &v->members[i].value);
        json_end_object(j);
        return;
    }
}
