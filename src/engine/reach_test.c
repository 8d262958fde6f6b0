#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/testing.h"
#include "engine/chain.h"
#include "engine/reach.h"

static int64_t us(const char *rfc3339)
{
    int64_t t = 0;
    assert_int_equal(time_parse_rfc3339(rfc3339, strlen(rfc3339), &t), 0);
    return t;
}

#define PEOPLE                                                                                               \
    "people:\n"                                                                                              \
    "  - {id: ana, contacts: [{webhook: \"http://127.0.0.1:9/ana\"}]}\n"                                     \
    "  - {id: ben, contacts: [{email: ben@example.org}]}\n" /* and there is no mail server */                \
    "schedules:\n"                                                                                           \
    "  - id: office\n    timezone: Europe/Berlin\n    layers:\n"                                             \
    "      - {start: 2026-01-01T00:00, people: [ana], hours: {days: [mon, tue, wed, thu, fri], from: "       \
    "\"08:00\", until: \"18:00\"}}\n"                                                                        \
    "  - id: night\n    timezone: Europe/Berlin\n    layers:\n"                                              \
    "      - {start: 2026-01-01T00:00, people: [ana], hours: {from: \"18:00\", until: \"08:00\"}}\n"         \
    "  - id: weekly\n    timezone: America/New_York\n    layers:\n"                                          \
    "      - {rotation: weekly, start: 2026-10-19T01:30, people: [ana, ben]}\n"                              \
    "  - id: nobody\n    timezone: America/New_York\n    layers:\n"                                          \
    "      - {start: 2026-01-01T00:00, until: 2026-02-01T00:00, people: [ana]}\n"

static const char markdown[] = "# Scanner Runbook\n"
                               "\n"
                               "## Severity Levels\n"
                               "\n"
                               "### SEV-1 (Critical)\n"
                               "\n"
                               "**Response Time**: 15 minutes\n"
                               "**Escalation**: to the CTO after 30 minutes if unresolved\n"
                               "\n"
                               "### SEV-2 (Minor)\n"
                               "\n"
                               "**Response Time**: 2 hours\n";

struct scene {
    struct arena *arena;
    struct config *config;
    struct library *library;
    struct reach reach;
};

static struct scene proven(const char *services, const char *from, const char *until)
{
    struct scene c = {.arena = arena_new()};
    struct config_errors errors = {.arena = c.arena};
    const char *yaml = arena_printf(c.arena, "%s%s", PEOPLE, services);
    c.config = config_parse("c.yaml", yaml, strlen(yaml), &errors);
    assert_non_null(c.config);
    struct folder_file file = {.path = "scanner.md", .bytes = markdown, .n_bytes = strlen(markdown)};
    sha256_hex(file.bytes, file.n_bytes, file.sha256);
    c.library = library_new(&(struct folder){.files = &file, .n_files = 1});
    reach_prove(c.arena, c.config, c.library, us(from), us(until), &c.reach);
    return c;
}

static void end(struct scene *c)
{
    config_free(c->config);
    library_free(c->library);
    arena_free(c->arena);
}

static void assert_gap(const struct scene *c, size_t level, size_t at, const char *from, const char *until)
{
    const struct reach_gaps *gaps = c->reach.levels.at[level].gaps;
    assert_true(at < gaps->list.n);
    assert_int_equal(gaps->list.at[at].from_us, us(from));
    assert_int_equal(gaps->list.at[at].until_us, us(until));
}

static void hours_without_anybody_are_found_across_the_change_of_clocks(void **state)
{
    (void)state;
    struct scene c = proven("services: [{id: api, runbook: scanner.md, escalation: [{notify: "
                            "[schedule:office]}, {notify: [schedule:night]}]}]\n",
                            "2026-03-27T00:00:00Z", "2026-04-03T00:00:00Z");
    assert_int_equal(c.reach.levels.at[0].gaps->list.n, 2); /* the days of the weekend */
    assert_gap(&c, 0, 0, "2026-03-28T08:00:00+01:00", "2026-03-28T18:00:00+01:00");
    assert_gap(&c, 0, 1, "2026-03-29T08:00:00+02:00", "2026-03-29T18:00:00+02:00");
    assert_string_equal(c.reach.levels.at[0].timezone, "Europe/Berlin");
    end(&c);
}

static void week_of_somebody_without_a_way_is_a_gap_from_hand_over_to_hand_over(void **state)
{
    (void)state;
    struct scene c =
        proven("services: [{id: api, runbook: scanner.md, escalation: [{notify: [schedule:weekly]}]}]\n",
               "2026-10-20T00:00:00Z", "2026-11-20T00:00:00Z");
    const struct reach_gaps *gaps = c.reach.levels.at[0].gaps;
    assert_int_equal(gaps->list.n, 2);
    assert_gap(&c, 0, 0, "2026-10-26T01:30:00-04:00", "2026-11-02T01:30:00-05:00");
    assert_gap(&c, 0, 1, "2026-11-09T01:30:00-05:00", "2026-11-16T01:30:00-05:00");
    const struct reach_fault *fault = &gaps->list.at[0].faults.at[0];
    assert_int_equal(fault->kind, REACH_NO_CHANNEL);
    assert_string_equal(fault->person, "ben");
    assert_int_equal(fault->line, 3);
    assert_non_null(strstr(fault->text, "mail server"));
    end(&c);
}

