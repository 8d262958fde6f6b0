#include "engine/simulate_fixture.h"

#include "base/json.h"
#include "cmd/simulate.h"

static const char *printed(struct simulated *s, struct buf *out, const char *timezone, bool all)
{
    simulated_run(s);
    simulate_text(out, &(struct simulate_page){&s->question, &s->simulation, timezone, all, false});
    return buf_text(out);
}

/* With a hand-over, the hour that comes twice, a step that notifies nobody, and somebody who works. */
static void night_of_the_autumn_change_reads_as_a_page(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct simulated *s = simulated_new("scanner", "SEV-1", "2026-11-01T01:40:00-04:00");
    s->question.ack_s = 20 * 60;
    s->question.work = true;
    s->question.for_s = 80 * 60;
    assert_string_equal(printed(s, &out, "America/New_York", false),
                        "SEV-1 on scanner, Sun 2026-11-01 01:40 EDT (America/New_York)\n"
                        "  alert       Scanner Down; \"Scanner Down\" answers it (scanner.md:33)\n"
                        "  severity    label severity=SEV-1 names SEV-1 (Critical) (line 5) and the\n"
                        "              procedure \"Scanner Down\" states SEV-1 (Critical) (line 35)\n"
                        "              (scanner.md:5)\n"
                        "  people      acknowledged after 20 min, at work from then on\n"
                        "\n"
                        "Deadlines\n"
                        "  response      +0:15  Sun 01:55 EDT  acknowledged by then (scanner.md:5): met\n"
                        "  update        +0:30  Sun 01:10 EST  every 30 min: send an update, to\n"
                        "                                      stakeholder (scanner.md:17)\n"
                        "  escalation    +1:00  Sun 01:40 EST  escalate, to CTO (scanner.md:9)\n"
                        "  resolution    +2:00  Sun 02:40 EST  resolved by then (scanner.md:5)\n"
                        "  afterwards  2 d after its end: Hold a review within 48 hours of resolution\n"
                        "              (scanner.md:21)\n"
                        "\n"
                        "Sun 2026-11-01\n"
                        "  01:40 EDT     +0:00 PAGE ana (Ana) by webhook to https://push.example.org/ana\n"
                        "                           It has just opened (SEV-1, scanner.md line 5)\n"
                        "                           [c.yaml:21]\n"
                        "  01:40 EDT     +0:00 1 step of \"Scanner Down\": 1 runs by itself, 0 wait for an\n"
                        "                      approval, 0 cannot run as they stand\n"
                        "  01:55 EDT     +0:15 Step 2 of the chain notifies nobody now: it costs no\n"
                        "                      waiting [c.yaml:22]\n"
                        "  01:55 EDT     +0:15 PAGE ben by email to ben@example.org\n"
                        "                           Nobody has acknowledged it for 15 min (SEV-1,\n"
                        "                           scanner.md line 5) [c.yaml:23]\n"
                        "  01:55 EDT     +0:15 Nobody has acknowledged it within 15 min, the response\n"
                        "                      time of SEV-1 (scanner.md line 5)\n"
                        "  ----- the clocks change: after 01:59 EDT comes 01:00 EST -----\n"
                        "  01:00 EST     +0:20 Acknowledged by person:ben after 20 min\n"
                        "  01:05 EST     +0:25 The draft of the next update to stakeholder is ready; it\n"
                        "                      is due at 2026-11-01 06:10 UTC (scanner.md line 17)\n"
                        "  01:10 EST     +0:30 PAGE ben by email to ben@example.org\n"
                        "                           An update to stakeholder is due, as every 30 min\n"
                        "                           (scanner.md line 17) [c.yaml:4]\n"
                        "  01:20 EST     +0:40 PAGE ben by email to ben@example.org\n"
                        "                           No update to stakeholder for 40 min, and one is\n"
                        "                           wanted every 30 min (scanner.md line 17) [c.yaml:4]\n"
                        "  01:40 EST     +1:00 PAGE ben by email to ben@example.org\n"
                        "                           An update to stakeholder is due, as every 30 min\n"
                        "                           (scanner.md line 17) [c.yaml:4]\n"
                        "  01:40 EST     +1:00 PAGE eve by email to eve@example.org\n"
                        "                           It is not resolved after 1 h: escalate to CTO\n"
                        "                           (scanner.md line 9) [c.yaml:5]\n"
                        "  01:50 EST     +1:10 PAGE ben by email to ben@example.org\n"
                        "                           No update to stakeholder for 1 h 10 min, and one is\n"
                        "                           wanted every 30 min (scanner.md line 17) [c.yaml:4]\n"
                        "\n"
                        "Somebody is reached at Sun 2026-11-01 01:40 EDT, at once. Simulated until Sun\n"
                        "2026-11-01 02:00 EST.\n");
    simulated_free(s);
}

