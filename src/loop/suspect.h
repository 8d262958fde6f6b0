/* What a process is at, where its end leaves it: in memory that the processes of one supervisor share. So the
 * next process knows what the one before died of, and an item at which three have died in a row is set aside
 * instead of ending the next one as well. It holds numbers only, and is gone with the supervisor: a newer
 * program tries again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What is said of a page that is left. */
#define SUSPECT_DETAIL "set aside: the program ended three times while it made this ready"

enum suspect_place {
    SUSPECT_INBOX,    /* requests, while they are heard again */
    SUSPECT_INCIDENT, /* that are given back, or whose timer is due */
    SUSPECT_PAGE,     /* deliveries that core writes */
    SUSPECT_DELIVERY, /* deliveries that the courier makes ready */
    SUSPECT_PLACES
};

struct suspect;

/* A descriptor of the memory, for suspect_open() in the processes that get it. */
int suspects_make(int *ret_fd, struct err *err);
/* Whatever the process before was at when it ended counts against that now. NULL when there is no memory (fd
 * 0), which is allowed in all below: then nothing is ever set aside. now_us is monotonic. */
struct suspect *suspect_open(int fd, enum suspect_place place, int64_t now_us);

/* False: it is set aside, leave it. Else it is at hand until suspect_end(). Items are not 0. */
bool suspect_begin(struct suspect *suspect, int64_t item);
void suspect_end(struct suspect *suspect);
/* For whoever writes the item at hand by itself, 0 for none. NULL for NULL. */
int64_t *suspect_item(struct suspect *suspect);

/* Those set aside; NULL and 0 for NULL. The last one came by suspect_open() when it is news. */
size_t suspect_aside(const struct suspect *suspect, const int64_t **ret_items);
bool suspect_has_news(const struct suspect *suspect);
