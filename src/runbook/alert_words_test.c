#include "runbook/alert_words.h"

#include <string.h>

#include "base/buf.h"
#include "base/testing.h"

static struct arena *arena;

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *cut(const char *text)
{
    struct buf out = {0};
    struct word_cutter cutter = {.at = text, .end = text + strlen(text)};
    while (word_cut(&cutter))
        buf_printf(&out, "%s%s", out.n_bytes > 0 ? " " : "", cutter.raw);
    const char *copy = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return copy;
}

static struct alert_words words(const char *text)
{
    struct alert_words all = {0};
    alert_words_of(arena, vocabulary_builtin(), text, &all);
    return all;
}

static const char *canonical(const char *text)
{
    struct buf out = {0};
    struct alert_words all = words(text);
    list_each (word, &all)
        if (word->class != WORD_NOISE)
            buf_printf(&out, "%s%s", out.n_bytes > 0 ? " " : "", word->text);
    const char *copy = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return copy;
}

static void names_are_cut_at_humps_marks_and_digits(void **state)
{
    (void)state;
    assert_string_equal(cut("KubePodCrashLooping"), "kube pod crash looping");
    assert_string_equal(cut("kube_pod-crash.looping"), "kube pod crash looping");
    assert_string_equal(cut("HTTPRequestRate5xx"), "http request rate 5xx");
    assert_string_equal(cut("etcdHighFsyncDurations"), "etcd high fsync durations");
    assert_string_equal(cut("P99Latency"), "p99 latency");
    assert_string_equal(cut("Errors500"), "errors 500");
}

static void short_names_with_digits_and_plurals_of_initials_stay_whole(void **state)
{
    (void)state;
    assert_string_equal(cut("k8s IPv6 s3"), "k8s i pv6 s3");
    assert_string_equal(cut("TooManyPVCs"), "too many pvcs");
    assert_string_equal(cut("PVCs are full"), "pvcs are full");
}

static void typographic_marks_cut_and_other_alphabets_do_not(void **state)
{
    (void)state;
    assert_string_equal(cut("Post\xe2\x80\x91mortem\xc2\xa0review"), "post mortem review");
    assert_string_equal(cut("St\xc3\xb6rung im Netz"), "st\xc3\xb6rung im netz");
    assert_string_equal(cut("\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93\xe3\x80\x82\xe6\x85\xa2"),
                        "\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93 \xe6\x85\xa2");
}

static void any_bytes_can_be_cut(void **state)
{
    (void)state;
    static const char bytes[] = "\xff\xe2\x80\xf0\x9f\x00z\xe2";
    struct word_cutter cutter = {.at = bytes, .end = bytes + sizeof bytes - 1};
    size_t n = 0;
    while (word_cut(&cutter))
        n++;
    assert_true(n <= sizeof bytes);
    char *long_word = arena_alloc(arena, 100001);
    memset(long_word, 'a', 100000);
    assert_int_equal(strlen(cut(long_word)), WORD_BYTES);
}

static void the_forms_of_a_word_are_one_word(void **state)
{
    (void)state;
    assert_string_equal(canonical("failing"), canonical("failures"));
    assert_string_equal(canonical("Saturation"), canonical("saturated"));
    assert_string_equal(canonical("restarts"), canonical("restarting"));
    assert_string_equal(canonical("notifications"), canonical("Notification"));
    assert_string_equal(canonical("retries"), canonical("retry"));
    assert_string_equal(canonical("duplication"), canonical("duplicated"));
    assert_string_equal(canonical("saturating"), canonical("saturated"));
    assert_string_equal(canonical("notification"), canonical("notify"));
    assert_string_not_equal(canonical("process"), canonical("proc"));
}

static void abbreviations_and_phrases_are_the_word_they_stand_for(void **state)
{
    (void)state;
    assert_string_equal(canonical("DBConnPoolFull"), canonical("database connection pool full"));
    assert_string_equal(canonical("PostgreSQL replication"), canonical("postgres repl"));
    assert_string_equal(canonical("container out of memory"), canonical("ContainerOOM"));
    assert_string_equal(canonical("K8sCertExpiry"), canonical("kubernetes certificates expiry"));
}

static void words_near_to_each_other_share_a_group(void **state)
{
    (void)state;
    struct alert_words slow = words("slow"), latency = words("latency"), phrase = words("response time");
    assert_string_equal(slow.at[0].group, latency.at[0].group);
    assert_int_equal(phrase.n, 1);
    assert_string_equal(phrase.at[0].group, slow.at[0].group);
    assert_string_not_equal(slow.at[0].text, latency.at[0].text);
}

static void a_word_knows_itself_written_together_with_the_next(void **state)
{
    (void)state;
    struct alert_words apart = words("flux capacitor"), together = words("fluxcapacitor");
    assert_string_equal(apart.at[0].together, together.at[0].text);
    assert_null(apart.at[1].together);
    assert_null(words("cluster red").at[0].together);
}

static void degrees_are_weak_and_small_words_are_noise(void **state)
{
    (void)state;
    struct alert_words all = words("The disk is too high");
    assert_int_equal(all.at[0].class, WORD_NOISE);
    assert_int_equal(all.at[1].class, WORD_CONTENT);
    assert_int_equal(all.at[2].class, WORD_NOISE);
    assert_int_equal(all.at[3].class, WORD_WEAK);
    assert_int_equal(all.at[4].class, WORD_WEAK);
}

static void a_vocabulary_passes_over_lines_that_it_does_not_know(void **state)
{
    (void)state;
    static const char text[] = "same\nfoo bar baz\nsame  ab abc # comment\n\n#same x y\nlabel rack";
    struct vocabulary *vocabulary = vocabulary_new(arena, text, sizeof text - 1);
    assert_string_equal(word_of(arena, vocabulary, "abc").text, "ab");
    assert_string_equal(word_of(arena, vocabulary, "baz").text, "baz");
    assert_true(vocabulary_label(vocabulary, "rack"));
    assert_false(vocabulary_label(vocabulary, "service"));
}

static void folded_names_are_equal_however_they_are_written(void **state)
{
    (void)state;
    assert_string_equal(name_folded(arena, "Kube-Pod_Down", 13), "kubepoddown");
    assert_string_equal(name_folded(arena, "`KubePodDown`", 13), "kubepoddown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_cut_at_humps_marks_and_digits, start, stop),
        cmocka_unit_test_setup_teardown(short_names_with_digits_and_plurals_of_initials_stay_whole, start,
                                        stop),
        cmocka_unit_test_setup_teardown(typographic_marks_cut_and_other_alphabets_do_not, start, stop),
        cmocka_unit_test_setup_teardown(any_bytes_can_be_cut, start, stop),
        cmocka_unit_test_setup_teardown(the_forms_of_a_word_are_one_word, start, stop),
        cmocka_unit_test_setup_teardown(abbreviations_and_phrases_are_the_word_they_stand_for, start, stop),
        cmocka_unit_test_setup_teardown(words_near_to_each_other_share_a_group, start, stop),
        cmocka_unit_test_setup_teardown(a_word_knows_itself_written_together_with_the_next, start, stop),
        cmocka_unit_test_setup_teardown(degrees_are_weak_and_small_words_are_noise, start, stop),
        cmocka_unit_test_setup_teardown(a_vocabulary_passes_over_lines_that_it_does_not_know, start, stop),
        cmocka_unit_test_setup_teardown(folded_names_are_equal_however_they_are_written, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
