#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/testing.h"
#include "drill/tabletop.h"

static const char shop[] =
    "# Shop\n\n## Shop down\n\n**Severity**: SEV-1\n\n### Symptoms\n\n- No answer\n\n"
    "### Diagnosis\n\n1. Look at it\n   ```bash\n   kubectl get pods -n shop\n   ```\n\n"
    "### Resolution\n\n1. Restart it\n   ```bash\n   kubectl delete pod <pod-name> -n shop\n"
    "   ```\n2. Tell the shop | floor\n";

static struct tabletop a_tabletop(struct arena *arena, const char *text)
{
    struct tabletop tabletop;
    const struct runbook *runbook = runbook_read(arena, "shop.md", text, strlen(text));
    assert_true(runbook->procedures.n > 0);
    tabletop_begin(arena, runbook, &runbook->procedures.at[0], US_PER_S, &tabletop);
    return tabletop;
}

static bool has(const struct strings *texts, const char *part)
{
    list_each (text, texts)
        if (strstr(*text, part))
            return true;
    return false;
}

static void each_step_is_asked_once_and_in_order(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct tabletop tabletop = a_tabletop(arena, shop);
    struct tabletop_turn *turn;
    int n = 0, line = 0;
    while ((turn = tabletop_ask(&tabletop, (2 + n) * US_PER_S))) {
        assert_true(turn->step->line > line);
        line = turn->step->line;
        tabletop_answer(turn, "Ana, by kubectl", (3 + n) * US_PER_S, arena);
        assert_int_equal(turn->answered_us - turn->asked_us, US_PER_S);
        n++;
    }
    assert_int_equal(n, 3);
}

static void what_is_unclear_skipped_or_not_reached_is_a_gap(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct tabletop tabletop = a_tabletop(arena, shop);
    tabletop_answer(tabletop_ask(&tabletop, 2), "? who may do that", 3, arena);
    tabletop_answer(tabletop_ask(&tabletop, 4), "-", 5, arena);
    struct strings gaps = tabletop_gaps(&tabletop);
    assert_true(has(&gaps, "unclear: Look at it: who may do that"));
    assert_true(has(&gaps, "skipped: Restart it"));
    assert_true(has(&gaps, "not reached: Tell the shop"));
    tabletop = a_tabletop(arena, shop);
    for (struct tabletop_turn *turn; (turn = tabletop_ask(&tabletop, 2));)
        tabletop_answer(turn, "", 3, arena);
    gaps = tabletop_gaps(&tabletop);
    assert_false(has(&gaps, "unclear") || has(&gaps, "skipped") || has(&gaps, "not reached"));
}

static void the_document_has_gaps_of_its_own(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct tabletop tabletop = a_tabletop(arena, shop);
    struct strings gaps = tabletop_gaps(&tabletop);
    assert_true(has(&gaps, "where does the value of \"<pod-name>\" come from?"));
    assert_true(has(&gaps, "no part says how it is seen that it is well again"));
    assert_false(has(&gaps, "how severe"));
}

static void looks_before_and_behind_a_change_count_wherever_they_stand(void **state)
{
    (void)state;
    static const char *const texts[] = {"# Till\n\n## Till down\n\n1. Look: `kubectl get pods`\n2. Restart: "
                                        "`kubectl rollout restart deploy/till`\n"
                                        "3. Look again: `kubectl get pods`\n",
                                        "# Till\n\n## Till down\n\n1. Restart: `kubectl rollout restart "
                                        "deploy/till`\n2. Scale: `kubectl scale "
                                        "deploy/till --replicas=3`\n3. Ask the manager.\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct tabletop tabletop = a_tabletop(arena, texts[i]);
        struct strings gaps = tabletop_gaps(&tabletop);
        assert_true(has(&gaps, "without a diagnosis before") == (i == 1));
        assert_true(has(&gaps, "how it is seen that it is well again") == (i == 1));
    }
}

static void words_of_people_do_not_break_the_report(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf report = {0}, json = {0};
    struct tabletop tabletop = a_tabletop(arena, shop);
    tabletop_answer(tabletop_ask(&tabletop, 2), "a | b \x1b[2J \\", 3, arena);
    tabletop_report(&report, &tabletop);
    assert_non_null(strstr(buf_text(&report), "| a \\| b  [2J \\\\ |"));
    assert_non_null(strstr(buf_text(&report), "| Tell the shop \\| floor |"));
    tabletop_json(&json, &tabletop, NULL);
    struct json_document *document = json_document_new();
    struct json root;
    assert_int_equal(json_parse(document, buf_text(&json), json.n_bytes, 16, &root, NULL), 0);
    assert_int_equal(json_count(json_get(root, "steps")), 3);
    json_document_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_is_asked_once_and_in_order),
        cmocka_unit_test(what_is_unclear_skipped_or_not_reached_is_a_gap),
        cmocka_unit_test(the_document_has_gaps_of_its_own),
        cmocka_unit_test(looks_before_and_behind_a_change_count_wherever_they_stand),
        cmocka_unit_test(words_of_people_do_not_break_the_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
