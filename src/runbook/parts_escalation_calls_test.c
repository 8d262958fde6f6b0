#include "runbook/parts_testing.h"

#define LEVELS "# P\n\n## Severity\n\n- P1: flood\n- P2: rain\n\n## Escalation\n\n"

struct expected {
    const char *text;
    size_t n;
    int64_t after_s[4];
    const char *to[4], *level[4]; /* level NULL: of no level */
};

static void assert_called(const struct expected *expected, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        scoped_arena struct arena *arena = arena_new();
        const struct runbook_parts *parts = parts_of(arena, expected[i].text);
        size_t k = 0;
        list_each (rule, &parts->escalations) {
            if (strcmp(rule->kind, "rule") != 0 || rule->after_s <= 0 || rule->to.n == 0)
                continue;
            assert_true(k < expected[i].n);
            assert_int_equal(rule->after_s, expected[i].after_s[k]);
            assert_int_equal(rule->to.n, 1);
            assert_string_equal(rule->to.at[0], expected[i].to[k]);
            assert_int_equal(rule->applies_to.n, expected[i].level[k] != NULL);
            if (expected[i].level[k])
                assert_string_equal(rule->applies_to.at[0], expected[i].level[k]);
            k++;
        }
        assert_int_equal(k, expected[i].n);
    }
}

static void a_wait_behind_who_is_called_is_how_long_before_the_next(void **state)
{
    (void)state;
    static const struct expected ladders[] = {
        {LEVELS "1. Primary on-call (wait 10 minutes)\n2. Gate lead (wait 15 minutes)\n3. Site director\n",
         2,
         {600, 1500},
         {"Gate lead", "Site director"},
         {0}},
        {LEVELS "1. Page the primary on-call. Wait 10 minutes.\n2. Page the gate lead. Wait up to 20 min.\n"
                "3. Call the site director.\n",
         2,
         {600, 1800},
         {"gate lead", "site director"},
         {0}},
        {LEVELS "```\nLevel 1: Primary on-call\n   | escalates after 15 minutes\n   v\nLevel 2: Gate lead\n"
                "   | escalates after 15 minutes\n   v\nLevel 3: Site director\n```\n",
         2,
         {900, 1800},
         {"Gate lead", "Site director"},
         {0}},
        {LEVELS "| Order | Role | Wait before next |\n|---|---|---|\n| 1 | Primary on-call | 10 min |\n"
                "| 2 | Gate lead | 15 min |\n| 3 | Site director | - |\n",
         2,
         {600, 1500},
         {"Gate lead", "Site director"},
         {0}},
        {LEVELS "1. Primary on-call (wait 10 minutes)\n2. Gate lead\n3. Site director\n", /* whenever */
         1,
         {600},
         {"Gate lead"},
         {0}},
        {LEVELS "1. Escalate after 30 minutes to the gate lead\n", 1, {1800}, {"gate lead"}, {0}},
    };
    assert_called(ladders, sizeof ladders / sizeof *ladders);
}

static void a_time_on_an_arrow_counts_from_the_call_before(void **state)
{
    (void)state;
    static const struct expected chains[] = {
        {LEVELS "Primary on-call --(10 min)--> Gate lead --(20 min)--> Site director\n",
         2,
         {600, 1800},
         {"Gate lead", "Site director"},
         {0}},
        {LEVELS "```\nPrimary on-call -[10 min]-> Gate lead -[20 min]-> Site director\n```\n",
         2,
         {600, 1800},
         {"Gate lead", "Site director"},
         {0}},
        {LEVELS "Primary on-call \xe2\x86\x92 (10 min) \xe2\x86\x92 Gate lead \xe2\x86\x92 (20 min) "
                "\xe2\x86\x92 Site director\n",
         2,
         {600, 1800},
         {"Gate lead", "Site director"},
         {0}},
        {LEVELS "Primary on-call -> Gate lead (10 min) -> Site director (20 min)\n",
         2,
         {600, 1200},
         {"Gate lead", "Site director"},
         {0}},
    };
    assert_called(chains, sizeof chains / sizeof *chains);
}

