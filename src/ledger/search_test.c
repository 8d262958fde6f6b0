#include "ledger/open_ledger_testing.h"
#include "ledger/search.h"

static void keep(int64_t number, int rank, bool patient_safety, enum incident_state state)
{
    struct decision decision = {.kind = DECISION_INCIDENT, .incident = incident_numbered(number, state)};
    decision.incident.severity_rank = rank;
    decision.incident.patient_safety = patient_safety;
    test_commit(ledger, &decision, 1);
}

static void the_worst_come_first_and_what_is_over_not_at_all(void **state)
{
    (void)state;
    static const int64_t order[] = {6, 2, 4, 1, 3};
    struct incident *incidents;
    size_t n;
    int64_t n_open;
    keep(1, 2, false, INCIDENT_TRIGGERED);
    keep(2, 0, false, INCIDENT_TRIGGERED); /* nobody knows how bad it is: it may be as bad as any */
    keep(3, 2, false, INCIDENT_ACKNOWLEDGED);
    keep(4, 1, false, INCIDENT_TRIGGERED);
    keep(5, 1, true, INCIDENT_RESOLVED);
    keep(6, 3, true, INCIDENT_TRIGGERED);
    assert_int_equal(ledger_worst_incidents(ledger, arena, 9, &incidents, &n, NULL), 0);
    assert_int_equal(n, 5);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(incidents[i].number, order[i]);
    assert_int_equal(ledger_worst_incidents(ledger, arena, 2, &incidents, &n, NULL), 0);
    assert_int_equal(n, 2);
    assert_int_equal(incidents[1].number, 2);
    assert_int_equal(ledger_count_open(ledger, &n_open, NULL), 0);
    assert_int_equal(n_open, 5);
}

/* More than one call looks at: whoever goes on finds what is at the other end. */
static void a_search_ends_after_a_while_and_says_where_to_go_on(void **state)
{
    (void)state;
    enum { EVENTS = 25000, AT_ONCE = 5000 };
    struct decision *decisions = arena_alloc(arena, AT_ONCE * sizeof *decisions);
    for (int i = 0; i < EVENTS; i++) {
        decisions[i % AT_ONCE] = event_for(i % 3, i == 0 ? "note.added" : "alert.fired", "x");
        if (i % AT_ONCE == AT_ONCE - 1)
            test_commit(ledger, decisions, AT_ONCE);
    }
    struct event_search search = {.kind = "note", .limit = 10};
    struct event_row *rows;
    size_t n;
    int64_t next;
    assert_int_equal(ledger_search(ledger, arena, &search, &rows, &n, &next, NULL), 0);
    assert_int_equal(n, 0);
    assert_true(next > 0);
    search.before = next;
    assert_int_equal(ledger_search(ledger, arena, &search, &rows, &n, &next, NULL), 0);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].position, 1);
    assert_int_equal(next, 0);

    search = (struct event_search){.incident = 2, .limit = 1000, .text = "X"};
    assert_int_equal(ledger_search(ledger, arena, &search, &rows, &n, &next, NULL), 0);
    assert_int_equal(n, 1000);
    assert_int_equal(rows[0].incident, 2);
    assert_true(next == rows[999].position);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ledger, close_ledger)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_worst_come_first_and_what_is_over_not_at_all),
        TEST(a_search_ends_after_a_while_and_says_where_to_go_on),
    };
    return test_on_each_store("ledger search", tests, sizeof tests / sizeof *tests);
}
