#include "disk.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/ledger_priv.h"
#include "ledger/proof.h"

struct disk {
    char path[64];
    struct ledger *ledger;
    struct json_document *document;
    bool full;
};

__attribute__((noreturn)) static void give_up(const char *what, const struct err *err)
{
    fprintf(stderr, "the ledger of the simulation: %s: %s\n", what, err->text);
    exit(1);
}

static void run_sql(struct disk *disk, const char *sql)
{
    struct err err = {0};
    struct db_statement *statement = db_prepare(disk->ledger->db, sql, &err);
    if (!statement || db_run(statement, &err) != 0)
        give_up(sql, &err);
}

static void open_ledger(struct disk *disk)
{
    struct err err = {0};
    struct ledger_place place = {.data_dir = disk->path};
    if (ledger_open(&place, &disk->ledger, &err) != 0)
        give_up("open", &err);
    /* What a crash of the machine would lose is not simulated here, only the end of the program. */
    run_sql(disk, "PRAGMA synchronous = OFF");
}

struct disk *disk_new(void)
{
    struct disk *disk = heap_alloc(sizeof *disk);
    struct stat status;
    bool in_memory = stat("/dev/shm", &status) == 0 && S_ISDIR(status.st_mode);
    *disk = (struct disk){.document = json_document_new()};
    snprintf(disk->path, sizeof disk->path, "%s/crashcart-simulation-XXXXXX",
             in_memory ? "/dev/shm" : "/tmp");
    must(mkdtemp(disk->path));
    open_ledger(disk);
    /* Chance, which a replay must not have. */
    run_sql(disk, "UPDATE installation SET value = '51a7' WHERE name = 'instance'");
    disk_crash(disk);
    return disk;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

void disk_free(struct disk *disk)
{
    if (!disk)
        return;
    ledger_close(disk->ledger);
    nftw(disk->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    json_document_free(disk->document);
    free(disk);
}

/* ---- transactions ---- */

static int write_all(struct disk *disk, const struct row *row, const struct decisions *decisions,
                     int64_t now_us, struct err *err)
{
    int got = ledger_begin(disk->ledger, err);
    if (disk->full)
        db_fail_after(disk->ledger->db, 1, DB_FULL);
    if (got == 0 && row)
        got = ledger_accept(disk->ledger, row->format, row->bytes, row->n_bytes, row->received_us, err);
    if (got == 0 && decisions)
        got = ledger_record(disk->ledger, decisions, now_us, err);
    return got;
}

bool disk_commit(struct disk *disk, const struct row *row, const struct decisions *decisions, int64_t now_us)
{
    struct err err = {0};
    int got = write_all(disk, row, decisions, now_us, &err);
    if (got == 0)
        got = ledger_commit(disk->ledger, &err);
    else
        ledger_rollback(disk->ledger);
    db_fail_after(disk->ledger->db, 0, 0);
    if (got != 0 && got != LEDGER_FULL)
        give_up("write", &err);
    return got == 0;
}

void disk_lose(struct disk *disk, const struct row *row, const struct decisions *decisions, int64_t now_us)
{
    struct err err = {0};
    int got = write_all(disk, row, decisions, now_us, &err);
    if (got != 0 && got != LEDGER_FULL)
        give_up("write", &err);
    if (got == LEDGER_FULL)
        ledger_rollback(disk->ledger);
}

void disk_fill(struct disk *disk, bool full)
{
    disk->full = full;
}

static int seal(struct disk *disk, int64_t now_us, struct err *err)
{
    int got;
    do
        got = ledger_seal(disk->ledger, now_us, 1000, err);
    while (got == LEDGER_MORE);
    return got;
}

int64_t disk_last_row(const struct disk *disk)
{
    return ledger_inbox_last_id(disk->ledger);
}

void disk_compact(struct disk *disk, const struct row *standing, int64_t last_id, int64_t now_us)
{
    struct err err = {0};
    int got = ledger_begin(disk->ledger, &err);
    if (got == 0)
        got = ledger_accept(disk->ledger, standing->format, standing->bytes, standing->n_bytes, now_us, &err);
    if (got == 0 && last_id > 0)
        got = ledger_forget_inbox(disk->ledger, last_id, &err);
    while (got == 0 && (got = ledger_trim_inbox(disk->ledger, 100, &err)) == LEDGER_MORE)
        got = 0;
    if (got == 0)
        got = ledger_commit(disk->ledger, &err);
    if (got != 0 || (last_id > 0 && seal(disk, now_us, &err) != 0))
        give_up("compact", &err);
}

bool disk_verifies(struct disk *disk, int64_t now_us, struct buf *why)
{
    struct err err = {0};
    struct ledger_proof proof = {0};
    struct ledger_place place = {.data_dir = disk->path};
    if (seal(disk, now_us, &err) != 0)
        give_up("sign", &err);
    if (ledger_verify(&place, NULL, &proof, &err) == 0 && proof.n_signed == proof.n_events)
        return true;
    buf_printf(why, "%s%s, %lld of %lld events are signed", err.text, proof.first_bad,
               (long long)proof.n_signed, (long long)proof.n_events);
    return false;
}

/* ---- the program starts again ---- */

void disk_crash(struct disk *disk)
{
    ledger_close(disk->ledger);
    open_ledger(disk);
}

struct replay {
    struct disk *disk;
    struct engine *engine; /* or */
    struct model *model;
};

static int replay_row(void *context, const char *format, const void *body, size_t n_bytes,
                      int64_t received_us)
{
    struct replay *replay = context;
    struct row row = {.format = intake_format(format)->name,
                      .bytes = heap_alloc(n_bytes + 1),
                      .n_bytes = n_bytes,
                      .received_us = received_us};
    memcpy(row.bytes, body, n_bytes);
    if (replay->engine) {
        row_restore(&row, replay->disk->document, replay->engine);
        row_free(&row);
    } else {
        model_keep_row(replay->model, row);
    }
    return 0;
}

void disk_restore(struct disk *disk, struct engine *engine, int64_t now_us)
{
    struct err err = {0};
    struct replay replay = {disk, engine, NULL};
    if (ledger_restore(disk->ledger, engine, now_us, &err) != 0 ||
        ledger_each_inbox(disk->ledger, replay_row, &replay, &err) != 0)
        give_up("restore", &err);
}

/* ---- model and ledger ---- */

static void load_last(void *context, int64_t last_incident, int64_t last_delivery, int64_t last_us)
{
    struct model *model = context;
    model->last_incident = last_incident;
    model->last_delivery = last_delivery;
    model->last_us = last_us;
}

#define LOADS(NAME, KIND, MEMBER, TYPE)                                                                      \
    static void load_##NAME(void *context, const void *value)                                                \
    {                                                                                                        \
        struct decision decision = {.kind = KIND};                                                           \
        decision.MEMBER = *(const TYPE *)value;                                                              \
        model_save(context, &decision);                                                                      \
    }

LOADS(incident, DECISION_INCIDENT, incident, struct incident)
LOADS(delivery, DECISION_DELIVERY, delivery, struct delivery)
LOADS(step, DECISION_STEP, step, struct run_step)
LOADS(timer, DECISION_TIMER_SET, timer, struct timer)
LOADS(silence, DECISION_SILENCE, silence, struct silence)
LOADS(role, DECISION_ROLE, role, struct role_holder)
LOADS(check, DECISION_CHECK, check, struct check_item)
LOADS(clock, DECISION_CLOCK, clock, struct runbook_clock)
LOADS(action, DECISION_ACTION, action, struct action_item)
LOADS(proof, DECISION_PROOF, proof, struct channel_proof)
LOADS(override, DECISION_OVERRIDE, override, struct duty_override)

void disk_load(struct disk *disk, struct model *model, int64_t now_us)
{
    struct err err = {0};
    struct replay replay = {disk, NULL, model};
    struct restorer restorer = {model,       load_last,    load_incident, load_delivery, load_step,
                                load_timer,  load_silence, load_role,     load_check,    load_clock,
                                load_action, load_proof,   load_override};
    if (ledger_restore_to(disk->ledger, &restorer, now_us, &err) != 0 ||
        ledger_each_inbox(disk->ledger, replay_row, &replay, &err) != 0)
        give_up("load", &err);
}

struct comparing {
    const struct model *model;
    struct buf *why;
    size_t n_incidents, n_deliveries, n_timers, n_silences;
};

static bool is_same(const struct column *column, const void *a, const void *b)
{
    const char *left = (const char *)a + column->offset, *right = (const char *)b + column->offset;
    switch (column->kind) {
    case COLUMN_INT64:
        return memcmp(left, right, sizeof(int64_t)) == 0;
    case COLUMN_INT:
    case COLUMN_WORD:
        return memcmp(left, right, sizeof(int)) == 0;
    case COLUMN_BOOL:
        return *(const bool *)left == *(const bool *)right;
    case COLUMN_TEXT:
    case COLUMN_KEPT: {
        const char *x = *(const char *const *)left, *y = *(const char *const *)right;
        return strcmp(x ? x : "", y ? y : "") == 0;
    }
    }
    return false;
}

static void compare(struct comparing *comparing, const struct noun *noun, const void *in_model,
                    const void *in_ledger)
{
    struct buf *why = comparing->why;
    if (why->n_bytes)
        return;
    if (!in_model)
        buf_printf(why, "the ledger has a row of %s that the model has not", noun->table);
    for (size_t i = 0; in_model && i < noun->n_columns; i++)
        if (!is_same(&noun->columns[i], in_model, in_ledger)) {
            buf_printf(why, "a row of %s differs in %s", noun->table, noun->columns[i].name);
            return;
        }
}

static void compare_last(void *context, int64_t last_incident, int64_t last_delivery, int64_t last_us)
{
    struct comparing *comparing = context;
    (void)last_us;
    if (last_incident != comparing->model->last_incident || last_delivery != comparing->model->last_delivery)
        buf_printf(comparing->why, "the ledger ends with incident %lld and delivery %lld",
                   (long long)last_incident, (long long)last_delivery);
}

static void compare_incident(void *context, const void *value)
{
    struct comparing *comparing = context;
    const struct incident *incident = value;
    comparing->n_incidents += incident->state < INCIDENT_RESOLVED;
    /* The ledger gives back those of the last day, and the clock may have been set back since. */
    if (incident->state < INCIDENT_RESOLVED || model_incident(comparing->model, incident->number))
        compare(comparing, &incident_noun, model_incident(comparing->model, incident->number), incident);
}

static void compare_delivery(void *context, const void *value)
{
    struct comparing *comparing = context;
    const struct delivery *delivery = value;
    comparing->n_deliveries++;
    compare(comparing, &delivery_noun, model_delivery(comparing->model, delivery->id), delivery);
}

static void compare_step(void *context, const void *value)
{
    struct comparing *comparing = context;
    const struct run_step *step = value;
    const struct run_step *in_model = model_step(comparing->model, step->run, step->line);
    if (in_model || model_incident(comparing->model, step->incident))
        compare(comparing, &step_noun, in_model, step);
}

static void compare_timer(void *context, const void *value)
{
    struct comparing *comparing = context;
    const struct timer *timer = value;
    comparing->n_timers++;
    compare(comparing, &timer_noun, model_timer(comparing->model, timer->kind, timer->subject), timer);
}

static void compare_silence(void *context, const void *value)
{
    struct comparing *comparing = context;
    const struct silence *silence = value;
    comparing->n_silences++;
    compare(comparing, &silence_noun, model_silence(comparing->model, silence->id), silence);
}

static void compare_clock(void *context, const void *value)
{
    struct comparing *comparing = context;
    const struct runbook_clock *clock = value;
    const struct runbook_clock *in_model = model_clock(comparing->model, clock->incident, clock->number);
    if (in_model || clock->fires_us)
        compare(comparing, &clock_noun, in_model, clock);
}

bool disk_differs(struct disk *disk, const struct model *model, int64_t now_us, struct buf *why)
{
    struct err err = {0};
    struct comparing comparing = {.model = model, .why = why};
    struct restorer restorer = {.context = &comparing,
                                .last = compare_last,
                                .incident = compare_incident,
                                .delivery = compare_delivery,
                                .step = compare_step,
                                .timer = compare_timer,
                                .silence = compare_silence,
                                .clock = compare_clock};
    if (ledger_restore_to(disk->ledger, &restorer, now_us, &err) != 0)
        give_up("compare", &err);
    struct model_counts counts = model_count(model);
    if (!why->n_bytes && (counts.open_incidents != comparing.n_incidents ||
                          counts.unsettled_deliveries != comparing.n_deliveries ||
                          counts.timers != comparing.n_timers || counts.silences != comparing.n_silences))
        buf_printf(
            why,
            "the ledger has %zu open incidents, %zu unsettled deliveries, %zu timers and %zu silences; "
            "the model %zu, %zu, %zu and %zu",
            comparing.n_incidents, comparing.n_deliveries, comparing.n_timers, comparing.n_silences,
            counts.open_incidents, counts.unsettled_deliveries, counts.timers, counts.silences);
    return why->n_bytes > 0;
}
