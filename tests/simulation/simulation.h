/* A simulated world around the real engine: a clock that jumps from one happening to the next, senders of
 * alerts, receivers of pages, a runner, people who acknowledge or forget, and a program that may end at any
 * moment and start again from what its ledger holds.
 *
 * Everything random comes from one seed, so that a failure replays exactly. After every step the invariants
 * are checked (invariants.c); the first that is broken ends the run with the seed and the latest steps. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "cases.h"
#include "disk.h"
#include "engine/engine.h"
#include "held.h"
#include "model.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

struct sim;

/* ---- happenings: what the world does next (sim.c) ---- */

enum happening_kind {
    HAPPEN_TROUBLE,  /* something breaks; subject: slot */
    HAPPEN_SEND,     /* a sender posts what it knows; subject: slot */
    HAPPEN_ECHO,     /* an old message arrives once more */
    HAPPEN_ANSWER,   /* the courier reports an attempt; subject: delivery */
    HAPPEN_PROOF,    /* ... what became of a test of a way; subject: its number */
    HAPPEN_STARTED,  /* the runner has started a step; subject: run, detail: line */
    HAPPEN_FINISHED, /* ... and ended it */
    HAPPEN_PERSON,   /* somebody reacts to a page; subject: incident */
    HAPPEN_CRASH,
    HAPPEN_COMPACT,
    HAPPEN_SILENCE, /* somebody makes one, or ends one */
    HAPPEN_JOB,     /* a sign of life; subject: job */
    HAPPEN_CLOCK,
    HAPPEN_DISK, /* subject: is it full now? */
    HAPPEN_TEAM, /* somebody leaves, or comes back */
    HAPPEN_DUTY, /* somebody takes over for another, or gives it back */
    N_HAPPENINGS
};

struct happening {
    int64_t at_us;
    uint64_t order;
    enum happening_kind kind;
    int64_t subject;
    int detail;
    uint64_t process; /* dies with the process that it came from; 0: outlives it */
    const char *who;
};

enum { TROUBLES = 12, INSTANCES = 4, HISTORY = 60 };

/* Something that is broken, and whoever sends alerts of it. */
struct trouble {
    bool webhook;
    int generation;
    const char *service, *alertname, *severity;
    int n_instances;
    int n_swings; /* so many times more it is over and comes back soon */
    int64_t started_us, until_us;
    bool doubted; /* the last message of it was set aside as late */
};

/* What the world remembers of a key, to judge the next page with it. */
struct page {
    int sent;
    uint64_t process; /* that sent it last */
    bool failed;      /* the last answer asked for another attempt */
    bool told_sent;   /* the engine has been told that it arrived, and it is on record */
    uint64_t about;   /* whom it is for, and of what trouble: receivers let pass only one of a key */
};

/* Something whose silence is an alarm. */
enum { JOB_HEARTBEAT, JOB_WATCHDOG, JOBS };

struct job {
    int64_t heard_us; /* last, as far as that is durable; 0: never */
    bool guessed;     /* for the program does not know it, and counts from its start */
    bool missed;      /* its alarm stands */
    bool stood;       /* it did after the last step */
    bool overdue;     /* it did when the program forgot: it may stand again at any time, until it is heard */
    bool speaks;      /* just now */
};

/* What stands beside the model. */
enum store { STORE_MODEL, STORE_LEDGER, STORE_LEDGER_THAT_FILLS };

/* The inbox that is being written anew, see compact.c. */
struct walk {
    int64_t number, last_id; /* the last row to forget, of the ledger */
    size_t n_rows;           /* the same of the model */
    uint32_t before;
};

struct sim {
    uint64_t seed, random, process;
    struct config *config;
    struct library *library;
    bool eve_has_left;
    int64_t learned_us; /* when the configuration was read last: who is new in a chain is paged at once */
    bool learning;      /* and what came of it is not kept yet: the next start learns it again */
    struct engine *engine;
    struct model model;
    int64_t start_us, now_us, end_us;
    int64_t ahead_us; /* where the clock stood before it was set back: what was heard then passes for newer */
    int64_t timers_us;  /* the last time that timers fired, */
    int n_timers_now;   /* and how often in a row at that time */
    int64_t process_us; /* when the program was last started */
    struct happening *happenings;
    size_t n_happenings, happenings_capacity;
    uint64_t n_ordered;
    struct trouble troubles[TROUBLES];
    struct job jobs[JOBS];
    struct held *held;
    struct walk walk;
    struct row *old; /* a few past messages, to send again */
    size_t n_old;
    int64_t echoed_us;    /* the last time that one was */
    struct map *pages;    /* key -> struct page */
    struct map *reach;    /* incident -> when a page for it last arrived */
    struct map *shown;    /* incident -> when it was muted, or in a storm, for the last time */
    struct map *silent;   /* incident -> when its holder was last given up */
    struct map *began;    /* run, line -> attempts begun */
    struct map *attempts; /* run, line -> the last of them by its number */
    struct map *forced;   /* incidents that were resolved while alerts fired */
    int64_t opened;       /* the last incident, with those of this transaction */
    struct map *waves;    /* incident -> struct stretch (waves.c) */
    struct map *flaps;    /* incident -> struct flap (flaps.c) */
    struct map *by_hand;  /* incidents whose state a person chose */
    struct arena *arena;  /* of decisions */
    struct disk *disk;    /* the real ledger beside the model, or NULL */
    struct json_document *document;
    struct arena *posted;      /* of the batch that was posted last */
    const struct row *posting; /* the body of the input that is being decided, or NULL */
    bool full;                 /* the disk */
    bool behind;               /* the ledger lacks what the engine decided, for the disk is full */
    int64_t behind_us;         /* since when */
    int64_t unkept_us;         /* for so long before the last start nothing was kept */
    bool step_lost;            /* among that, that the clock was set back */
    int64_t n_commits;
    uint64_t digest; /* of all decisions */
    struct {
        int64_t inputs, incidents, pages, attempts, acknowledged, steps, crashes, forced, lapses, reopened,
            clocks, waves, reminders, bundled;
    } count;
    int64_t cases[N_CASES];
    bool story; /* everything is told as it happens */
    struct buf history[HISTORY];
    size_t n_history;
};

