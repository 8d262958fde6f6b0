#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/testing.h"
#include "runner/walk_journal.h"
#include "runner/walk_transcript.h"

static const char text[] = "# Service\n\n## Service down\n\n1. Look for the user:\n\n"
                           "   ```bash\n   ls /home/<user>\n   ```\n\n"
                           "2. Restart it:\n\n   ```bash\n   systemctl restart api\n   ```\n";

struct place {
    char walks[64];
    struct arena *arena;
    struct redact_rules *rules;
    struct walk *walk;
    struct walk_journal *journal;
};

static struct place *place;

static int make(void **state)
{
    (void)state;
    struct err err;
    place = calloc(1, sizeof *place);
    snprintf(place->walks, sizeof place->walks, "/tmp/walk-test-XXXXXX");
    if (!mkdtemp(place->walks))
        return -1;
    place->arena = arena_new();
    if (redact_rules_read(NULL, &place->rules, &err) < 0)
        fail_msg("%s", err.text);
    struct runbook *runbook = runbook_read(place->arena, "api.md", text, strlen(text));
    sha256_hex(text, strlen(text), runbook->sha256);
    place->walk = walk_new(place->arena, runbook, &runbook->procedures.at[0]);
    place->walk->about = (struct walk_about){.file = "/srv/api.md",
                                             .sha256 = runbook->sha256,
                                             .procedure = "service-down",
                                             .line = runbook->procedures.at[0].line,
                                             .by = "ana",
                                             .host = "ops-1",
                                             .folder = "/srv",
                                             .began_us = 1700000000000000};
    if (walk_journal_new(place->walks, "api.md", text, strlen(text), &place->walk->about, place->rules,
                         &place->journal, &err) < 0)
        fail_msg("%s", err.text);
    return 0;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static int unmake(void **state)
{
    (void)state;
    walk_journal_close(place->journal);
    redact_rules_free(place->rules);
    arena_free(place->arena);
    nftw(place->walks, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(place);
    return 0;
}

static void add(struct walk_entry entry)
{
    struct err err;
    entry.by = "ana";
    entry.at_us = 1700000001000000;
    assert_int_equal(walk_check(place->walk, &entry, &err), 0);
    if (walk_journal_add(place->journal, place->walk, &entry, &err) < 0)
        fail_msg("%s", err.text);
    walk_apply(place->walk, &entry);
}

static const char *journal_path(void)
{
    return arena_printf(place->arena, "%s/walk.jsonl", walk_journal_folder(place->journal));
}

/* As the next process does. */
static struct walk *reopened(struct strings *withheld)
{
    struct err err;
    struct walk *walk;
    walk_journal_close(place->journal);
    place->journal = NULL;
    *withheld = (struct strings){0};
    if (walk_journal_open(place->arena, place->walks, "20231114-221320-service-down", place->rules,
                          &place->journal, &walk, withheld, &err) != 0)
        fail_msg("%s", err.text);
    return walk;
}

static void everything(void)
{
    add((struct walk_entry){.verb = WALK_SET, .row = -1, .name = "user", .text = "deploy"});
    add((struct walk_entry){.verb = WALK_BEGIN, .row = 0, .text = "ls /home/deploy"});
    add((struct walk_entry){.verb = WALK_RESULT,
                            .row = 0,
                            .result = {.state = STEP_FAILED,
                                       .exit_code = 2,
                                       .duration_us = 1500000,
                                       .why = "stopped by ana",
                                       .output = "```\n# not a heading\n",
                                       .redacted = "1 x us-ssn"}});
    add((struct walk_entry){.verb = WALK_NOTE, .row = 0, .text = "odd"});
    add((struct walk_entry){.verb = WALK_BEGIN, .row = 1, .text = "systemctl restart api"});
}

static void who_reads_the_journal_stands_where_the_walk_stood(void **state)
{
    (void)state;
    struct strings withheld;
    everything();
    struct walk *walk = reopened(&withheld);
    assert_int_equal(withheld.n, 0);
    assert_int_equal(walk->rows.at[0].state, WALK_FAILED);
    assert_int_equal(walk->rows.at[0].result.exit_code, 2);
    assert_string_equal(walk->rows.at[0].result.output, "```\n# not a heading\n");
    assert_string_equal(walk->rows.at[0].notes.at[0], "odd");
    assert_string_equal(walk->values.at[0].value, "deploy");
    assert_int_equal(walk->rows.at[1].state, WALK_RUNNING);
    place->walk = walk;
    add((struct walk_entry){.verb = WALK_RESUME, .row = -1});
    assert_int_equal(walk->rows.at[1].state, WALK_UNKNOWN);
    add((struct walk_entry){.verb = WALK_BEGIN, .row = 0, .text = "ls /home/deploy"});
    walk = reopened(&withheld); /* lost once more */
    assert_int_equal(walk->rows.at[1].state, WALK_UNKNOWN);
    assert_int_equal(walk->rows.at[0].state, WALK_RUNNING);
    assert_string_equal(walk->about.folder, "/srv");
}

static void a_line_cut_off_at_any_byte_costs_that_line_alone(void **state)
{
    (void)state;
    struct strings withheld;
    struct stat st;
    everything();
    char *bytes;
    size_t n_bytes, start;
    assert_int_equal(file_read(place->arena, journal_path(), SIZE_MAX, &bytes, &n_bytes, NULL), 0);
    start = (size_t)((char *)memrchr(bytes, '\n', n_bytes - 1) - bytes) + 1;
    const char *path = journal_path();
    for (size_t n = n_bytes - 1; n > start; n--) {
        assert_int_equal(truncate(path, (off_t)n), 0);
        struct walk *walk = reopened(&withheld);
        assert_int_equal(walk->rows.at[1].state, WALK_OPEN);
        assert_int_equal(walk->rows.at[0].state, WALK_FAILED);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_size, start); /* so that the next line begins a line */
        int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
        assert_int_equal(write(fd, bytes + start, n_bytes - start), n_bytes - start);
        close(fd);
    }
}

static void a_value_that_looks_like_a_patients_is_not_on_disk(void **state)
{
    (void)state;
    struct strings withheld;
    char *bytes;
    size_t n_bytes;
    add((struct walk_entry){.verb = WALK_SET, .row = -1, .name = "user", .text = "ssn 536-22-8726"});
    assert_int_equal(file_read(place->arena, journal_path(), SIZE_MAX, &bytes, &n_bytes, NULL), 0);
    assert_null(strstr(bytes, "536-22"));
    scoped_buf struct buf out = {0};
    walk_transcript_markdown(place->walk, place->rules, &out);
    walk_transcript_json(place->walk, place->rules, &out);
    assert_null(strstr(out.at, "536-22"));
    struct walk *walk = reopened(&withheld);
    assert_int_equal(walk->values.n, 0);
    assert_int_equal(withheld.n, 1);
    assert_string_equal(withheld.at[0], "user");
}

static void one_process_walks_a_walk(void **state)
{
    (void)state;
    struct strings withheld = {0};
    struct walk_journal *second;
    struct walk *walk;
    struct err err;
    assert_int_equal(walk_journal_open(place->arena, place->walks, "20231114-221320-service-down",
                                       place->rules, &second, &walk, &withheld, &err),
                     1);
    assert_non_null(strstr(err.text, "still open"));
}

static void what_is_no_walk_is_refused_with_its_reason(void **state)
{
    (void)state;
    static const char leads_out[] = "{\"walk\":1,\"id\":\"x\",\"file\":\"f\",\"document\":\"../api.md\","
                                    "\"sha256\":\"0\",\"procedure\":\"p\",\"line\":3,\"by\":\"a\","
                                    "\"folder\":\"/\"}\n";
    static const char *const lines[] = {
        "", "{", "[]\n", "{\"walk\":2}\n", "{\"verb\":\"tick\",\"row\":0}\n", leads_out};
    struct strings withheld = {0};
    const char *path = journal_path();
    walk_journal_close(place->journal);
    place->journal = NULL;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct walk_journal *journal;
        struct walk *walk;
        struct err err = {0};
        assert_int_equal(file_write(path, lines[i], strlen(lines[i]), 0600, NULL), 0);
        assert_int_equal(walk_journal_open(place->arena, place->walks, "20231114-221320-service-down",
                                           place->rules, &journal, &walk, &withheld, &err),
                         -1);
        assert_non_null(strstr(err.text, "walk.jsonl"));
    }
    static const char *const ids[] = {"", "..", "../x", "nobody"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct walk_journal *journal;
        struct walk *walk;
        assert_int_equal(walk_journal_open(place->arena, place->walks, ids[i], place->rules, &journal, &walk,
                                           &withheld, NULL),
                         -1);
    }
}

