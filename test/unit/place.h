/* Databases for tests, on either engine. */
#pragma once

#include "unit/test.h"

/* The test is over: its databases go. */
void test_places_end(void);
/* Runs SQL there, past the store; on PostgreSQL alone. */
void test_server_run(const char *sql);