static void a_moment_that_is_shown_shows_whom_it_pages_and_what_repeats_is_said_in_words(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct simulated *s = simulated_new("scanner", "SEV-1", "2026-11-01T01:40:00-04:00");
    s->question.for_s = 6 * 3600;
    const char *text = printed(s, &out, "America/New_York", false);
    const char *more = strstr(text, "And so on"), *last = NULL;
    assert_non_null(more);
    for (const char *at = text; (at = strstr(at, "(round")) && at < more; at++)
        last = at;
    const char *page = last ? strstr(last, "PAGE ") : NULL;
    assert_true(page && page < more);
    assert_null(strstr(more, "incident."));
    assert_null(strstr(more, "page."));
    simulated_free(s);
}

static void no_line_is_wider_than_a_terminal_and_all_shows_what_repeats(void **state)
{
    (void)state;
    for (int all = 0; all < 2; all++) {
        scoped_buf struct buf out = {0};
        struct simulated *s = simulated_new("scanner", "SEV-1", "2026-11-01T01:40:00-04:00");
        s->question.for_s = 6 * 3600;
        const char *text = printed(s, &out, "America/New_York", all);
        for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
            if (strcspn(line, "\n") > 80)
                fail_msg("%.*s", (int)strcspn(line, "\n"), line);
        assert_int_equal(strstr(text, "times more") != NULL, !all);
        simulated_free(s);
    }
}

static void night_without_anybody_is_said_in_the_last_line_and_fails(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct simulated *s = simulated_new("bed-monitor", "SEV-2", "2026-11-01T01:40:00-04:00");
    assert_non_null(strstr(printed(s, &out, "Europe/Berlin", false),
                           "\nNOBODY OF THE CHAIN IS REACHED at Sun 2026-11-01 06:40 CET: "
                           "everybody in the\nconfiguration is paged instead."));
    assert_true(simulation_fails(&s->simulation));
    simulated_free(s);
}

static void document_holds_every_entry_with_both_places(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct simulated *s = simulated_new("scanner", "SEV-1", "2026-11-01T01:55:00-04:00");
    struct err err;
    struct json root;
    struct json_document *document = json_document_new();
    simulated_run(s);
    simulate_json(&out,
                  &(struct simulate_page){&s->question, &s->simulation, "America/New_York", false, false});
    if (json_parse(document, buf_text(&out), out.n_bytes, 16, &root, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(json_count(json_get(root, "entries")), s->simulation.entries.n);
    bool seen = false;
    for (struct json_iter i = json_first(json_get(root, "entries")); json_more(&i); json_next(&i)) {
        const char *to = json_text(json_get(i.value, "to"), NULL);
        if (!to || strcmp(to, "eve") != 0 || seen)
            continue;
        seen = true;
        assert_int_equal(json_int(json_get(i.value, "offset_s"), -1), 3600);
        assert_string_equal(json_text(json_get(i.value, "local"), NULL), "Sun 2026-11-01 01:55 EST");
        assert_int_equal(json_int(json_get(json_get(i.value, "configuration"), "line"), -1), 16);
        assert_int_equal(json_int(json_get(json_get(i.value, "runbook"), "line"), -1), 9);
    }
    assert_true(seen);
    json_document_free(document);
    simulated_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(night_of_the_autumn_change_reads_as_a_page),
        cmocka_unit_test(no_line_is_wider_than_a_terminal_and_all_shows_what_repeats),
        cmocka_unit_test(night_without_anybody_is_said_in_the_last_line_and_fails),
        cmocka_unit_test(a_moment_that_is_shown_shows_whom_it_pages_and_what_repeats_is_said_in_words),
        cmocka_unit_test(document_holds_every_entry_with_both_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
