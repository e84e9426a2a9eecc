/* Sessions and API tokens: what bears our mark, and what is dead. */
#include "auth/throttle.h"
#include "base/time.h"
#include "store/schema.h"
#include "unit/test.h"

#include <unistd.h>

struct tokens {
    struct arena mem;
    struct db *db;
    const char *session, *token;
    const char *end; /* the table to empty, or NULL */
};
static const unsigned char key[TOKEN_KEY] = {7}, other[TOKEN_KEY] = {8};

static enum status fill(struct conn *c, struct arena *a, void *data)
{
    struct tokens *w = data;
    TRY(account_set(c, a,
                    &(struct account){.person = 1,
                                      .email = "one@demo.example",
                                      .name = "One"}));
    TRY(session_start(c, &w->mem, key, 1, &w->session));
    return token_add(c, &w->mem, key, 1, "test", &w->token);
}

static void tokens_open(struct tokens *w)
{
    const char *why = "";
    const struct entity *none[] = {NULL};
    struct schema schema = {none, auth_tables, NULL};
    *w = (struct tokens){0};
    struct db_options options = {.path = test_place("tokens")};
    CHECK(db_open(&w->mem, &w->db, &options, &why) == OK);
    CHECK(schema_open(w->db, &w->mem, &schema, &why) == OK);
    CHECK(db_write(w->db, &w->mem, fill, w) == OK);
}

static void tokens_close(struct tokens *w)
{
    db_close(w->db);
    arena_reset(&w->mem);
}

TEST(tokens_bear_the_mark_of_their_key)
{
    struct tokens w;
    tokens_open(&w);
    struct str s = str_of(w.session);
    OKAY(token_is_ours(key, s) && token_is_ours(key, str_of(w.token)));
    OKAY(!token_is_ours(other, s));
    OKAY(!token_is_ours(key, STR("")) && !token_is_ours(key, STR("x")));
    OKAY(!token_is_ours(key, (struct str){s.p, s.n - 1}));
    for (size_t i = 0; i < s.n; i++) {
        char *changed = arena_dup(&w.mem, s.p, s.n);
        changed[i] = changed[i] == '0' ? '1' : '0';
        OKAY(!token_is_ours(key, (struct str){changed, s.n}));
    }
    tokens_close(&w);
}

static enum status forget(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    TRY(db_exec(c, SQL("DELETE FROM auth_token"), NO_ARGS, NULL));
    return sessions_end(c, 1);
}

static enum status found(struct tokens *w, struct conn *c, struct who **by_s,
                         struct who **by_t)
{
    TRY(session_find(c, &w->mem, str_of(w->session), by_s));
    return token_find(c, &w->mem, str_of(w->token), by_t);
}

/* Two more seconds of life, of which one is whole. */
static enum status ends_soon(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    return db_exec(c, SQL("UPDATE auth_session SET used = :used"),
                   ARGS(arg_int("used", time_now() - SESSION_IDLE + 2)), NULL);
}

static enum status csrf_of(struct arena *a, struct db *db, const char *token,
                           const char **out)
{
    struct conn *c;
    struct who *who = NULL;
    CHECK(conn_open(db, &c) == OK && conn_begin(c, 0) == OK);
    enum status s = session_find(c, a, str_of(token), &who);
    *out = s == OK ? str_dup(a, str_of(who->csrf)) : NULL;
    conn_end(c);
    conn_close(c);
    return s;
}

TEST(tokens_of_forms_say_whose_session_gave_them)
{
    struct tokens w;
    const char *csrf;
    int64_t person = 0;
    tokens_open(&w);
    OKAY(csrf_of(&w.mem, w.db, w.session, &csrf) == OK);
    struct str s = str_of(csrf);
    OKAY(csrf_person(key, s, &person) && person == 1);
    OKAY(!csrf_person(other, s, &person));
    for (size_t i = 0; i < s.n; i++) {
        char *changed = arena_dup(&w.mem, s.p, s.n);
        changed[i] = changed[i] == '2' ? '3' : '2';
        OKAY(!csrf_person(key, (struct str){changed, s.n}, &person));
        OKAY(!csrf_person(key, (struct str){s.p, i}, &person));
    }
    OKAY(!csrf_person(key, STR("--"), &person));
    tokens_close(&w);
}

