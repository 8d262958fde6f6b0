/* Whom a runbook's own words call, by roles that the configuration fills. */
#include "base/testing.h"

#include <string.h>

#include "engine/engine_priv.h"

static void add_role(struct arena *arena, struct config *config, const char *name, const char *person)
{
    struct config_role *role = list_push(arena, &config->roles);
    role->name = name;
    strings_add(arena, &role->notify, person);
}

/* When that one is paged by the words of the runbook, in seconds; -1: never. */
static int64_t paged_at_s(struct arena *arena, const char *words, const char *person)
{
    const char *text =
        arena_printf(arena,
                     "# Scanner down\n\n## Severity\n\n| Level | Response |\n|---|---|\n| P1 | 5 min |\n"
                     "| P2 | 1 hour |\n\n## Escalation\n\n%s\n\n## Steps\n\n"
                     "1. Look at `kubectl get pods`\n",
                     words);
    struct runbook *runbook = runbook_read(arena, "x.md", text, strlen(text));
    struct config config = {0};
    struct chain chain;
    add_role(arena, &config, "team lead", "person:eve");
    add_role(arena, &config, "medical director", "person:fay");
    const struct chain_question question = {.config = &config,
                                            .runbook = runbook,
                                            .level = runbook_severity(runbook, "P1"),
                                            .response_time_s = 300};
    chain_make(arena, &question, &chain);
    list_each (step, &chain.steps)
        list_each (target, &step->notify)
            if (strcmp(*target, person) == 0)
                return step->at_s;
    return -1;
}

static int64_t lead_at_s(struct arena *arena, const char *words)
{
    return paged_at_s(arena, words, "person:eve");
}

static void who_is_called_after_a_time_is_paged_then_however_it_is_worded(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_int_equal(lead_at_s(arena, "- P1: escalate to the team lead after 30 minutes"), 1800);
    assert_int_equal(lead_at_s(arena, "- P1: page the engineer; after 20 minutes page the team lead"), 1200);
    assert_int_equal(lead_at_s(arena, "- P1: call the team lead if nobody answers within 10 minutes"), 600);
}

static void each_of_a_ladder_is_paged_in_their_turn_however_it_is_worded(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const char *const ladders[] = {
        "If nobody answers within 15 minutes, page the team lead; if still nothing after 30 minutes, page "
        "the "
        "medical director.",
        "After 15 min without response: team lead. After 30 min: medical director.",
        "Escalate to the team lead if not mitigated in 15 minutes; escalate to the medical director if not "
        "mitigated in 30 minutes.",
        "Page the nurse first. Wait 15 minutes, then page the team lead. Wait another 15 minutes, then page "
        "the "
        "medical director.",
        "If the on-call engineer does not answer within 15 minutes, call the team lead. If the team lead "
        "does "
        "not answer within 15 minutes, call the medical director.",
        "Path: on-call engineer -> team lead (15 min) -> medical director (30 min).",
        "- Team lead: if not acknowledged in 15 minutes\n- Medical director: if not acknowledged in 30 "
        "minutes",
        "1. **On-call engineer** \xe2\x80\x94 paged first\n2. **Team lead** \xe2\x80\x94 after 15 minutes\n"
        "3. **Medical director** \xe2\x80\x94 after 30 minutes",
        "### P1\n\n1. On-call engineer\n2. After 15 minutes: team lead\n3. After 30 minutes: medical "
        "director",
        "P1: team lead @ 15m / medical director @ 30m",
        "P1: if unacked 15m \xe2\x86\x92 team lead; 30m \xe2\x86\x92 medical director",
        "| Level | Contact | Wait |\n|---|---|---|\n| L1 | On-call engineer | 15 min |\n| L2 | Team lead | "
        "15 min |\n"
        "| L3 | Medical director | - |",
        "- T+0: on-call engineer\n- T+15: team lead\n- T+30: medical director",
        "- Team lead paged at T+15\n- Medical director paged at T+30",
        "1. On-call engineer (T+0)\n2. Team lead (T+15)\n3. Medical director (T+30)",
        "T+15: team lead, T+30: medical director",
        "The engineer is paged at T+0, the team lead at T+15, the medical director at T+30.",
        "- +0 on-call engineer\n- +15 min team lead\n- +30 min medical director",
        "On-call engineer first. 15 minutes later: team lead. 30 minutes later: medical director.",
        "- First: on-call engineer\n- 15 minutes later: team lead\n- Another 15 minutes later: medical "
        "director",
        "```\nT+0   on-call engineer\nT+15  team lead\nT+30  medical director\n```",
        "```\n0m  -> page on-call engineer\n15m -> page team lead\n30m -> page medical director\n```",
    };
    for (size_t i = 0; i < sizeof ladders / sizeof *ladders; i++) {
        int64_t lead_s = lead_at_s(arena, ladders[i]);
        int64_t director_s = paged_at_s(arena, ladders[i], "person:fay");
        if (lead_s != 900 || director_s != 1800)
            fail_msg("%s: the lead after %lld s, the director after %lld s", ladders[i], (long long)lead_s,
                     (long long)director_s);
    }
}

