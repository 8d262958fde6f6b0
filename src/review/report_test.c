#include "review/report_fixture.h"

static void what_people_found_out_stands_where_it_is_asked_for(void **state)
{
    (void)state;
    static struct event_row found[] = {
        {.at_us = 1,
         .actor = "person:ana",
         .kind = "finding.recorded",
         .summary = "impact: parcels are late",
         .body = "{\"topic\":\"impact\",\"text\":\"parcels are late\",\"holds\":true}"},
        {.at_us = 2,
         .actor = "person:ana",
         .kind = "finding.recorded",
         .summary = "cause: a guess",
         .body = "{\"topic\":\"cause\",\"text\":\"a guess\",\"holds\":true}"},
        {.at_us = 3,
         .actor = "person:ana",
         .kind = "finding.recorded",
         .summary = "cause: a lease that is kept",
         .body = "{\"topic\":\"cause\",\"text\":\"a lease that is kept\",\"holds\":true}"}};
    struct incident incident = an_incident();
    struct runbook runbook = a_runbook();
    struct template template = {
        .name = "Post-mortem",
        .audience = "report",
        .body = "## Root cause\nWhy it broke.\n\n## Impact\n- User impact: [Description]\n"
                "- Users affected: [Number]\n\n## Timeline\n"};
    runbook.parts.templates.at = &template;
    runbook.parts.templates.n = 1;
    struct report_input input = an_input(&incident, &runbook);
    input.timeline = found;
    input.n_timeline = 3;
    scoped_heap char *text = report_of(&input);
    assert_has(text, "- Established: a lease that is kept\n");
    assert_lacks(text, "none of them is established here");
    assert_has(text, "- User impact: parcels are late\n");
    assert_has(text, "- Users affected: [Number]\n");
    assert_has(text, "| impact: parcels are late |"); /* once */
    template.body =
        "## Impact\n- Users affected: [Number]\n- Duration: [Time]\n\n## Timeline\n\n## Root cause\n";
    scoped_heap char *fields = report_of(&input);
    assert_has(fields, "- Impact: parcels are late\n- Users affected: [Number]\n");
    found[2].body = "{\"topic\":\"cause\",\"holds\":false}";
    template.body = "## Root cause\nWhy it broke.\n\n## Timeline\n\n## Impact\n";
    scoped_heap char *taken_back = report_of(&input);
    assert_has(taken_back, "none of them is established here");
    assert_lacks(taken_back, "- Established");
}

static void every_report_begins_with_the_facts(void **state)
{
    (void)state;
    scoped_heap char *text = report_with(NULL);
    assert_int_equal(strncmp(text, "# Incident report: #4 QueueStuck on parcel-router (2026-03-02)\n", 63),
                     0);
    assert_has(text, "| P1, because the procedure states it (parcels.md:9) |");
    assert_has(text, "| Queue does not move (parcels.md:31)");
    assert_has(text, "| Started             | 2026-03-02 09:00:00 UTC |");
    assert_has(text, "| Detected            | 2026-03-02 09:00:40 UTC, by alertmanager-webhook |");
    assert_has(text, "| Acknowledged        | 2026-03-02 09:02:40 UTC, by ana |");
    assert_has(text, "| Resolved            | 2026-03-02 09:26:40 UTC, by Crashcart |");
    assert_has(text, "| Time to detect      | 40 s |");
    assert_has(text, "| Time to acknowledge | 2 min (the runbook asks for 15 min) |");
    assert_has(text, "| Time to resolve     | 26 min |");
    assert_has(text, "| Responders          | ana, ben |");
}

static void the_timeline_tells_who_did_what_and_notes_in_full(void **state)
{
    (void)state;
    scoped_heap char *text = report_with(NULL);
    assert_has(text, "\n## Timeline\n");
    assert_has(text, "| 2026-03-02 09:06:40 | ben                  | Note: the broker \\| shows a stuck "
                     "consumer<br>since the release of 08:55 |\n");
    assert_has(text, "Acknowledged by ana after 2 min: on it, at my desk in 5 |\n");
    assert_has(text, "| `routerctl queue list \\| sort` succeeded after 1.9 s: inbound 5200 |\n");
    assert_lacks(text, "Running `routerctl"); /* said again when it ended */
}

