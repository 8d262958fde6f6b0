/* Steps without a command, changes without a way back, conditions without a number: what is found, and what
 * is left alone. */
#include "runbook/lint.h"

#include <stdlib.h>
#include <string.h>

#include "base/testing.h"
#include "runbook/runbook.h"

static bool is_found(const char *text, const char *code)
{
    scoped_arena struct arena *arena = arena_new();
    struct defect_list defects = {0};
    const struct runbook *runbook = runbook_read(arena, "a.md", text, strlen(text));
    lint_runbook(arena, runbook, &(struct lint_surroundings){0}, &defects);
    list_each (defect, &defects)
        if (strcmp(defect->code, code) == 0)
            return true;
    return false;
}

static void assert_all(const char *code, const char *const *texts, bool found)
{
    for (; *texts; texts++)
        if (is_found(*texts, code) != found)
            fail_msg("%s is %s in:\n%s", code, found ? "not found" : "found", *texts);
}

#define FENCE(commands) "## Alert: web is slow\n\n### Resolution\n\n```bash\n" commands "\n```\n"

static void a_change_of_what_runs_wants_a_way_back(void **state)
{
    static const char *const found[] = {
        FENCE("kubectl scale deployment/web --replicas=6"),
        FENCE("kubectl edit configmap web"),
        FENCE("kubectl set resources deployment/web --limits=memory=1Gi"),
        FENCE("systemctl stop queue"),
        FENCE("terraform apply"),
        FENCE("psql -d shop -c \"UPDATE jobs SET state = 'failed'\""),
        FENCE("redis-cli config set maxmemory 2gb"),
        FENCE("curl -X PUT http://web/admin/mode -d degraded"),
        FENCE("aws rds modify-db-instance --db-instance-identifier shop --allocated-storage 200"),
        FENCE("rm -rf /var/lib/web/data"),
        "## Alert: web is slow\n\n### Resolution\n\n1. Scale it up: `kubectl scale deployment/web "
        "--replicas=6`\n",
        NULL};
    (void)state;
    assert_all("way-back-missing", found, true);
}

static void what_leaves_nothing_to_take_back_wants_no_way_back(void **state)
{
    static const char *const left[] = {FENCE("systemctl restart web"),
                                       FENCE("sudo gitlab-ctl restart nginx"),
                                       FENCE("kubectl set env deployment/web RESTARTED_AT=$(date +%s)"),
                                       FENCE("kubectl run probe --rm -it --image=busybox -- sh"),
                                       FENCE("docker run --rm -v $PWD:/work tool check"),
                                       FENCE("apt-get update"),
                                       FENCE("git checkout main"),
                                       FENCE("docker build -t web ."),
                                       FENCE("terraform init"),
                                       FENCE("aws s3 cp s3://shop/logs/web.log web.log"),
                                       FENCE("chmod +x tool"),
                                       FENCE("rm -rf tmp"),
                                       FENCE("oc delete -n shop <web-pod>"),
                                       FENCE("curl -X PURGE https://cdn.test/page"),
                                       FENCE("consul maint -help"),
                                       NULL};
    (void)state;
    assert_all("way-back-missing", left, false);
}

static void a_change_that_is_taken_back_below_has_its_way_back(void **state)
{
    static const char *const left[] = {
        FENCE("ceph osd set noout\nceph osd unset noout"),
        FENCE("kubectl cordon node-1\nkubectl uncordon node-1"),
        FENCE("docker-compose down\ndocker-compose up -d"),
        FENCE("systemctl stop queue\nsystemctl start queue"),
        FENCE("kubectl scale deployment/web --replicas=0\nkubectl scale deployment/web --replicas=3"),
        NULL};
    static const char *const found[] = {FENCE("ceph osd set noout\nceph osd set nodown"),
                                        FENCE("systemctl stop queue\nkubectl get pods"), NULL};
    (void)state;
    assert_all("way-back-missing", left, false);
    assert_all("way-back-missing", found, true);
}

static void a_command_that_a_sentence_mentions_is_no_change(void **state)
{
    static const char *const left[] = {"## Alert: web is slow\n\n### Resolution\n\nThe pipeline that runs "
                                       "`terraform apply` is slow on Mondays.\n",
                                       NULL};
    (void)state;
    assert_all("way-back-missing", left, false);
}

#define STEPS(steps) "## Alert: web is down\n\n### Resolution\n\n" steps "\n"

static void a_technical_step_wants_its_command(void **state)
{
    static const char *const found[] = {
        STEPS("1. Restart the web server"),
        STEPS("1. Rotate all secrets and tokens"),
        STEPS("1. Drain the old nodes\n2. Tell the team"),
        STEPS("1. **Restore from known-good state.** Redeploy the pools from the last commit."),
        STEPS("- [ ] Disable compromised pipelines"),
        NULL};
    (void)state;
    assert_all("command-missing", found, true);
}

