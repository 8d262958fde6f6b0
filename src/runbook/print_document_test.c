#include "runbook/document.h"
#include "runbook/print.h"

#include <string.h>

#include "base/testing.h"

static const char *printed(struct arena *arena, const char *markdown)
{
    static struct buf out;
    out.n_bytes = 0;
    struct json_writer w = jw_start(&out);
    document_print_json(document_read(arena, markdown, strlen(markdown)), &w);
    return buf_text(&out);
}

static void assert_prints(const char *markdown, const char *part)
{
    scoped_arena struct arena *arena = arena_new();
    const char *text = printed(arena, markdown);
    if (!strstr(text, part))
        fail_msg("%s\nis not in\n%s", part, text);
}

static void test_marks_are_pieces_and_never_markup(void **state)
{
    (void)state;
    assert_prints("Look **at `df  -h`** <b>now</b>\n",
                  "\"text\":[\"Look \",{\"text\":\"at \",\"as\":[\"strong\"]},"
                  "{\"text\":\"df  -h\",\"as\":[\"strong\",\"code\"]}");
    assert_prints("See [the page](other.md#x).\n",
                  "{\"text\":\"the page\",\"as\":[\"link\"],\"to\":\"other.md#x\"}");
}

static void test_lists_say_what_belongs_to_them(void **state)
{
    (void)state;
    const char *list = "3. one\n\n   ```sh\n   df\n   ```\n4. two\n";
    assert_prints(list, "\"kind\":\"item\",\"line\":1,\"line_end\":5,\"depth\":1,\"quoted\":false,"
                        "\"marker\":\"ordered\",\"number\":3");
    assert_prints(list, "\"kind\":\"fence\",\"line\":3,\"line_end\":5,\"depth\":1");
    assert_prints("- [x] done\n", "\"marker\":\"checkbox\",\"number\":0,\"checked\":true");
}

static void test_fences_and_tables_keep_their_lines(void **state)
{
    (void)state;
    assert_prints("```bash\ndf -P\n\n  uptime\n```\n",
                  "\"lang\":\"bash\",\"body_line\":2,\"lines\":[\"df -P\",\"\",\"  uptime\"]");
    assert_prints("| a | b |\n|---|---|\n| 1 | **2** |\n",
                  "\"columns\":[[\"a\"],[\"b\"]],\"rows\":[{\"line\":3,\"cells\":[[\"1\"],[{\"text\":\"2\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_are_pieces_and_never_markup),
        cmocka_unit_test(test_lists_say_what_belongs_to_them),
        cmocka_unit_test(test_fences_and_tables_keep_their_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
