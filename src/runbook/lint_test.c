#include "runbook/lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "runbook/document.h"

/* Documents are read, the lists of a runbook are made by hand where a check needs them. */
struct fixture {
    struct arena *arena;
    struct runbook runbook;
};

static int start(void **state)
{
    struct fixture *fixture = heap_alloc(sizeof *fixture);
    fixture->arena = arena_new();
    *state = fixture;
    return 0;
}

static int stop(void **state)
{
    struct fixture *fixture = *state;
    arena_free(fixture->arena);
    free(fixture);
    return 0;
}

static struct defect_list lint(struct fixture *fixture, const char *text)
{
    struct defect_list defects = {0};
    int64_t today_us;
    assert_int_equal(time_parse_rfc3339("2026-03-01T12:00:00Z", 20, &today_us), 0);
    fixture->runbook.document = document_read(fixture->arena, text, strlen(text));
    fixture->runbook.n_lines = (int)fixture->runbook.document->lines.n;
    lint_runbook(fixture->arena, &fixture->runbook, &(struct lint_surroundings){.today_us = today_us},
                 &defects);
    return defects;
}

/* The finding of that code, or NULL; there is at most one on a line. */
static const struct defect *finding(const struct defect_list *defects, const char *code, int line)
{
    list_each (defect, defects)
        if (strcmp(defect->code, code) == 0 && (line == 0 || defect->line == line))
            return defect;
    return NULL;
}

static void assert_found(struct fixture *fixture, const char *text, const char *code, int line)
{
    struct defect_list defects = lint(fixture, text);
    if (!finding(&defects, code, line))
        print_error("no %s on line %d of: %s\n", code, line, text);
    assert_non_null(finding(&defects, code, line));
}

static void assert_not_found(struct fixture *fixture, const char *text, const char *code)
{
    struct defect_list defects = lint(fixture, text);
    if (finding(&defects, code, 0))
        print_error("%s on line %d of: %s\n", code, finding(&defects, code, 0)->line, text);
    assert_null(finding(&defects, code, 0));
}

/* A shell fence with one command, on line 2. */
static const char *shell(struct fixture *fixture, const char *command)
{
    return arena_printf(fixture->arena, "```bash\n%s\n```\n", command);
}

struct example {
    const char *code, *wrong, *right; /* commands */
};

static bool only_there(void *context, const char *path)
{
    (void)context;
    return strcmp(path, "there.md") == 0;
}

/* A whole document, as the program reads it. */
static struct defect_list lint_whole(struct arena *arena, const char *text)
{
    struct defect_list defects = {0};
    int64_t today_us;
    assert_int_equal(time_parse_rfc3339("2026-03-01T12:00:00Z", 20, &today_us), 0);
    const struct runbook *runbook = runbook_read(arena, "a.md", text, strlen(text));
    lint_runbook(arena, runbook, &(struct lint_surroundings){.today_us = today_us, .file_exists = only_there},
                 &defects);
    return defects;
}

static void assert_whole(struct fixture *fixture, const char *text, const char *code, int line)
{
    struct defect_list defects = lint_whole(fixture->arena, text);
    if (line && !finding(&defects, code, line))
        print_error("no %s on line %d of:\n%s\n", code, line, text);
    if (!line && finding(&defects, code, 0))
        print_error("%s on line %d of:\n%s\n", code, finding(&defects, code, 0)->line, text);
    assert_true(line ? finding(&defects, code, line) != NULL : finding(&defects, code, 0) == NULL);
}

