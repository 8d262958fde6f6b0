#include "loop/descriptors.h"

#include <sys/resource.h>

enum { DESCRIPTORS_MOST = 1 << 20 }; /* more than this is "without a limit" */

static unsigned number(rlim_t limit)
{
    return limit < DESCRIPTORS_MOST ? (unsigned)limit : DESCRIPTORS_MOST;
}

unsigned descriptors_raise(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return DESCRIPTORS_NEEDED;
    struct rlimit wanted = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &wanted) == 0)
        limit = wanted;
    return number(limit.rlim_cur);
}

int descriptors_suffice(struct err *err)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max >= DESCRIPTORS_NEEDED)
        return 0;
    return err_set(
        err, "only %u files may be open at once, and %d are needed: LimitNOFILE= in its unit, or ulimit -n",
        number(limit.rlim_max), DESCRIPTORS_NEEDED);
}