static void a_time_after_the_call_before_is_added_to_its_time(void **state)
{
    (void)state;
    static const struct expected ladders[] = {
        {LEVELS "1. Page the primary on-call\n2. After 10 minutes, page the gate lead\n"
                "3. 30 minutes later, page the site director\n",
         2,
         {600, 2400},
         {"gate lead", "site director"},
         {0}},
        {LEVELS "- Not acknowledged after 15 minutes: page the gate lead\n- 15 minutes later: page the site "
                "director\n- After another 30 minutes: page the CTO\n",
         3,
         {900, 1800, 3600},
         {"gate lead", "site director", "CTO"},
         {0}},
        {LEVELS "If nobody answers within 15 minutes, page the gate lead. If there is still no answer 15 "
                "minutes after that, page the site director.\n",
         2,
         {900, 1800},
         {"gate lead", "site director"},
         {0}},
        {LEVELS "1. Contact the duty engineer.\n2. If there is no call back within 15 minutes, contact the "
                "gate lead.\n3. If the gate lead cannot be reached within 20 minutes, contact the duty "
                "manager.\n",
         2,
         {900, 2100},
         {"gate lead", "duty manager"},
         {0}},
        {LEVELS
         "If the primary does not respond within 5 minutes, the page goes to the secondary on-call. If "
         "the secondary does not respond within 10 minutes, the gate lead is paged.\n",
         2,
         {300, 900},
         {"secondary on-call", "gate lead"},
         {0}},
    };
    assert_called(ladders, sizeof ladders / sizeof *ladders);
}

static void settings_in_a_fence_say_whom_a_rung_calls_when(void **state)
{
    (void)state;
    static const struct expected fences[] = {
        {LEVELS
         "```yaml\nescalation:\n  - delay: 0m\n    notify: primary on-call\n  - delay: 10m\n    notify: "
         "gate lead\n  - notify: site director\n    delay: 30m\n```\n",
         2,
         {600, 1800},
         {"gate lead", "site director"},
         {0}},
        {LEVELS
         "```yaml\npolicy:\n  name: gates\n  rules:\n    - escalation_delay_in_minutes: 15\n      "
         "targets: [primary on-call]\n    - escalation_delay_in_minutes: 30\n      targets:\n        - "
         "gate lead\n    - targets:\n      - schedule: site-directors\n```\n",
         2,
         {900, 2700},
         {"gate lead", "site-directors"},
         {0}},
    };
    static const struct expected none[] = {
        {LEVELS "```yaml\nretries:\n  - delay: 10m\n    url: http://gate\n  - delay: 20m\n    url: x\n```\n",
         0,
         {0},
         {0},
         {0}},
        {LEVELS
         "```yaml\nsteps:\n  - delay: 20m\n    notify: gate lead\n  - delay: 10m\n    notify: CTO\n```\n",
         0,
         {0},
         {0},
         {0}},
    };
    assert_called(fences, sizeof fences / sizeof *fences);
    assert_called(none, sizeof none / sizeof *none);
}

static void levels_of_a_ladder_begin_when_their_time_begins(void **state)
{
    (void)state;
    static const struct expected lists[] = {
        {LEVELS "- Level 1 - Duty engineer (0-15 min)\n- Level 2 - Gate lead (15-30 min)\n- Level 3 - Site "
                "director (30+ min)\n",
         2,
         {900, 1800},
         {"Gate lead", "Site director"},
         {0}},
        {LEVELS "- **Level 1** - Duty engineer\n- **Level 2** (after 15 minutes) - Gate lead\n- **Level 3** "
                "(after 1 hour) - CTO\n",
         2,
         {900, 3600},
         {"Gate lead", "CTO"},
         {0}},
        {LEVELS "- Gate lead \xe2\x80\x94 10 min no ack\n- Site director \xe2\x80\x94 20 min no ack\n",
         2,
         {600, 1200},
         {"Gate lead", "Site director"},
         {0}},
    };
    assert_called(lists, sizeof lists / sizeof *lists);
}

