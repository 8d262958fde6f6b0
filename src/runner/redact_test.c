#include "runner/redact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/testing.h"
#include "runner/redact_logs_priv.h"
#include "runner/redact_priv.h"

static struct redact_rules *rules;

static int open_rules(void **state)
{
    struct err err = {0};
    (void)state;
    if (redact_rules_read(NULL, &rules, &err) < 0)
        print_error("%s\n", err.text);
    return rules ? 0 : -1;
}

static int close_rules(void **state)
{
    (void)state;
    redact_rules_free(rules);
    return 0;
}

static void keep(void *context, const char *bytes, size_t n_bytes)
{
    buf_add(context, bytes, n_bytes);
}

/* The text cut into pieces of `step` bytes, the first one of `first`. */
static void redact(const struct redact_rules *by, const char *text, size_t n_bytes, size_t first, size_t step,
                   struct buf *out, struct buf *counts)
{
    struct redactor *redactor = redactor_new(by, keep, out);
    for (size_t at = 0, n = first; at < n_bytes; at += n, n = step)
        redactor_add(redactor, text + at, n_bytes - at < n ? n_bytes - at : (n ? n : (n = step)));
    redactor_finish(redactor);
    if (counts)
        redactor_counts(redactor, counts);
    redactor_free(redactor);
}

static void assert_redacted(const char *text, const char *wanted)
{
    scoped_buf struct buf out = {0};
    redact(rules, text, strlen(text), strlen(text), 1, &out, NULL);
    assert_string_equal(buf_text(&out), wanted);
}

/* ---- the scanner ---- */

static bool stands_there(const struct redact_trigger *trigger, const char *text, size_t n_bytes, size_t at)
{
    if (trigger->n_bytes > n_bytes - at)
        return false;
    if (trigger->text[0] == '#' && !trigger->exact && at && text[at - 1] >= '0' && text[at - 1] <= '9')
        return false;
    for (size_t i = 0; i < trigger->n_bytes; i++) {
        char c = text[at + i], wanted = trigger->text[i];
        bool digit = c >= '0' && c <= '9';
        char lower = c >= 'A' && c <= 'Z' && !trigger->exact ? (char)(c + 32) : c;
        if (wanted == '#' && !trigger->exact ? !digit : lower != wanted)
            return false;
    }
    return true;
}

static uint32_t random_next(uint32_t *seed)
{
    *seed ^= *seed << 13, *seed ^= *seed >> 17, *seed ^= *seed << 5;
    return *seed;
}

/* Beginnings of triggers, one after the other, with digits and marks between them. */
static size_t text_make(const struct redact_rules *by, uint32_t *seed, char *text, size_t text_bytes)
{
    size_t n = 0, wanted = random_next(seed) % text_bytes;
    while (n < wanted) {
        const struct redact_trigger *trigger = &by->triggers.at[random_next(seed) % by->triggers.n];
        bool digits = random_next(seed) % 3 == 0;
        size_t most = digits ? 24 : trigger->n_bytes + 1;
        for (size_t i = 0, take = random_next(seed) % most; i < take && n < wanted; i++) {
            char c = digits ? '#' : trigger->text[i];
            text[n++] = c == '#' ? (char)('0' + random_next(seed) % 10) : c;
        }
        if (n < wanted && random_next(seed) % 2)
            text[n++] = " -.:/A\xc3"[random_next(seed) % 7];
    }
    return n;
}

static void assert_scan_finds_all(const struct redact_rules *by, const char *text, size_t n_bytes)
{
    const bool open[SCOPES] = {[0 ... SCOPES - 1] = true};
    struct redact_hits hits = {.at = text, .end = n_bytes, .n_bytes = n_bytes, .open = open};
    const struct redact_trigger *found;
    size_t at, ignored;
    for (at = 0; at < n_bytes; at++)
        for (int is_short = 0; is_short < 2; is_short++)
            list_each (trigger, &by->triggers)
                if ((trigger->n_bytes < 3) == is_short && stands_there(trigger, text, n_bytes, at)) {
                    found = redact_hit_next(by, &hits, &ignored);
                    assert_ptr_equal(found, trigger);
                    assert_int_equal(ignored, at);
                }
    assert_null(redact_hit_next(by, &hits, &ignored));
}

static void assert_scan_is_whole(const struct redact_rules *by)
{
    char text[80];
    uint32_t seed = 2463534242u;
    for (int i = 0; i < 600; i++)
        assert_scan_finds_all(by, text, text_make(by, &seed, text, sizeof text));
}

