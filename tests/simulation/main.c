/* simulation [--seed N] [--days N]: simulated days of on-call from a seed (see simulation.h). Exit 1 and the
 * story of what went before when an invariant is broken. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

static uint64_t run(uint64_t seed, int64_t days, bool quiet)
{
    struct sim *sim = sim_new(seed, days);
    sim_run(sim);
    uint64_t digest = sim->digest;
    if (!quiet)
        printf("seed %llu: %lld days, %lld inputs, %lld incidents, %lld acknowledged, %lld pages in %lld "
               "attempts, %lld steps, %lld lapses, %lld opened again, %lld crashes, digest %016llx\n",
               (unsigned long long)seed, (long long)days, (long long)sim->count.inputs,
               (long long)sim->count.incidents, (long long)sim->count.acknowledged,
               (long long)sim->count.pages, (long long)sim->count.attempts, (long long)sim->count.steps,
               (long long)sim->count.lapses, (long long)sim->count.reopened, (long long)sim->count.crashes,
               (unsigned long long)digest);
    sim_free(sim);
    return digest;
}

static int usage(void)
{
    fprintf(stderr, "usage: simulation [--seed N] [--days N] [--seeds N]\n");
    return 2;
}

int main(int argc, char **argv)
{
    long long seed = 1, seeds = 1, days = 200;
    for (int i = 1; i < argc; i += 2) {
        long long *option = strcmp(argv[i], "--seed") == 0    ? &seed
                            : strcmp(argv[i], "--seeds") == 0 ? &seeds
                            : strcmp(argv[i], "--days") == 0  ? &days
                                                              : NULL;
        char *end = NULL;
        if (!option || i + 1 == argc)
            return usage();
        *option = strtoll(argv[i + 1], &end, 10);
        if (*end || *option < 1 || *option > 1000000)
            return usage();
    }
    for (long long n = 0; n < seeds; n++)
        run((uint64_t)(seed + n), days, false);

    /* The same seed tells the same story: without that no failure could be replayed. */
    int64_t some_days = days < 10 ? days : 10;
    uint64_t once = run((uint64_t)seed, some_days, true), again = run((uint64_t)seed, some_days, true);
    if (once != again) {
        fprintf(stderr, "seed %lld does not replay\n", seed);
        return 1;
    }
    return 0;
}
