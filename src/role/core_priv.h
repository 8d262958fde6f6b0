/* Inside the core process: one engine thread (the loop's) owns engine, ledger and all state here; HTTP worker
 * threads only touch the queue. An input's way: queue -> one transaction for all that wait (group commit) ->
 * answers -> effects. */
#pragma once

#include <pthread.h>
#include <uv.h>

#include "api/api.h"
#include "base/ahead.h"
#include "base/arena.h"
#include "base/clock.h"
#include "courier/link.h"
#include "engine/engine.h"
#include "ledger/ledger.h"
#include "loop/frame.h"
#include "loop/pulse.h"
#include "loop/suspect.h"
#include "role/compaction.h"
#include "role/dialler.h"
#include "role/held_looks.h"
#include "role/live.h"
#include "role/role.h"
#include "role/site.h"
#include "watch/board.h"

enum {
    QUEUE_JOBS = 4096, /* more waiting than this: 503 */
    PUSH_KEY_BYTES = 100,
    QUEUE_BYTES = 256 * 1024 * 1024, /* of request bodies */
};

/* Something for the engine thread: an input from a request, an input of our own, or a question. */
struct job {
    struct job *next;
    const struct input *input; /* NULL: a question */
    const struct intake_format *format;
    const char *body;
    size_t n_bytes;
    void (*done)(void *context, const struct outcome *outcome);
    void (*question)(void *context, const struct engine *engine);
    void *context;
    bool accepted;       /* the body is in the inbox */
    bool internal;       /* reported by our own processes: heard even while the ledger cannot be written */
    bool on_heap;        /* by itself, freed once it is answered */
    struct arena *arena; /* holds the job otherwise, likewise; NULL: the job is somebody's own */
};

struct job_queue {
    pthread_mutex_t lock;
    struct job *first, **last;
    size_t n_jobs, n_bytes;
    bool closed;
};

/* A site that is being read on a thread of its own. */
struct site_loading {
    pthread_t thread;
    uv_async_t done;
    bool running;
    bool again;        /* something changed meanwhile: */
    bool again_config; /* the configuration was asked for, too */
    bool fresh;        /* the configuration was read for it; else it is the one in force */
    struct config *config;
    const char *runbooks;
    struct site *site; /* NULL: it cannot be used, and err says why */
    struct err err;
};

/* The inbox is written anew. */
struct cleaning {
    enum { CLEANING_RESTS, CLEANING_WRITES, CLEANING_ERASES } state;
    bool patient;    /* nothing came when it began: it stops while something does */
    int64_t last_id; /* what was there when it began */
    uint32_t before; /* the alerts that are still to be written */
    struct ledger_packer *packer;
};

/* Which versions of the runbooks in force are still to be kept. */
struct versions {
    size_t next;
    bool due;
};

struct core {
    const struct role_options *options;
    const struct clock *clock;
    uv_loop_t loop;
    uv_async_t wake;
    uv_timer_t timer;
    uv_timer_t reload_delay;
    uv_signal_t signal_stop, signal_interrupt, signal_reload;
    struct job_queue queue;
    pthread_mutex_t site_lock; /* held while the site is replaced, and while a worker reads the library */
    struct site *site;         /* NULL until it has been read for the first time */
    struct engine *engine;     /* NULL as long; see core_restore.c */
    struct job *held;          /* until then, in order: what the engine must hear */
    struct site_loading loading;
    struct ledger *ledger;
    struct arena *arena; /* of the decisions of one transaction */
    struct heap_edge heap;
    struct frames *courier, *runner;
    uv_poll_t peers; /* where the ends of their successors come from */
    struct pulse pulse;
    struct dialler dialler;
    struct {
        struct suspect *inbox, *incident, *page;
    } suspects;          /* what this process is at */
    struct live *live;   /* what steps print */
    struct board *board; /* what checks have found */
    struct core_figures figures;
    struct api *api;
    char push_key[PUSH_KEY_BYTES]; /* held by site_lock; "": none */
    struct inquiry *inquiries;     /* of the identity provider, not answered yet */
    int64_t n_inquiries;
    struct link_key links; /* of the links that acknowledge */
    struct folder_watch *watch;
    bool ready;
    bool site_kept;    /* what is in force is not what the files say, for they have errors */
    bool config_kept;  /* the configuration is among those files */
    bool config_asked; /* SIGHUP: it is to be read again */
    bool begun;        /* the engine has heard all that was kept */
    bool reader_lost;  /* set by any thread: a connection to the database that only a start replaces */
    bool
        ledger_failed; /* the engine is ahead of the ledger: paging goes on, all else stops (core_commit.c) */
    uv_timer_t alive_timer;  /* the next sign of life to the outside */
    uv_timer_t mirror_timer; /* the list of silences goes to the courier soon */
    size_t n_mirrored_mutes; /* when it last went */
    struct held_looks *looks;
    int n_requests;   /* of alerts, in this turn of work */
    bool others_wait; /* behind what is being carried out */
    struct compaction compaction;
    struct cleaning cleaning;
    struct versions versions;
    int64_t input_us;       /* when the last input came; monotonic */
    int64_t checkpoint_us;  /* of the last one; monotonic, as the next */
    int64_t failed_us;      /* when the ledger failed; monotonic */
    bool unkept_told;       /* that it did */
    int64_t seal_us;        /* of the last time that the ledger was sealed, or could not be */
    int64_t wall_behind_us; /* the monotonic clock less the wall clock, when last looked at; 0: not yet */
    int exit_code;
};

