/*
 * What an entity gives without a line more: its routes. Pages under its path,
 * the same rows under /api/v1.
 */
#pragma once

#include "core/app.h"

/* Fills app->routes and app->router: the modules' routes, the frame's own, and
 * those derived from every entity. What the router finds is the route's
 * struct counted. */
void derive_routes(struct app *app);
/* The step of an entity that a route takes: the last word of its path. */
const struct step *route_step(const struct route *route);