static void the_examples_of_each_page_are_what_they_say(void **state)
{
    struct fixture *fixture = *state;
    struct lint_codes codes = {0};
    size_t n_with = 0, n_bad = 0;
    lint_codes(fixture->arena, &codes);
    list_each (code, &codes) {
        n_with += code->wrong && code->right;
        assert_int_equal(!code->wrong, !code->right);
        struct defect_list wrong = lint_whole(fixture->arena, code->wrong ? code->wrong : "");
        struct defect_list right = lint_whole(fixture->arena, code->right ? code->right : "");
        bool found = !code->wrong || finding(&wrong, code->code, 0);
        bool left = !code->right || !finding(&right, code->code, 0);
        if (!found || !left)
            print_error("%s: %s\n", code->code,
                        !found ? "the wrong example is not found" : "the right one is");
        n_bad += !found || !left;
    }
    assert_int_equal(n_bad, 0);
    assert_true(n_with + 8 > codes.n);
}

#define LEVELS "| Severity | Response time |\n|---|---|\n| SEV-1 | 10 minutes |\n| SEV-2 | 1 hour |\n\n"

static void two_times_for_one_level_are_a_contradiction(void **state)
{
    assert_whole(*state, LEVELS "On-call must respond within 20 minutes to a SEV-1.\n", "conflicting-number",
                 6);
    assert_whole(*state, LEVELS "On-call must respond within 10 minutes to a SEV-1.\n", "conflicting-number",
                 0);
    assert_whole(*state, LEVELS "On-call must respond within 20 minutes.\n", "conflicting-number", 0);
    assert_whole(*state, LEVELS "SEV-1: API response time > 20 seconds\n", "conflicting-number", 0);
    assert_whole(*state,
                 LEVELS "- SEV-2: post updates every 30 minutes\n- SEV-2: post updates every 2 hours\n",
                 "conflicting-number", 7);
    assert_whole(*state,
                 LEVELS "- SEV-2: internal updates every 30 minutes\n- SEV-2: customer updates every hour\n",
                 "conflicting-number", 0);
    assert_whole(*state,
                 LEVELS "## SEV-1\n\nEscalate to the team lead after 15 minutes.\n\n"
                        "Escalate to the team lead after 45 minutes.\n",
                 "conflicting-number", 10);
    assert_whole(*state,
                 LEVELS "## SEV-1\n\nEscalate to the team lead after 15 minutes.\n\n"
                        "Escalate to the director after 45 minutes.\n",
                 "conflicting-number", 0);
}

static void a_definition_counts_wherever_its_words_stand(void **state)
{
    static const char text[] =
        "## Severity definitions\n\n**Sev1 - Critical**\n- Response time: 5 minutes\n- Updates: "
        "every 30 minutes\n\n**Sev2 - High**\n- Response time: 1 hour\n\n## Paging\n\n"
        "1. Sev1: the on-call must respond within 10 minutes.\n2. Sev2: respond in 1 hour.\n\n"
        "### Communication during a Sev1\n\nPost status updates every 20 minutes.\n";
    assert_whole(*state, LEVELS "## Response times\n\n- SEV-1: 25 minutes\n", "conflicting-number", 8);
    assert_whole(*state,
                 "# P\n\nFor P1 post an update every 15 minutes.\n\nFor P1 send updates every 60 minutes.\n",
                 "conflicting-number", 5);
    assert_whole(*state, text, "conflicting-number", 12);
    assert_whole(*state, text, "conflicting-number", 17);
    struct fixture *fixture = *state;
    struct defect_list defects = lint_whole(fixture->arena, text);
    assert_null(finding(&defects, "conflicting-number", 13));
    assert_non_null(strstr(finding(&defects, "conflicting-number", 12)->message, "5 min on line 3"));
}

static void a_variable_is_set_before_it_is_read(void **state)
{
    assert_whole(*state, "```sh\necho \"${HOST_NAME}\"\n```\n\n```sh\nexport HOST_NAME=a\n```\n",
                 "variable-unset", 2);
    assert_whole(*state, "```sh\nfor P in a b; do echo \"$P\"; done\nP=x\n```\n", "variable-unset", 0);
    assert_whole(*state, "```sh\nread -r P\necho \"$P\"\nP=x\n```\n", "variable-unset", 0);
    assert_whole(*state, "```sh\nawk '{print $A}' f\nA=x\necho \"${B:-y}\"\nB=1\n```\n", "variable-unset", 0);
    assert_whole(*state, "```sh\necho \"$HOME\"\n```\n", "variable-unset", 0);
}