static void commands_stand_with_their_results_and_their_output(void **state)
{
    (void)state;
    scoped_heap char *text = report_with(NULL);
    assert_has(text, "\n## Commands and results\n");
    assert_has(text, "| 2026-03-02 09:00:41 | read        | not needed  | exit 0 ");
    assert_has(text, "| 2 s  | `routerctl queue list \\| sort` (line 40) |\n");
    assert_has(text, "| mutate      | ben         | exit 0 ");
    assert_has(text,
               "| not run             | destructive | nobody      | denied: ben denied it: not needed ");
    assert_has(text, "`routerctl worker restart inbound` (line 52), on `ssh deploy@router-1` |\n");
    assert_has(text, "held: A placeholder in it is not filled.");
    assert_has(text, "```text\n$ routerctl queue list | sort\ninbound 5200\noutbound 3\n```\n");
}

static void pages_say_whom_and_why_but_not_the_address(void **state)
{
    (void)state;
    scoped_heap char *text = report_with(NULL);
    assert_has(text, "\n## Pages\n");
    assert_has(text, "| ana | webhook | sent");
    assert_has(text, "| not needed any more: acknowledged by ana | Nobody has acknowledged it for 2 min");
    assert_lacks(text, "secret-token");
}

static void without_a_template_a_good_shape_is_used(void **state)
{
    (void)state;
    scoped_heap char *text = report_with(NULL);
    assert_in_order(text, "\n## Summary\n", "\n## Impact\n");
    assert_in_order(text, "\n## Timeline\n", "\n## Root cause\n");
    assert_in_order(text, "\n## Lessons learned\n", "\n## Action items\n");
    assert_in_order(text, "\n## Action items\n", "\n## Commands and results\n");
    assert_has(text, "- A consumer that holds its lease (line 35)\n");
    assert_has(text, "- _To be filled in: Which alert was missing?_\n");
    assert_has(text, "| Action | Owner | Due | Priority | Status |\n");
}

static const char template_body[] = "# Report [ID]: [Title]\n"
                                    "\n"
                                    "**Date:** [Date]\n"
                                    "**Author:** [Name]\n"
                                    "\n"
                                    "## 1. What was hurt\n"
                                    "### Impact\n"
                                    "- Customers hit: [How many]\n"
                                    "- **Duration:** [Time]\n"
                                    "- Services affected: [List]\n"
                                    "- Severity: P1 / P2 / P3\n"
                                    "- **Orders lost:** about N\n"
                                    "- Time to detect: X minutes\n"
                                    "\n"
                                    "## Chronology\n"
                                    "Fill the table.\n"
                                    "\n"
                                    "| Time | Event |\n"
                                    "|------|-------|\n"
                                    "| [Time] | [Event] |\n"
                                    "\n"
                                    "## Why it happened\n"
                                    "Explain the technical cause\n"
                                    "and what set it off.\n"
                                    "<!-- never a person -->\n"
                                    "\n"
                                    "```bash\n"
                                    "# no heading\n"
                                    "```\n"
                                    "\n"
                                    "## Closing\n"
                                    "- [ ] Tickets are filed\n"
                                    "1. Name a <deputy>\n";

static void the_templates_headings_stay_in_their_order_and_levels(void **state)
{
    (void)state;
    scoped_heap char *text = report_with(template_body);
    assert_in_order(text, "\n## 1. What was hurt\n", "\n### Impact\n");
    assert_in_order(text, "\n### Impact\n", "\n## Chronology\n");
    assert_in_order(text, "\n## Chronology\n", "\n## Why it happened\n");
    assert_in_order(text, "\n## Why it happened\n", "\n## Closing\n");
    assert_in_order(text, "\n## Closing\n", "\n## Commands and results\n");
    assert_in_order(text, "\n## Chronology\n\n### Timeline\n\n| Time (UTC)", "\n## Why it happened\n");
}

static void the_templates_fields_are_filled_where_the_answer_is_known(void **state)
{
    (void)state;
    scoped_heap char *text = report_with(template_body);
    assert_has(text, "\n**Date:** 2026-03-02  \n**Author:** [Name]  \n");
    assert_has(text, "\n- Customers hit: [How many]\n- **Duration:** 26 min 40 s\n"
                     "- Services affected: parcel-router\n- Severity: P1\n"
                     "- **Orders lost:** about N\n- Time to detect: 40 s\n");
    assert_has(text, "\n- [ ] Tickets are filed\n1. _To be filled in: Name a &lt;deputy>._\n");
}

static void what_only_people_know_stays_a_marked_blank(void **state)
{
    (void)state;
    scoped_heap char *text = report_with(template_body);
    assert_has(text, "_To be filled in: Explain the technical cause and what set it off");
    assert_has(text, "```bash\n# no heading\n```\n");
    assert_lacks(text, "Fill the table");
    assert_lacks(text, "[Event]");
}

