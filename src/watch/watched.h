/* Inside the watch: one check with what is known of it (watch.c says when it looks, tell.c what core is
 * told). */
#pragma once

#include "watch/board.h"
#include "watch/matter.h"
#include "watch/watch_priv.h"

struct watched {
    struct probe probe; /* first: a probe is its watched */
    struct watch *watch;
    const struct check_kind *kind;
    enum { WATCHED_RESTS, WATCHED_QUEUES, WATCHED_LOOKS } state;
    uv_timer_t timer; /* rests: until the next look; looks: as long as it may take */
    int64_t due_ms;   /* of the loop */
    struct watched *next_waiting;

    char *remembered;        /* what kind->remembers said of it, or NULL */
    char *id;                /* its own: the configuration may be gone */
    uint64_t alert;          /* fingerprints of its two alerts' labels, one over the other */
    struct matter own;       /* that it is bad, or cannot look */
    struct matter *subjects; /* found beyond the limits, each an alert */
    size_t n_subjects;
    int64_t look; /* the number that the program of this look has; 0: none runs */

    struct board_row row; /* what is shown of it */
    struct buf measures;  /* what the last look has measured, as JSON, until it is shown (measures.c) */
    bool unshown;         /* it is in the list of what core has not seen */
    struct watched *next_unshown;
};

struct watch {
    uv_loop_t *loop;
    const struct clock *clock;
    struct fetcher *fetcher;
    struct watch_tells tells;
    struct watched **list;
    size_t n;
    struct watched *first_waiting, **last_waiting; /* too many look at once */
    uv_timer_t relay;
    void (*on_relay)(uv_timer_t *relay);
    struct matter *first_untold;
    uv_timer_t telling;
    int64_t n_wanted; /* programs so far */
    struct buf body;  /* under way to core, or empty */
    struct watched *first_unshown, **last_unshown;
    uv_timer_t showing;
    struct buf page;
    bool shows_anew; /* core has other checks on its board, or none */
    struct board_figures figures;
    int n_handles;
};

/* tell.c */
/* A reading of it: judged, and told to core when something has changed. */
void watched_hear(struct watched *watched, const struct check_reading *reading);
/* It is that check from now on. */
void watched_name(struct watched *watched, const struct config_check *check);
void watched_forget(struct watched *watched); /* it is about to be freed */

/* show.c */
/* After it was heard. */
void watched_show(struct watched *watched, const struct check_reading *reading);
/* The list of checks is another one. */
void watch_show_anew(struct watch *watch);