static void links_to_files_are_followed_when_somebody_can_look(void **state)
{
    assert_whole(*state,
                 "See [a](there.md#x), [b](there), [c](https://x.example/y), [d](mailto:a@b.eu), "
                 "[e](/from/root), [f]({{ site }}/x).\n",
                 "dead-link", 0);
    assert_whole(*state, "Text.\n\n![picture](img/graph.png)\n", "dead-link", 3);
    assert_not_found(*state, "See [a](gone.md).\n", "dead-link");
}

static void messages_do_not_assert_what_nobody_knows(void **state)
{
    assert_whole(*state, "```\nNo customer data has been exposed.\n```\n", "template-asserts", 2);
    assert_whole(*state, "> At this time no PHI was accessed.\n", "template-asserts", 1);
    assert_whole(*state, "- [ ] Verify that no customer data has been exposed\n", "template-asserts", 0);
    assert_whole(*state, "```\nThere is no data yet on who was affected.\n```\n", "template-asserts", 0);
}

static void numbers_and_addresses_for_examples_reach_nobody(void **state)
{
    assert_whole(*state, "Call +1-415-555-0132.\n", "placeholder-address", 1);
    assert_whole(*state, "Call +1-415-555-2671, or write to ops@clinic.eu.\n", "placeholder-address", 0);
    assert_whole(*state, "Write to ops@mail.example.org.\n", "placeholder-address", 1);
}

static void a_session_is_shown_in_a_block_that_says_so(void **state)
{
    assert_whole(*state, "```\n[root@pump ~]# uptime\n11:02 up\n```\n", "prompt-output", 3);
    assert_whole(*state, "```console\n$ uptime\n11:02 up\n```\n", "prompt-output", 0);
    assert_whole(*state, "```sh\n$ uptime\n# then\n$ ls \\\n  -l\n```\n", "prompt-output", 0);
}

static void what_is_alone_or_told_already_weighs_less(void **state)
{
    struct fixture *fixture = *state;
    struct defect_list defects = lint_whole(
        fixture->arena, "```sh\nkubectl logs -f a\ndf\n```\n\n```sh\ndf\nkubectl logs -f b\n```\n");
    assert_string_equal(finding(&defects, "non-terminating", 2)->level, "warning");
    assert_string_equal(finding(&defects, "non-terminating", 8)->level, "info");
    defects = lint_whole(fixture->arena, "```sh\nls <a>\nls <b>\n```\n");
    assert_string_equal(finding(&defects, "placeholder-redirect", 2)->level, "warning");
    assert_string_equal(finding(&defects, "placeholder-redirect", 3)->level, "info");
}

static void secrets_that_go_into_a_variable_or_a_file_are_not_printed(void **state)
{
    assert_whole(*state, "# A\n\n```sh\nP=$(kubectl get secret a -o jsonpath='{.data.p}' | base64 -d)\n```\n",
                 "sensitive-output", 0);
    assert_whole(*state, "# A\n\n```sh\nkubectl get secret a -o jsonpath='{.data.p}' | base64 -d\n```\n",
                 "sensitive-output", 4);
}

