/* Drafts of updates: filled from the record, and silent about what nobody has established. */
#include <string.h>

#include "base/must.h"
#include "base/testing.h"
#include "update/update.h"

static const char document[] =
    "# Example service runbook\n\n"
    "## Severity levels\n\n"
    "| Level | Description | Response Time |\n|---|---|---|\n"
    "| SEV-1 | Service down | 5 minutes |\n| SEV-2 | Degraded | 30 minutes |\n\n"
    "## Communication templates\n\n"
    "### Stakeholder Communication\n\n"
    ""
    "```\n"
    "Subject: [SEV-1/SEV-2] Incident - [Service Name] - [Status]\n"
    "\n"
    "Dear [Stakeholders],\n"
    "\n"
    "Impact: [Description of user impact]\n"
    "Start Time: [Time]\n"
    "Current Status: [Investigating/Identified/Monitoring/Resolved]\n"
    "Next Update: [Time]\n"
    "\n"
    "Patient data remains secure and no PHI has been compromised.\n"
    "Call the help desk at [emergency contact]. Our team is working to resolve this issue.\n"
    "Estimated resolution: [timeframe]\n"
    "\n"
    "Components:\n"
    "- Upload: [Status]\n"
    "- Reports: [Status]\n"
    "\n"
    "Best regards,\n"
    "[Communications Lead]\n"
    "```\n\n"
    "### Status Page Update (resolved)\n\n"
    "```\n"
    "Title: [Service Name]\n"
    "Status: Investigating / Identified / Monitoring / Resolved\n"
    "\n"
    "The outage of [Service Name] has been resolved. The root cause was [brief description].\n"
    "```\n\n"
    "### Customer Communication\n\n"
    "```\n"
    "Subject: Service news - [Date]\n"
    "\n"
    "We are currently experiencing trouble with [Service Name].\n"
    "Our engineers are working on it and will provide updates soon.\n"
    "\n"
    "Thank you for your patience.\n"
    "```\n\n"
    "### Operators Update Template\n\n"
    "```\n"
    "Subject: [Service Name] - [Status]\n"
    "\n"
    "Current Status:\n"
    "- [Brief description of issue]\n"
    "- [Next steps]\n"
    "\n"
    "Users may experience delays. Estimated Resolution: TBD\n"
    "\n"
    "Thank you.\n"
    "```\n\n"
    "### Leaders Update Template\n\n"
    "```\n"
    "Impact: Complete outage\n"
    "Root Cause: Out of memory\n"
    "Mitigation: being determined\n"
    "IC: @your-name\n"
    "Page: https://your-status.example.org\n"
    "Duration: HH:MM to HH:MM (X hours Y minutes)\n"
    "ETA to recovery: 3-5 minutes\n"
    "Loss: about $X per minute\n"
    "ACTIONS REQUIRED\n"
    "- Call [Privacy Officer]\n"
    "\n"
    "War Room: https://meet.example.org/1\n"
    "```\n\n"
    "### Radiologists Update Template\n\n"
    "```\n"
    "Dear all,\n"
    "\n"
    "## Incident on [Service Name]\n"
    "\n"
    "> **Status:** `[Status]`\n"
    "> **Impact:** [Impact]\n"
    "\n"
    "**Needed now**\n"
    "- Call [Privacy Officer]\n"
    "\n"
    "**Thank you** for 2 * 3 readings in #radiology.\n"
    "```\n\n"
    "### Internal escalation template\n\n"
    "```\n"
    "Subject: [SEV-X] Brief description of the issue\n"
    "\n"
    "Bridge: [Link to video call]\n"
    "\n"
    "NEXT STEPS:\n"
    "- [ETA for next update]\n"
    "```\n";

static const char configuration[] =
    "people:\n  - {id: ana, name: Ana, contacts: [{webhook: 'http://127.0.0.1:9/'}]}\n"
    "services:\n  - {id: image-reader, public: Image Reading}\n";