static void role_of_one_level_fills_its_gap_and_no_other(void **state)
{
    (void)state;
    struct scene c =
        proven("roles: {cto: [person:ana]}\n"
               "services: [{id: api, runbook: scanner.md, escalation: [{notify: [schedule:nobody]}]}]\n",
               "2026-10-20T00:00:00Z", "2026-10-21T00:00:00Z");
    assert_string_equal(c.reach.levels.at[0].level->id, "SEV-1");
    assert_int_equal(c.reach.levels.at[0].gaps->list.n, 0);
    assert_string_equal(c.reach.levels.at[1].level->id, "SEV-2");
    assert_int_equal(c.reach.levels.at[1].gaps->list.n, 1);
    const struct reach_gap *gap = &c.reach.levels.at[1].gaps->list.at[0];
    assert_int_equal(gap->faults.at[0].kind, REACH_EMPTY_SCHEDULE);
    assert_string_equal(gap->faults.at[0].target, "schedule:nobody");
    assert_int_equal(gap->faults.at[0].line, 17);
    assert_gap(&c, 1, 0, "2026-10-20T00:00:00Z", "2026-10-21T00:00:00Z");
    end(&c);
}

static void empty_step_before_a_person_is_no_gap(void **state)
{
    (void)state;
    struct scene c =
        proven("services: [{id: api, runbook: scanner.md, escalation: [{notify: [schedule:nobody]}, {notify: "
               "[person:ana], after: 5m}]}]\n",
               "2026-10-20T00:00:00Z", "2026-12-20T00:00:00Z");
    list_each (level, &c.reach.levels)
        assert_int_equal(level->gaps->list.n, 0);
    assert_int_equal(c.reach.levels.n, 2 + 3); /* and those of no service, and without a level */
    end(&c);
}

static void levels_of_every_runbook_are_proven_for_a_service_without_one(void **state)
{
    (void)state;
    struct scene c = proven("services: [{id: api, escalation: [{notify: [schedule:nobody, person:ben]}]}]\n",
                            "2026-10-20T00:00:00Z", "2026-10-21T00:00:00Z");
    assert_string_equal(c.reach.levels.at[1].level->id, "SEV-2");
    assert_null(c.reach.levels.at[2].level);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(c.reach.levels.at[i].gaps->list.at[0].faults.n, 2);
    end(&c);
}

static void configuration_without_people_has_no_chain(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    struct config *config = config_parse(NULL, NULL, 0, &errors);
    struct reach reach;
    reach_prove(arena, config, NULL, 1, 2, &reach);
    assert_int_equal(reach.levels.n, 1);
    assert_int_equal(reach.levels.at[0].gaps->list.at[0].faults.at[0].kind, REACH_NO_CHAIN);
    config_free(config);
}

/* ---- the walk against asking every minute ---- */

static bool asked(const struct scene *c, const struct reach_level *level, int64_t at_us)
{
    scoped_arena struct arena *arena = arena_new();
    struct chain chain;
    struct strings people = {0};
    chain_make(arena,
               &(struct chain_question){.config = c->config,
                                        .service = level->service,
                                        .runbook = level->runbook,
                                        .level = level->level,
                                        .response_time_s = UNSTATED},
               &chain);
    list_each (step, &chain.steps)
        list_each (target, &step->notify) {
            const char *id = strchr(*target, ':') + 1;
            struct strings found = {0};
            if (**target == 's')
                schedule_people_at(arena, config_schedule(c->config, id), at_us, &found, NULL);
            else
                strings_add(arena, &found, id);
            list_each (person, &found)
                strings_add(arena, &people, *person);
        }
    list_each (person, &people)
        if (!person_unreachable(c->config, config_person(c->config, *person)))
            return true;
    return false;
}

static void check_minutes(const char *from, const char *until)
{
    struct scene c =
        proven("services:\n"
               "  - {id: a, runbook: scanner.md, escalation: [{notify: [schedule:office]}]}\n"
               "  - {id: b, runbook: scanner.md, escalation: [{notify: [schedule:weekly]}]}\n"
               "  - {id: c, runbook: scanner.md, escalation: [{notify: [schedule:night, person:ben]}]}\n",
               from, until);
    size_t n_gaps = 0;
    list_each (level, &c.reach.levels) {
        size_t at = 0;
        n_gaps += level->gaps->list.n;
        for (int64_t t = us(from); t < us(until); t += 60 * US_PER_S) {
            while (at < level->gaps->list.n && level->gaps->list.at[at].until_us <= t)
                at++;
            bool in_gap = at < level->gaps->list.n && level->gaps->list.at[at].from_us <= t;
            assert_int_equal(asked(&c, level, t), !in_gap);
        }
    }
    assert_true(n_gaps > 0);
    end(&c);
}

static void every_minute_around_the_changes_of_clocks_is_as_the_walk_says(void **state)
{
    (void)state;
    check_minutes("2026-10-24T20:00:00Z", "2026-10-26T08:00:00Z"); /* Berlin, and a hand-over in New York */
    check_minutes("2026-11-01T00:00:00Z", "2026-11-02T08:00:00Z"); /* New York */
    check_minutes("2027-03-28T00:00:00Z", "2027-03-29T08:00:00Z"); /* Berlin */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_without_anybody_are_found_across_the_change_of_clocks),
        cmocka_unit_test(week_of_somebody_without_a_way_is_a_gap_from_hand_over_to_hand_over),
        cmocka_unit_test(role_of_one_level_fills_its_gap_and_no_other),
        cmocka_unit_test(empty_step_before_a_person_is_no_gap),
        cmocka_unit_test(levels_of_every_runbook_are_proven_for_a_service_without_one),
        cmocka_unit_test(configuration_without_people_has_no_chain),
        cmocka_unit_test(every_minute_around_the_changes_of_clocks_is_as_the_walk_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
