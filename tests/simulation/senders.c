/* Whoever sends alerts. One kind posts every minute while it burns, with an end that moves along, and once
 * more when it is over; that last message may be lost. The other kind posts a whole group when something
 * changes, and tries until it is taken. Both may be late, and be heard twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

static const char *const services[] = {"checkout", "checkout", "search", "mailer", "billing"};
static const char *const alertnames[] = {"ServiceDown", "DiskFull",    "SlowReplies",
                                         "QueueStuck",  "CertExpires", "WrongDoseRecommended"};
static const char *const severities[] = {"SEV-1", "SEV-2", "SEV-3", "critical", NULL};

enum { OLD_MESSAGES = 30 };

#define PICK(sim, list) ((list)[sim_between((sim), 0, (int64_t)(sizeof(list) / sizeof *(list)) - 1)])

static void comes_back(struct sim *sim, struct trouble *trouble)
{
    trouble->n_swings--;
    trouble->generation++;
    trouble->started_us = sim->now_us;
    trouble->until_us = sim->now_us + sim_between(sim, 10 * SECOND, 90 * SECOND);
}

static void breaks(struct sim *sim, struct trouble *trouble, const struct happening *happening)
{
    int64_t lasts_us = sim_chance(sim, 30)
                           ? sim_between(sim, SECOND, 3 * MINUTE)
                           : sim_between(sim, MINUTE, sim_chance(sim, 10) ? 20 * HOUR : 2 * HOUR);
    *trouble = (struct trouble){
        .webhook = happening->subject % 2 == 0,
        .generation = trouble->generation + 1,
        .service = PICK(sim, services),
        .alertname = PICK(sim, alertnames),
        .severity = PICK(sim, severities),
        .n_instances = (int)sim_between(sim, 1, INSTANCES),
        .started_us = sim->now_us,
        .until_us = sim->now_us + lasts_us,
        .n_swings = sim_chance(sim, 8) ? (int)sim_between(sim, 3, 20) : 0,
    };
}

void trouble_starts(struct sim *sim, const struct happening *happening)
{
    struct trouble *trouble = &sim->troubles[happening->subject];
    if (trouble->n_swings > 0)
        comes_back(sim, trouble);
    else
        breaks(sim, trouble, happening);
    sim_say(sim, "trouble %lld: %s on %s, %d alerts for %lld s%s", (long long)happening->subject,
            trouble->alertname, trouble->service, trouble->n_instances,
            (long long)((trouble->until_us - sim->now_us) / SECOND), trouble->webhook ? ", by webhook" : "");
    sim_plan(sim,
             (struct happening){.kind = HAPPEN_SEND, .subject = happening->subject, .at_us = sim->now_us});
}

static struct alert alert_of(struct arena *arena, const struct sim *sim, const struct trouble *trouble,
                             int64_t slot, int instance)
{
    bool over = sim->now_us >= trouble->until_us;
    struct label *labels = arena_alloc(arena, 5 * sizeof *labels);
    size_t n = 0;
    labels[n++] = (struct label){"alertname", trouble->alertname};
    labels[n++] = (struct label){"instance", arena_printf(arena, "host-%lld-%d", (long long)slot, instance)};
    labels[n++] = (struct label){"service", trouble->service};
    if (trouble->severity)
        labels[n++] = (struct label){"severity", trouble->severity};
    struct alert alert = {.labels = labels, .n_labels = n, .starts_us = trouble->started_us};
    if (over)
        alert.ends_us = trouble->until_us;
    else if (!trouble->webhook)
        alert.ends_us = sim->now_us + 4 * MINUTE;
    return alert;
}

static void remember(struct sim *sim, struct row row)
{
    if (!sim->old)
        sim->old = heap_alloc(OLD_MESSAGES * sizeof *sim->old);
    size_t at = sim->n_old < OLD_MESSAGES ? sim->n_old++ : (size_t)sim_between(sim, 0, OLD_MESSAGES - 1);
    row_free(&sim->old[at]);
    sim->old[at] = row;
}

static struct alert_batch batch_of(struct arena *arena, const struct sim *sim, int64_t slot)
{
    const struct trouble *trouble = &sim->troubles[slot];
    struct alert_batch batch = {
        .source = trouble->webhook ? "alertmanager-webhook" : "alertmanager-api",
        .lasting = trouble->webhook,
        .n_alerts = (size_t)trouble->n_instances,
    };
    batch.alerts = arena_alloc(arena, batch.n_alerts * sizeof *batch.alerts);
    for (int i = 0; i < trouble->n_instances; i++)
        batch.alerts[i] = alert_of(arena, sim, trouble, slot, i);
    if (!trouble->webhook)
        return batch;
    batch.group_key = arena_printf(arena, "{}:{slot=\"%lld-%d\"}", (long long)slot, trouble->generation);
    batch.group_whole = true;
    batch.group_resolved = sim->now_us >= trouble->until_us;
    if (batch.group_resolved)
        batch.n_alerts = 1; /* the rest was cut off */
    return batch;
}

static void sleep_until(struct sim *sim, int64_t slot, int64_t at_us)
{
    sim_plan(sim, (struct happening){.kind = HAPPEN_SEND, .subject = slot, .at_us = at_us});
}

void sender_posts(struct sim *sim, const struct happening *happening)
{
    int64_t slot = happening->subject;
    struct trouble *trouble = &sim->troubles[slot];
    bool over = sim->now_us >= trouble->until_us;
    bool lost = !trouble->webhook && sim_chance(sim, 5);
    scoped_arena struct arena *arena = arena_new();
    struct alert_batch batch = batch_of(arena, sim, slot), heard;
    struct row row = row_of_batch(&batch);
    sim_say(sim, "%s posts %zu alerts of %lld, %s%s", batch.source, batch.n_alerts, (long long)slot,
            over ? "over" : "firing", lost ? ", which is lost" : "");
    bool taken = lost || sim_post(sim, &row, &heard);
    if (taken && !lost && !over)
        check_heard(sim, trouble, &heard);
    if (taken && !lost && over && sim->echoed_us < trouble->started_us)
        check_over(sim, &heard);
    remember(sim, row);

    if (over && (taken || !trouble->webhook)) {
        sim_plan(sim, (struct happening){
                          .kind = HAPPEN_TROUBLE,
                          .subject = slot,
                          .at_us = sim->now_us +
                                   (trouble->n_swings > 0 || sim_chance(sim, 30)
                                        ? sim_between(sim, 10 * SECOND,
                                                      trouble->n_swings > 0 ? 90 * SECOND : 4 * MINUTE)
                                        : sim_between(sim, MINUTE, 2 * DAY))});
        return;
    }
    int64_t next_us = sim->now_us + (trouble->webhook && taken ? 30 * MINUTE : MINUTE);
    sleep_until(sim, slot, !over && next_us > trouble->until_us ? trouble->until_us : next_us);
}

/* An old message once more. Nothing is asked of what it does but that all invariants hold. */
void echo_arrives(struct sim *sim, const struct happening *happening)
{
    (void)happening;
    sim_plan(sim,
             (struct happening){.kind = HAPPEN_ECHO, .at_us = sim->now_us + sim_between(sim, MINUTE, DAY)});
    if (!sim->n_old)
        return;
    struct row row = row_copy(&sim->old[sim_between(sim, 0, (int64_t)sim->n_old - 1)]);
    struct alert_batch heard;
    sim_say(sim, "echo of a message that is %lld s old",
            (long long)((sim->now_us - row.received_us) / SECOND));
    sim->echoed_us = sim->now_us;
    sim_post(sim, &row, &heard);
    row_free(&row);
}