static void the_scanner_finds_each_trigger_wherever_it_stands(void **state)
{
    static const char *const numbers[] = {"####", "###x", "12:##", "##################", "#1", "#9#", "0##"};
    (void)state;
    struct redact_rules *own;
    struct err err;
    assert_int_equal(redact_rules_read(NULL, &own, &err), 0);
    assert_scan_is_whole(own);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const struct redact_trigger trigger = {.text = numbers[i],
                                               .n_bytes = strlen(numbers[i]),
                                               .within = NO_SCOPE,
                                               .scope = -1,
                                               .known = NO_LABEL};
        redact_trigger_add(own, &trigger);
        redact_scan_build(own);
        assert_scan_is_whole(own);
    }
    redact_rules_know(own, "1234567890secret");
    assert_scan_is_whole(own);
    redact_rules_free(own);
}

/* ---- rules ---- */

static void every_rule_holds_its_examples(void **state)
{
    scoped_buf struct buf failed = {0};
    (void)state;
    assert_true(rules->examples.n > 100);
    size_t n = redact_rules_check(rules, &failed);
    if (n)
        print_error("%s", buf_text(&failed));
    assert_int_equal(n, 0);
}

static void every_detector_has_an_example_of_its_own(void **state)
{
    scoped_buf struct buf counts = {0};
    (void)state;
    list_each (example, &rules->examples) {
        scoped_buf struct buf in = {0}, out = {0};
        for (const char *c = example->text; *c; c++)
            if (strncmp(c, "\xe2\x90\xa4", 3) == 0)
                buf_putc(&in, '\n'), c += 2;
            else if (strncmp(c, "\xc2\xab", 2) == 0 || strncmp(c, "\xc2\xbb", 2) == 0)
                c++;
            else
                buf_putc(&in, *c);
        redact(rules, buf_text(&in), in.n_bytes, in.n_bytes, 1, &out, &counts);
        buf_puts(&counts, ", ");
    }
    list_each (detector, &rules->detectors) {
        scoped_buf struct buf wanted = {0};
        if (detector->is_form)
            continue;
        buf_printf(&wanted, " x %s, ", detector->name);
        if (!strstr(buf_text(&counts), buf_text(&wanted)))
            fail_msg("no example of %s is found by it", detector->name);
    }
}

static void generated_numbers_are_told_by_their_checksum(void **state)
{
    static const struct {
        const char *check, *format;
        int n_digits;
    } numbers[] = {
        {"luhn", "%0*llu", 16}, {"nhs", "%0*llu", 10}, {"verhoeff", "%0*llu", 12}, {"routing", "%0*llu", 9}};
    uint64_t seed = 7;
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        redact_check *check = redact_check_find(numbers[i].check);
        unsigned long long most = 1;
        for (int k = 0; k < numbers[i].n_digits - 1; k++)
            most *= 10;
        for (int round = 0; round < 1000; round++) {
            unsigned long long stem = logs_random(&seed) % most;
            int n_valid = 0;
            for (unsigned digit = 0; digit < 10; digit++) {
                char text[32];
                int n =
                    snprintf(text, sizeof text, numbers[i].format, numbers[i].n_digits, stem * 10 + digit);
                n_valid += check(text, (size_t)n);
            }
            assert_true(n_valid <= 1); /* of ten last digits one fits, or none */
            assert_true(n_valid == 1 || i == 1);
        }
    }
}

