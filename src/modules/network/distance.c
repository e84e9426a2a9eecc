#include "modules/network/distance.h"

#include <math.h>

double distance_km(double latitude, double longitude, double to_latitude,
                   double to_longitude)
{
    const double radius = 6371.0088, degree = acos(-1) / 180;
    const double dy = sin((to_latitude - latitude) * degree / 2),
                 dx = sin((to_longitude - longitude) * degree / 2);
    const double h =
        dy * dy + cos(latitude * degree) * cos(to_latitude * degree) * dx * dx;
    return 2 * radius * asin(sqrt(h < 1 ? h : 1));
}
