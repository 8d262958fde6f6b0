#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/testing.h"
#include "ward/world.h"

static const char system_file[] =
    "system: test\n"
    "things:\n"
    "  system:\n"
    "    load: 90\n"
    "    share: = load / (deployment.api-gateway.replicas * 30)\n"
    "    queue: {from: 5, per_s: \"share > 1 ? 10 : -10\"}\n"
    "  deployment.api-gateway:\n"
    "    replicas: 3\n"
    "    cache: warm\n"
    "    worse: = share * 2\n"
    "    on_start: {cache: cold}\n"
    "  user.ana: {state: active}\n"
    "  user.ben: {state: disabled}\n"
    "logs:\n"
    "  - {of: api, when: share > 1, every_s: 2, line: \"ERROR share ${share}\"}\n";

static struct world *world_made(const char *text)
{
    struct err err = {0};
    char path[] = "/tmp/ward-test-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    struct world *world = world_read(path, &err);
    close(fd);
    unlink(path);
    if (!world)
        print_message("%s\n", err.text);
    return world;
}

static const char *value(struct world *world, const char *text)
{
    const struct formula *formula;
    struct scope scope = {.world = world, .given = &(struct given){"user", "ben"}, .n_given = 1};
    struct err err = {0};
    if (formula_parse(world->scratch, text, &formula, &err) < 0)
        return "wrong";
    return value_text(world->scratch, formula_value(formula, &scope));
}

static void formulas_come_to_what_they_say(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"1 + 2 * 3", "7"},
        {"(1 + 2) * 3", "9"},
        {"7 - 2 - 1", "4"},
        {"8 / 4 / 2", "1"},
        {"-3 + 1", "-2"},
        {"1 / 0", "0"},
        {"2 > 1 and not 0 ? 'yes' : 'no'", "yes"},
        {"0 or 3 > 2", "1"},
        {"'a' + 1", "a1"},
        {"'10' == 10", "1"},
        {"min(3, 2) + max(3, 2)", "5"},
        {"fixed(1 / 3, 2)", "0.33"},
        {"load", "90"},
        {"share", "1"},
        {"deployment.api-gateway.worse", "2"},
        {"deployment.api-gateway.replicas - 1", "2"},
        {"count(user, state == 'active')", "1"},
        {"get('user', $user, 'state')", "disabled"},
        {"has('user', 'eve') ? 1 : 0", "0"},
        {"contains('a:2.4', ':2.4')", "1"},
        {"1 +", "wrong"},
        {"min(1, 2", "wrong"},
        {"'open", "wrong"},
        {"1 ? 2", "wrong"},
        {"1 2", "wrong"},
    };
    struct world *world = world_made(system_file);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(value(world, cases[i][0]), cases[i][1]);
    assert_string_equal(world->complaint, "");
    value(world, "loda");
    assert_string_equal(world->complaint, "nothing is called loda");
    world_free(world);
}

static void deep_and_endless_formulas_end(void **state)
{
    (void)state;
    char deep[3000] = "";
    memset(deep, '(', 2000);
    struct world *world = world_made(system_file);
    assert_string_equal(value(world, deep), "wrong");
    memset(deep, '-', 2000);
    assert_string_equal(value(world, deep), "wrong");
    world_free(world);
    assert_null(world_made("system: test\nthings:\n  system: {a: = b + 1, b: = a}\n"));
    assert_null(world_made("system: test\nthings:\n  system: {a: = unknown}\n"));
    assert_null(world_made("system: test\nthings:\n  system: {a: = 1 +}\n"));
}

static void time_moves_what_grows_and_writes_logs(void **state)
{
    (void)state;
    struct world *world = world_made(system_file);
    struct thing *gateway = world_thing(world, "deployment", "api-gateway");
    world_tick(world, 0.1);
    assert_string_equal(journal_text(world->scratch, world, "api", 10, 0), "");
    thing_set(world, gateway, "replicas", (struct value){.number = 2});
    world_tick(world, 1.1);
    world_tick(world, 2.1);
    assert_string_equal(value(world, "queue"), "24"); /* 5 - 1 + 10 + 10 */
    assert_non_null(strstr(journal_text(world->scratch, world, "api", 10, 0), "ERROR share 1.5"));
    thing_start(world, gateway);
    assert_string_equal(value(world, "deployment.api-gateway.cache"), "cold");
    assert_string_equal(value(world, "age(deployment.api-gateway.started)"), "0");
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_come_to_what_they_say),
        cmocka_unit_test(deep_and_endless_formulas_end),
        cmocka_unit_test(time_moves_what_grows_and_writes_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
