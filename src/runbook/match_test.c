#include "runbook/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/testing.h"
#include "runbook/document.h"
#include "runbook/library.h"

/* A library of a few pages, made from their text: the reader of whole runbooks has its own tests. */
struct fixture {
    struct arena *arena;
    struct library library;
    struct runbook *runbooks[16];
};

static struct runbook *page(struct fixture *fixture, const char *file, const char *text)
{
    struct runbook *runbook = arena_alloc(fixture->arena, sizeof *runbook);
    struct document *document = document_read(fixture->arena, text, strlen(text));
    runbook->file = file;
    runbook->document = document;
    runbook->n_lines = (int)document->lines.n;
    for (size_t i = 0; i < document->blocks.n && !runbook->title; i++)
        if (document->blocks.at[i].kind == BLOCK_HEADING && document->blocks.at[i].level == 1) {
            runbook->title = block_title(fixture->arena, &document->blocks.at[i]);
            runbook->title_line = document->blocks.at[i].line;
        }
    fixture->runbooks[fixture->library.n_runbooks++] = runbook;
    return runbook;
}

static void index_pages(struct fixture *fixture)
{
    fixture->library.runbooks = fixture->runbooks;
    fixture->library.index = match_index_new(fixture->arena, fixture->runbooks, fixture->library.n_runbooks);
}

static int start(void **state)
{
    struct fixture *fixture = heap_alloc(sizeof *fixture);
    fixture->arena = arena_new();
    page(fixture, "storage/volume-full.md",
         "# Volume nearly full\n\n## Diagnosis\n\nRun `df -h`.\n\n## Related alerts\n\n- `QueueStuck`\n");
    page(fixture, "web/slow-responses.html.md",
         "# The shop answers slowly\n\nAlert: `ShopLatencyBudgetBurn`\n");
    page(fixture, "handbook.md",
         "# Handbook\n\n## Queue\n\n### Queue is stuck\n\nConsumers hang.\n\n### Queue backlog grows\n\nAdd "
         "consumers.\n\n## Ledger\n\n| Alert | What to do |\n|---|---|\n| LedgerOutOfBalance | Stop payouts "
         "|\n");
    page(fixture, "search/node-down.md", "# Search node is down\n");
    page(fixture, "mail/node-down.md", "# Mail node is down\n");
    page(fixture, "certs.md", "---\nalert: GatewayTLSRenewalFailed\n---\n\n# Certificates\n\nRenew them.\n");
    index_pages(fixture);
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

static struct match ask_query(struct fixture *fixture, const struct match_query *query)
{
    struct match best, second;
    match_alert(fixture->arena, &fixture->library, query, &best, &second);
    return best;
}

static struct match ask(struct fixture *fixture, const char *alertname)
{
    struct match_query query = {.alertname = alertname};
    return ask_query(fixture, &query);
}

static void assert_answer(struct match match, const char *file, const char *heading, int line)
{
    assert_non_null(match.runbook);
    assert_string_equal(match.runbook->file, file);
    assert_string_equal(match.heading, heading);
    assert_int_equal(match.line, line);
}

static void a_file_of_that_name_answers(void **state)
{
    struct match match = ask(*state, "VolumeFull");
    assert_answer(match, "storage/volume-full.md", "Volume nearly full", 1);
    assert_true(match.confident);
    assert_non_null(strstr(match.why, "file"));
}

static void a_heading_with_the_words_answers_with_its_line(void **state)
{
    assert_answer(ask(*state, "QueueBacklogGrowing"), "handbook.md", "Queue backlog grows", 9);
}

static void a_heading_of_that_name_wins_over_a_list_of_related_alerts(void **state)
{
    struct match match = ask(*state, "QueueStuck");
    assert_answer(match, "handbook.md", "Queue is stuck", 5);
    assert_true(match.confident);
}

static void a_table_row_that_names_the_alert_answers_with_its_heading(void **state)
{
    struct match match = ask(*state, "LedgerOutOfBalance");
    assert_answer(match, "handbook.md", "Ledger", 13);
    assert_true(match.confident);
    assert_non_null(strstr(match.why, "line 17"));
}

static void front_matter_that_names_the_alert_answers(void **state)
{
    assert_answer(ask(*state, "GatewayTLSRenewalFailed"), "certs.md", "Certificates", 5);
}

static void a_name_in_the_text_answers_though_no_word_of_the_title_does(void **state)
{
    assert_answer(ask(*state, "ShopLatencyBudgetBurn"), "web/slow-responses.html.md",
                  "The shop answers slowly", 1);
}

static void other_words_for_the_same_trouble_find_the_page(void **state)
{
    assert_answer(ask(*state, "ShopHighLatency"), "web/slow-responses.html.md", "The shop answers slowly", 1);
    assert_answer(ask(*state, "PVCNearFull"), "storage/volume-full.md", "Volume nearly full", 1);
    assert_answer(ask(*state, "SearchNodeUnavailable"), "search/node-down.md", "Search node is down", 1);
}

static void label_values_choose_between_pages_of_one_shape(void **state)
{
    struct label mail = {.name = "service", .value = "mail"}, host = {.name = "instance", .value = "mail"};
    struct match_query query = {.alertname = "NodeDown", .labels = &mail, .n_labels = 1};
    assert_answer(ask_query(*state, &query), "mail/node-down.md", "Mail node is down", 1);
    assert_true(ask_query(*state, &query).confident);
    query.labels = &host;
    assert_false(ask_query(*state, &query).confident);
}

static void equal_answers_are_not_sure_and_the_runner_up_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct match_query query = {.alertname = "NodeDown"};
    struct match best, second;
    match_alert(fixture->arena, &fixture->library, &query, &best, &second);
    assert_false(best.confident);
    assert_non_null(second.runbook);
    assert_ptr_not_equal(second.runbook, best.runbook);
}

