/* Between the files of the import: staging and running. */
#pragma once

#include "core/import.h"
#include "view/form.h"
