#include "loop/suspect.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"

enum { DEATHS = 3, WITHIN_S = 600 /* who sends it again does so each minute or so */, ASIDE = 64 };

struct suspect {
    int64_t item; /* at hand, or when the process ended */
    int64_t last; /* what one ended at last, since when, and how many in a row */
    int64_t first_us;
    int64_t n_deaths;
    int64_t n_aside;
    int64_t aside[ASIDE];
    bool news;
};

int suspects_make(int *ret_fd, struct err *err)
{
    int fd = memfd_create("crashcart-suspects", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, SUSPECT_PLACES * sizeof(struct suspect)) < 0) {
        err_set(err, "no memory for what a process is at: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *ret_fd = fd;
    return 0;
}

/* The oldest makes room: what is tried again ends three processes once more. */
static void set_aside(struct suspect *suspect, int64_t item)
{
    if (suspect->n_aside == ASIDE)
        memmove(suspect->aside, suspect->aside + 1, (size_t)--suspect->n_aside * sizeof *suspect->aside);
    suspect->aside[suspect->n_aside++] = item;
    suspect->news = true;
}

static void count_death(struct suspect *suspect, int64_t now_us)
{
    int64_t item = suspect->item;
    suspect->news = false;
    if (!item)
        return;
    if (item != suspect->last || now_us - suspect->first_us > WITHIN_S * US_PER_S) {
        suspect->last = item;
        suspect->first_us = now_us;
        suspect->n_deaths = 0;
    }
    if (++suspect->n_deaths >= DEATHS) {
        set_aside(suspect, item);
        suspect->last = 0;
    }
    suspect->item = 0;
}

struct suspect *suspect_open(int fd, enum suspect_place place, int64_t now_us)
{
    struct suspect *all =
        fd > 0 ? mmap(NULL, SUSPECT_PLACES * sizeof *all, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
               : MAP_FAILED;
    if (all == MAP_FAILED)
        return NULL;
    count_death(&all[place], now_us);
    return &all[place];
}

bool suspect_begin(struct suspect *suspect, int64_t item)
{
    if (!suspect)
        return true;
    for (int64_t i = 0; i < suspect->n_aside; i++)
        if (suspect->aside[i] == item)
            return false;
    __atomic_store_n(&suspect->item, item, __ATOMIC_RELEASE);
    return true;
}

void suspect_end(struct suspect *suspect)
{
    if (suspect)
        __atomic_store_n(&suspect->item, 0, __ATOMIC_RELEASE);
}

int64_t *suspect_item(struct suspect *suspect)
{
    return suspect ? &suspect->item : NULL;
}

size_t suspect_aside(const struct suspect *suspect, const int64_t **ret_items)
{
    *ret_items = suspect ? suspect->aside : NULL;
    return suspect ? (size_t)suspect->n_aside : 0;
}

bool suspect_has_news(const struct suspect *suspect)
{
    return suspect && suspect->news;
}