static void each_command_rule_finds_its_fault_and_leaves_the_right_form(void **state)
{
    static const struct example examples[] = {
        {"non-terminating", "docker stats web", "docker stats --no-stream web"},
        {"non-terminating", "top -p 1", "top -b -n 1 -p 1"},
        {"non-terminating", "kubectl logs -f deploy/web", "kubectl logs --tail=50 deploy/web"},
        {"non-terminating", "watch -n 2 df", "df"},
        {"non-terminating", "while true; do date; done", "for i in 1 2; do date; done"},
        {"non-terminating", "docker compose up web", "docker compose up -d web"},
        {"non-terminating", "ping db", "ping -c 3 db"},
        {"non-terminating", "journalctl -u web -f", "journalctl -u web -n 100"},
        {"needs-tty", "kubectl exec -it web-0 -- ls", "kubectl exec -i web-0 -- ls"},
        {"tty-redirect", "kubectl exec -it db-0 -- pg_dump shop > dump.sql",
         "kubectl exec -i db-0 -- pg_dump shop > dump.sql"},
        {"sensitive-output", "kubectl get secret web -o yaml", "kubectl get secret web"},
        {"sensitive-output", "psql -d shop -U ops -c \"SELECT * FROM users\"",
         "psql -d shop -U ops -c \"SELECT count(*) FROM users\""},
        {"placeholder-redirect", "kubectl delete pod <pod-name>", "kubectl delete pod \"$POD\""},
        {"placeholder-redirect", "curl -f http://web/<id>", "curl -f \"http://web/<id>\""},
        {"undefined-placeholder", "kubectl delete pod <pod-name>", "kubectl delete pod \"$POD\""},
        {"no-timeout", "curl -f http://web/health", "curl -f --max-time 5 http://web/health"},
        {"no-timeout", "kubectl rollout status deploy/web", "kubectl rollout status deploy/web --timeout=2m"},
        {"post-no-content-type", "curl -f -X POST http://web/x -d '{\"a\":1}'",
         "curl -f -X POST http://web/x -H 'Content-Type: application/json' -d '{\"a\":1}'"},
        {"tool-deprecated", "docker-compose ps", "docker compose ps"},
        {"tool-alias", "mongo --eval 'db.stats()'", "mongosh --eval 'db.stats()'"},
        {"log-tail-default", "kubectl logs -l app=web", "kubectl logs -l app=web --tail=500"},
        {"single-pod", "kubectl logs deployment/web", "kubectl logs web-1"},
        {"column-renamed", "psql -c 'SELECT mean_time FROM pg_stat_statements'",
         "psql -c 'SELECT mean_exec_time FROM pg_stat_statements'"},
        {"exit-status", "journalctl -u web | grep -i error", "journalctl -u web -n 20"},
        {"session-state", "cd infra && terraform plan", "(cd infra && terraform plan)"},
        {"hidden-mutation", "psql -c 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity'",
         "psql -c 'SELECT pid FROM pg_stat_activity'"},
        {"hidden-mutation", "psql -c 'ANALYZE;'", "psql -c 'EXPLAIN ANALYZE SELECT 1;'"},
        {"destructive-unguarded", "docker compose down", "docker compose ps"},
        {"nonascii-command", "ls \xe2\x80\x93l", "ls -l # long \xe2\x80\x94 with sizes"},
        {"command-incomplete", "kubectl scale", "kubectl scale deploy web --replicas=3"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        assert_found(*state, shell(*state, examples[i].wrong), examples[i].code, 2);
        assert_not_found(*state, shell(*state, examples[i].right), examples[i].code);
    }
}

static void a_finding_points_to_its_line_within_a_command_of_several(void **state)
{
    assert_found(*state, "```bash\nab -n 10 \\\n  -p body.json http://web/\n```\n", "missing-file", 3);
}

static void a_fault_is_told_with_the_words_that_were_found(void **state)
{
    struct defect_list defects = lint(*state, shell(*state, "kubectl delete pod <pod-name>"));
    const struct defect *defect = finding(&defects, "placeholder-redirect", 2);
    assert_string_equal(defect->level, "warning");
    assert_string_equal(defect->group, "placeholder");
    assert_int_equal(defect->column, 20);
    assert_non_null(strstr(defect->message, "<pod-name> is a redirection"));
}

static void curl_without_f_is_told_each_time_where_others_have_it_else_once(void **state)
{
    static const char mixed[] = "```sh\ncurl -f http://a\ncurl http://b\ncurl http://c\n```\n";
    static const char none[] = "```sh\ncurl http://a\ncurl http://b\n```\n";
    assert_found(*state, mixed, "curl-no-fail", 3);
    assert_found(*state, mixed, "curl-no-fail", 4);
    struct defect_list defects = lint(*state, none);
    assert_non_null(finding(&defects, "curl-no-fail", 2));
    assert_null(finding(&defects, "curl-no-fail", 3));
}

static void a_pod_of_a_statefulset_is_not_scaled_as_a_deployment(void **state)
{
    assert_found(
        *state,
        "```sh\nkubectl exec -i cache-0 -- redis-cli ping\n```\n\n```sh\nkubectl scale deployment cache "
        "--replicas=2\n```\n",
        "inconsistent-kind", 6);
    assert_not_found(*state, "```sh\nkubectl scale deployment cache --replicas=2\n```\n",
                     "inconsistent-kind");
}

static void a_placeholder_that_the_text_explains_is_defined(void **state)
{
    assert_not_found(*state,
                     "`<pod-name>` is in the label pod.\n\n```sh\nkubectl delete pod '<pod-name>'\n```\n",
                     "undefined-placeholder");
}

static void encoding_faults_are_found_where_they_stand(void **state)
{
    assert_found(*state, "# Ops\n\n### \xc3\xb0\xc5\xb8\xe2\x80\x9d\xc2\xb4 Level\n", "mojibake", 3);
    assert_found(*state, "wait 15\xc2\xa0minutes\n", "nonascii-space", 1);
    assert_found(*state, "post\xe2\x80\x91mortem\n", "nonascii-hyphen", 1);
    assert_found(*state, "```sh\nls \\ \n  -l\n```\n", "trailing-whitespace", 2);
    assert_found(*state, "# Ops\n\nlast", "no-final-newline", 3);
    assert_not_found(*state,
                     "# \xc3\x9c"
                     "bersicht\n\n\xe6\x95\xb0\xe6\x8d\xae\n",
                     "mojibake");
}

static void structure_faults_are_found_where_they_stand(void **state)
{
    assert_found(*state, "# A\n\n```bash\nls\n", "unclosed-fence", 3);
    assert_not_found(*state, "# A\n\n```bash\nls\n```\n", "unclosed-fence");
    assert_found(*state, "```bash\n# ask the team\n# wait\n```\n", "comment-only-fence", 1);
    assert_found(*state, "```markdown\n# Report\n```\n", "heading-in-fence", 2);
    assert_found(*state, "1. Stop it: kubectl scale deploy web --replicas=0\n", "command-unfenced", 1);
    assert_not_found(*state, "1. Use kubectl scale when asked.\n", "command-unfenced");
}

static void a_table_of_contents_is_held_against_the_headings(void **state)
{
    static const char text[] =
        "# A\n\n## Contents\n\n- [One](#one)\n- [Two](#two)\n- [Gone](#gone)\n\n## One\n\n## "
        "Two\n\n### Part\n\n## Three\n\nSee [nothing](#nothing) and [one](#one).\n";
    assert_found(*state, text, "toc-dead-anchor", 7);
    assert_found(*state, text, "toc-missing-section", 15);
    assert_found(*state, text, "dead-anchor", 17);
    struct defect_list defects = lint(*state, text);
    assert_null(finding(&defects, "toc-missing-section", 13));
}

static void contacts_that_reach_nobody_are_errors(void **state)
{
    assert_found(*state, "## Contacts\n\n- On call: [CONTACT]\n", "placeholder-contact", 3);
    assert_found(*state, "Call +1-555-HELPME\n", "placeholder-contact", 1);
    assert_not_found(*state, "Call +1 212 555 0123, or see [contact](people.md)\n", "placeholder-contact");
    assert_not_found(*state, "at 12:00:37 +0100 CEST\n", "placeholder-contact");
    assert_not_found(*state, "## On-call\n\n| Do | Expect |\n|---|---|\n| Ask it | `{\"status\":\"ok\"}` |\n",
                     "placeholder-contact");
    static const char roster[] =
        "## On-call\n\n| Who | Phone |\n|---|---|\n| Primary | TBD |\n| Second | <phone> |\n| "
        "Vendor | (555) 123-4567 |\n| Desk | ext. XXXX |\n| Lead | +44 20 7946 0018 |\n";
    for (int line = 5; line <= 8; line++)
        assert_found(*state, roster, "placeholder-contact", line);
    struct defect_list filled = lint(*state, roster);
    assert_null(finding(&filled, "placeholder-contact", 9));
    assert_not_found(*state, "## On-call\n\n```mermaid\nA --> B[Call the lead]\n```\n",
                     "placeholder-contact");
    assert_not_found(*state, "node xxxxxxx-xxxxxx-xxxxx drains\n", "placeholder-contact");
    assert_not_found(*state, "## Schema\n\n| Field | Value |\n|---|---|\n| id | <uuid> |\n",
                     "placeholder-contact");
    assert_found(*state, "## Key contacts\n\n- Search team: ranking and index\n", "contact-missing", 3);
    assert_not_found(*state, "## Key contacts\n\n- Search team: #search-oncall\n", "contact-missing");
    assert_found(*state, "Post it in the incident Slack channel.\n", "channel-unnamed", 1);
    assert_not_found(*state, "Post it in the Slack channel #inc.\n", "channel-unnamed");
}

static void dates_are_overdue_by_the_day_that_is_passed_in(void **state)
{
    assert_found(*state, "# A\n\n**Next Review**: 2026-02-28\n", "date-overdue", 3);
    assert_found(*state, "---\nnext_drill: 2025-12-31\n---\n\n# A\n", "date-overdue", 2);
    assert_not_found(*state, "# A\n\n**Next Review**: 2026-03-01\n", "date-overdue");
    assert_not_found(*state, "# A\n\n**Last Review**: 2020-01-01\n", "date-overdue");
}

static void levels_are_defined_with_a_response_time(void **state)
{
    struct fixture *fixture = *state;
    struct severity *used = list_push(fixture->arena, &fixture->runbook.severities);
    *used =
        (struct severity){.id = "S1", .rank = 1, .source = "usage", .line = 1, .response_time_s = UNSTATED};
    assert_found(fixture, "Severity: S1\n", "severity-undefined", 1);
    used->source = "definition";
    assert_found(fixture, "Severity: S1\n", "response-time-missing", 1);
    used->response_time_s = 900;
    assert_not_found(fixture, "Severity: S1\n", "response-time-missing");
}

static void one_level_has_one_response_time(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 1; i <= 2; i++)
        *list_push(fixture->arena, &fixture->runbook.severities) = (struct severity){
            .id = "P1", .rank = 1, .source = "definition", .line = i, .response_time_s = 900 * i};
    assert_found(fixture, "a\n\nb\n", "conflicting-number", 2);
}