static void people_beside_times_of_levels_are_called_of_each_then(void **state)
{
    (void)state;
    static const struct expected tables[] = {
        {LEVELS
         "| Who | P1 | P2 |\n|---|---|---|\n| Duty engineer | immediately | immediately |\n| Gate lead "
         "| 15 min | 1 hour |\n| CTO | 30 min | - |\n",
         3,
         {900, 3600, 1800},
         {"Gate lead", "Gate lead", "CTO"},
         {"P1", "P2", "P1"}},
    };
    static const struct expected none[] = {
        {LEVELS "| Target | P1 | P2 |\n|---|---|---|\n| First answer | 15 min | 1 hour |\n| Fix | 4 h | 8 h "
                "|\n",
         0,
         {0},
         {0},
         {0}},
    };
    assert_called(tables, sizeof tables / sizeof *tables);
    assert_called(none, sizeof none / sizeof *none);
}

static void who_is_named_above_a_time_is_called_then(void **state)
{
    (void)state;
    static const struct expected terms[] = {
        {LEVELS "Duty engineer\n:   paged at once\n\nGate lead\n:   paged after 15 minutes\n\nCTO\n:   paged "
                "after 1 hour\n",
         2,
         {900, 3600},
         {"Gate lead", "CTO"},
         {0}},
    };
    assert_called(terms, sizeof terms / sizeof *terms);
}

static void ladders_are_read_in_french_and_spanish(void **state)
{
    (void)state;
    static const struct expected ladders[] = {
        {LEVELS "Chef d'\xc3\xa9quipe apr\xc3\xa8s 20 minutes, directeur technique apr\xc3\xa8s 1 heure.\n",
         2,
         {1200, 3600},
         {"Chef d'\xc3\xa9quipe", "directeur technique"},
         {0}},
        {LEVELS
         "Si no responde en 15 minutos, llamar al jefe de guardia. Tras 45 minutos, avisar al director "
         "t\xc3\xa9"
         "cnico.\n",
         2,
         {900, 2700},
         {"jefe de guardia", "director t\xc3\xa9"
                             "cnico"},
         {0}},
    };
    assert_called(ladders, sizeof ladders / sizeof *ladders);
}

static void a_deadline_in_front_does_not_hide_the_ladder(void **state)
{
    (void)state;
    static const struct expected ladders[] = {
        {LEVELS
         "Pages must be acknowledged within 5 minutes. Unacknowledged pages roll over to the gate lead "
         "after 5 minutes and to the site director after 15 minutes.\n",
         2,
         {300, 900},
         {"gate lead", "site director"},
         {0}},
    };
    assert_called(ladders, sizeof ladders / sizeof *ladders);
}

/* One who is called later in each row: whom, after how long, of which level (NULL: any). */
#define NONE                                                                                                 \
    {                                                                                                        \
        0                                                                                                    \
    }
static void who_is_called_first_needs_no_time_and_each_later_one_says_it_in_its_own_words(void **state)
{
    (void)state;
    static const struct expected lists[] = {
        {"# P\n\n## Who to call\n\n1. First: gate on-call\n2. Second (if no answer in 10 min): gate lead\n"
         "3. Third (another 20 min without answer): CTO\n",
         2,
         {600, 1800},
         {"gate lead", "CTO"},
         NONE},
        {LEVELS
         "- Step 1 (at alert): call the duty engineer.\n- Step 2 (15 minutes after step 1): call the lock "
         "keeper.\n- Step 3 (30 minutes after step 2): call the head of dams.\n",
         2,
         {900, 2700},
         {"lock keeper", "head of dams"},
         NONE},
        {LEVELS
         "First line: gate desk, 24/7.\nSecond line: weir team, if the gate desk cannot fix it within 30 "
         "minutes.\nThird line: vendor, if the weir team cannot fix it within 60 minutes.\n",
         2,
         {1800, 5400},
         {"weir team", "vendor"},
         NONE},
        {LEVELS "1. Duty engineer\n   - by pager\n   - wait 10 minutes\n2. Gate lead\n   - wait 20 minutes\n"
                "3. Site director\n",
         2,
         {600, 1800},
         {"Gate lead", "Site director"},
         NONE},
        {LEVELS "## Escalation chain (each step 10 minutes)\n\n1. Primary on-call\n2. Gate lead\n3. CTO\n",
         2,
         {600, 1200},
         {"Gate lead", "CTO"},
         NONE},
        {LEVELS
         "1. **Immediate**: Page on-call\n2. **15 minutes**: Gate lead\n3. **If the lock is stuck**: Open a "
         "ticket with the vendor\n",
         1,
         {900},
         {"Gate lead"},
         NONE},
        {LEVELS "- On-call acknowledges: 10 min, otherwise backup.\n- Backup acknowledges: 10 min, otherwise "
                "manager.\n",
         2,
         {600, 1200},
         {"backup", "manager"},
         NONE},
        {LEVELS "1. **Primary** (immediately)\n2. **Gate lead** (5 min after primary)\n3. **Director** (10 "
                "min after "
                "gate lead)\n",
         2,
         {300, 900},
         {"Gate lead", "Director"},
         NONE},
        {LEVELS "Rule 1: notify the duty engineer; escalates after 10 minutes\nRule 2: notify the gate lead; "
                "escalates "
                "after 20 minutes\nRule 3: notify the director\n",
         2,
         {600, 1800},
         {"gate lead", "director"},
         NONE},
        {"# P\n\n## Escalation\n\n- Level 1: duty engineer\n- Level 2: gate lead, if level 1 has not "
         "acknowledged in "
         "10 minutes\n- Level 3: director, if level 2 has not acknowledged in 15 minutes\n",
         2,
         {600, 1500},
         {"gate lead", "director"},
         NONE},
        {LEVELS "1. Call the duty engineer: +44 20 7946 0011\n2. 15 minutes, no call back: call the gate "
                "lead: +44 20 "
                "7946 0012\n3. 30 minutes, no call back: call the director: +44 20 7946 0013\n",
         2,
         {900, 1800},
         {"gate lead", "director"},
         NONE},
    };
    assert_called(lists, sizeof lists / sizeof *lists);
}

