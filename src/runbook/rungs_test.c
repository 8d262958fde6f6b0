/* Ladders in one text. */
#include "base/testing.h"

#include "runbook/rungs.h"
#include "runbook/text.h"

struct ladder {
    const char *text;
    size_t n;
    int64_t after_s[3];
    const char *to[3];
};

static void whoever_is_called_later_is_a_rung_with_its_time(void **state)
{
    (void)state;
    static const struct ladder ladders[] = {
        {"page the lead; after 10 min page the shift manager; after 20 min the site director",
         2,
         {600, 1200},
         {"shift manager", "site director"}},
        {"secondary after 10 min, engineering manager after 25 min",
         2,
         {600, 1500},
         {"secondary", "engineering manager"}},
        {"First escalation after 5 min (gate lead), second after 10 min (dam lead), third after 1h30 (site "
         "director).",
         3,
         {300, 600, 5400},
         {"gate lead", "dam lead", "site director"}},
        {"page the on-call; 15 min without acknowledgement: the gate lead; 30 min: the CIO",
         2,
         {900, 1800},
         {"gate lead", "CIO"}},
        {"nach 15 Min. Teamleitung, nach 30 Min. IT-Leitung", 2, {900, 1800}, {"Teamleitung", "IT-Leitung"}},
        {"after 5 min to the secondary, after 15 min to the team lead and the CTO",
         2,
         {300, 900},
         {"secondary", "team lead"}},
        {"Not answered in 10 min -> gate lead. 20 min -> site director.",
         2,
         {600, 1200},
         {"gate lead", "site director"}},
        {"Not answered in 10 min: call the gate lead. After 20 min call the site director.",
         2,
         {600, 1200},
         {"gate lead", "site director"}},
        {"L1 on-call \xe2\x86\x92 L2 (15 mins) \xe2\x86\x92 CIO (1 hr)", 2, {900, 3600}, {"L2", "CIO"}},
    };

    for (size_t i = 0; i < sizeof ladders / sizeof *ladders; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct rungs rungs = {0};
        assert_true(rungs_read(arena, ladders[i].text, true, 1, &rungs));
        assert_int_equal(rungs.n, ladders[i].n);
        for (size_t k = 0; k < rungs.n; k++) {
            assert_int_equal(rungs.at[k].after_s, ladders[i].after_s[k]);
            assert_string_equal(rungs.at[k].to.at[0], ladders[i].to[k]);
        }
    }
}

static void what_must_be_done_within_a_time_is_no_rung(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "page the lead within 5 min, the manager within 10 min",
        "escalate to the manager after 10 minutes",
        "call the lead every 10 min, the manager every 30 min",
        "if the pump stands still for 5 min, restart it, or call the lead after 20 min",
        "the lead, the manager",
        "escalate to the lead and the manager after 30 minutes",
        "Head of Pump Services, T+40m, P0 only",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct rungs rungs = {0};
        assert_false(rungs_read(arena, texts[i], false, 1, &rungs));
        assert_int_equal(rungs.n, 0);
    }
}

static void one_time_calls_whoever_stands_beside_it(void **state)
{
    (void)state;
    static const char *const texts[][2] = {{"10m \xe2\x86\x92 secondary", "secondary"},
                                           {"2nd line after 15 mins", "2nd line"},
                                           {"nach 60 Min. Teamleitung", "Teamleitung"},
                                           {"10 min: gate crew", "gate crew"}};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct strings to = {0};
        rung_whom(arena, texts[i][0], &to);
        assert_int_equal(to.n, 1);
        assert_string_equal(to.at[0], texts[i][1]);
    }
    scoped_arena struct arena *arena = arena_new();
    struct strings nobody = {0};
    rung_whom(arena, "after 2 hours if unresolved", &nobody);
    assert_int_equal(nobody.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_is_called_later_is_a_rung_with_its_time),
        cmocka_unit_test(what_must_be_done_within_a_time_is_no_rung),
        cmocka_unit_test(one_time_calls_whoever_stands_beside_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
