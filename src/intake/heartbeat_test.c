#include "intake/intake_fixture.h"

static void a_sign_of_life_names_its_heartbeat_and_signal(void **state)
{
    (void)state;
    struct alert_batch batch =
        parsed_as("heartbeat", "{\"heartbeat\":\"nightly\",\"signal\":\"fail\",\"text\":\"exit status 3\"}");
    assert_string_equal(batch.heartbeat, "nightly");
    assert_int_equal(batch.signal, HEARTBEAT_FAIL);
    assert_string_equal(batch.signal_text, "exit status 3");
    assert_int_equal(batch.n_alerts, 0);
}

static void every_signal_is_read_back_by_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < N_HEARTBEAT_SIGNALS; i++) {
        const char *text = arena_printf(arena, "{\"heartbeat\":\"x\",\"signal\":\"%s\"}",
                                        heartbeat_signal_name((enum heartbeat_signal)i));
        assert_int_equal(parsed_as("heartbeat", text).signal, i);
    }
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"{}", "[]", "{\"heartbeat\":\"x\"}", "{\"signal\":\"fail\"}",
                                        "{\"heartbeat\":\"x\",\"signal\":\"sing\"}"};
    struct alert_batch batch = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(parse_as("heartbeat", wrong[i], &batch), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sign_of_life_names_its_heartbeat_and_signal),
        cmocka_unit_test(every_signal_is_read_back_by_its_name),
        cmocka_unit_test(anything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, intake_start, intake_stop);
}