static void a_limit_belongs_to_one_level(void **state)
{
    struct fixture *fixture = *state;
    struct severity *high = list_push(fixture->arena, &fixture->runbook.severities);
    *high = (struct severity){.id = "P0", .response_time_s = 60, .line = 1};
    *list_push(fixture->arena, &high->criteria) = (struct criterion){
        .line = 1, .condition = {.metric = "users", .op = ">=", .has_value = true, .value = 50}};
    struct severity *low = list_push(fixture->arena, &fixture->runbook.severities);
    *low = (struct severity){.id = "P1", .response_time_s = 60, .line = 2};
    *list_push(fixture->arena, &low->criteria) = (struct criterion){.line = 3,
                                                                    .condition = {.metric = "users",
                                                                                  .op = ">=",
                                                                                  .value = 25,
                                                                                  .has_value = true,
                                                                                  .op_hi = "<=",
                                                                                  .has_value_hi = true,
                                                                                  .value_hi = 50}};
    assert_found(fixture, "a\n\nb\n", "range-overlap", 3);
    low->criteria.at[0].condition.op_hi = "<";
    assert_not_found(fixture, "a\n\nb\n", "range-overlap");
}

static void procedures_state_a_severity_where_others_do(void **state)
{
    struct fixture *fixture = *state;
    *list_push(fixture->arena, &fixture->runbook.procedures) = (struct procedure){
        .title = "A", .kind = "alert", .severity = "P1", .severity_basis = "stated", .line = 1};
    *list_push(fixture->arena, &fixture->runbook.procedures) =
        (struct procedure){.title = "B", .kind = "alert", .line = 3};
    assert_found(fixture, "## A\n\n## B\n", "severity-missing", 3);
}