static void a_site_adds_detectors_and_errors_name_the_line(void **state)
{
    static const struct {
        const char *text, *error;
    } files[] = {
        {"detector ward-code\ntrigger w#\npattern W\\d{4}\nexample in «W1234» now\n", NULL},
        {"detector x\n", "has no pattern"},
        {"detector x\npattern (\n", ":2: the pattern is wrong"},
        {"detector x\ntrigger x\npattern x\ncheck magic\n", ":4: there is no such check"},
        {"pattern x\n", ":1: a block begins with"},
        {"detector x\ntrigger x\npattern x\nwithin nowhere\n", "no such scope"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[] = "/tmp/redact-test-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, files[i].text, strlen(files[i].text)), (ssize_t)strlen(files[i].text));
        close(fd);
        struct redact_rules *own = NULL;
        struct err err = {0};
        int read = redact_rules_read(path, &own, &err);
        unlink(path);
        if (files[i].error) {
            assert_int_equal(read, -1);
            assert_non_null(strstr(err.text, files[i].error));
            continue;
        }
        scoped_buf struct buf out = {0};
        assert_int_equal(read, 0);
        assert_int_equal(redact_rules_check(own, &out), 0);
        redact(own, "in W1234 now", 12, 12, 1, &out, NULL);
        assert_string_equal(buf_text(&out), "in [redacted: ward-code] now");
        redact_rules_free(own);
    }
}

static void known_secrets_are_found_in_every_form(void **state)
{
    static const char *const environment[] = {"HOME=/root", "DB_PASSWORD=plain/or\"den 7", "SHORT_TOKEN=abc",
                                              NULL};
    static const char *const texts[] = {"x plain/or\"den 7 y", "x cGxhaW4vb3IiZGVuIDc= y",
                                        "eDpwbGFpbi9vciJkZW4gNw==", "x=plain%2For%22den%207&",
                                        "q plain/or\\\"den 7"};
    struct redact_rules *own;
    struct err err;
    (void)state;
    assert_int_equal(redact_rules_read(NULL, &own, &err), 0);
    redact_rules_know_environment(own, environment);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        scoped_buf struct buf out = {0};
        redact(own, texts[i], strlen(texts[i]), strlen(texts[i]), 1, &out, NULL);
        assert_non_null(strstr(buf_text(&out), "[redacted: known-secret]"));
    }
    redact_rules_free(own);
}

/* ---- streams ---- */

/* All examples, one below the other, and what only long texts have. */
static void corpus_make(struct buf *out)
{
    uint64_t seed = 99;
    list_each (example, &rules->examples) {
        for (const char *c = example->text; *c; c++)
            if (strncmp(c, "\xe2\x90\xa4", 3) == 0)
                buf_putc(out, '\n'), c += 2;
            else if (strncmp(c, "\xc2\xab", 2) == 0 || strncmp(c, "\xc2\xbb", 2) == 0)
                c++;
            else
                buf_putc(out, *c);
        buf_puts(out, logs_pick(&seed, 3) ? "\n" : "\r\n");
        if (logs_pick(&seed, 4) == 0)
            buf_add(out, "\0\xff\xc3\r\n\n", 6);
    }
}

static void assert_same(const struct buf *a, const struct buf *b)
{
    assert_int_equal(a->n_bytes, b->n_bytes);
    assert_memory_equal(buf_text(a), buf_text(b), a->n_bytes);
}

static void the_result_does_not_depend_on_the_cut(void **state)
{
    scoped_buf struct buf corpus = {0}, whole = {0};
    (void)state;
    corpus_make(&corpus);
    redact(rules, corpus.at, corpus.n_bytes, corpus.n_bytes, 1, &whole, NULL);
    for (size_t cut = 1; cut < corpus.n_bytes; cut++) {
        scoped_buf struct buf out = {0};
        redact(rules, corpus.at, corpus.n_bytes, cut, corpus.n_bytes, &out, NULL);
        assert_same(&out, &whole);
    }
    for (size_t step = 1; step < 70; step++) {
        scoped_buf struct buf out = {0};
        redact(rules, corpus.at, corpus.n_bytes, step, step, &out, NULL);
        assert_same(&out, &whole);
    }
}

static void long_lines_do_not_depend_on_the_cut(void **state)
{
    uint64_t seed = 5;
    (void)state;
    for (int round = 0; round < 12; round++) {
        scoped_buf struct buf corpus = {0}, whole = {0};
        while (corpus.n_bytes < 5u * REDACT_WINDOW_BYTES) {
            static const char *const parts[] = {
                "password=hunter2 ",    "\"token\":\"abc\",",
                "4111 1111 1111 1111 ", "ghp_000000000000000000000000000000000000 ",
                "mrn 00123456 ",        "\n"};
            for (unsigned n = logs_pick(&seed, 40000); n; n--)
                buf_putc(&corpus, "abcdefgh01234567 \"=,"[logs_pick(&seed, 20)]);
            for (unsigned n = logs_pick(&seed, 2000); round % 3 == 0 && n; n--)
                buf_puts(&corpus, "secret=\"");
            buf_puts(&corpus, parts[logs_pick(&seed, sizeof parts / sizeof *parts)]);
        }
        redact(rules, corpus.at, corpus.n_bytes, corpus.n_bytes, 1, &whole, NULL);
        assert_null(memmem(whole.at, whole.n_bytes, "hunter2", 7));
        for (int cut = 0; cut < 6; cut++) {
            scoped_buf struct buf out = {0};
            redact(rules, corpus.at, corpus.n_bytes, logs_pick(&seed, 200000), 1 + logs_pick(&seed, 90000),
                   &out, NULL);
            assert_same(&out, &whole);
        }
    }
}