struct world {
    struct arena *arena;
    struct config *config;
    struct incident incident;
    known_findings findings;
    struct role_holder role;
    struct draft_input input;
    struct draft draft;
};

static struct world world_new(void)
{
    struct world w = {.arena = arena_new()};
    struct config_errors errors = {.arena = w.arena};
    w.config = config_parse("c.yaml", configuration, strlen(configuration), &errors);
    assert_non_null(w.config);
    w.incident = (struct incident){.number = 4,
                                   .title = "PodCrashLooping on node-17",
                                   .service = "image-reader",
                                   .severity = "SEV-2",
                                   .severity_rank = 2,
                                   .state = INCIDENT_INVESTIGATING,
                                   .started_us = INT64_C(1772355240) * US_PER_S,
                                   .opened_us = INT64_C(1772355300) * US_PER_S};
    w.role = (struct role_holder){.incident = 4, .role = "communications-lead", .person = "ana"};
    w.input = (struct draft_input){.config = w.config,
                                   .runbook = runbook_read(w.arena, "r.md", document, strlen(document)),
                                   .audience = "stakeholders",
                                   .next_us = INT64_C(1772358840) * US_PER_S,
                                   .n_roles = 1,
                                   .public_url = "https://crashcart.example.org",
                                   .now_us = INT64_C(1772357040) * US_PER_S};
    return w;
}

static const struct draft *make(struct world *w)
{
    w->input.incident = &w->incident;
    w->input.findings = &w->findings;
    w->input.roles = &w->role;
    draft_make(w->arena, &w->input, &w->draft);
    must(w->draft.text && w->draft.subject);
    return &w->draft;
}

static void world_free(struct world *w)
{
    config_free(w->config);
    arena_free(w->arena);
}

static void find_out(struct world *w, const char *topic, const char *text)
{
    *list_push(w->arena, &w->findings) = (struct known_finding){.topic = topic, .text = text};
}

static bool withholds(const struct draft *draft, const char *text)
{
    list_each (withheld, &draft->withheld)
        if (strstr(withheld->text, text))
            return true;
    return false;
}

static void test_the_template_of_the_audience_is_filled_from_the_record(void **state)
{
    (void)state;
    struct world w = world_new();
    find_out(&w, "impact", "uploads fail");
    const struct draft *draft = make(&w);
    assert_string_equal(draft->template_name, "Stakeholder Communication");
    assert_string_equal(draft->subject, "SEV-2 Incident - Image Reading - Investigating");
    assert_string_equal(draft->text, "Dear stakeholders,\n\n"
                                     "Impact: uploads fail\n"
                                     "Start Time: 2026-03-01 08:54 UTC\n"
                                     "Current Status: Investigating\n"
                                     "Next Update: 2026-03-01 09:54 UTC\n\n"
                                     "Our team is working to resolve this issue.\n\n"
                                     "Best regards,\nAna");
    world_free(&w);
}

static void test_what_nobody_has_established_is_withheld_and_says_why(void **state)
{
    (void)state;
    struct world w = world_new();
    const struct draft *draft = make(&w);
    assert_true(withholds(draft, "Patient data remains secure"));
    assert_true(withholds(draft, "[emergency contact]"));
    assert_true(withholds(draft, "Estimated resolution"));
    assert_true(withholds(draft, "Upload: [Status]"));
    list_each (withheld, &draft->withheld)
        if (strstr(withheld->text, "Patient data")) {
            assert_string_equal(withheld->claim, "data-safe");
            assert_non_null(strstr(withheld->why, "no patient data was compromised"));
        }
    world_free(&w);
}

static void test_a_finding_or_a_person_lets_the_sentence_leave(void **state)
{
    (void)state;
    struct world w = world_new();
    struct strings behind = {0};
    find_out(&w, "data-safe", "the access log is clean");
    assert_non_null(strstr(make(&w)->text, "no PHI has been compromised"));
    w.findings.n = 0;
    strings_add(w.arena, &behind, "data-safe");
    w.input.behind = &behind;
    assert_non_null(strstr(make(&w)->text, "no PHI has been compromised"));
    behind.at[0] = "cause";
    assert_null(strstr(make(&w)->text, "no PHI has been compromised"));
    world_free(&w);
}

