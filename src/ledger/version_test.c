/* Versions of runbooks: what was in force can be read again as it was. */
#include "ledger/version.h"

#include "base/hash.h"
#include "ledger/open_ledger_testing.h"

static const char *hash_of(const char *text)
{
    char *hex = arena_alloc(arena, SHA256_HEX_BYTES);
    sha256_hex(text, strlen(text), hex);
    return hex;
}

static void keep(const char *file, const char *text, int64_t since_us)
{
    struct runbook_version version = {
        .file = file, .sha256 = hash_of(text), .since_us = since_us, .n_bytes = (int64_t)strlen(text)};
    struct ledger_packer *packer = ledger_packer_new();
    const void *packed;
    size_t n_packed;
    struct err err = {0};
    ledger_pack(packer, text, strlen(text), &packed, &n_packed);
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(ledger_keep_version(ledger, &version, packed, n_packed, &err), 0);
    assert_int_equal(ledger_commit(ledger, &err), 0);
    ledger_packer_free(packer);
}

static size_t versions_of(const char *file, struct runbook_version **ret_versions)
{
    struct err err = {0};
    size_t n;
    assert_int_equal(ledger_versions(ledger, arena, file, 2000, ret_versions, &n, &err), 0);
    return n;
}

static bool is_newest(const char *file, const char *text)
{
    struct err err = {0};
    bool is;
    assert_int_equal(ledger_version_is_newest(ledger, file, hash_of(text), &is, &err), 0);
    return is;
}

static void the_newest_comes_first_also_when_it_was_there_before(void **state)
{
    struct runbook_version *versions;
    (void)state;
    assert_false(is_newest("till.md", "# one"));
    keep("till.md", "# one", T0_US);
    keep("till.md", "# two", T0_US + 1);
    keep("other.md", "# one", T0_US + 2);
    assert_true(is_newest("till.md", "# two"));
    keep("till.md", "# one", T0_US + 3); /* taken back */
    assert_true(is_newest("till.md", "# one"));
    assert_int_equal(versions_of("till.md", &versions), 2);
    assert_string_equal(versions[0].sha256, hash_of("# one"));
    assert_int_equal(versions[0].since_us, T0_US + 3);
    assert_string_equal(versions[1].sha256, hash_of("# two"));
    assert_int_equal(versions_of("none.md", &versions), 0);
}

static void a_text_comes_back_as_it_was_long_or_short(void **state)
{
    struct err err = {0};
    const char *text;
    size_t n_bytes;
    (void)state;
    char *longer = arena_alloc(arena, 100001);
    memset(longer, 'x', 100000);
    keep("till.md", "# short", T0_US);
    keep("till.md", longer, T0_US + 1);
    assert_int_equal(ledger_version_text(ledger, arena, "till.md", hash_of("# short"), &text, &n_bytes, &err),
                     0);
    assert_string_equal(text, "# short");
    assert_int_equal(ledger_version_text(ledger, arena, "till.md", hash_of(longer), &text, &n_bytes, &err),
                     0);
    assert_int_equal(n_bytes, 100000);
    assert_string_equal(text, longer);
    assert_int_equal(ledger_version_text(ledger, arena, "other.md", hash_of(longer), &text, &n_bytes, &err),
                     LEDGER_NOT_FOUND);
}

static void the_newest_thousand_are_kept(void **state)
{
    struct runbook_version *versions;
    (void)state;
    for (int i = 0; i < 1003; i++)
        keep("till.md", arena_printf(arena, "# version %d", i), T0_US + i);
    assert_int_equal(versions_of("till.md", &versions), 1000);
    assert_string_equal(versions[0].sha256, hash_of("# version 1002"));
    assert_string_equal(versions[999].sha256, hash_of("# version 3"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_newest_comes_first_also_when_it_was_there_before, open_ledger,
                                        close_ledger),
        cmocka_unit_test_setup_teardown(a_text_comes_back_as_it_was_long_or_short, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(the_newest_thousand_are_kept, open_ledger, close_ledger),
    };
    return test_on_each_store("versions", tests, sizeof tests / sizeof *tests);
}