static void sections_that_the_runbook_names_come_in_its_order(void **state)
{
    (void)state;
    struct incident incident = an_incident();
    struct runbook runbook = a_runbook();
    struct report_section sections[] = {{.name = "root cause"},
                                        {.name = "order of events"},
                                        {.name = "Cost", .prompt = "in hours; [sum]; Duration: [time]"}};
    struct stated columns[] = {{"Task", 1}, {"Who | when", 1}};
    runbook.parts.report_sections.at = sections;
    runbook.parts.report_sections.n = 3;
    runbook.parts.action_columns.at = columns;
    runbook.parts.action_columns.n = 2;
    struct report_input input = an_input(&incident, &runbook);
    scoped_heap char *text = report_of(&input);
    assert_in_order(text, "\n## Impact\n", "\n## Root cause\n"); /* which it forgets */
    assert_in_order(text, "\n## Root cause\n", "\n## Order of events\n");
    assert_in_order(text, "\n## Order of events\n", "\n## Cost\n");
    assert_has(text,
               "\n- _To be filled in: in hours._\n- _To be filled in: sum._\n- Duration: 26 min 40 s\n");
    assert_has(text, "| Task | Who \\| when |\n");
    assert_lacks(text, "\n## Summary\n");
}

static void an_incident_that_is_not_over_reads_well(void **state)
{
    (void)state;
    struct incident incident = {
        .number = 1, .title = "T", .service = "s", .severity = "unknown", .opened_us = nine};
    struct report_input input = {.incident = &incident, .now_us = after_s(90)};
    scoped_heap char *text = report_of(&input);
    assert_has(text, "| Acknowledged        | not yet |");
    assert_has(text, "| Time to resolve     | not resolved |");
    assert_has(text, "| Duration            | 1 min 30 s so far |");
    assert_has(text, "| Procedure           | no procedure answers it |");
    assert_has(text, "The ledger holds no events of it.");
    assert_has(text, "No command was run for it.");
    assert_has(text, "Nobody was paged.");
}

static void a_changed_document_lends_no_lines(void **state)
{
    (void)state;
    struct incident incident = an_incident();
    struct runbook runbook = a_runbook();
    runbook.sha256[0] = 'e';
    struct report_input input = an_input(&incident, &runbook);
    scoped_heap char *text = report_of(&input);
    assert_lacks(text, "A consumer that holds its lease");
    assert_has(text, "it has changed since");
}

static void words_from_outside_cannot_change_the_document(void **state)
{
    (void)state;
    struct incident incident = an_incident();
    incident.title = "x\n# Fake | <script>alert(1)</script> [a](http://b)";
    struct run_step echo = {.text = "echo <b>",
                            .file = "a.md",
                            .line = 1,
                            .state = STEP_SUCCEEDED,
                            .started_us = nine,
                            .output = "```\n# Fake\n````\n"};
    struct report_input input = {.incident = &incident, .steps = &echo, .n_steps = 1, .now_us = nine};
    scoped_heap char *text = report_of(&input);
    assert_has(text, "# Incident report: #4 x # Fake \\| &lt;script>alert(1)&lt;/script> \\[a](http://b) (");
    assert_has(text, "\n`````text\n$ echo <b>\n```\n# Fake\n````\n`````\n");
}

static void a_command_that_still_runs_has_not_failed(void **state)
{
    (void)state;
    struct incident incident = an_incident();
    struct run_step both[] = {
        {.text = "uptime", .file = "a.md", .line = 1, .state = STEP_RUNNING, .started_us = nine},
        {.text = "df", .file = "a.md", .line = 2, .state = STEP_SUCCEEDED, .started_us = nine}};
    struct report_input input = {.incident = &incident, .steps = both, .n_steps = 2, .now_us = nine};
    scoped_heap char *text = report_of(&input);
    assert_has(text, "2 of 2 commands of the procedure ran: 1 succeeded, 0 did not, 1 still runs.");
}

static void a_template_that_forgets_what_it_did_to_people_tells_it_all_the_same(void **state)
{
    (void)state;
    scoped_heap char *text = report_with("## Cost\nIn hours.\n\n## Cause\nWhy.\n");
    assert_in_order(text, "\n## Cause\n", "\n## Impact\n");
    scoped_heap char *summed_up = report_with("## Summary\nIn short.\n\n## Cause\nWhy.\n");
    assert_lacks(summed_up, "\n## Impact\n"); /* the summary tells it */
}