static void a_diagnosis_alone_resolves_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct procedure *procedure = list_push(fixture->arena, &fixture->runbook.procedures);
    *procedure = (struct procedure){.title = "A", .kind = "alert", .line = 1};
    *list_push(fixture->arena, &procedure->phases) = (struct phase){.stage = STAGE_DIAGNOSIS};
    assert_found(fixture, "## A\n", "missing-resolution", 1);
    *list_push(fixture->arena, &procedure->phases) = (struct phase){.stage = STAGE_RESOLUTION};
    assert_not_found(fixture, "## A\n", "missing-resolution");
}

static void vague_thresholds_are_told_and_numbers_are_enough(void **state)
{
    assert_found(*state, "## High CPU Usage\n", "threshold-undefined", 1);
    assert_found(*state, "- latency > threshold\n", "threshold-undefined", 1);
    assert_found(*state, "Scale up if memory is high\n", "threshold-undefined", 1);
    assert_not_found(*state, "## High CPU Usage (> 80 %)\n", "threshold-undefined");
    assert_not_found(*state, "Scale up if memory is above 90 %\n", "threshold-undefined");
}

static void promises_without_a_time_are_told(void **state)
{
    assert_found(*state, "Schedule a post-mortem with the team.\n", "deadline-missing", 1);
    assert_not_found(*state, "Schedule a post-mortem within 5 days.\n", "deadline-missing");
    assert_found(*state, "Notify stakeholders\n", "cadence-missing", 1);
    assert_not_found(*state, "Update stakeholders every 30 minutes\n", "cadence-missing");
}

