#pragma once
/* temporary */
#include "review/report.h"
#define W __attribute__((weak))
W void report_write(struct buf *o, const struct report_input *i)
{
    (void)o;
    (void)i;
}
