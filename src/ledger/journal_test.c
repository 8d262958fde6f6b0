/* The journal: what was decided is whole after the program ended before it stood in the tables. */
#include "ledger/journal.h"

#include "ledger/ledger_priv.h"
#include "ledger/open_ledger_testing.h"

static const struct noun *const nouns[] = {
    &incident_noun, &delivery_noun, &step_noun,     &role_noun,       &check_noun,        &clock_noun,
    &silence_noun,  &move_noun,     &action_noun,   &reply_noun,      &proof_noun,        &account_noun,
    &timer_noun,    &update_noun,   &override_noun, &access_key_noun, &subscription_noun, &session_seen_noun,
};

/* Every column has a value of its own. */
static void fill(const struct noun *noun, struct decision *decision)
{
    for (size_t i = 0; i < noun->n_columns; i++) {
        const struct column *column = &noun->columns[i];
        struct column_value value = {.number = column->kind == COLUMN_BOOL ? 1 : (int64_t)i + 1,
                                     .text = arena_printf(arena, "%s of %s", column->name, noun->table)};
        if (column->kind == COLUMN_WORD)
            value.text = column->word(0);
        assert_int_equal(column_set(column, &decision->incident, &value), 0);
    }
}

static void all_kinds(struct decisions *decisions)
{
    decisions->arena = arena;
    *list_push(arena, &decisions->list) = event_for(4, "alert.fired", "QueueFull fires");
    for (int kind = 0; kind <= DECISION_OVERRIDE; kind++) {
        const struct noun *noun = kind == DECISION_TIMER_SET ? &timer_noun : saved_noun(kind);
        if (!noun)
            continue;
        struct decision *decision = list_push(arena, &decisions->list);
        decision->kind = (enum decision_kind)kind;
        fill(noun, decision);
    }
    struct decision *derived = list_push(arena, &decisions->list);
    *derived = (struct decision){.kind = DECISION_TIMER_SET, .timer = {.kind = TIMER_NEWS, .due_us = T0_US}};
    struct decision last = event_for(0, "system.note", "one more");
    last.event.body = NULL;
    *list_push(arena, &decisions->list) = last;
}

/* All tables as one text, the caller's. */
static char *dump(void)
{
    struct buf out scoped_buf = {0};
    struct err err = {0};
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
        struct db_statement *read = row_select(ledger, nouns[i], "", &err);
        assert_non_null(read);
        buf_printf(&out, "%s:", nouns[i]->table);
        while (db_step(read, &err) == 0)
            for (size_t k = 0; k < nouns[i]->n_columns; k++)
                buf_printf(&out, "%s|", db_column_text(read, (int)k));
    }
    struct event_row *rows;
    size_t n;
    assert_int_equal(ledger_events(ledger, arena, 0, 100, &rows, &n, &err), 0);
    for (size_t i = 0; i < n; i++)
        buf_printf(&out, "\n%lld %s %s", (long long)rows[i].position, rows[i].hash, rows[i].summary);
    return heap_strdup(buf_text(&out));
}

static void journal(const struct decisions *decisions)
{
    struct err err = {0};
    if (ledger_begin(ledger, &err) != 0 || ledger_journal(ledger, decisions, T0_US, &err) != 0 ||
        ledger_commit(ledger, &err) != 0)
        fail_msg("%s", err.text);
}

static void record(struct decisions *decisions)
{
    test_commit(ledger, decisions->list.at, decisions->list.n);
}

static void every_kind_of_decision_is_in_the_tables_after_the_program_ended_before(void **state)
{
    struct decisions decisions = {0};
    all_kinds(&decisions);
    record(&decisions);
    char *recorded = dump();
    close_ledger(state);
    open_ledger(state);
    memset(&decisions, 0, sizeof decisions);
    all_kinds(&decisions);
    journal(&decisions);
    for (int i = 0; i < 3;
         i++) { /* the tables are not written yet, by the first start, not again by the next */
        char *now = dump();
        assert_int_equal(strcmp(now, recorded) == 0, i > 0);
        free(now);
        reopen();
    }
    free(recorded);
}

