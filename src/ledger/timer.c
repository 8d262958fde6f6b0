/* Timers: one row a kind and subject while it runs. */
#include <string.h>

#include "ledger/ledger_priv.h"

/* No word: the kind is derived from other rows and not kept. */
static const char *const kind_words[N_TIMER_KINDS] = {
    [TIMER_ESCALATE] = "escalate",
    [TIMER_HOLD_DOWN] = "hold_down",
    [TIMER_LEASE] = "lease",
    [TIMER_DELIVERY_RETRY] = "delivery_retry",
};

static const char *kind_word(int kind)
{
    return kind_words[kind];
}

static int kind_of_word(const char *word)
{
    for (int kind = 0; kind < N_TIMER_KINDS; kind++)
        if (kind_words[kind] && strcmp(kind_words[kind], word) == 0)
            return kind;
    return -1;
}

static const struct column columns[] = {
    {"kind", COLUMN_WORD, offsetof(struct timer, kind), kind_word, kind_of_word},
    {"subject", COLUMN_INT64, offsetof(struct timer, subject), NULL, NULL},
    {"due_us", COLUMN_INT64, offsetof(struct timer, due_us), NULL, NULL},
};

const struct noun timer_noun = {"timer", columns, sizeof columns / sizeof *columns, 2, sizeof(struct timer)};

int timer_set(struct ledger *ledger, const struct timer *timer, struct err *err)
{
    return kind_words[timer->kind] ? row_save(ledger, &timer_noun, timer, err) : 0;
}

int timer_clear(struct ledger *ledger, const struct timer *timer, struct err *err)
{
    if (!kind_words[timer->kind])
        return 0;
    struct db_statement *erase =
        db_prepare(ledger->db, "DELETE FROM timer WHERE kind = $1 AND subject = $2", err);
    if (!erase)
        return -1;
    db_bind_text(erase, kind_words[timer->kind]);
    db_bind_int(erase, timer->subject);
    return ledger_outcome(db_run(erase, err));
}
