#include "base/testing.h"

#include <stdlib.h>
#include <string.h>

#include "engine/alert_text.h"

static struct text text_of(const char *bytes, size_t n_bytes)
{
    return (struct text){bytes, n_bytes};
}

#define TEXT(literal) text_of(literal, sizeof(literal)) /* with the last NUL */

/* Every string that both have, whole, comes back by its place in the model. */
static void strings_come_back(struct text model, struct text text, struct text difference)
{
    size_t from = 0, at = 0;
    for (;;) {
        const char *end = memchr(model.at + from, '\0', model.n_bytes - from);
        const char *own_end = memchr(text.at + at, '\0', text.n_bytes - at);
        if (!end || !own_end)
            return;
        scoped_buf struct buf out = {0};
        size_t to = (size_t)(end - model.at) + 1, own_to = (size_t)(own_end - text.at) + 1;
        text_restore_string(&out, model, difference, from, to);
        assert_int_equal(out.n_bytes, own_to - at);
        assert_memory_equal(buf_text(&out), text.at + at, own_to - at);
        from = to;
        at = own_to;
    }
}

/* Gives the length of the difference. */
static size_t there_and_back(struct text model, struct text text)
{
    scoped_buf struct buf difference = {0};
    text_difference(&difference, model, text);
    struct text made = text_of(buf_text(&difference), difference.n_bytes);
    char *restored = malloc(text.n_bytes + 1);
    text_restore(model, made, restored, text.n_bytes);
    assert_memory_equal(restored, text.at, text.n_bytes);
    for (size_t n = 0; n <= text.n_bytes; n++) {
        assert_true(text_begins(model, made, text.at, n));
        if (n == 0)
            continue;
        memcpy(restored, text.at, n);
        restored[n - 1] ^= 1;
        assert_false(text_begins(model, made, restored, n));
    }
    free(restored);
    strings_come_back(model, text, made);
    return difference.n_bytes;
}

static void only_what_differs_is_kept(void **state)
{
    (void)state;
    struct text model = TEXT("pod\0svc-000017-x\0severity\0page\0summary\0svc-000017-x is down\0");
    assert_int_equal(there_and_back(model, model), 0);
    assert_int_equal(
        there_and_back(model, TEXT("pod\0svc-000018-x\0severity\0page\0summary\0svc-000018-x is down\0")), 8);
}

static void any_text_comes_back(void **state)
{
    (void)state;
    struct text texts[] = {TEXT("a"),
                           TEXT("b\0c"),
                           TEXT("aa\0c\0d\0e"),
                           TEXT("\0"),
                           TEXT("aaa\0\0\0cccc"),
                           text_of("", 0),
                           TEXT("aaaaaaaaaaaaaaaaaaaaaa\0b")};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t j = 0; j < sizeof texts / sizeof *texts; j++)
            there_and_back(texts[i], texts[j]);
}

static void random_texts_come_back(void **state)
{
    (void)state;
    srandom(1);
    char texts[2][400];
    for (int round = 0; round < 2000; round++) {
        size_t n[2];
        for (int i = 0; i < 2; i++) {
            n[i] = (size_t)random() % sizeof texts[i];
            for (size_t k = 0; k < n[i]; k++)
                texts[i][k] = (char)(random() % 7 ? 'a' + random() % 2 : '\0');
        }
        there_and_back(text_of(texts[0], n[0]), text_of(texts[1], n[1]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_differs_is_kept),
        cmocka_unit_test(any_text_comes_back),
        cmocka_unit_test(random_texts_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