static size_t n_in_bytecode(const struct redact_rules *by)
{
    size_t n = 0;
    list_each (detector, &by->detectors) {
        size_t compiled = 0;
        pcre2_pattern_info(detector->patterns.at[0].code, PCRE2_INFO_JITSIZE, &compiled);
        n += !compiled;
    }
    return n;
}

/* Where nothing more may become executable, as in a hardened house. The room that is left is filled first. */
static bool is_same_without_jit(const char *text, size_t n_bytes, const struct buf *wanted)
{
    struct redact_rules *own = NULL;
    struct err err;
    scoped_buf struct buf out = {0};
    for (int i = 0; i < 10 && (!own || !n_in_bytecode(own)); i++)
        if (redact_rules_read(NULL, &own, &err) < 0)
            return false;
    redact(own, text, n_bytes, n_bytes, 1, &out, NULL);
    return n_in_bytecode(own) && out.n_bytes == wanted->n_bytes &&
           memcmp(out.at, wanted->at, out.n_bytes) == 0;
}

static void patterns_that_cannot_be_compiled_for_the_machine_find_the_same(void **state)
{
    enum { SET_MDWE = 65, REFUSE_EXEC_GAIN = 1 }; /* linux/prctl.h of Linux 6.3 */
    scoped_buf struct buf corpus = {0}, whole = {0};
    int status;
    (void)state;
    corpus_make(&corpus);
    redact(rules, corpus.at, corpus.n_bytes, corpus.n_bytes, 1, &whole, NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child && prctl(SET_MDWE, REFUSE_EXEC_GAIN, 0L, 0L, 0L) < 0)
        _exit(2);
    if (!child)
        _exit(!is_same_without_jit(corpus.at, corpus.n_bytes, &whole));
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
        skip();
    assert_int_equal(status, 0);
}

static void a_second_pass_changes_nothing(void **state)
{
    scoped_buf struct buf corpus = {0}, once = {0}, twice = {0};
    (void)state;
    corpus_make(&corpus);
    redact(rules, corpus.at, corpus.n_bytes, corpus.n_bytes, 1, &once, NULL);
    redact(rules, once.at, once.n_bytes, once.n_bytes, 1, &twice, NULL);
    assert_same(&once, &twice);
}

static void a_secret_longer_than_the_window_is_hidden_to_its_end(void **state)
{
    static const char *const heads[] = {"password=", "{\"password\":\"", "Authorization: Bearer "};
    static const char *const tails[] = {" after\n", "\",\"n\":1}\n", "\nafter\n"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        scoped_buf struct buf in = {0}, out = {0};
        buf_puts(&in, heads[i]);
        for (int k = 0; k < 300000; k++)
            buf_puts(&in, "s3kr3T");
        buf_puts(&in, tails[i]);
        redact(rules, in.at, in.n_bytes, 1000, 8000, &out, NULL);
        assert_null(strstr(out.at, "s3kr3T"));
        assert_non_null(strstr(out.at, tails[i]));
        assert_true(out.n_bytes < 100);
    }
}

static void a_private_key_of_ten_thousand_lines_is_one_mark(void **state)
{
    scoped_buf struct buf in = {0}, out = {0}, counts = {0};
    (void)state;
    buf_puts(&in, "before\n-----BEGIN RSA PRIVATE KEY-----\n");
    for (int i = 0; i < 10000; i++)
        buf_puts(&in, "MIIEpAIBAAKCAQEA75yFyh3GqPAZ0kzzvVbgOkLxgKHVdxnUQE0Ht3hVkP1uXcZb\n");
    buf_puts(&in, "-----END RSA PRIVATE KEY-----\nafter\n");
    redact(rules, in.at, in.n_bytes, 4096, 4096, &out, &counts);
    assert_string_equal(buf_text(&out), "before\n[redacted: private-key]\nafter\n");
    assert_string_equal(buf_text(&counts), "1 x private-key");
}

static void ten_megabytes_without_a_line_end_pass_in_bounded_memory(void **state)
{
    scoped_buf struct buf piece = {0}, out = {0};
    struct redactor *redactor = redactor_new(rules, keep, &out);
    (void)state;
    while (piece.n_bytes < 50000)
        buf_puts(&piece, "abc def ");
    size_t n_given = 0;
    for (int i = 0; i < 200; i++) {
        redactor_add(redactor, piece.at, piece.n_bytes);
        n_given += piece.n_bytes;
        assert_true(n_given - out.n_bytes <= 2u * REDACT_WINDOW_BYTES); /* what is held */
    }
    redactor_finish(redactor);
    assert_int_equal(out.n_bytes, n_given);
    redactor_free(redactor);
}

