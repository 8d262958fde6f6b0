#include "engine/simulate_fixture.h"

#include "engine/reach.h"

#define assert_text_has(text, part) assert_non_null(strstr((text), (part)))

/* A line an entry: "+15 ben email c.yaml:23" for a page, "+15 response.missed" for what is said. Minutes. */
static const char *lines_of(const struct simulated *s)
{
    const char *text = "";
    list_each (entry, &s->simulation.entries) {
        long long minutes = (entry->at_us - s->question.at_us) / (60 * US_PER_S);
        if (entry->kind == SIMULATE_PAGE)
            text = arena_printf(s->arena, "%s+%lld %s %s %d%s%s\n", text, minutes, entry->person,
                                entry->channel, entry->config.line,
                                entry->runbook.line ? arena_printf(s->arena, " %d", entry->runbook.line) : "",
                                entry->missing ? " lost" : "");
        else if (strcmp(entry->event, "incident.opened") != 0 && strcmp(entry->event, "run.planned") != 0)
            text = arena_printf(s->arena, "%s+%lld %s%s\n", text, minutes, entry->event,
                                entry->config.line ? arena_printf(s->arena, " %d", entry->config.line) : "");
    }
    return text;
}

static const char *deadlines_of(const struct simulated *s)
{
    const char *text = "";
    list_each (deadline, &s->simulation.deadlines)
        text = arena_printf(s->arena, "%s%s +%lld line %d %s\n", text,
                            runbook_clock_kind_name(deadline->clock.kind),
                            (long long)((deadline->clock.due_us - s->question.at_us) / (60 * US_PER_S)),
                            deadline->clock.line, runbook_clock_state_name(deadline->state));
    return text;
}

/* The hand-over at 02:00 comes after the hour that New York has twice. */
static void night_of_the_autumn_change_is_paged_by_the_wall_clock(void **state)
{
    (void)state;
    struct simulated *s = simulated_new("scanner", "SEV-1", "2026-11-01T01:55:00-04:00");
    s->question.for_s = 80 * 60;
    simulated_run(s);
    assert_string_equal(lines_of(s), "+0 ana webhook 21\n" /* 01:55 EDT */
                                     "+15 page.nobody 22\n"
                                     "+15 ben email 23\n" /* 01:10 EST */
                                     "+15 response.missed\n"
                                     "+25 update.ready\n"
                                     "+30 update.due\n"
                                     "+40 update.overdue\n"
                                     "+60 eve email 16 9\n" /* as the runbook says, whoever is missing */
                                     "+60 update.due\n"
                                     "+60 escalation.due\n"
                                     "+70 update.overdue\n"
                                     "+75 incident.unacknowledged\n"
                                     "+75 ben email 21\n"); /* since 02:00 EST it is ben's turn */
    assert_int_equal(s->simulation.chain_failed_us, 0);
    simulated_free(s);
}

static void deadlines_are_those_of_the_level_with_their_lines(void **state)
{
    (void)state;
    struct simulated *s = simulated_new("scanner", "SEV-1", "2026-11-04T03:00:00-05:00");
    simulated_run(s);
    assert_string_equal(deadlines_of(s), "response +15 line 5 overdue\n"
                                         "update +30 line 17 overdue\n"
                                         "escalation +60 line 9 overdue\n"
                                         "resolution +120 line 5 overdue\n");
    assert_int_equal(s->simulation.until_us - s->question.at_us, INT64_C(7200) * US_PER_S);
    int lines = 0;
    list_each (entry, &s->simulation.later)
        lines = lines * 100 + entry->line;
    assert_int_equal(lines, 21);
    simulated_free(s);
}

static void office_hours_of_berlin_begin_at_nine_on_both_sides_of_its_spring_change(void **state)
{
    (void)state;
    static const char *const mornings[] = {"2027-03-26T08:50:00+01:00", "2027-03-29T08:50:00+02:00"};
    for (size_t i = 0; i < 2; i++) {
        struct simulated *s = simulated_new("scanner", "SEV-2", mornings[i]);
        s->question.for_s = 60 * 60;
        simulated_run(s);
        assert_text_has(lines_of(s), "+60 ana webhook 22\n"); /* 09:50, and not the next step */
        assert_null(strstr(lines_of(s), "page.nobody"));
        simulated_free(s);
    }
}