static void nothing_answers_an_alert_without_a_procedure(void **state)
{
    struct match match = ask(*state, "TurbineOverspeed");
    assert_null(match.runbook);
    assert_false(match.confident);
    assert_non_null(match.why);
    assert_null(ask(*state, "").runbook);
    assert_null(ask(*state, NULL).runbook);
}

static void a_word_in_common_is_not_an_answer_to_rely_on(void **state)
{
    assert_false(ask(*state, "SearchIndexCorrupt").confident);
}

static void runbook_url_wins_with_file_and_anchor(void **state)
{
    struct match_query query = {.alertname = "VolumeFull",
                                .runbook_url =
                                    "https://git.example.org/ops/blob/main/handbook.md#queue-is-stuck"};
    struct match match = ask_query(*state, &query);
    assert_answer(match, "handbook.md", "Queue is stuck", 5);
    assert_true(match.confident);
    assert_non_null(strstr(match.why, "runbook_url"));
}

static void runbook_url_of_a_page_keeps_to_the_page(void **state)
{
    struct match_query query = {.alertname = "QueueStuck", .runbook_url = "http://wiki/runbooks/handbook/"};
    assert_answer(ask_query(*state, &query), "handbook.md", "Queue is stuck", 5);
    query.alertname = "VolumeFull";
    assert_answer(ask_query(*state, &query), "handbook.md", "Handbook", 1);
}

static void runbook_url_needs_the_folder_when_two_files_have_one_name(void **state)
{
    struct match_query query = {.alertname = "X", .runbook_url = "https://wiki/runbooks/mail/node-down"};
    assert_answer(ask_query(*state, &query), "mail/node-down.md", "Mail node is down", 1);
    query.runbook_url = "https://wiki/node-down";
    assert_null(ask_query(*state, &query).runbook);
}

static void a_runbook_url_that_leads_nowhere_leaves_the_words_to_decide(void **state)
{
    struct match_query query = {.alertname = "VolumeFull",
                                .runbook_url = "https://wiki.example.org/gone.md#x"};
    assert_answer(ask_query(*state, &query), "storage/volume-full.md", "Volume nearly full", 1);
}