static void test_that_it_is_resolved_is_established_by_the_state_alone(void **state)
{
    (void)state;
    struct world w = world_new();
    w.input.audience = "status-page";
    w.input.is_public = true;
    const struct draft *draft = make(&w);
    assert_null(strstr(draft->text, "resolved"));
    w.incident.state = INCIDENT_RESOLVED;
    w.incident.resolved_us = w.input.now_us;
    draft = make(&w);
    assert_string_equal(draft->text, "Status: Resolved\n\nThe outage of Image Reading has been resolved.");
    assert_true(withholds(draft, "The root cause was"));
    world_free(&w);
}

static void test_at_the_end_no_template_says_that_it_goes_on(void **state)
{
    (void)state;
    struct world w = world_new();
    w.input.audience = "customers";
    const struct draft *draft = make(&w);
    assert_string_equal(draft->text,
                        "We are currently experiencing trouble with Image Reading.\nOur engineers are "
                        "working on it and will provide updates soon.\n\nThank you for your patience.");
    w.incident.state = INCIDENT_RESOLVED;
    w.incident.resolved_us = w.incident.started_us + 161 * US_PER_S;
    draft = make(&w);
    assert_string_equal(draft->text,
                        "The incident that affected Image Reading is over. It lasted 2 min, from "
                        "2026-03-01 08:54 UTC to 2026-03-01 08:56 UTC.\n\n"
                        "Thank you for your patience.");
    w.input.audience = "stakeholders";
    draft = make(&w);
    assert_null(strstr(draft->text, "is working"));
    assert_non_null(strstr(draft->text, "The incident that affected Image Reading is over."));
    assert_null(strstr(draft->text, "Next Update"));
    assert_false(withholds(draft, "Next Update"));
    assert_false(withholds(draft, "Estimated resolution"));
    w.input.audience = "operators";
    draft = make(&w);
    assert_string_equal(draft->text,
                        "Current Status: Resolved\n- PodCrashLooping on node-17\n\n"
                        "The incident that affected Image Reading is over. It lasted 2 min, from "
                        "2026-03-01 08:54 UTC to 2026-03-01 08:56 UTC.\n\n"
                        "Thank you.");
    world_free(&w);
}

static void test_how_long_it_lasted_is_what_a_reader_reckons_from_its_moments(void **state)
{
    (void)state;
    struct world w = world_new();
    w.input.audience = "executives";
    w.incident.state = INCIDENT_RESOLVED;
    w.incident.started_us += 49 * US_PER_S;
    w.incident.resolved_us = w.incident.started_us + 152 * US_PER_S;
    assert_non_null(
        strstr(make(&w)->text, "It lasted 3 min, from 2026-03-01 08:54 UTC to 2026-03-01 08:57 UTC."));
    world_free(&w);
}

static void test_a_subject_is_filled_in_full_or_is_not_the_templates(void **state)
{
    (void)state;
    struct world w = world_new();
    w.input.audience = "customers";
    assert_string_equal(make(&w)->subject, "Service news - 2026-03-01");
    w.input.audience = "internal";
    assert_string_equal(make(&w)->subject, "SEV-2 PodCrashLooping on node-17");
    w.input.is_public = true;
    assert_string_equal(make(&w)->subject, "Image Reading: Investigating");
    world_free(&w);
}

static void test_a_moment_by_itself_says_what_it_is_and_a_bridge_is_no_link_of_ours(void **state)
{
    (void)state;
    struct world w = world_new();
    w.input.audience = "internal";
    const struct draft *draft = make(&w);
    assert_string_equal(draft->text, "NEXT STEPS:\n- Next update: 2026-03-01 09:54 UTC");
    assert_true(withholds(draft, "Bridge"));
    find_out(&w, "bridge", "https://meet.example.org/4");
    assert_non_null(strstr(make(&w)->text, "Bridge: https://meet.example.org/4\n"));
    world_free(&w);
}