static void a_whole_line_comes_out_at_once(void **state)
{
    scoped_buf struct buf out = {0};
    struct redactor *redactor = redactor_new(rules, keep, &out);
    (void)state;
    redactor_add(redactor, "first\nsec", 9);
    assert_string_equal(buf_text(&out), "first\n");
    redactor_add(redactor, "ond\n", 4);
    assert_string_equal(buf_text(&out), "first\nsecond\n");
    redactor_add(redactor, "password: x7", 12);
    redactor_finish(redactor);
    assert_string_equal(buf_text(&out), "first\nsecond\npassword: [redacted: secret]");
    redactor_free(redactor);
}

static void hostile_lines_are_not_quadratic(void **state)
{
    scoped_buf struct buf in = {0}, out = {0};
    (void)state;
    for (int i = 0; i < 40000; i++)
        buf_puts(&in, "password=\"token:' dob :://@ ");
    redact(rules, in.at, in.n_bytes, in.n_bytes, 1, &out, NULL);
    assert_true(out.n_bytes < in.n_bytes);
    assert_redacted("password=\"a\\\"b\" c\n", "password=\"[redacted: secret]\" c\n");
}

static void what_stands_in_front_of_the_kind_of_a_document_belongs_to_it(void **state)
{
    (void)state;
    assert_redacted("{\"family\": \"Doe\", \"resourceType\": \"Patient\"}\n",
                    "{\"family\": \"[redacted: fhir-field]\", \"resourceType\": \"Patient\"}\n");
}

static void a_near_word_is_a_word_in_any_case_of_letters(void **state)
{
    (void)state;
    assert_redacted("Patient 555-867-5309\n", "Patient [redacted: phone]\n");
    assert_redacted("555-867-5309 is their PHONE\n", "[redacted: phone] is their PHONE\n");
    assert_redacted("impatient 555-867-5309\n", "impatient 555-867-5309\n");
}

/* ---- logs ---- */

static void ordinary_logs_pass(void **state)
{
    enum { MEGABYTES = 8, MOST_A_MEGABYTE = 5 };
    scoped_buf struct buf logs = {0}, out = {0}, counts = {0};
    (void)state;
    logs_make(&logs, 4711, MEGABYTES << 20);
    redact(rules, logs.at, logs.n_bytes, logs.n_bytes, 1, &out, &counts);
    size_t n = 0;
    for (const char *at = buf_text(&out); (at = strstr(at, "[redacted: ")); at++)
        n++;
    if (n > MEGABYTES * MOST_A_MEGABYTE)
        fail_msg("%zu false positives: %s", n, buf_text(&counts));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scanner_finds_each_trigger_wherever_it_stands),
        cmocka_unit_test(every_rule_holds_its_examples),
        cmocka_unit_test(every_detector_has_an_example_of_its_own),
        cmocka_unit_test(generated_numbers_are_told_by_their_checksum),
        cmocka_unit_test(a_site_adds_detectors_and_errors_name_the_line),
        cmocka_unit_test(known_secrets_are_found_in_every_form),
        cmocka_unit_test(the_result_does_not_depend_on_the_cut),
        cmocka_unit_test(long_lines_do_not_depend_on_the_cut),
        cmocka_unit_test(patterns_that_cannot_be_compiled_for_the_machine_find_the_same),
        cmocka_unit_test(a_second_pass_changes_nothing),
        cmocka_unit_test(a_secret_longer_than_the_window_is_hidden_to_its_end),
        cmocka_unit_test(a_private_key_of_ten_thousand_lines_is_one_mark),
        cmocka_unit_test(ten_megabytes_without_a_line_end_pass_in_bounded_memory),
        cmocka_unit_test(a_whole_line_comes_out_at_once),
        cmocka_unit_test(hostile_lines_are_not_quadratic),
        cmocka_unit_test(what_stands_in_front_of_the_kind_of_a_document_belongs_to_it),
        cmocka_unit_test(a_near_word_is_a_word_in_any_case_of_letters),
        cmocka_unit_test(ordinary_logs_pass),
    };
    return cmocka_run_group_tests(tests, open_rules, close_rules);
}