static void who_comes_before_another_without_a_time_is_paged_with_them(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const char words[] =
        "P1: escalate to the team lead and then to the medical director after 30 minutes.";
    assert_int_equal(lead_at_s(arena, words), 1800);
    assert_int_equal(paged_at_s(arena, words, "person:fay"), 1800);
}

static void what_is_no_call_in_a_ladder_pages_nobody(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_int_equal(
        lead_at_s(arena,
                  "P1: escalation begins with the team lead; after 20 minutes page the medical director."),
        -1);
    assert_int_equal(lead_at_s(arena, "- Team lead update: 30 minutes, team lead review: 48 hours"), -1);
    assert_int_equal(lead_at_s(arena, "P1: team lead: 15 minutes. Medical director: 30 minutes."), 900);
}

static void a_fence_that_is_no_ladder_pages_nobody(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_int_equal(lead_at_s(arena, "```\n15 nodes team lead\n30 nodes medical director\n```"), -1);
    assert_int_equal(lead_at_s(arena, "```\n15 min team lead\nsee the wiki\n```"), -1);
    assert_int_equal(lead_at_s(arena, "```\n30 min team lead\n15 min medical director\n```"), -1);
}

static void a_condition_that_people_judge_pages_nobody_by_itself(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_int_equal(lead_at_s(arena, "- P1: escalate to the team lead after 30 minutes if data is lost"),
                     -1);
    assert_int_equal(lead_at_s(arena, "- P2: escalate to the team lead after 30 minutes"), -1);
}

static const char pump_runbook[] = "# Pump Runbook\n\n## Severity\n\n| Level | Response |\n|---|---|\n"
                                   "| P1 | 5 min |\n| P2 | 1 hour |\n\n## Alerts\n\n### Pump Down\n\n%s"
                                   "1. Restart it. Not back in 10 minutes: call the vendor.\n"
                                   "2. If nobody answers within 30 minutes, call the medical director.\n"
                                   "3. Contact the team lead if the switch is down.\n"
                                   "4. Restart the pod (takes 5 minutes), then escalate to the team lead.\n\n"
                                   "### Pump Slow\n\n1. Look at `kubectl get pods`\n";

/* "vendor +600, ..." of the steps that the runbook states for that procedure at that level. */
static const char *stated_steps(struct arena *arena, const char *severity_line, const char *title,
                                const char *level)
{
    const char *text = arena_printf(arena, pump_runbook, severity_line), *said = "";
    struct runbook *runbook = runbook_read(arena, "x.md", text, strlen(text));
    struct config config = {0};
    struct chain chain;
    add_role(arena, &config, "vendor", "person:ven");
    add_role(arena, &config, "team lead", "person:eve");
    add_role(arena, &config, "medical director", "person:fay");
    struct chain_question question = {.config = &config,
                                      .runbook = runbook,
                                      .level = level ? runbook_severity(runbook, level) : NULL,
                                      .response_time_s = 300};
    list_each (procedure, &runbook->procedures)
        if (title && strcmp(procedure->title, title) == 0)
            question.procedure = procedure;
    chain_make(arena, &question, &chain);
    list_each (step, &chain.steps)
        if (step->runbook_line)
            said = arena_printf(arena, "%s%s +%lld ", said, step->notify.at[0], (long long)step->at_s);
    return said;
}

static void whom_the_procedure_calls_after_a_time_is_paged_in_its_incidents(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const char called[] = "person:ven +600 person:fay +1800 ";
    assert_string_equal(stated_steps(arena, "", "Pump Down", "P1"), called);
    assert_string_equal(stated_steps(arena, "", "Pump Down", "P2"), called);
    assert_string_equal(stated_steps(arena, "", "Pump Down", NULL), called);
    assert_string_equal(stated_steps(arena, "**Severity**: P1\n\n", "Pump Down", "P1"), called);
}

static void whom_another_procedure_calls_is_not(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_string_equal(stated_steps(arena, "", "Pump Slow", "P1"), "");
    assert_string_equal(stated_steps(arena, "", NULL, "P1"), "");
    assert_string_equal(stated_steps(arena, "**Severity**: P1\n\n", "Pump Slow", "P1"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_called_after_a_time_is_paged_then_however_it_is_worded),
        cmocka_unit_test(each_of_a_ladder_is_paged_in_their_turn_however_it_is_worded),
        cmocka_unit_test(who_comes_before_another_without_a_time_is_paged_with_them),
        cmocka_unit_test(what_is_no_call_in_a_ladder_pages_nobody),
        cmocka_unit_test(a_fence_that_is_no_ladder_pages_nobody),
        cmocka_unit_test(a_condition_that_people_judge_pages_nobody_by_itself),
        cmocka_unit_test(whom_the_procedure_calls_after_a_time_is_paged_in_its_incidents),
        cmocka_unit_test(whom_another_procedure_calls_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