/* core_queue.c: any thread. push gives -1 when the queue is full or closed. */
void queue_init(struct job_queue *queue);
int queue_push(struct job_queue *queue, struct job *job);
struct job *queue_take_all(struct job_queue *queue);
bool queue_is_empty(struct job_queue *queue);
void queue_close(struct job_queue *queue);
void queue_free(struct job_queue *queue);

/* core_commit.c: the engine thread. */
void core_work(struct core *core); /* everything that waits, and due timers */
/* Before there is an engine: alerts go to the inbox and are answered, all else is held. */
void core_keep_alerts(struct core *core);
void core_refuse_held(struct core *core);
int core_record(struct core *core, struct decisions *decisions,
                struct err *err);  /* in a transaction of its own */
void core_seal(struct core *core); /* some of what is not signed yet, or all */
void core_plan_timer(struct core *core);
void core_submit_own(struct core *core, struct arena *arena, const struct input *input);

/* Paging goes on without the ledger: what is decided is carried out and kept nowhere. */
void core_hear_from_memory(struct core *core, const struct input *input);

/* core_peers.c */
int core_open_peers(struct core *core, struct err *err);
void core_close_peers(struct core *core);
void core_keep_peers(struct core *core); /* the supervisor is told that they are not to end with each other */

/* core_effects.c */
/* While it is being recorded the courier makes its pages ready, on another processor; true: there are any.
 * They leave when it is recorded. */
bool core_prepare_pages(struct core *core, const struct decisions *decisions);
void core_let_pages_leave(struct core *core);
/* All that was decided, or all but the pages that have left. */
void core_carry_out(struct core *core, const struct decisions *decisions, bool pages_left);
void core_from_courier(void *context, uint16_t kind, const char *payload, size_t n_bytes);
/* core_updates.c */
/* Writes the closing update that is wanted, and hands it to the engine; or all that are. */
void core_write_update(struct core *core, const struct update *wanted);
void core_write_updates(struct core *core);
/* What a delivery of an update carries. */
void core_send_chat(struct core *core, const struct delivery *delivery, const struct incident *incident,
                    const struct run_step *steps, size_t n_steps, const char *public_url, struct buf *out);
void core_send_update(struct core *core, const struct delivery *delivery, const struct incident *incident,
                      const char *public_url, struct buf *out);
/* core_alive.c: signs of life, by the configuration that is in force. */
void core_alive_open(struct core *core);
void core_alive_plan(struct core *core);

/* core_push.c: browsers that get pages. */
void core_push_key_heard(struct core *core, const char *payload, size_t n_bytes);
bool core_push_key(void *context, struct buf *out); /* any thread */
/* The delivery with the address of the browser in place of its name; "": there is none. */
void core_push_address(struct core *core, struct arena *arena, struct delivery *delivery);
/* core_sign_in.c: questions to the identity provider. */
int core_ask_provider(void *context, const struct api_provider_question *question, struct arena *arena,
                      struct api_provider_answer *ret_answer, void (*done)(void *context),
                      void *done_context);
void core_provider_said(struct core *core, const char *payload, size_t n_bytes);
void core_end_inquiries(struct core *core);
/* core_mirror.c: what is silent here is to be silent in an Alertmanager, too. */
void core_mirror_open(struct core *core);
void core_mirror_follow(struct core *core, const struct decisions *decisions);
void core_mirror_soon(struct core *core);
/* core_checks.c: what the watch found, a body of the intake format "check"; answered when it is durable. */
void core_checks_found(struct core *core, const char *body, size_t n_bytes);
/* What went wrong here, as an alert that stands until a person resolves its incident. key tells it from
 * others. */
void core_raise(struct core *core, const char *name, const char *key, const char *summary);
void core_checks_seen(struct core *core, const char *body, size_t n_bytes); /* for the board */
/* core_measures.c: what a body of the watch says was measured, into the ledger. */
void core_measures_seen(struct core *core, const char *body, size_t n_bytes);
void core_from_runner(void *context, uint16_t kind, const char *payload, size_t n_bytes);

/* core_site.c */
void core_open_loading(struct core *core);
/* Takes over the configuration (NULL: it has errors) and reads the runbooks; the result is put in force
 * later. */
void core_load_site(struct core *core, struct config *config);
/* Reads the runbooks anew, beside the configuration in force. */
void core_load_runbooks(struct core *core);
void core_end_loading(struct core *core);

/* core_restore.c */
/* An incident that is over and that the engine has forgotten comes back from the ledger, for the input that
 * names it. Nothing to do for any other input. 0 or -1. */
int core_recall(struct core *core, const struct input *input, struct err *err);
int core_begin(struct core *core, struct err *err);

/* core_compact.c: a step, when there is one to take. idle: nobody waits for an answer. */
void core_compact(struct core *core, bool idle);
void core_compact_now(struct core *core); /* all of it, and from the beginning */
void core_compact_end(struct core *core);
/* core_versions.c: some of the runbooks that have come into force. */
void core_keep_versions(struct core *core, bool idle);

/* core_stop asks the loop to end with that exit code. */
void core_stop(struct core *core, int exit_code);