TEST(tokens_remembered_are_not_taken_past_their_end)
{
    struct tokens w;
    struct conn *c;
    struct who *who = NULL;
    tokens_open(&w);
    CHECK(db_write(w.db, &w.mem, ends_soon, NULL) == OK);
    CHECK(conn_open(w.db, &c) == OK && conn_begin(c, 0) == OK);
    OKAY(session_find(c, &w.mem, str_of(w.session), &who) == OK && who);
    unsigned before = conn_queries(c);
    OKAY(session_find(c, &w.mem, str_of(w.session), &who) == OK);
    /* Remembered, but for a server's readers: they remember nothing. */
    OKAY(test_on_postgres() || conn_queries(c) == before);
    conn_end(c);
    usleep(2100000);
    CHECK(conn_begin(c, 0) == OK);
    who = NULL;
    OKAY(session_find(c, &w.mem, str_of(w.session), &who) == ERR_NOT_FOUND);
    OKAY(!who);
    conn_end(c);
    conn_close(c);
    tokens_close(&w);
}

TEST(tokens_ended_are_dead_inside_a_write_too)
{
    struct tokens w;
    struct conn *c;
    struct who *by_session = NULL, *by_token = NULL, *by_line = NULL;
    tokens_open(&w);
    CHECK(conn_open(w.db, &c) == OK && conn_begin(c, 0) == OK);
    CHECK(found(&w, c, &by_session, &by_token) == OK);
    CHECK(who_load(c, &w.mem, 1, &by_line) == OK);
    OKAY(who_again(c, &w.mem, by_session) == OK);
    OKAY(who_again(c, &w.mem, by_token) == OK);
    conn_end(c);
    CHECK(db_write(w.db, &w.mem, forget, NULL) == OK);
    CHECK(conn_begin(c, 0) == OK);
    OKAY(who_again(c, &w.mem, by_session) == ERR_SIGN_IN);
    OKAY(who_again(c, &w.mem, by_token) == ERR_SIGN_IN);
    OKAY(who_again(c, &w.mem, by_line) == OK);
    conn_end(c);
    conn_close(c);
    tokens_close(&w);
}

#define SECOND INT64_C(1000000000)

static unsigned try_at(struct throttle *t, const char *email,
                       const char *address, bool known, int64_t second)
{
    struct sign_in_try s = {str_of(email), address, known};
    return throttle_wait(t, &s, (1000 + second) * SECOND);
}

TEST(throttle_holds_who_guesses_and_never_the_owner_for_long)
{
    struct arena mem = {0};
    struct throttle *t = throttle_make(&mem);
    for (int i = 0; i < 5; i++)
        OKAY(try_at(t, "a@x", "192.0.2.1", false, 0) == 0);
    for (int i = 0; i < 100; i++) /* asking again does not make it longer */
        OKAY(try_at(t, "a@x", "192.0.2.1", false, 0) == 30);
    OKAY(try_at(t, "a@x", "192.0.2.1", false, 20) == 10);
    OKAY(try_at(t, "a@x", "192.0.2.1", true, 0) == 0); /* the owner */
    OKAY(try_at(t, "b@x", "192.0.2.1", false, 0) == 0);
    OKAY(try_at(t, "a@x", "192.0.2.1", false, 30) == 0);
    OKAY(try_at(t, "a@x", "192.0.2.1", false, 30) == 30);
    /* From everywhere: 20, then one in ten seconds. */
    char from[32];
    int free = 0;
    for (int i = 0; i < 100; i++) {
        snprintf(from, sizeof(from), "198.51.100.%d", i);
        unsigned wait = try_at(t, "c@x", from, false, 0);
        free += wait == 0;
        OKAY(wait <= 10);
    }
    OKAY(free == 20);
    arena_reset(&mem);
}

TEST(throttle_counts_a_network_and_gives_back_what_was_right)
{
    struct arena mem = {0};
    struct throttle *t = throttle_make(&mem);
    struct sign_in_try right = {STR("a@x"), "2001:db8::1", false};
    for (int i = 0; i < 100; i++) { /* a class signs in at once */
        OKAY(throttle_wait(t, &right, 1000 * SECOND) == 0);
        throttle_right(t, &right);
    }
    char mail[32], from[64];
    int free = 0;
    for (int i = 0; i < 100; i++) { /* one network, many accounts */
        snprintf(mail, sizeof(mail), "%d@x", i);
        snprintf(from, sizeof(from), "2001:db8::%x", i + 1);
        free += try_at(t, mail, from, false, 0) == 0;
    }
    OKAY(free == 30);
    OKAY(try_at(t, "z@x", "2001:db8:0:1::1", false, 0) == 0);
    OKAY(try_at(t, "z@x", "::ffff:192.0.2.7", false, 0) == 0);
    arena_reset(&mem);
}

