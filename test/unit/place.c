#include "unit/place.h"

#include <postgresql/libpq-fe.h>
#include <unistd.h>

enum { PLACES = 16 };

/* On PostgreSQL a database is a schema, made with its name's first use. */
static struct {
    char name[64], schema[64], url[512];
} places[PLACES];
static int count, made;

bool test_on_postgres(void)
{
    const char *url = getenv("ESSAIM_TEST_DB");
    return url && *url;
}

void test_server_run(const char *sql)
{
    PGconn *pg = PQconnectdb(getenv("ESSAIM_TEST_DB"));
    PGresult *r = PQexec(pg, "SET client_min_messages = warning");
    PQclear(r);
    r = PQexec(pg, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK &&
        PQresultStatus(r) != PGRES_TUPLES_OK)
        test_failed(PQerrorMessage(pg), __FILE__, __LINE__);
    PQclear(r);
    PQfinish(pg);
}

static const char *on_server(const char *name)
{
    const char *url = getenv("ESSAIM_TEST_DB");
    char sql[128];
    for (int i = 0; i < count; i++)
        if (strcmp(places[i].name, name) == 0)
            return places[i].url;
    CHECK(url && count < PLACES);
    snprintf(places[count].name, sizeof(places[count].name), "%s", name);
    snprintf(places[count].schema, sizeof(places[count].schema), "t%d_%d",
             (int)getpid(), ++made);
    snprintf(places[count].url, sizeof(places[count].url),
             "%s%coptions=-csearch_path%%3Dt%d_%d,public", url,
             strchr(url, '?') ? '&' : '?', (int)getpid(), made);
    snprintf(sql, sizeof(sql), "CREATE SCHEMA %s", places[count].schema);
    test_server_run(sql);
    return places[count++].url;
}

const char *test_place(const char *name)
{
    static char path[192];
    if (test_on_postgres())
        return on_server(name);
    snprintf(path, sizeof(path), "%s/%s", test_folder(), name);
    return path;
}

void test_places_end(void)
{
    char sql[128];
    while (count) {
        snprintf(sql, sizeof(sql), "DROP SCHEMA %s CASCADE",
                 places[--count].schema);
        test_server_run(sql);
    }
}
