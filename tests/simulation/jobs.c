/* A job that says every hour that it has run, and a watchdog that fires for ever: both may fall silent, and
 * their silence is an alarm, in time and never early. */
#include <string.h>

#include "simulation.h"

#define JOB_EVERY      HOUR /* as in team.c */
#define JOB_GRACE      (10 * MINUTE)
#define WATCHDOG_EVERY (5 * MINUTE)
#define WATCHDOG_ENDS  (15 * MINUTE)
#define SECOND_CHANCE  (5 * MINUTE) /* of whoever was not heard because nobody listened */

static int64_t allowed_us(int kind)
{
    return kind == JOB_HEARTBEAT ? JOB_EVERY + JOB_GRACE : WATCHDOG_ENDS;
}

static bool post_watchdog(struct sim *sim)
{
    struct label labels[] = {{"alertname", "Watchdog"}, {"cluster", "eu"}, {"severity", "none"}};
    struct alert alert = {
        .labels = labels, .n_labels = 3, .starts_us = sim->start_us, .ends_us = sim->now_us + WATCHDOG_ENDS};
    struct alert_batch batch = {.source = "alertmanager-api", .alerts = &alert, .n_alerts = 1}, heard;
    struct row row = row_of_batch(&batch);
    bool taken = sim_post(sim, &row, &heard);
    row_free(&row);
    return taken;
}

static bool post_heartbeat(struct sim *sim)
{
    struct alert_batch heard;
    struct row row = row_of_signal("nightly", HEARTBEAT_SUCCESS);
    bool taken = sim_post(sim, &row, &heard);
    row_free(&row);
    return taken;
}

void job_reports(struct sim *sim, const struct happening *happening)
{
    struct job *job = &sim->jobs[happening->subject];
    bool heartbeat = happening->subject == JOB_HEARTBEAT;
    int64_t every_us = heartbeat ? JOB_EVERY : WATCHDOG_EVERY, next_us = sim->now_us + every_us;
    if (sim_chance(sim, heartbeat ? 8 : 1)) {
        next_us += sim_between(sim, MINUTE, 6 * HOUR);
        sim_say(sim, "%s falls silent", heartbeat ? "the job" : "the watchdog");
    }
    int64_t now_us = sim->now_us;
    job->speaks = true;
    if (heartbeat ? post_heartbeat(sim) : post_watchdog(sim)) {
        job->heard_us = now_us;
        job->guessed = job->overdue = false;
    }
    job->speaks = false;
    sim_plan(sim, (struct happening){.kind = HAPPEN_JOB, .subject = happening->subject, .at_us = next_us});
}

void jobs_forget(struct sim *sim)
{
    for (int kind = 0; kind < JOBS; kind++)
        if (sim->jobs[kind].heard_us) {
            sim->jobs[kind].heard_us = sim->now_us;
            sim->jobs[kind].guessed = true;
            sim->jobs[kind].overdue |= sim->jobs[kind].stood;
        }
}

void jobs_see(struct sim *sim, const char *alertname)
{
    sim->jobs[JOB_HEARTBEAT].missed |= strcmp(alertname, "HeartbeatMissing") == 0;
    sim->jobs[JOB_WATCHDOG].missed |= strcmp(alertname, "WatchdogMissing") == 0;
}

void jobs_check(struct sim *sim)
{
    for (int kind = 0; kind < JOBS; kind++) {
        struct job *job = &sim->jobs[kind];
        const char *name = kind == JOB_HEARTBEAT ? "the job" : "the watchdog";
        int64_t overdue_us = job->heard_us + allowed_us(kind);
        int64_t listened_us = sim->process_us + SECOND_CHANCE + MINUTE;
        if (job->speaks)
            continue;
        int64_t earliest_us = job->guessed ? job->heard_us + SECOND_CHANCE : overdue_us;
        if (job->missed && !job->overdue && sim->now_us + SECOND < earliest_us &&
            sim->now_us > sim->ahead_us + allowed_us(kind))
            sim_fail(sim, "%s is missed, and spoke %lld s ago", name,
                     (long long)((sim->now_us - job->heard_us) / SECOND));
        if (job->heard_us && !job->missed && sim->now_us > overdue_us + MINUTE && sim->now_us > listened_us)
            sim_fail(sim, "%s is silent since %lld s, and nobody misses it", name,
                     (long long)((sim->now_us - job->heard_us) / SECOND));
        if (job->missed && !job->stood)
            sim_case(sim, kind == JOB_HEARTBEAT ? CASE_HEARTBEAT : CASE_WATCHDOG);
        job->stood = job->missed;
        job->missed = false;
    }
}
