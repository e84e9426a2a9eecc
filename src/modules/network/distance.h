/* How far it is, as the crow flies. */
#pragma once

#include "base/base.h"

/* Kilometres over a sphere of 6,371.0088 km, the mean radius of GRS 80 (IUGG);
 * degrees. NAN where a coordinate is. */
double distance_km(double latitude, double longitude, double to_latitude,
                   double to_longitude);
