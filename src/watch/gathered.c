#include "watch/gathered.h"

#include <math.h>
#include <string.h>

void gathered_add(struct gathered *gathered, double value)
{
    gathered->n++;
    if (isnan(value)) {
        gathered->n_unsound++;
        return;
    }
    bool first = gathered->n == gathered->n_unsound + 1;
    gathered->sum += value;
    gathered->most = first || value > gathered->most ? value : gathered->most;
    gathered->least = first || value < gathered->least ? value : gathered->least;
}

double gathered_value(const struct gathered *gathered, const struct config_check *check, const char *combine)
{
    bool worst = strcmp(combine, "worst") == 0;
    if (gathered->n == gathered->n_unsound)
        return NAN;
    if (strcmp(combine, "sum") == 0)
        return gathered->sum;
    if (strcmp(combine, "average") == 0)
        return gathered->sum / (double)(gathered->n - gathered->n_unsound);
    return strcmp(combine, "max") == 0 || (worst && !isnan(check->above)) ? gathered->most : gathered->least;
}