static void one_document_can_be_searched_alone(void **state)
{
    struct fixture *fixture = *state;
    struct match_query query = {.alertname = "VolumeFull", .only = fixture->runbooks[2]};
    struct match match = ask_query(fixture, &query);
    assert_true(!match.runbook || match.runbook == fixture->runbooks[2]);
}

static void an_empty_library_answers_nothing(void **state)
{
    struct fixture *fixture = *state, empty = {.arena = fixture->arena};
    index_pages(&empty);
    assert_null(ask(&empty, "VolumeFull").runbook);
}

/* What the page alone answers. */
static struct match answer_of(struct arena *arena, const char *text, const char *alertname)
{
    struct runbook *runbook = runbook_read(arena, "pumps.md", text, strlen(text));
    struct library library = {.runbooks = &runbook, .n_runbooks = 1};
    struct match best, second;

    library.index = match_index_new(arena, library.runbooks, 1);
    match_alert(arena, &library, &(struct match_query){.alertname = alertname}, &best, &second);
    return best;
}

static void a_row_that_links_to_a_heading_answers_with_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text =
        "# Pumps\n\n| Alert | What to do |\n|---|---|\n| ValveTorn | [See](#water-everywhere) |\n"
        "| ValveLost | [See](#nowhere) |\n\n## Water everywhere\n\n1. Run.\n";

    assert_int_equal(answer_of(arena, text, "ValveTorn").line, 8);
    assert_int_equal(answer_of(arena, text, "ValveLost").line, 1);
}

static void a_procedure_with_a_word_of_its_own_is_rather_the_answer_than_its_page(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text =
        "# Pump station problems\n\n## Clock is wrong\n\n1. Set the clock of the pump station.\n\n"
        "## Pump is wet\n\n1. Dry the pump. The skew of the station counts.\n";

    assert_string_equal(answer_of(arena, text, "PumpStationClockSkewDetected").heading, "Clock is wrong");
    assert_string_equal(answer_of(arena, text, "PumpStationBroken").heading, "Pump station problems");
}

static void a_heading_without_steps_is_rather_the_answer_than_its_page(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text = "# Milk churns\n\n## Evening churn did not come\n\nLook at the road.\n\n## Churn came "
                       "with errors\n\nRead the label.\n";

    assert_string_equal(answer_of(arena, text, "MilkChurnFailed").heading, "Churn came with errors");
}

static void of_a_page_that_lists_its_alerts_the_part_that_says_which_one_answers(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text = "# Sorting plant\n\nAlerts: `BeltStuck`, `BeltTorn`\n\n## Stuck belt\n\n1. Push.\n\n"
                       "## Torn belt\n\n1. Sew.\n";
    struct match match = answer_of(arena, text, "BeltTorn");

    assert_string_equal(match.heading, "Torn belt");
    assert_true(match.confident);
}

/* Two phases of one procedure, whose title stands in the front matter, too. */
static const char toll_gate[] =
    "---\ntitle: Toll gate\n---\n# Toll gate\n\n## Diagnosis of carts\n\n1. `uptime`\n\n"
    "## Repair after 502\n\n1. `df -h`\n";

static void a_phase_answers_with_the_procedure_around_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct match match = answer_of(arena, toll_gate, "TollGate5xxRate");

    assert_string_equal(match.heading, "Repair after 502");
    assert_non_null(match.procedure);
    assert_string_equal(match.procedure->title, "Toll gate");
}

static void a_title_that_repeats_the_front_matter_is_no_part_of_its_own(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct match match = answer_of(arena, toll_gate, "TollGate");

    assert_int_equal(match.line, 2);
    assert_non_null(match.procedure);
}

static void what_has_not_the_subject_of_the_alert_is_behind_what_has_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *texts[] = {"# Loom\n\n## Queue grows\n\n1. Weave.\n",
                           "# Carrier pigeons\n\n## Waiting pigeons grow in number\n\n1. Feed.\n"};
    struct runbook *runbooks[2];
    for (size_t i = 0; i < 2; i++)
        runbooks[i] = runbook_read(arena, i ? "birds.md" : "loom.md", texts[i], strlen(texts[i]));
    struct library library = {.runbooks = runbooks, .n_runbooks = 2};
    struct match best, second;
    library.index = match_index_new(arena, runbooks, 2);
    match_alert(arena, &library, &(struct match_query){.alertname = "PigeonQueueGrowing"}, &best, &second);

    assert_string_equal(best.runbook->file, "birds.md");
}