/* With a ledger beside the model the program is restored from it. */
struct sim *sim_new(uint64_t seed, int64_t days, enum store store);
void sim_free(struct sim *sim);
void sim_run(struct sim *sim);

uint64_t sim_random(struct sim *sim);
/* from <= result <= to */
int64_t sim_between(struct sim *sim, int64_t from, int64_t to);
bool sim_chance(struct sim *sim, int percent);
/* Notes the time under that number. */
void sim_mark(struct sim *sim, struct map *times, int64_t number);
void sim_plan(struct sim *sim, struct happening happening);
void sim_say(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
__attribute__((noreturn)) void sim_fail(struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Gives the input to the engine and carries out what it decides. false: the program ended before the commit,
 * as if the input had never come. */
bool sim_input(struct sim *sim, const struct input *input);
/* The same for a message from outside; received_us of the row is set. */
bool sim_post(struct sim *sim, struct row *row, struct alert_batch *ret_batch);
/* The inbox is written anew, at once. */
void sim_compact(struct sim *sim);
/* The program ends here, and starts again after down_us. */
void sim_crash(struct sim *sim, int64_t down_us);

/* compact.c: in steps */
void compact_happens(struct sim *sim, const struct happening *happening);

/* ---- the world (senders.c, receivers.c, people.c) ---- */

void trouble_starts(struct sim *sim, const struct happening *happening);
void sender_posts(struct sim *sim, const struct happening *happening);
void echo_arrives(struct sim *sim, const struct happening *happening);
void carry_out(struct sim *sim, const struct decisions *decisions);
/* Pages leave although their commit fails, and nobody knows of them any more. */
void leaves_unkept(struct sim *sim, const struct decisions *decisions);
void courier_answers(struct sim *sim, const struct happening *happening);
void courier_proved(struct sim *sim, const struct happening *happening);
void runner_started(struct sim *sim, const struct happening *happening);
void runner_finished(struct sim *sim, const struct happening *happening);
void person_reacts(struct sim *sim, const struct happening *happening);
void job_reports(struct sim *sim, const struct happening *happening);
/* The program does not know that the clock was set back, nor when they spoke. */
void jobs_forget(struct sim *sim);
void clock_is_stepped(struct sim *sim, const struct happening *happening);
void disk_is_full(struct sim *sim, const struct happening *happening);
void team_changes(struct sim *sim, const struct happening *happening);
void duty_changes(struct sim *sim, const struct happening *happening);
/* duties.c: who is on call now. */
void duty_people(struct arena *arena, struct sim *sim, const struct schedule *schedule,
                 struct strings *people_now);
/* rota.c: those are on call by the plan now. */
void check_rota(struct sim *sim, const char *schedule, const struct strings *people);
/* An alert of that name stands; then, when all are seen: alarms stand when they must, and only then. */
void jobs_see(struct sim *sim, const char *alertname);
void jobs_check(struct sim *sim);

/* ---- invariants.c ---- */

/* Before the commit: each decision against what the ledger holds. */
void check_decisions(struct sim *sim, const struct input *input, const struct decisions *decisions);
/* After the commit: engine and ledger as a whole. */
void check_state(struct sim *sim, const struct input *input);
/* Between inputs: what is under way is really under way. */
void check_under_way(struct sim *sim);
/* Each alert of the batch stands. One message may be set aside as late, after an echo; the next may not. */
void check_heard(struct sim *sim, struct trouble *trouble, const struct alert_batch *batch);
/* clocks.c: a clock that is saved; the clocks of an incident; that none is due after the timers fired. */
void check_clock(struct sim *sim, const struct runbook_clock *clock);
void check_clocks(struct sim *sim, const struct incident *incident);
void check_clocks_spoke(struct sim *sim);
/* waves.c: before the commit, the pages of each incident in their turn. What was known of them is not sure
 * any more, for the ledger lacks some of it. The clock was set back. */
void check_waves(struct sim *sim, const struct input *input, const struct decisions *decisions);
/* A level that is paged once has had all steps of its chain that do not wait for ever. */
bool waves_are_over(const struct sim *sim, const struct incident *incident);
void waves_unsure(struct sim *sim);
void waves_shift(struct sim *sim, int64_t by_us);
/* flaps.c: before the commit; after it, an open one; the clock is set. */
void check_flap(struct sim *sim, const struct input *input, const struct incident *before,
                const struct incident *after);
void check_flaps(struct sim *sim, const struct incident *incident);
void flaps_shift(struct sim *sim, int64_t by_us);
/* told.c: before the commit, who must be told is. */
void check_told(struct sim *sim, const struct input *input, const struct decisions *decisions);
void check_page(struct sim *sim, const struct delivery *delivery);
/* It is over, and does not stand any more. */
void check_over(struct sim *sim, const struct alert_batch *batch);
/* steps.c */
void check_step(struct sim *sim, const struct run_step *step);
/* A person asks for a step that is over: it may be run once more. */
void person_wants_again(struct sim *sim, int64_t run, int line);
