/* Whom a runbook's own words call, by roles that the configuration fills. */
#include "base/testing.h"

#include <string.h>

#include "engine/engine_priv.h"

/* When the lead is paged by the words of the runbook, in seconds; -1: never. */
static int64_t lead_at_s(struct arena *arena, const char *words)
{
    const char *text = arena_printf(arena,
                                    "# R\n\n## Severity\n\n| Level | Response |\n|---|---|\n| P1 | 5 min |\n"
                                    "| P2 | 1 hour |\n\n## Escalation\n\n%s\n",
                                    words);
    struct runbook *runbook = runbook_read(arena, "x.md", text, strlen(text));
    struct config config = {0};
    struct config_role *lead = list_push(arena, &config.roles);
    struct chain chain;
    lead->name = "team lead";
    strings_add(arena, &lead->notify, "person:eve");
    const struct chain_question question = {.config = &config,
                                            .runbook = runbook,
                                            .level = runbook_severity(runbook, "P1"),
                                            .response_time_s = 300};
    chain_make(arena, &question, &chain);
    list_each (step, &chain.steps)
        if (strcmp(step->notify.at[0], "person:eve") == 0)
            return step->at_s;
    return -1;
}

static void who_is_called_after_a_time_is_paged_then_however_it_is_worded(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_int_equal(lead_at_s(arena, "- P1: escalate to the team lead after 30 minutes"), 1800);
    assert_int_equal(lead_at_s(arena, "- P1: page the engineer; after 20 minutes page the team lead"), 1200);
    assert_int_equal(lead_at_s(arena, "- P1: call the team lead if nobody answers within 10 minutes"), 600);
}

static void a_condition_that_people_judge_pages_nobody_by_itself(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_int_equal(lead_at_s(arena, "- P1: escalate to the team lead after 30 minutes if data is lost"),
                     -1);
    assert_int_equal(lead_at_s(arena, "- P2: escalate to the team lead after 30 minutes"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_called_after_a_time_is_paged_then_however_it_is_worded),
        cmocka_unit_test(a_condition_that_people_judge_pages_nobody_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
