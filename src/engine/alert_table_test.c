#include "base/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/alert_table.h"

struct fixture {
    struct due_heap due;
    struct alert_table table;
    struct arena *arena;
};

static int start(void **state)
{
    struct fixture *f = heap_alloc(sizeof *f);
    f->arena = arena_new();
    alert_table_start(&f->table, &f->due);
    *state = f;
    return 0;
}

static int stop(void **state)
{
    struct fixture *f = *state;
    alert_table_end(&f->table);
    free(f->due.nodes);
    arena_free(f->arena);
    free(f);
    return 0;
}

static struct alert numbered(struct fixture *f, int i)
{
    struct label *labels = arena_alloc(f->arena, 2 * sizeof *labels);
    labels[0] = (struct label){"alertname", "ServiceDown"};
    labels[1] = (struct label){"instance", arena_printf(f->arena, "host-%d", i)};
    return (struct alert){.labels = labels, .n_labels = 2};
}

static struct alert_record *add(struct fixture *f, int i)
{
    struct alert alert = numbered(f, i);
    assert_null(alert_table_find(&f->table, &alert));
    return alert_table_add(&f->table, &alert);
}

static bool has(struct fixture *f, int i)
{
    struct alert alert = numbered(f, i);
    return alert_table_find(&f->table, &alert) != NULL;
}

static void finds_what_was_added_and_not_what_was_removed(void **state)
{
    struct fixture *f = *state;
    enum { N = 5000 };
    static struct alert_record *records[N];
    for (int i = 0; i < N; i++)
        records[i] = add(f, i);
    for (int i = 0; i < N; i += 2)
        alert_table_remove(&f->table, records[i]);
    for (int i = 0; i < N; i++)
        assert_int_equal(has(f, i), i % 2);
    assert_int_equal(f->table.n, N / 2);
}

static void an_alert_reads_back_as_it_was_heard(void **state)
{
    struct fixture *f = *state;
    struct label annotations[] = {{"runbook_url", "https://example.org/x"}, {"summary", "no reply"}};
    struct alert alert = numbered(f, 1), seen;
    alert.annotations = annotations;
    alert.n_annotations = 2;
    alert.generator_url = "http://prometheus/graph";
    assert_null(alert_table_find(&f->table, &alert));
    struct alert_record *record = alert_table_add(&f->table, &alert);
    alert_record_view(record, f->arena, &seen);
    assert_string_equal(label_value(seen.labels, seen.n_labels, "instance"), "host-1");
    assert_string_equal(label_value(seen.annotations, seen.n_annotations, "summary"), "no reply");
    assert_string_equal(seen.generator_url, "http://prometheus/graph");

    alert.n_annotations = 1;
    alert.generator_url = NULL;
    alert_table_update(&f->table, record, &alert);
    alert_record_view(record, f->arena, &seen);
    assert_int_equal(seen.n_annotations, 1);
    assert_null(seen.generator_url);
    assert_ptr_equal(alert_table_find(&f->table, &alert), record);
}

/* It may outgrow the place that it had, shrink and grow again. */
static void a_text_may_change_to_any_length(void **state)
{
    struct fixture *f = *state;
    static const int lengths[] = {3, 900, 0, 40, 41, 5000, 1, 5001};
    struct alert_record *record = add(f, 1);
    add(f, 2);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct alert alert = numbered(f, 1), seen;
        char text[6000];
        memset(text, 'a' + (int)i, (size_t)lengths[i]);
        text[lengths[i]] = '\0';
        struct label summary = {"summary", text};
        alert.annotations = &summary;
        alert.n_annotations = 1;
        assert_true(alert_table_update(&f->table, record, &alert));
        assert_false(alert_table_update(&f->table, record, &alert));
        alert_record_view(record, f->arena, &seen);
        assert_string_equal(seen.annotations[0].value, text);
        assert_ptr_equal(alert_table_find(&f->table, &alert), record);
    }
    alert_table_remove(&f->table, record);
    assert_true(has(f, 2));
}

/* Of N names and two sets of labels, which is more than there are places for the models that were met last.
 */
static struct alert of_rule(struct fixture *f, int rule, int host)
{
    struct label *labels = arena_alloc(f->arena, 2 * sizeof *labels);
    labels[0] = (struct label){"alertname", arena_printf(f->arena, "Rule%d", rule / 2)};
    labels[1] = (struct label){rule % 2 ? "instance" : "node", arena_printf(f->arena, "host-%d", host)};
    return (struct alert){.labels = labels, .n_labels = 2};
}

static struct alert_record *add_of_rule(struct fixture *f, int rule, int host)
{
    struct alert alert = of_rule(f, rule, host), seen;
    assert_null(alert_table_find(&f->table, &alert));
    struct alert_record *record = alert_table_add(&f->table, &alert);
    alert_record_view(record, f->arena, &seen);
    for (size_t i = 0; i < alert.n_labels; i++) {
        assert_string_equal(seen.labels[i].name, alert.labels[i].name);
        assert_string_equal(seen.labels[i].value, alert.labels[i].value);
    }
    return record;
}

static void alerts_of_one_rule_share_a_text_and_no_others_do(void **state)
{
    struct fixture *f = *state;
    enum { RULES = 2000 };
    static struct alert_record *first[RULES], *second[RULES];
    for (int i = 0; i < RULES; i++)
        first[i] = add_of_rule(f, i, 1);
    for (int i = RULES; i-- > 0;)
        second[i] = add_of_rule(f, i, 2);
    for (int i = 0; i < RULES; i++) {
        assert_ptr_equal(first[i]->model, second[i]->model);
        if (i + 1 < RULES)
            assert_ptr_not_equal(first[i]->model, first[i + 1]->model);
        alert_table_remove(&f->table, first[i]);
        alert_table_remove(&f->table, second[i]);
        second[i] = add_of_rule(f, i, 3); /* the model of the others is gone */
    }
    assert_int_equal(map_count(f->table.models), RULES);
}

static void group_goes_when_its_last_alert_goes(void **state)
{
    struct fixture *f = *state;
    struct alert_record *one = add(f, 1), *two = add(f, 2);
    alert_table_join(&f->table, one, "webhook", "{}:a", false);
    alert_table_join(&f->table, two, "webhook", "{}:a", false);
    alert_table_join(&f->table, one, "webhook", "{}:b", false);
    assert_ptr_equal(alert_table_group(&f->table, "webhook", "{}:a")->first, two);
    assert_null(alert_table_group(&f->table, "other", "{}:a"));
    alert_table_remove(&f->table, two);
    assert_null(alert_table_group(&f->table, "webhook", "{}:a"));
    assert_ptr_equal(alert_table_group(&f->table, "webhook", "{}:b")->first, one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_what_was_added_and_not_what_was_removed, start, stop),
        cmocka_unit_test_setup_teardown(an_alert_reads_back_as_it_was_heard, start, stop),
        cmocka_unit_test_setup_teardown(a_text_may_change_to_any_length, start, stop),
        cmocka_unit_test_setup_teardown(alerts_of_one_rule_share_a_text_and_no_others_do, start, stop),
        cmocka_unit_test_setup_teardown(group_goes_when_its_last_alert_goes, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