static void a_template_that_forgets_to_close_a_fence_swallows_nothing(void **state)
{
    (void)state;
    scoped_heap char *text = report_with("## Summary\nIn short.\n## Evidence of it\n```\n## Pages\nx\n");
    assert_has(text, "\n```\n## Pages\nx\n```\n");
    assert_in_order(text, "\n## Pages\nx\n```\n", "\n## Timeline\n");
}

static void action_items_stand_in_the_report(void **state)
{
    (void)state;
    const struct action_item items[] = {
        {.item = 1, .kind = ACTION_REVIEW, .what = "Review", .due_us = INT64_C(1772532000) * US_PER_S},
        {.item = 2,
         .what = "alert on | age",
         .owner = "ana",
         .priority = ACTION_HIGH,
         .due_us = INT64_C(1772532000) * US_PER_S},
    };
    struct incident incident = an_incident();
    struct report_input input = {
        .incident = &incident, .actions = items, .n_actions = 2, .now_us = after_s(1700)};
    scoped_buf struct buf out = {0};
    report_write(&out, &input);
    const char *row = strstr(buf_text(&out), "| alert on \\| age | ana   | 2026-03-03 | high     | open");
    if (!row)
        fail_msg("%s", buf_text(&out));
    assert_null(strstr(buf_text(&out), "| Review"));
}

static void action_items_fill_the_templates_own_table(void **state)
{
    (void)state;
    const struct action_item items[] = {
        {.item = 3, .what = "alert on age", .owner = "ana", .due_us = INT64_C(1772532000) * US_PER_S}};
    struct incident incident = an_incident();
    struct runbook runbook = a_runbook();
    struct template template = {
        .name = "Post-mortem",
        .audience = "report",
        .body = "## Summary\n\n## Action items\nWith an owner each.\n\n| # | What | Owner | "
                "Ticket |\n|---|---|---|---|\n| 1 | | | |\n\n## Timeline\n"};
    runbook.parts.templates.at = &template;
    runbook.parts.templates.n = 1;
    struct report_input input = an_input(&incident, &runbook);
    scoped_heap char *none = report_of(&input);
    assert_has(none, "| # | What | Owner | Ticket |\n|---|---|---|---|\n| 1 | | | |\n");
    input.actions = items;
    input.n_actions = 1;
    scoped_heap char *text = report_of(&input);
    assert_has(text, "| 3   | alert on age | ana   |");
    assert_lacks(text, "| 1 | | | |");
    assert_lacks(text, "Priority");
}

static void a_row_of_a_table_is_filled_as_a_field_is(void **state)
{
    (void)state;
    scoped_heap char *text =
        report_with("| Field | Value |\n|---|---|\n| Start time (UTC) | {{start_time}} |\n"
                    "| Status | Draft / Final |\n| **State** | Open / Resolved |\n\n"
                    "## Summary\n\n## Timeline\n");
    assert_has(text, "| Start time (UTC) | 2026-03-02 09:00:00 UTC |\n");
    assert_has(text, "| Status | Draft / Final |\n");
    assert_has(text, "| **State** | resolved |\n");
}

static void a_template_without_marks_of_headings_keeps_its_shape(void **state)
{
    (void)state;
    scoped_heap char *form =
        report_with("Incident #: ____\nSeverity: [ ] P1 [ ] P2\nDate/time detected: __/__/__ __:__\n\n"
                    "Description of what happened:\n______\n\nRoot cause (if known):\n______\n\n"
                    "Corrective actions:\n\n| Action | Deadline |\n|---|---|\n| | |\n");
    assert_has(form, "\nIncident #: #4  \nSeverity: P1  \nDate/time detected: 2026-03-02 09:00:40 UTC  \n");
    assert_in_order(form, "## Description of what happened\n", "## Root cause (if known)\n");
    assert_has(form, "## Corrective actions\n\n| Action | Deadline |\n");
    scoped_heap char *underlined = report_with(
        "Post-mortem: <title>\n====================\n\nDate: <YYYY-MM-DD>\n\nImpact\n------\n* Users "
        "affected: <number>\n\nWhat we saw\n----------\n<text>\n\n1. TIMELINE\n[ HH:MM ] [ event ]\n");
    assert_has(underlined, "\nDate: 2026-03-02  \n");
    assert_in_order(underlined, "## Impact\n", "## What we saw\n");
    assert_in_order(underlined, "## What we saw\n", "## TIMELINE\n");
    assert_lacks(underlined, "====");
    assert_lacks(underlined, "HH:MM");
}