static void only_the_owner_can_read_it(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(stat(journal_path(), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(walk_journal_folder(place->journal), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void the_transcript_tells_all_and_nothing_in_it_is_read_as_markdown(void **state)
{
    (void)state;
    static const char *const wanted[] = {"# Service down",
                                         "- by: ana on ops-1",
                                         "ls /home/<user>",
                                         "ls /home/deploy",
                                         "exit code: 2",
                                         "````text\n```\n# not",
                                         "1 x us-ssn",
                                         "note: odd",
                                         "2023-11-14T22:13:20.000Z",
                                         "value of `user`: deploy",
                                         "running"};
    scoped_buf struct buf out = {0};
    everything();
    walk_transcript_markdown(place->walk, place->rules, &out);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(out.at, wanted[i]))
            fail_msg("no \"%s\" in\n%s", wanted[i], out.at);
}

static void the_transcript_as_json_can_be_read_back(void **state)
{
    (void)state;
    struct json root;
    struct err err;
    scoped_buf struct buf out = {0};
    everything();
    walk_transcript_json(place->walk, place->rules, &out);
    struct json_document *parser = json_document_new();
    if (json_parse(parser, out.at, out.n_bytes, 8, &root, &err) < 0)
        fail_msg("%s", err.text);
    struct json steps = json_get(root, "steps");
    assert_int_equal(json_count(steps), 2);
    struct json first = json_first(steps).value;
    assert_string_equal(json_text(json_get(first, "ran"), NULL), "ls /home/deploy");
    assert_string_equal(json_text(json_get(first, "state"), NULL), "failed");
    assert_int_equal(json_int(json_get(first, "exit_code"), -1), 2);
    assert_int_equal(json_int(json_get(root, "problems"), -1), 2);
    json_document_free(parser);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        T(who_reads_the_journal_stands_where_the_walk_stood),
        T(a_line_cut_off_at_any_byte_costs_that_line_alone),
        T(a_value_that_looks_like_a_patients_is_not_on_disk),
        T(one_process_walks_a_walk),
        T(what_is_no_walk_is_refused_with_its_reason),
        T(only_the_owner_can_read_it),
        T(the_transcript_tells_all_and_nothing_in_it_is_read_as_markdown),
        T(the_transcript_as_json_can_be_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
