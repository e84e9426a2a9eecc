/*
 * The template compiler's parser: any bytes end with a page or a refusal. The
 * compiler is one file, built here without its main.
 */
#define FUZZ
#include "../../tools/tplc.c"
