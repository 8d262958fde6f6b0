#include <stdio.h>

#include "simulation.h"

#define CASE_TEXT(name, text) [CASE_##name] = (text),
static const char *const texts[N_CASES] = {SIMULATION_CASES(CASE_TEXT)};

void sim_case(struct sim *sim, enum simulation_case which)
{
    sim->cases[which]++;
}

void cases_add(int64_t all[N_CASES], const struct sim *sim)
{
    for (int i = 0; i < N_CASES; i++)
        all[i] += sim->cases[i];
}

bool cases_print(const int64_t all[N_CASES])
{
    int n_missing = 0;
    for (int i = 0; i < N_CASES; i++) {
        printf("%9lld  %s\n", (long long)all[i], texts[i]);
        n_missing += all[i] == 0;
    }
    printf("%d of %d cases came about\n", N_CASES - n_missing, N_CASES);
    return n_missing == 0;
}