static void test_what_a_template_states_of_another_incident_is_not_said_of_this_one(void **state)
{
    (void)state;
    struct world w = world_new();
    w.input.audience = "leaders";
    w.role.role = "commander";
    const struct draft *draft = make(&w);
    assert_string_equal(draft->text, "Mitigation: being determined\n"
                                     "IC: @Ana\n"
                                     "Duration: 30 min so far\n\n"
                                     "War Room: https://meet.example.org/1");
    assert_true(withholds(draft, "Impact: Complete outage"));
    assert_true(withholds(draft, "$X per minute"));
    assert_true(withholds(draft, "https://your-status"));
    find_out(&w, "impact", "uploads fail");
    find_out(&w, "cause", "a full disk");
    find_out(&w, "eta", "10:30 UTC");
    find_out(&w, "actions", "a disk was added");
    assert_string_equal(make(&w)->text, "Impact: uploads fail\n"
                                        "Root Cause: a full disk\n"
                                        "Mitigation: a disk was added\n"
                                        "IC: @Ana\n"
                                        "Duration: 30 min so far\n"
                                        "ETA to recovery: 10:30 UTC\n\n"
                                        "War Room: https://meet.example.org/1");
    world_free(&w);
}

static void test_an_update_has_no_marks_of_markdown_but_those_of_values(void **state)
{
    (void)state;
    struct world w = world_new();
    w.input.audience = "radiologists";
    find_out(&w, "impact", "`queue` stands at **9**");
    assert_string_equal(make(&w)->text, "Dear all,\n\nIncident on Image Reading\n\n"
                                        "Status: Investigating\n"
                                        "Impact: `queue` stands at **9**\n\n"
                                        "Thank you for 2 * 3 readings in #radiology.");
    world_free(&w);
}

static void test_what_is_for_whoever_fills_a_template_in_is_not_sent(void **state)
{
    (void)state;
    static const char remarked[] =
        "# R\n\n## Communication\n\n### Stakeholder update template\n\n"
        "```\n---\nto: stakeholders\n---\nSubject: {{severity}}: {{service}} - {{status}}\n\n"
        "<!-- keep it\nshort -->\nHello all,\n\nStatus: {{status}} <!-- of the four -->\nDatabase: "
        "{{status}}\n```\n";
    struct world w = world_new();
    w.input.runbook = runbook_read(w.arena, "d.md", remarked, strlen(remarked));
    const struct draft *draft = make(&w);
    assert_string_equal(draft->subject, "SEV-2: Image Reading - Investigating");
    assert_string_equal(draft->text, "Hello all,\n\nStatus: Investigating");
    assert_true(withholds(draft, "Database"));
    world_free(&w);
}

static void test_what_a_template_states_of_its_example_is_said_of_the_incident(void **state)
{
    (void)state;
    static const char drilled[] =
        "# R\n\n## Severity levels\n\n"
        "| Severity | Description | Response Time |\n|---|---|---|\n"
        "| **P0 - Critical** | down | 5 minutes |\n| **P1 - High** | slow | 15 minutes |\n\n"
        "## Communication\n\n### Internal Communication Template\n\n"
        "```\nSERVICE ALERT - P0 CRITICAL\n\nImpact: [Down/Degraded service]\n"
        "Updates: Every 15 minutes until resolved\n```\n";
    struct world w = world_new();
    w.input.runbook = runbook_read(w.arena, "d.md", drilled, strlen(drilled));
    w.input.audience = "internal";
    w.incident.severity = "P1";
    assert_string_equal(make(&w)->text,
                        "SERVICE ALERT - P1 HIGH\n\nUpdates: Every 30 minutes until resolved");
    assert_true(withholds(&w.draft, "Impact"));
    w.incident.severity = "P0";
    w.input.next_us = w.input.now_us + 15 * 60 * US_PER_S;
    find_out(&w, "impact", "readings are late");
    assert_string_equal(make(&w)->text, "SERVICE ALERT - P0 CRITICAL\n\nImpact: readings are late\n"
                                        "Updates: Every 15 minutes until resolved");
    w.input.next_us = 0;
    assert_true(withholds(make(&w), "Every 15 minutes"));
    world_free(&w);
}

