/* The list of modules, each after those it needs. Adding one is two lines. */
#include "core/module.h"

extern const struct module directory_module, booking_module, portfolio_module,
    network_module;

const struct module *const modules[] = {
    &directory_module,
    &booking_module,
    &portfolio_module,
    &network_module,
    NULL,
};
