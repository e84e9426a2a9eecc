/* Serving: the way of a request from the socket to its handler. */
#pragma once

#include "core/request.h"
#include "http/server.h"

/* The callbacks for http_start; data is the struct app. */
extern const struct http_app serve_app;