static void a_step_that_says_how_wants_no_command(void **state)
{
    static const char *const left[] = {
        STEPS("1. Restart the web server:\n\n   ```bash\n   systemctl restart web\n   ```"),
        STEPS("Restart the web server:\n\n```bash\nsystemctl restart web\n```"),
        STEPS("1. Restart the web server with the command below.\n2. Tell the team"),
        STEPS("1. Restart the web server. See\n   [the guide](https://wiki.test/restart)."),
        STEPS("1. Restart all: `monit restart all`"),
        NULL};
    (void)state;
    assert_all("command-missing", left, false);
}

static void what_no_machine_does_wants_no_command(void **state)
{
    static const char *const left[] = {
        STEPS("1. Restart the browser"),
        STEPS("1. Enable \"Include administrators\""),
        STEPS("- [x] Rollback config change"),
        STEPS("- [ ] Rollback plan documented"),
        STEPS("1. Identify the pod from the alert"),
        "## Alert: web is down\n\n### Best practices\n\n1. Enable query logging\n",
        "## Alert: web is down\n\n### Resolution\n\nWith the tool you can:\n\n- scale your app up or down\n",
        NULL};
    (void)state;
    assert_all("command-missing", left, false);
}

static void a_heading_or_condition_without_a_number_is_found(void **state)
{
    static const char *const found[] = {"### High Latency\n\nUsers wait.\n",
                                        "1. Restart it if memory is high.\n",
                                        "- Alert fires when the rate exceeds threshold\n",
                                        "**Symptom**: Missing audit events\n",
                                        "- [ ] Metrics are within normal range\n",
                                        NULL};
    (void)state;
    assert_all("threshold-undefined", found, true);
}

static void a_number_nearby_or_a_mere_word_is_no_lack(void **state)
{
    static const char *const left[] = {"### High Latency\n\nFires when p95 > 2 s for 5 minutes.\n",
                                       "# High Error Rate\n\n```yaml\nexpr: rate(errors[5m]) > 0.05\n```\n",
                                       "- Auto scaling absorbs traffic spikes\n",
                                       "### Scenario: Legitimate Traffic Spike\n",
                                       "### High priority errors\n",
                                       "Blocking a project causing high load\n",
                                       "**Missing data:**\n",
                                       "- **Resolve volume failures**:\n",
                                       "Fires when the ratio is above the threshold of 1 in 10.\n",
                                       NULL};
    (void)state;
    assert_all("threshold-undefined", left, false);
}

static void a_change_wants_a_look_behind_it(void **state)
{
    static const char *const found[] = {FENCE("kubectl set env deployment/web MODE=slow"),
                                        FENCE("systemctl restart web"), NULL};
    static const char *const left[] = {
        FENCE("az account clear && az login"), FENCE("aws s3 cp s3://shop/logs/web.log ."),
        FENCE("kubectl run probe --rm -it --image=curl -- curl http://web"),
        FENCE("kubectl set env deployment/web MODE=slow\nkubectl get pods"), NULL};
    (void)state;
    assert_all("verification-missing", found, true);
    assert_all("verification-missing", left, false);
}

static void a_part_that_is_no_procedure_states_no_severity(void **state)
{
    static const char *const left[] = {"## Coverage hours\n\n```bash\nsystemctl restart web\n```\n",
                                       "## How to report\n\n```bash\nsystemctl restart web\n```\n", NULL};
    static const char *const found[] = {FENCE("systemctl restart web"), NULL};
    (void)state;
    assert_all("severity-missing", left, false);
    assert_all("severity-missing", found, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_of_what_runs_wants_a_way_back),
        cmocka_unit_test(what_leaves_nothing_to_take_back_wants_no_way_back),
        cmocka_unit_test(a_change_that_is_taken_back_below_has_its_way_back),
        cmocka_unit_test(a_command_that_a_sentence_mentions_is_no_change),
        cmocka_unit_test(a_technical_step_wants_its_command),
        cmocka_unit_test(a_step_that_says_how_wants_no_command),
        cmocka_unit_test(what_no_machine_does_wants_no_command),
        cmocka_unit_test(a_heading_or_condition_without_a_number_is_found),
        cmocka_unit_test(a_number_nearby_or_a_mere_word_is_no_lack),
        cmocka_unit_test(a_change_wants_a_look_behind_it),
        cmocka_unit_test(a_part_that_is_no_procedure_states_no_severity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