static void what_is_in_the_tables_is_not_written_again(void **state)
{
    (void)state;
    struct decision opened[] = {
        event_for(1, "incident.opened", "opened"),
        {.kind = DECISION_INCIDENT, .incident = incident_numbered(1, INCIDENT_TRIGGERED)}};
    struct decision resolved = {.kind = DECISION_INCIDENT,
                                .incident = incident_numbered(1, INCIDENT_RESOLVED)};
    struct decisions decisions = {.list = {.at = opened, .n = 2}};
    struct incident now;
    struct err err = {0};
    journal(&decisions);
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(test_record(ledger, opened, 2, T0_US, &err), 0);
    assert_int_equal(ledger_commit_journaled(ledger, &err), 0);
    assert_int_equal(test_count_events(ledger, 1), 1);
    test_commit(ledger, &resolved, 1);
    reopen();
    assert_int_equal(test_count_events(ledger, 1), 1);
    assert_int_equal(ledger_incident(ledger, arena, 1, &now, NULL), 0);
    assert_int_equal(now.state, INCIDENT_RESOLVED);
}

static void what_a_step_printed_stays(void **state)
{
    (void)state;
    struct decision before = {.kind = DECISION_STEP, .step = step_at(1, 10, STEP_SUCCEEDED)};
    struct decision after[] = {event_for(1, "note.added", "a note"), before};
    after[1].step.output = NULL;
    after[1].step.note = "seen";
    struct decisions decisions = {.list = {.at = after, .n = 2}};
    struct run_step *steps;
    size_t n;
    test_commit(ledger, &before, 1);
    journal(&decisions);
    reopen();
    assert_int_equal(ledger_steps(ledger, arena, 1, &steps, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_string_equal(steps[0].output, "depth 912\n");
    assert_string_equal(steps[0].note, "seen");
}

static void what_is_long_or_leaves_no_event_is_not_for_the_journal(void **state)
{
    (void)state;
    char *text = heap_alloc(100001);
    memset(text, 'x', 100000);
    struct decision silent = {.kind = DECISION_INCIDENT,
                              .incident = incident_numbered(1, INCIDENT_TRIGGERED)};
    struct decision lengthy = event_for(1, "note.added", text);
    struct decisions one = {.list = {.at = &silent, .n = 1}}, other = {.list = {.at = &lengthy, .n = 1}};
    struct err err = {0};
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(ledger_journal(ledger, &one, T0_US, &err), LEDGER_TOO_LONG);
    assert_int_equal(ledger_journal(ledger, &other, T0_US, &err), LEDGER_TOO_LONG);
    assert_int_equal(ledger_commit(ledger, &err), 0);
    reopen();
    assert_int_equal(test_count_events(ledger, 1), 0);
    free(text);
}

static void damage(const char *sql)
{
    struct err err = {0};
    assert_int_equal(db_begin(ledger->db, &err), 0);
    assert_int_equal(db_execute(ledger->db, sql, &err), 0);
    assert_int_equal(db_commit(ledger->db, &err), 0);
}

static void a_journal_that_cannot_be_read_keeps_nobody_from_starting(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE journal SET version = version - 1",
        "UPDATE journal SET body = substr(body, 1, length(body) - 1)",
        "UPDATE journal SET body = substr(body, 2)",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct decisions decisions = {0};
        all_kinds(&decisions);
        journal(&decisions);
        damage(damages[i]);
        reopen();
        assert_int_equal(test_count_events(ledger, 4), 0);
    }
}

int main(void)
{
#define with_ledger(test) cmocka_unit_test_setup_teardown(test, open_ledger, close_ledger)
    const struct CMUnitTest tests[] = {
        with_ledger(every_kind_of_decision_is_in_the_tables_after_the_program_ended_before),
        with_ledger(what_is_in_the_tables_is_not_written_again),
        with_ledger(what_a_step_printed_stays),
        with_ledger(what_is_long_or_leaves_no_event_is_not_for_the_journal),
        with_ledger(a_journal_that_cannot_be_read_keeps_nobody_from_starting),
    };
    return test_on_each_store("journal", tests, sizeof tests / sizeof *tests);
}