TEST(throttle_holds_a_stranger_by_network_and_nobody_beside)
{
    struct arena mem = {.limit = 1 << 20};
    struct throttle *t = throttle_make(&mem);
    enum { PACE = 40 * 60 };
    int64_t passed = 0;
    for (int64_t minute = 0; minute < (int64_t)24 * 60; minute++)
        passed += !throttle_stranger(
            t, minute % 2 ? "2001:db8:1::9" : "2001:db8:1::7",
            (1000 + minute * 60) * SECOND);
    OKAY(passed == 40 + 35);
    OKAY(throttle_stranger(t, "2001:db8:2::7", 1000 * SECOND) == 0);
    for (int i = 0; i < 40; i++)
        OKAY(throttle_stranger(t, "192.0.2.7", 1000 * SECOND) == 0);
    OKAY(throttle_stranger(t, "192.0.2.7", 1000 * SECOND) == PACE);
    OKAY(throttle_stranger(t, "192.0.2.8", 1000 * SECOND) == 0);
    /* Who signs in from there is not held by it. */
    const struct sign_in_try s = {STR("a@demo.example"), "192.0.2.7", false};
    OKAY(throttle_wait(t, &s, 1000 * SECOND) == 0);
    arena_reset(&mem);
}

TEST(throttle_of_an_account_is_not_flushed_by_strangers)
{
    struct arena mem = {.limit = 1 << 20};
    struct throttle *t = throttle_make(&mem);
    char from[32];
    for (int i = 0; i < 5; i++)
        OKAY(try_at(t, "a@x", "192.0.2.1", false, 0) == 0);
    OKAY(try_at(t, "a@x", "192.0.2.1", false, 0) == 30);
    for (int i = 0; i < 100000; i++) {
        snprintf(from, sizeof(from), "2001:db8:%x:%x::1", i >> 12, i & 0xfff);
        OKAY(throttle_stranger(t, from, 1000 * SECOND) == 0);
    }
    OKAY(try_at(t, "a@x", "192.0.2.1", false, 0) == 30);
    arena_reset(&mem);
}

TEST(throttle_mark_is_of_one_account)
{
    struct arena mem = {0};
    struct str mark = str_of(account_mark(&mem, key, STR("a@x")));
    OKAY(account_mark_right(&mem, key, STR("a@x"), mark));
    OKAY(!account_mark_right(&mem, key, STR("b@x"), mark));
    OKAY(!account_mark_right(&mem, other, STR("a@x"), mark));
    OKAY(!account_mark_right(&mem, key, STR("a@x"), STR("")));
    arena_reset(&mem);
}

static enum status give(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    return grant_add(c, 1, (struct grant){"expert", NULL, NONE, NO_DAY},
                     day_today());
}

static enum status take_back(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    return grant_end(c, 1);
}

/* Two seconds more. */
static enum status grow_old(struct conn *c, struct arena *a, void *data)
{
    (void)a, (void)data;
    return db_exec(c, SQL("UPDATE auth_session SET used = :used"),
                   ARGS(arg_int("used", time_now() - SESSION_IDLE + 2)), NULL);
}

static enum status find_anew(struct tokens *w, struct conn *c, struct who **who)
{
    conn_end(c);
    CHECK(conn_begin(c, 0) == OK);
    return session_find(c, &w->mem, str_of(w->session), who);
}

TEST(tokens_remembered_are_as_good_as_read)
{
    struct tokens w;
    struct conn *c;
    struct who *read = NULL, *again = NULL;
    tokens_open(&w);
    CHECK(db_write(w.db, &w.mem, give, NULL) == OK);
    CHECK(conn_open(w.db, &c) == OK && conn_begin(c, 0) == OK);
    OKAY(find_anew(&w, c, &read) == OK && find_anew(&w, c, &again) == OK);
    OKAY(conn_queries(c) == (test_on_postgres() ? 2 : 0));
    CHECK(again && read);
    OKAY(again != read && again->grants != read->grants);
    OKAY(again->person == 1 && again->session == read->session);
    OKAY(same(again->email, "one@demo.example") && same(again->name, "One"));
    OKAY(!again->lang && same(again->csrf, read->csrf));
    OKAY(again->used == read->used && again->started == read->started);
    OKAY(again->grant_count == 1 && who_has_role(again, "expert"));
    OKAY(!again->grants[0].entity && again->grants[0].until == NO_DAY);
    /* What is given or taken back is so at the next request. */
    CHECK(db_write(w.db, &w.mem, take_back, NULL) == OK);
    OKAY(find_anew(&w, c, &again) == OK && again->grant_count == 0);
    CHECK(db_write(w.db, &w.mem, grow_old, NULL) == OK);
    OKAY(find_anew(&w, c, &again) == OK);
    while (time_now() - again->used < SESSION_IDLE)
        usleep(50000);
    OKAY(find_anew(&w, c, &again) == ERR_NOT_FOUND);
    CHECK(db_write(w.db, &w.mem, forget, NULL) == OK);
    OKAY(find_anew(&w, c, &again) == ERR_NOT_FOUND);
    conn_end(c);
    conn_close(c);
    tokens_close(&w);
}