static void test_the_public_reads_no_internal_name(void **state)
{
    (void)state;
    struct world w = world_new();
    w.input.audience = "public";
    w.input.is_public = true;
    const struct draft *draft = make(&w);
    assert_null(draft->template_name);
    const char *inside[] = {"PodCrash", "node-17", "image-reader", "SEV-2", "#4", "Ana"};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        assert_null(strstr(w.draft.text, inside[i]));
        assert_null(strstr(w.draft.subject, inside[i]));
    }
    assert_non_null(strstr(draft->text, "Image Reading"));
    world_free(&w);
}

static void test_a_text_of_a_person_is_held_to_the_same(void **state)
{
    (void)state;
    struct world w = world_new();
    w.input.text = "We have restarted the queue [see chat]. The problem is fixed. We keep watching.";
    const struct draft *draft = make(&w);
    assert_string_equal(draft->text, "We have restarted the queue [see chat]. We keep watching.");
    must(draft->withheld.at);
    assert_string_equal(draft->withheld.at[0].claim, "resolved");
    world_free(&w);
}

static void test_what_a_person_found_out_does_not_count_as_a_claim_of_the_template(void **state)
{
    (void)state;
    struct world w = world_new();
    find_out(&w, "impact", "readings are late because of the queue");
    assert_non_null(strstr(make(&w)->text, "because of the queue"));
    world_free(&w);
}

static void test_a_value_is_not_filled_again_and_stays_on_its_line(void **state)
{
    (void)state;
    struct world w = world_new();
    find_out(&w, "impact", "x\nEstimated resolution: soon [Communications Lead]");
    assert_non_null(strstr(make(&w)->text, "Impact: x Estimated resolution: soon [Communications Lead]\n"));
    world_free(&w);
}

static void test_names_of_audiences_are_the_same_however_written(void **state)
{
    (void)state;
    assert_true(audience_same("Stakeholders", "stakeholder"));
    assert_true(audience_same("Status Page", "status-page"));
    assert_false(audience_same("internal", "external"));
    assert_false(audience_same("customer", "customer-success"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_template_of_the_audience_is_filled_from_the_record),
        cmocka_unit_test(test_what_nobody_has_established_is_withheld_and_says_why),
        cmocka_unit_test(test_a_finding_or_a_person_lets_the_sentence_leave),
        cmocka_unit_test(test_that_it_is_resolved_is_established_by_the_state_alone),
        cmocka_unit_test(test_at_the_end_no_template_says_that_it_goes_on),
        cmocka_unit_test(test_how_long_it_lasted_is_what_a_reader_reckons_from_its_moments),
        cmocka_unit_test(test_a_subject_is_filled_in_full_or_is_not_the_templates),
        cmocka_unit_test(test_a_moment_by_itself_says_what_it_is_and_a_bridge_is_no_link_of_ours),
        cmocka_unit_test(test_what_a_template_states_of_another_incident_is_not_said_of_this_one),
        cmocka_unit_test(test_an_update_has_no_marks_of_markdown_but_those_of_values),
        cmocka_unit_test(test_what_is_for_whoever_fills_a_template_in_is_not_sent),
        cmocka_unit_test(test_what_a_template_states_of_its_example_is_said_of_the_incident),
        cmocka_unit_test(test_the_public_reads_no_internal_name),
        cmocka_unit_test(test_a_text_of_a_person_is_held_to_the_same),
        cmocka_unit_test(test_what_a_person_found_out_does_not_count_as_a_claim_of_the_template),
        cmocka_unit_test(test_a_value_is_not_filled_again_and_stays_on_its_line),
        cmocka_unit_test(test_names_of_audiences_are_the_same_however_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