static void a_sentence_says_whom_it_calls_before_or_behind_its_time(void **state)
{
    (void)state;
    static const struct expected sentences[] = {
        {LEVELS
         "Page the gate on-call. No response after ten minutes: page the gate lead. After half an hour "
         "without an acknowledgement, the site director gets called as well.\n",
         2,
         {600, 1800},
         {"gate lead", "site director"},
         NONE},
        {LEVELS
         "If the on-call engineer has not acknowledged within 5 minutes, the page goes to the backup. If the "
         "backup does not respond within 5 minutes either, the gate lead is phoned.\n",
         2,
         {300, 600},
         {"backup", "gate lead"},
         NONE},
        {"# P\n\n## If nobody answers\n\nCall the backup after 10 minutes, the gate lead after 25 and the "
         "head of "
         "dams after 40.\n",
         3,
         {600, 1500, 2400},
         {"backup", "gate lead", "head of dams"},
         NONE},
        {LEVELS "After 15 minutes without an answer, page the gate lead. After 30, page the director.\n",
         2,
         {900, 1800},
         {"gate lead", "director"},
         NONE},
        {LEVELS "Primary: 10 min to ack. Secondary: 10 min to ack. After that the gate lead is called.\n",
         2,
         {600, 1200},
         {"Secondary", "gate lead"},
         NONE},
        {LEVELS
         "Zuerst die Rufbereitschaft. Meldet sich diese nicht innerhalb von 10 Minuten, den Teamleiter "
         "anrufen. Nach weiteren 20 Minuten die Bereichsleitung.\n",
         2,
         {600, 1800},
         {"Teamleiter", "Bereichsleitung"},
         NONE},
        {LEVELS "P1: on-call (0), gate lead (10 min), CTO (20 min)\n\nP2: on-call (0), gate lead (30 min)\n",
         3,
         {600, 1200, 1800},
         {"gate lead", "CTO", "gate lead"},
         {"P1", "P1", "P2"}},
        {LEVELS
         "P1\n: Page the primary. The gate lead joins after 15 minutes.\n\nP2\n: Page the primary. Secondary "
         "after 15 minutes, gate lead after 45.\n",
         3,
         {900, 900, 2700},
         {"gate lead", "Secondary", "gate lead"},
         {"P1", "P2", "P2"}},
    };
    assert_called(sentences, sizeof sentences / sizeof *sentences);
}