/* With the procedure of another one, its commands would be run on what is well. */
static void a_name_that_differs_in_a_number_is_no_answer(void **state)
{
    (void)state;
    static const char page[] =
        "# Pumps\n\n## Rule7\n\n1. Prime.\n\n## Queue 2 lag\n\n1. Drain.\n\n"
        "## Tank > 90 % full\n\n1. Open.\n\n## Seal wears out in 7 days\n\n1. Order.\n";
    static const struct {
        const char *alert, *heading;
    } rows[] = {{"Rule7", "Rule7"},
                {"Rule07", "Rule7"},
                {"Rule13", NULL},
                {"Queue3Lag", NULL},
                {"QueueLag", "Queue 2 lag"},
                {"TankFull95", "Tank > 90 % full"},
                {"Tank85Full", "Tank > 90 % full"},
                {"SealWearsOut30Days", "Seal wears out in 7 days"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct match match = answer_of(arena, page, rows[i].alert);
        const char *heading = match.runbook && match.line > 1 ? match.heading : "";
        if (strcmp(heading, rows[i].heading ? rows[i].heading : "") != 0)
            fail_msg("%s is answered by \"%s\"", rows[i].alert, heading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_of_that_name_answers, start, stop),
        cmocka_unit_test_setup_teardown(a_heading_with_the_words_answers_with_its_line, start, stop),
        cmocka_unit_test_setup_teardown(a_heading_of_that_name_wins_over_a_list_of_related_alerts, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_table_row_that_names_the_alert_answers_with_its_heading, start,
                                        stop),
        cmocka_unit_test_setup_teardown(front_matter_that_names_the_alert_answers, start, stop),
        cmocka_unit_test_setup_teardown(a_name_in_the_text_answers_though_no_word_of_the_title_does, start,
                                        stop),
        cmocka_unit_test_setup_teardown(other_words_for_the_same_trouble_find_the_page, start, stop),
        cmocka_unit_test_setup_teardown(label_values_choose_between_pages_of_one_shape, start, stop),
        cmocka_unit_test_setup_teardown(equal_answers_are_not_sure_and_the_runner_up_is_told, start, stop),
        cmocka_unit_test_setup_teardown(nothing_answers_an_alert_without_a_procedure, start, stop),
        cmocka_unit_test_setup_teardown(a_word_in_common_is_not_an_answer_to_rely_on, start, stop),
        cmocka_unit_test_setup_teardown(runbook_url_wins_with_file_and_anchor, start, stop),
        cmocka_unit_test_setup_teardown(runbook_url_of_a_page_keeps_to_the_page, start, stop),
        cmocka_unit_test_setup_teardown(runbook_url_needs_the_folder_when_two_files_have_one_name, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_runbook_url_that_leads_nowhere_leaves_the_words_to_decide, start,
                                        stop),
        cmocka_unit_test(a_row_that_links_to_a_heading_answers_with_it),
        cmocka_unit_test(a_procedure_with_a_word_of_its_own_is_rather_the_answer_than_its_page),
        cmocka_unit_test(a_heading_without_steps_is_rather_the_answer_than_its_page),
        cmocka_unit_test(of_a_page_that_lists_its_alerts_the_part_that_says_which_one_answers),
        cmocka_unit_test(a_phase_answers_with_the_procedure_around_it),
        cmocka_unit_test(a_title_that_repeats_the_front_matter_is_no_part_of_its_own),
        cmocka_unit_test(what_has_not_the_subject_of_the_alert_is_behind_what_has_it),
        cmocka_unit_test(a_name_that_differs_in_a_number_is_no_answer),
        cmocka_unit_test_setup_teardown(one_document_can_be_searched_alone, start, stop),
        cmocka_unit_test_setup_teardown(an_empty_library_answers_nothing, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
