#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "review/report.h"
#include "review/report_text.h"

static const int64_t nine = INT64_C(1772442000) * US_PER_S; /* 2026-03-02 09:00:00 UTC */

static struct incident an_incident(void)
{
    return (struct incident){.number = 4,
                             .title = "BeaconDown on beacon",
                             .service = "beacon",
                             .severity = "P1",
                             .severity_why = "label severity=critical is P1",
                             .severity_line = 9,
                             .state = INCIDENT_RESOLVED,
                             .runbook_file = "beacon.md",
                             .procedure_title = "Beacon down",
                             .procedure_line = 12,
                             .started_us = nine,
                             .opened_us = nine + 30 * US_PER_S,
                             .acknowledged_us = nine + 90 * US_PER_S,
                             .acknowledged_by = "person:ana",
                             .resolved_us = nine + 600 * US_PER_S,
                             .resolved_by = "system",
                             .n_alerts = 2};
}

static const char *written(struct buf *out, const struct report_input *input)
{
    buf_clear(out);
    report_write(out, input);
    return buf_text(out);
}

#define assert_has(text, part)   assert_non_null(strstr((text), (part)))
#define assert_lacks(text, part) assert_null(strstr((text), (part)))

static void every_report_has_the_facts_the_timeline_and_the_commands(void **state)
{
    (void)state;
    struct incident incident = an_incident();
    struct event_row events[] = {
        {.at_us = nine, .actor = "system", .kind = "step.started", .summary = "Running it"},
        {.at_us = nine + 120 * US_PER_S,
         .actor = "person:ana",
         .kind = "note.added",
         .summary = "restarted it"}};
    struct run_step steps[] = {{.line = 20,
                                .text = "curl -f http://beacon/health",
                                .risk = RISK_READ,
                                .state = STEP_FAILED,
                                .exit_code = 22,
                                .started_us = nine + 31 * US_PER_S,
                                .finished_us = nine + 32 * US_PER_S,
                                .output = "model not loaded\n"}};
    struct delivery deliveries[] = {{.person = "ana",
                                     .channel = "webhook",
                                     .why = "P1",
                                     .state = DELIVERY_SENT,
                                     .attempts = 1,
                                     .queued_us = nine}};
    struct report_input input = {&incident, events, 2, steps, 1, deliveries, 1, NULL, nine + 700 * US_PER_S};
    scoped_buf struct buf out = {0};
    const char *text = written(&out, &input);
    assert_has(text, "# Incident report: #4 BeaconDown on beacon\n");
    assert_has(text, "| Severity | P1: label severity=critical is P1 (beacon.md:9) |");
    assert_has(text, "| Time to detect | 30 s |");
    assert_has(text, "| Time to acknowledge | 1 min |");
    assert_has(text, "| Time to resolve | 9 min 30 s |");
    assert_has(text, "| Acknowledged | 2026-03-02 09:01:30 by person:ana |");
    assert_has(text, "\n## Timeline\n");
    assert_has(text, "| 2026-03-02 09:02:00 | person:ana | Note: restarted it |");
    assert_lacks(text, "Running it"); /* the commands have a table of their own */
    assert_has(text, "`curl -f http://beacon/health` | read |");
    assert_has(text, "failed (exit 22)");
    assert_has(text, "model not loaded\n");
    assert_has(text, "| 2026-03-02 09:00:00 | ana | webhook | P1 | sent | 1 |");
    assert_has(text, "\n## Action items\n");
    assert_has(text, "_To be filled in: ");
}

static void the_runbooks_own_sections_come_in_its_own_order(void **state)
{
    (void)state;
    struct incident incident = an_incident();
    struct report_section sections[] = {
        {.name = "Root Cause", .template_name = "report", .prompt = "The technical reason."},
        {.name = "Impact", .template_name = "report", .prompt = "Users affected: [Number]; Duration: [Time]"},
        {.name = "Other list", .template_name = "elsewhere"}};
    struct stated columns[] = {{"Item", 1}, {"Owner", 1}};
    struct runbook runbook = {0};
    runbook.parts.report_sections.at = sections;
    runbook.parts.report_sections.n = 3;
    runbook.parts.action_columns.at = columns;
    runbook.parts.action_columns.n = 2;
    struct report_input input = {.incident = &incident, .runbook = &runbook, .now_us = nine};
    scoped_buf struct buf out = {0};
    const char *text = written(&out, &input);
    assert_true(strstr(text, "## Root Cause") < strstr(text, "## Impact"));
    assert_has(text, "_To be filled in: The technical reason._");
    assert_has(text, "- Users affected: \\[Number\\]\n");
    assert_has(text, "- Duration: 10 min\n");
    assert_lacks(text, "Other list");
    assert_lacks(text, "## Summary");
    assert_has(text, "## Timeline");
    assert_has(text, "| Item | Owner |");
}

static void words_from_outside_cannot_change_the_document(void **state)
{
    (void)state;
    struct incident incident = an_incident();
    incident.title = "x\n# Fake | <script>alert(1)</script> [a](http://b) `c`";
    struct run_step steps[] = {{.text = "echo '|' `date`",
                                .state = STEP_SUCCEEDED,
                                .started_us = nine,
                                .finished_us = nine,
                                .output = "````\n# Not a heading\n"}};
    struct report_input input = {.incident = &incident, .steps = steps, .n_steps = 1, .now_us = nine};
    scoped_buf struct buf out = {0};
    const char *text = written(&out, &input);
    assert_lacks(text, "\n# Fake");
    assert_lacks(text, "<script>");
    assert_has(text, "\\[a\\](http");
    assert_has(text, "`` echo '\\|' `date` ``");
    assert_has(text, "\n`````text\n````\n# Not a heading\n`````\n");
}

static void long_output_is_cut_and_says_so(void **state)
{
    (void)state;
    scoped_buf struct buf text = {0}, out = {0};
    for (int i = 0; i < 50; i++)
        buf_printf(&text, "line %d\n", i);
    report_add_block(&out, buf_text(&text), 40);
    assert_has(buf_text(&out), "line 39\n```\n");
    assert_has(buf_text(&out), "10 more lines");
    assert_lacks(buf_text(&out), "line 40");
}

static void an_incident_that_is_not_over_yet_reads_well_too(void **state)
{
    (void)state;
    struct incident incident = {
        .number = 1, .title = "T", .service = "s", .severity = "unknown", .opened_us = nine};
    struct report_input input = {.incident = &incident, .now_us = nine};
    scoped_buf struct buf out = {0};
    const char *text = written(&out, &input);
    assert_has(text, "| Acknowledged | not yet |");
    assert_has(text, "| Time to resolve | - |");
    assert_has(text, "| Procedure | none was found |");
    assert_has(text, "Nobody was paged.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_report_has_the_facts_the_timeline_and_the_commands),
        cmocka_unit_test(the_runbooks_own_sections_come_in_its_own_order),
        cmocka_unit_test(words_from_outside_cannot_change_the_document),
        cmocka_unit_test(long_output_is_cut_and_says_so),
        cmocka_unit_test(an_incident_that_is_not_over_yet_reads_well_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