static void signs_lead_from_one_to_the_next(void **state)
{
    (void)state;
    static const struct expected chains[] = {
        {LEVELS "On-call (15 min) > Gate lead (30 min) > Site director\n",
         2,
         {900, 2700},
         {"Gate lead", "Site director"},
         NONE},
        {LEVELS "> Primary -> Secondary: 5 minutes\n> Secondary -> Gate lead: 10 minutes\n"
                "> Gate lead -> Director: 15 minutes\n",
         3,
         {300, 900, 1800},
         {"Secondary", "Gate lead", "Director"},
         NONE},
    };
    assert_called(chains, sizeof chains / sizeof *chains);
}

static void a_column_of_times_beside_one_of_people_is_a_ladder(void **state)
{
    (void)state;
    static const struct expected tables[] = {
        {LEVELS "| Unacknowledged for | Page |\n|---|---|\n| 5 min | secondary |\n| 15 min | manager |\n",
         2,
         {300, 900},
         {"secondary", "manager"},
         NONE},
        {LEVELS "| Order | Contact | Give them |\n|---|---|---|\n| 1 | Duty engineer | 10 minutes |\n"
                "| 2 | Gate lead | 15 minutes |\n| 3 | Director of Dams | - |\n",
         2,
         {600, 1500},
         {"Gate lead", "Director of Dams"},
         NONE},
        {LEVELS
         "| Who | Called when |\n|---|---|\n| Gate on-call | every P1 |\n"
         "| Gate lead | no progress after 20 minutes |\n| Site director | no progress after 60 minutes |\n",
         2,
         {1200, 3600},
         {"Gate lead", "Site director"},
         NONE},
        {LEVELS "| D\xc3\xa9lai | Contact |\n|---|---|\n| 0 min | Astreinte |\n| 15 min | Responsable "
                "d'\xc3\xa9quipe "
                "|\n",
         1,
         {900},
         {"Responsable d'\xc3\xa9quipe"},
         NONE},
        {LEVELS "| Step | Contact | Escalate if no response within |\n|---|---|---|\n| 1 | Duty engineer | "
                "10 min |\n"
                "| 2 | Gate lead | 20 min |\n| 3 | VP Dams | n/a |\n",
         2,
         {600, 1800},
         {"Gate lead", "VP Dams"},
         NONE},
        {LEVELS "| Time | Action |\n|---|---|\n| T0 | Page on-call |\n| T0 + 10 min | Page gate lead |\n",
         1,
         {600},
         {"gate lead"},
         NONE},
    };
    assert_called(tables, sizeof tables / sizeof *tables);
}

static void what_only_looks_like_calls_pages_nobody(void **state)
{
    (void)state;
    static const struct expected none[] = {
        {LEVELS "Escalate when one of these holds:\n\n- Service down for >5 minutes\n- Unable to find the "
                "cause in 10 "
                "minutes\n",
         0,
         {0},
         NONE,
         NONE},
        {"# P\n\n## Alerts\n\n| Alert | Burn | Time left | Action |\n|---|---|---|---|\n"
         "| PumpFast | 14x | ~2 hours | Page immediately |\n| PumpSlow | 3x | ~10 days | Create ticket |\n",
         0,
         {0},
         NONE,
         NONE},
    };
    assert_called(none, sizeof none / sizeof *none);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_behind_who_is_called_is_how_long_before_the_next),
        cmocka_unit_test(a_time_on_an_arrow_counts_from_the_call_before),
        cmocka_unit_test(a_time_after_the_call_before_is_added_to_its_time),
        cmocka_unit_test(settings_in_a_fence_say_whom_a_rung_calls_when),
        cmocka_unit_test(levels_of_a_ladder_begin_when_their_time_begins),
        cmocka_unit_test(people_beside_times_of_levels_are_called_of_each_then),
        cmocka_unit_test(who_is_named_above_a_time_is_called_then),
        cmocka_unit_test(ladders_are_read_in_french_and_spanish),
        cmocka_unit_test(who_is_called_first_needs_no_time_and_each_later_one_says_it_in_its_own_words),
        cmocka_unit_test(a_sentence_says_whom_it_calls_before_or_behind_its_time),
        cmocka_unit_test(signs_lead_from_one_to_the_next),
        cmocka_unit_test(a_column_of_times_beside_one_of_people_is_a_ladder),
        cmocka_unit_test(what_only_looks_like_calls_pages_nobody),
        cmocka_unit_test(a_deadline_in_front_does_not_hide_the_ladder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
