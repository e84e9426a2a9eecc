/* The tree of areas, as the national directory of schools has it. */
#pragma once

#include "core/module.h"

/*
 * essaim areas FILE: makes the areas that the lines of that file name by code
 * and that are not there yet: région académique, académie, département, bassin
 * and circonscription, each below the one before it in the first line that
 * names it. Areas that are there stay as they are, so it may run again.
 */
enum status areas_command(struct app *app, int argc, char **argv);