static void night_without_anybody_says_so_and_who_is_paged_instead(void **state)
{
    (void)state;
    struct simulated *s = simulated_new("bed-monitor", "SEV-2", "2027-03-28T01:59:00+01:00");
    s->question.for_s = 0;
    simulated_run(s);
    assert_string_equal(lines_of(s), "+0 page.nobody 28\n"
                                     "+0 page.nobody 29\n"
                                     "+0 ana webhook 3\n"
                                     "+0 ben email 4\n"
                                     "+0 eve email 5\n");
    assert_int_equal(s->simulation.chain_failed_us, s->question.at_us);
    assert_int_equal(s->simulation.reached_us, s->question.at_us);
    simulated_free(s);
}

static void empty_step_costs_no_waiting(void **state)
{
    (void)state;
    struct simulated *s = simulated_new("bed-monitor", "SEV-2", "2026-11-04T10:00:00+01:00");
    s->question.for_s = 0;
    simulated_run(s);
    assert_string_equal(lines_of(s), "+0 page.nobody 28\n+0 ana webhook 29\n");
    assert_int_equal(s->simulation.chain_failed_us, 0);
    simulated_free(s);
}

static void page_without_a_channel_does_not_arrive_and_the_next_one_follows(void **state)
{
    (void)state;
    struct simulated *s = simulated_new("scanner", "SEV-2", "2026-11-05T10:00:00+01:00"); /* ben has it */
    s->config->mail.server = NULL;
    s->question.for_s = 0;
    simulated_run(s);
    assert_string_equal(lines_of(s), "+0 ben email 21 lost\n+0 ana webhook 22\n");
    assert_int_equal(s->simulation.chain_failed_us, 0);
    simulated_free(s);
}

static void round_whose_last_step_is_lost_has_reached_somebody_before(void **state)
{
    (void)state;
    struct simulated *s = simulated_new("scanner", "SEV-2", "2026-11-04T20:00:00-05:00"); /* ana has it */
    s->config->mail.server = NULL;
    s->question.for_s = 60 * 60;
    simulated_run(s);
    assert_string_equal(lines_of(s), "+0 ana webhook 21\n"
                                     "+60 page.nobody 22\n"
                                     "+60 ben email 23 lost\n"
                                     "+60 response.missed\n"
                                     "+60 ana webhook 3\n" /* everybody */
                                     "+60 ben email 4 lost\n"
                                     "+60 eve email 5 lost\n");
    assert_int_equal(s->simulation.chain_failed_us, 0);
    simulated_free(s);
}

static void who_acknowledges_and_is_silent_is_paged_again_and_who_works_is_not(void **state)
{
    (void)state;
    for (int work = 0; work < 2; work++) {
        struct simulated *s = simulated_new("scanner", "SEV-1", "2026-11-04T03:00:00-05:00");
        s->question.ack_s = 5 * 60;
        s->question.work = work;
        s->question.for_s = 60 * 60;
        simulated_run(s);
        assert_text_has(lines_of(s), "+5 incident.acknowledged\n");
        assert_string_equal(s->simulation.incident.acknowledged_by, "person:ana");
        assert_int_equal(strstr(lines_of(s), "lease.lapsed") == NULL, work);
        assert_int_equal(strstr(lines_of(s), "+60 eve email 5 9\n") != NULL, work);
        assert_text_has(deadlines_of(s), "response +15 line 5 met\n");
        simulated_free(s);
    }
}

static void what_follows_its_end_falls_due_when_it_is_resolved(void **state)
{
    (void)state;
    struct simulated *s = simulated_new("scanner", "SEV-2", "2026-11-04T03:00:00-05:00");
    s->question.ack_s = 5 * 60;
    s->question.resolve_s = 20 * 60;
    s->question.for_s = 3 * INT64_C(86400);
    simulated_run(s);
    assert_int_equal(s->simulation.incident.state, INCIDENT_RESOLVED);
    assert_text_has(deadlines_of(s), "follow_up +2900 line 21 overdue\n");
    assert_text_has(lines_of(s), "+2900 follow_up.due\n");
    assert_int_equal(s->simulation.later.n, 0);
    simulated_free(s);
}

static void alert_is_one_that_a_procedure_of_the_level_answers(void **state)
{
    (void)state;
    static const char *const levels[][2] = {{"SEV-1", "Scanner Down"}, {"sev2", "Queue Stuck"}};
    for (size_t i = 0; i < 2; i++) {
        struct simulated *s = simulated_new("scanner", levels[i][0], "2026-11-04T03:00:00-05:00");
        simulated_run(s);
        assert_string_equal(s->simulation.alertname, levels[i][1]);
        assert_string_equal(s->simulation.incident.procedure_title, levels[i][1]);
        simulated_free(s);
    }
}