static void findings_come_in_the_order_of_lines_one_of_a_code_a_line(void **state)
{
    struct defect_list defects =
        lint(*state, "```sh\nkubectl logs -f a\nkubectl delete pod <a> <b>\n```\n\n# High CPU usage\n");
    for (size_t i = 1; i < defects.n; i++) {
        assert_true(defects.at[i - 1].line <= defects.at[i].line);
        assert_false(defects.at[i - 1].line == defects.at[i].line &&
                     strcmp(defects.at[i - 1].code, defects.at[i].code) == 0);
    }
}

static void every_code_has_a_level_a_group_and_an_explanation(void **state)
{
    struct fixture *fixture = *state;
    struct lint_codes codes = {0};
    lint_codes(fixture->arena, &codes);
    assert_true(codes.n > 50);
    list_each (code, &codes) {
        assert_true(code->group && code->explain && strlen(code->explain) > 20);
        assert_true(strcmp(code->level, "error") == 0 || strcmp(code->level, "warning") == 0 ||
                    strcmp(code->level, "info") == 0);
    }
}

static void hostile_documents_end_soon(void **state)
{
    struct fixture *fixture = *state;
    enum { N = 200000 };
    char *text = arena_alloc(fixture->arena, N + 16);
    static const char *const units[] = {"a ", "<",       "if ",        "\"",
                                        "\\", "SELECT ", "- [x](#y) ", "| grep error "};
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        size_t n = strlen(units[k]), at = 8;
        memcpy(text, k % 2 ? "```bash\n" : "\n\n\n\n\n\n\n\n", 8);
        for (; at + n < N; at += n)
            memcpy(text + at, units[k], n);
        text[at] = '\0';
        lint(fixture, text);
    }
    /* a heading that is as long as the list below it */
    size_t at = (size_t)snprintf(text, N, "# ");
    for (; at < N / 4; at += 9)
        memcpy(text + at, "contacts ", 9);
    text[at++] = '\n';
    for (; at + 24 < N; at += 24)
        memcpy(text + at, "- **On**: call [a](#bc)\n", 24);
    text[at] = '\0';
    struct defect_list defects = lint(fixture, text);
    assert_non_null(finding(&defects, "dead-anchor", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_examples_of_each_page_are_what_they_say, start, stop),
        cmocka_unit_test_setup_teardown(two_times_for_one_level_are_a_contradiction, start, stop),
        cmocka_unit_test_setup_teardown(a_definition_counts_wherever_its_words_stand, start, stop),
        cmocka_unit_test_setup_teardown(a_variable_is_set_before_it_is_read, start, stop),
        cmocka_unit_test_setup_teardown(links_to_files_are_followed_when_somebody_can_look, start, stop),
        cmocka_unit_test_setup_teardown(messages_do_not_assert_what_nobody_knows, start, stop),
        cmocka_unit_test_setup_teardown(numbers_and_addresses_for_examples_reach_nobody, start, stop),
        cmocka_unit_test_setup_teardown(a_session_is_shown_in_a_block_that_says_so, start, stop),
        cmocka_unit_test_setup_teardown(what_is_alone_or_told_already_weighs_less, start, stop),
        cmocka_unit_test_setup_teardown(secrets_that_go_into_a_variable_or_a_file_are_not_printed, start,
                                        stop),
        cmocka_unit_test_setup_teardown(each_command_rule_finds_its_fault_and_leaves_the_right_form, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_finding_points_to_its_line_within_a_command_of_several, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_fault_is_told_with_the_words_that_were_found, start, stop),
        cmocka_unit_test_setup_teardown(curl_without_f_is_told_each_time_where_others_have_it_else_once,
                                        start, stop),
        cmocka_unit_test_setup_teardown(a_pod_of_a_statefulset_is_not_scaled_as_a_deployment, start, stop),
        cmocka_unit_test_setup_teardown(a_placeholder_that_the_text_explains_is_defined, start, stop),
        cmocka_unit_test_setup_teardown(encoding_faults_are_found_where_they_stand, start, stop),
        cmocka_unit_test_setup_teardown(structure_faults_are_found_where_they_stand, start, stop),
        cmocka_unit_test_setup_teardown(a_table_of_contents_is_held_against_the_headings, start, stop),
        cmocka_unit_test_setup_teardown(contacts_that_reach_nobody_are_errors, start, stop),
        cmocka_unit_test_setup_teardown(dates_are_overdue_by_the_day_that_is_passed_in, start, stop),
        cmocka_unit_test_setup_teardown(levels_are_defined_with_a_response_time, start, stop),
        cmocka_unit_test_setup_teardown(one_level_has_one_response_time, start, stop),
        cmocka_unit_test_setup_teardown(a_limit_belongs_to_one_level, start, stop),
        cmocka_unit_test_setup_teardown(procedures_state_a_severity_where_others_do, start, stop),
        cmocka_unit_test_setup_teardown(a_diagnosis_alone_resolves_nothing, start, stop),
        cmocka_unit_test_setup_teardown(vague_thresholds_are_told_and_numbers_are_enough, start, stop),
        cmocka_unit_test_setup_teardown(promises_without_a_time_are_told, start, stop),
        cmocka_unit_test_setup_teardown(findings_come_in_the_order_of_lines_one_of_a_code_a_line, start,
                                        stop),
        cmocka_unit_test_setup_teardown(every_code_has_a_level_a_group_and_an_explanation, start, stop),
        cmocka_unit_test_setup_teardown(hostile_documents_end_soon, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
