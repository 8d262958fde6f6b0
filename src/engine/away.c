/* A start by a ledger that was brought back from a backup, or by a clock that cannot be right.
 *
 * The pages and updates that waited in a backup have left since, and people have long acknowledged what it
 * calls open. What still burns is said again by who sees it, within the time after which an alert ends by
 * itself. Until then the incidents that it calls open page nobody, and nothing that waited is sent; what is
 * heard of for the first time pages as ever. How old a ledger is cannot be told from within: a quiet team
 * writes nothing for days.
 *
 * A clock that is wrong at the start keeps nobody from paging. When it is far behind what is on record, the
 * shift of then is on call. */
#include "base/clock.h"
#include "engine/engine_priv.h"

enum { SETTLES_S = 60 };
/* Less is a clock that was put right (clock_back.c). */
enum { BEHIND_S = 86400 };
/* 2025-01-01, when nobody could run this yet; and longer than anybody is away. */
enum { FIRST_S = 1735689600, YEARS_2_S = 2 * 366 * 86400 };

static bool is_after(const struct turn *turn, int64_t at_us, int64_t s)
{
    return at_us > 0 && turn->now_us - at_us > s * US_PER_S;
}

/* What is no page, and is not brought in line by sending it: an update to an audience, word of what a person
 * did. */
static bool is_word(const struct delivery *delivery)
{
    return delivery->update > 0 || delivery->notice;
}

static size_t withdraw_words(struct turn *turn, struct incident_record *record)
{
    size_t n = 0;
    for (struct delivery_record *d = record->deliveries, *next; d; d = next) {
        next = d->next;
        if (!is_word(&d->delivery) || d->delivery.state == DELIVERY_CANCELLED)
            continue;
        d->delivery.state = DELIVERY_RETRY; /* no process has it under way */
        page_cancel(turn, record, d, "it waited in a ledger that was brought back, and left long ago");
        n++;
    }
    return n;
}

static void hush(struct turn *turn, struct incident_record *record, int64_t until_us, const char *since)
{
    struct incident *incident = &record->incident;
    if (!incident_is_open(record) || incident->muted_until_us >= until_us)
        return;
    incident->muted_until_us = until_us;
    text_keep(&incident->muted_by, "system");
    text_keep(&incident->muted_why, since);
    jw_pair_time(event_begin(turn), "until", until_us);
    event_end(turn, incident->number, NULL, "incident.muted",
              "%s: it pages nobody until %s. Whatever still burns is heard of again by then", since,
              time_text(turn->arena, until_us));
    turn_touch(turn, record);
}

void away_settle(struct turn *turn, int64_t last_us)
{
    struct engine *engine = turn->engine;
    size_t n_open = 0, n_words = 0;
    if (!engine->brought_back)
        return;
    int64_t until_us = time_after_s(turn->now_us, engine->config->resolve_timeout_s + SETTLES_S);
    const char *since =
        arena_printf(turn->arena, "The ledger was brought back from a backup, and knows nothing after %s",
                     last_us ? time_text(turn->arena, last_us) : "its first start");
    for (struct incident_record *record = engine->first; record; record = record->next) {
        n_open += incident_is_open(record);
        n_words += withdraw_words(turn, record);
        hush(turn, record, until_us, since);
    }
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "open", (int64_t)n_open);
    jw_pair_int(body, "withdrawn", (int64_t)n_words);
    event_end(turn, 0, NULL, "ledger.brought_back",
              "%s: %zu open %s nobody until %s, and %zu %s that waited %s not sent", since, n_open,
              n_open == 1 ? "incident pages" : "incidents page", time_text(turn->arena, until_us), n_words,
              n_words == 1 ? "message" : "messages", n_words == 1 ? "is" : "are");
}

void clock_doubt(struct turn *turn, int64_t last_us)
{
    const char *why = NULL;
    if (last_us - turn->now_us > BEHIND_S * US_PER_S) {
        turn->engine->shift_us = last_us;
        why = arena_printf(
            turn->arena,
            "the ledger knows what happened at %s. Until then is reached, who was on call then is",
            time_text(turn->arena, last_us));
    } else if (turn->now_us < FIRST_S * US_PER_S) {
        why = "this program is younger than that";
    } else if (is_after(turn, last_us, YEARS_2_S)) {
        why = arena_printf(turn->arena, "the last that the ledger knows is of %s",
                           time_text(turn->arena, last_us));
    }
    if (!why)
        return;
    jw_pair_time(event_begin(turn), "last", last_us);
    event_end(turn, 0, NULL, "clock.doubtful",
              "The clock says %s, and %s. People are paged, but times on record and signed from here on may "
              "be wrong: "
              "set the clock right",
              time_text(turn->arena, turn->now_us), why);
}