static void alert_of_no_service_pages_everybody_in_turn(void **state)
{
    (void)state;
    struct simulated *s = simulated_new(NULL, "SEV-2", "2026-11-04T03:00:00-05:00");
    s->config->services.n = 0;
    simulated_run(s);
    assert_text_has(lines_of(s), "+0 ana webhook 3\n+60 ben email 4\n");
    simulated_free(s);
}

static void page_without_procedures_has_its_levels_all_the_same(void **state)
{
    (void)state;
    static const char markdown[] =
        "# Scanner\n\n## Severity Levels\n\n- SEV-1 (Critical): respond within 15 minutes\n"
        "- SEV-2 (Minor): respond within 2 hours\n";
    struct simulated *s = simulated_new(NULL, "SEV-2", "2026-11-04T03:00:00-05:00");
    struct folder_file file = {.path = "plain.md", .bytes = markdown, .n_bytes = strlen(markdown)};
    struct library *library = library_new(&(struct folder){.files = &file, .n_files = 1});
    s->question.library = library;
    s->question.runbook = library->runbooks[0];
    simulated_run(s);
    assert_string_equal(s->simulation.incident.severity, "SEV-2");
    assert_text_has(deadlines_of(s), "response +120 line 6");
    library_free(library);
    simulated_free(s);
}

static void level_that_is_not_there_is_refused_with_those_that_are(void **state)
{
    (void)state;
    struct simulated *s = simulated_new("scanner", "P7", "2026-11-04T03:00:00-05:00");
    assert_int_equal(simulate(s->arena, &s->question, &s->simulation, &s->err), -1);
    assert_text_has(s->err.text, "SEV-1, SEV-2");
    simulated_free(s);
}

/* The two say the same of every hour: the proof by its walk, the engine by being there. */
static void engine_reaches_somebody_where_the_proof_says_so_and_nowhere_else(void **state)
{
    (void)state;
    struct simulated *s = simulated_new("bed-monitor", "SEV-1", "2026-10-24T00:30:00+02:00");
    struct reach reach;
    int64_t from_us = s->question.at_us, until_us = simulate_us("2026-10-28T00:00:00Z");
    size_t n_failed = 0;
    s->question.for_s = 0;
    s->config->roles.n = 0; /* else the CTO is reached at once whenever the rest is empty */
    reach_prove(s->arena, s->config, s->library, from_us, until_us, &reach);
    list_each (level, &reach.levels) {
        if (!level->service)
            continue;
        s->question.service = level->service;
        s->question.severity = level->level->id;
        for (s->question.at_us = from_us; s->question.at_us < until_us;
             s->question.at_us += 3600 * US_PER_S) {
            bool gap = false;
            list_each (found, &level->gaps->list)
                gap |= found->from_us <= s->question.at_us && s->question.at_us < found->until_us;
            simulated_run(s);
            assert_int_equal(s->simulation.chain_failed_us != 0, gap);
            n_failed += gap;
        }
    }
    assert_true(n_failed > 20);
    simulated_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(night_of_the_autumn_change_is_paged_by_the_wall_clock),
        cmocka_unit_test(deadlines_are_those_of_the_level_with_their_lines),
        cmocka_unit_test(office_hours_of_berlin_begin_at_nine_on_both_sides_of_its_spring_change),
        cmocka_unit_test(night_without_anybody_says_so_and_who_is_paged_instead),
        cmocka_unit_test(empty_step_costs_no_waiting),
        cmocka_unit_test(page_without_a_channel_does_not_arrive_and_the_next_one_follows),
        cmocka_unit_test(round_whose_last_step_is_lost_has_reached_somebody_before),
        cmocka_unit_test(who_acknowledges_and_is_silent_is_paged_again_and_who_works_is_not),
        cmocka_unit_test(what_follows_its_end_falls_due_when_it_is_resolved),
        cmocka_unit_test(alert_is_one_that_a_procedure_of_the_level_answers),
        cmocka_unit_test(alert_of_no_service_pages_everybody_in_turn),
        cmocka_unit_test(page_without_procedures_has_its_levels_all_the_same),
        cmocka_unit_test(level_that_is_not_there_is_refused_with_those_that_are),
        cmocka_unit_test(engine_reaches_somebody_where_the_proof_says_so_and_nowhere_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
