#include "ledger/open_ledger_testing.h"
#include "ledger/review.h"
#include "ledger/search.h"

static void keep_of(int64_t number, int rank, bool patient_safety, enum incident_state state,
                    const char *service, const char *who)
{
    struct decision decision = {.kind = DECISION_INCIDENT, .incident = incident_numbered(number, state)};
    decision.incident.severity_rank = rank;
    decision.incident.patient_safety = patient_safety;
    decision.incident.service = service;
    decision.incident.acknowledged_by = who;
    test_commit(ledger, &decision, 1);
}

static void keep(int64_t number, int rank, bool patient_safety, enum incident_state state)
{
    keep_of(number, rank, patient_safety, state, "shop", "");
}

static void assert_found(const struct incident_search *search, const int64_t *expected, size_t n_expected)
{
    struct incident *incidents;
    size_t n;
    assert_int_equal(ledger_search_incidents(ledger, arena, search, &incidents, &n, NULL), 0);
    assert_int_equal(n, n_expected);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(incidents[i].number, expected[i]);
}

static void the_worst_come_first_and_what_is_over_not_at_all(void **state)
{
    (void)state;
    static const int64_t order[] = {6, 2, 4, 1, 3};
    int64_t n_open;
    keep(1, 2, false, INCIDENT_TRIGGERED);
    keep(2, 0, false, INCIDENT_TRIGGERED); /* nobody knows how bad it is: it may be as bad as any */
    keep(3, 2, false, INCIDENT_ACKNOWLEDGED);
    keep(4, 1, false, INCIDENT_TRIGGERED);
    keep(5, 1, true, INCIDENT_RESOLVED);
    keep(6, 3, true, INCIDENT_TRIGGERED);
    struct incident_search worst = {.services = "", .worst_first = true, .limit = 9};
    assert_found(&worst, order, 5);
    worst.limit = 2;
    assert_found(&worst, order, 2);
    assert_int_equal(ledger_count_open(ledger, "", &n_open, NULL), 0);
    assert_int_equal(n_open, 5);
}

/* Among all of them, not only among the first of a list. */
static void of_what_is_equally_bad_what_nobody_has_comes_first(void **state)
{
    (void)state;
    static const int64_t order[] = {5, 1, 4, 2, 3};
    keep_of(1, 1, false, INCIDENT_INVESTIGATING, "shop", "person:ana");
    keep_of(2, 2, false, INCIDENT_ACKNOWLEDGED, "shop", "person:ana");
    keep_of(3, 2, false, INCIDENT_ACKNOWLEDGED, "shop", "person:ben");
    keep(4, 2, false, INCIDENT_TRIGGERED);
    keep(5, 1, false, INCIDENT_TRIGGERED);
    assert_found(&(struct incident_search){.services = "", .worst_first = true, .limit = 9}, order, 5);
    assert_found(&(struct incident_search){.services = "", .worst_first = true, .limit = 3}, order, 3);
}

static void incidents_of_some_services_are_a_list_of_their_own(void **state)
{
    (void)state;
    static const int64_t worst[] = {4, 1}, newest[] = {5, 4, 1}, below[] = {4}, everything[] = {5, 4, 3};
    int64_t n_open;
    keep_of(1, 2, false, INCIDENT_TRIGGERED, "shop", "");
    keep_of(2, 1, false, INCIDENT_TRIGGERED, "shop-floor", "");
    keep_of(3, 1, false, INCIDENT_TRIGGERED, "", "");
    keep_of(4, 1, false, INCIDENT_TRIGGERED, "it's", "");
    keep_of(5, 1, false, INCIDENT_RESOLVED, "shop", "");
    static const char some[] = "it's shop";
    assert_found(&(struct incident_search){.services = some, .worst_first = true, .limit = 9}, worst, 2);
    assert_found(&(struct incident_search){.services = some, .limit = 9}, newest, 3);
    assert_found(&(struct incident_search){.services = some, .open_only = true, .before = 5, .limit = 1},
                 below, 1);
    assert_found(&(struct incident_search){.services = "", .limit = 3}, everything, 3);
    assert_int_equal(ledger_count_open(ledger, some, &n_open, NULL), 0);
    assert_int_equal(n_open, 2);
    assert_int_equal(ledger_count_open(ledger, "", &n_open, NULL), 0);
    assert_int_equal(n_open, 4);
}

static void what_is_due_is_told_from_a_place_on(void **state)
{
    (void)state;
    struct runbook_clock *clocks;
    size_t n;
    for (int i = 0; i < 6; i++) {
        struct decision decision = {.kind = DECISION_CLOCK,
                                    .clock = {.incident = i % 2 + 1,
                                              .number = i,
                                              .due_us = i < 4 ? 100 : 90,
                                              .what = "",
                                              .audience = "",
                                              .file = "",
                                              .rule = ""}};
        decision.clock.state = i == 3 ? CLOCK_MET : CLOCK_RUNNING;
        test_commit(ledger, &decision, 1);
    }
    static const int order[] = {4, 5, 0, 2, 1};
    struct due_place place = DUE_FROM_THE_FIRST;
    for (size_t at = 0; at < 5; at += n) {
        assert_int_equal(ledger_clocks_due(ledger, arena, &place, 2, &clocks, &n, NULL), 0);
        assert_in_range(n, 1, 2);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(clocks[i].number, order[at + i]);
        place = (struct due_place){clocks[n - 1].due_us, clocks[n - 1].incident, clocks[n - 1].number};
    }
    assert_int_equal(ledger_clocks_due(ledger, arena, &place, 2, &clocks, &n, NULL), 0);
    assert_int_equal(n, 0);
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
        TEST(of_what_is_equally_bad_what_nobody_has_comes_first),
        TEST(incidents_of_some_services_are_a_list_of_their_own),
        TEST(what_is_due_is_told_from_a_place_on),
        TEST(a_search_ends_after_a_while_and_says_where_to_go_on),
    };
    return test_on_each_store("ledger search", tests, sizeof tests / sizeof *tests);
}
