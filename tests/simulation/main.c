/* simulation [OPTION N]...: simulated days of on-call (see simulation.h). Exit 1 and the story of what went
 * before when an invariant is broken.
 *
 *   --seed N   the first seed, 1       --seeds N  how many runs, 1       --days N  of each, 50
 *   --store N  0: the model, 1: the real ledger beside it, 2: and its disk fills; else 0, every fourth seed 2
 *   --story 1  tell everything        --cases 1  fail, too, when the case of an invariant never came
 *
 * At the end it says how often each of these cases came (cases.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

struct options {
    long long seed, seeds, days, store, story, cases;
};

static int64_t cases[N_CASES]; /* of all runs but those that only replay */

static uint64_t run(uint64_t seed, int64_t days, enum store store, const struct options *options)
{
    struct sim *sim = sim_new(seed, days, store);
    sim->story = options && options->story;
    sim_run(sim);
    uint64_t digest = sim->digest;
    if (options)
        cases_add(cases, sim);
    if (options)
        printf("seed %llu%s: %lld days, %lld inputs, %lld incidents, %lld acknowledged, %lld pages in %lld "
               "attempts, %lld in digests, %lld waves in turn, %lld reminders, %lld steps, %lld lapses, %lld "
               "clocks, %lld "
               "opened again, %lld "
               "crashes, digest "
               "%016llx\n",
               (unsigned long long)seed, store ? " (real ledger)" : "", (long long)days,
               (long long)sim->count.inputs, (long long)sim->count.incidents,
               (long long)sim->count.acknowledged, (long long)sim->count.pages,
               (long long)sim->count.attempts, (long long)sim->count.bundled, (long long)sim->count.waves,
               (long long)sim->count.reminders, (long long)sim->count.steps, (long long)sim->count.lapses,
               (long long)sim->count.clocks, (long long)sim->count.reopened, (long long)sim->count.crashes,
               (unsigned long long)digest);
    fflush(stdout);
    sim_free(sim);
    return digest;
}

static int usage(void)
{
    fprintf(stderr,
            "usage: simulation [--seed N] [--seeds N] [--days N] [--store 0|1|2] [--story 1] [--cases 1]\n");
    return 2;
}

/* The same seed tells the same story, or no failure could be replayed; and the real ledger makes no other. */
static int check_replay(uint64_t seed, int64_t days)
{
    uint64_t once = run(seed, days, STORE_MODEL, NULL), again = run(seed, days, STORE_MODEL, NULL),
             real = run(seed, days, STORE_LEDGER, NULL);
    if (once == again && once == real)
        return 0;
    fprintf(stderr, "seed %llu does not replay%s\n", (unsigned long long)seed,
            once == again ? " with the real ledger" : "");
    return 1;
}

int main(int argc, char **argv)
{
    struct options options = {.seed = 1, .seeds = 1, .days = 50, .store = -1};
    for (int i = 1; i < argc; i += 2) {
        long long *option = strcmp(argv[i], "--seed") == 0    ? &options.seed
                            : strcmp(argv[i], "--seeds") == 0 ? &options.seeds
                            : strcmp(argv[i], "--days") == 0  ? &options.days
                            : strcmp(argv[i], "--store") == 0 ? &options.store
                            : strcmp(argv[i], "--story") == 0 ? &options.story
                            : strcmp(argv[i], "--cases") == 0 ? &options.cases
                                                              : NULL;
        char *end = NULL;
        if (!option || i + 1 == argc)
            return usage();
        *option = strtoll(argv[i + 1], &end, 10);
        if (*end || *option < 0 || *option > 1000000)
            return usage();
    }
    for (long long seed = options.seed; seed < options.seed + options.seeds; seed++)
        run((uint64_t)seed, options.days,
            options.store >= 0 ? (enum store)options.store
            : seed % 4 == 0    ? STORE_LEDGER_THAT_FILLS
                               : STORE_MODEL,
            &options);
    if (!options.story && !cases_print(cases) && options.cases) {
        fprintf(stderr, "a case never came: what its invariant says is not shown\n");
        return 1;
    }
    return options.story ? 0 : check_replay((uint64_t)options.seed, options.days < 4 ? options.days : 4);
}
