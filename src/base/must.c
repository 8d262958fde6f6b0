#include "base/must.h"

#include <stdio.h>
#include <stdlib.h>

void must_fail_(const char *file, int line, const char *condition)
{
    fprintf(stderr,
            "crashcart: %s:%d: broken promise: %s (this is a defect of the program; please report it)\n",
            file, line, condition);
    abort();
}