static void it_tells_where_time_went_and_what_the_runbook_had_promised(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct incident incident = an_incident();
    incident.acknowledged_us = after_s(40 + 1500);
    struct report_input input = {.incident = &incident,
                                 .timeline = events,
                                 .n_timeline = sizeof events / sizeof *events,
                                 .now_us = after_s(7200)};
    report_write(&out, &input);
    assert_in_order(out.at, "\n## Costs of delay\n", "Nobody had it");
    assert_non_null(strstr(out.at, "10 min later than the 15 min of the runbook"));
    assert_null(strstr(out.at, "Nobody knew of it")); /* for less than a minute */
    buf_clear(&out);
    incident = an_incident();
    report_write(&out, &input);
    assert_non_null(strstr(out.at, "within the 15 min of the runbook"));
    assert_non_null(strstr(out.at, "The longest time without an act on record | 2026-03-02 09:08:20 |"));
}

static char *report_with_form(const char *body)
{
    struct incident incident = an_incident();
    struct runbook runbook = a_runbook();
    struct template template = {
        .name = "Post-mortem", .audience = "report", .medium = "document", .body = body};
    runbook.parts.templates.at = &template;
    runbook.parts.templates.n = 1;
    struct report_input input = an_input(&incident, &runbook);
    return report_of(&input);
}

static void labels_with_a_place_behind_them_are_fields_or_sections(void **state)
{
    (void)state;
    scoped_heap char *text =
        report_with_form("**Incident:** ____\n**Severity:** [P1/P2]\n**Lead:** ____\n\n"
                         "**Root cause:** ____________\n**Who was affected and for how long:** ____\n"
                         "**What went badly:** ____\n**Action items:** ____\n");
    assert_in_order(text, "**Incident:** #4", "**Severity:** P1");
    assert_in_order(text, "**Lead:** ____", "\n## Root cause\n");
    assert_in_order(text, "**Who was affected and for how long:** ____", "\n## What went badly\n");
    assert_in_order(text, "\n## What went badly\n", "\n## Action items\n");
    assert_lacks(text, "## Severity");
}

static void a_table_of_fields_is_filled_and_the_rest_follows_it(void **state)
{
    (void)state;
    scoped_heap char *text = report_with_form("| Field | Detail |\n|---|---|\n| Incident reference | |\n"
                                              "| Service / ward | |\n| Severity / level of harm | |\n"
                                              "| Duty of candour | Yes / No |\n");
    assert_has(text, "| Incident reference | #4 |");
    assert_has(text, "| Service / ward | parcel-router |");
    assert_has(text, "| Severity / level of harm | P1 |");
    assert_in_order(text, "| Duty of candour | Yes / No |", "\n## Summary\n");
    assert_in_order(text, "\n## Summary\n", "\n## Timeline\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_tells_where_time_went_and_what_the_runbook_had_promised),
        cmocka_unit_test(what_people_found_out_stands_where_it_is_asked_for),
        cmocka_unit_test(every_report_begins_with_the_facts),
        cmocka_unit_test(the_timeline_tells_who_did_what_and_notes_in_full),
        cmocka_unit_test(commands_stand_with_their_results_and_their_output),
        cmocka_unit_test(pages_say_whom_and_why_but_not_the_address),
        cmocka_unit_test(without_a_template_a_good_shape_is_used),
        cmocka_unit_test(the_templates_headings_stay_in_their_order_and_levels),
        cmocka_unit_test(the_templates_fields_are_filled_where_the_answer_is_known),
        cmocka_unit_test(what_only_people_know_stays_a_marked_blank),
        cmocka_unit_test(sections_that_the_runbook_names_come_in_its_order),
        cmocka_unit_test(an_incident_that_is_not_over_reads_well),
        cmocka_unit_test(a_changed_document_lends_no_lines),
        cmocka_unit_test(words_from_outside_cannot_change_the_document),
        cmocka_unit_test(a_command_that_still_runs_has_not_failed),
        cmocka_unit_test(a_template_that_forgets_what_it_did_to_people_tells_it_all_the_same),
        cmocka_unit_test(a_template_that_forgets_to_close_a_fence_swallows_nothing),
        cmocka_unit_test(action_items_stand_in_the_report),
        cmocka_unit_test(action_items_fill_the_templates_own_table),
        cmocka_unit_test(a_template_without_marks_of_headings_keeps_its_shape),
        cmocka_unit_test(a_row_of_a_table_is_filled_as_a_field_is),
        cmocka_unit_test(labels_with_a_place_behind_them_are_fields_or_sections),
        cmocka_unit_test(a_table_of_fields_is_filled_and_the_rest_follows_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
