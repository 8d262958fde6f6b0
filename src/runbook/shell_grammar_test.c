#include "base/testing.h"

#include <stdlib.h>
#include <string.h>

#include "runbook/shell_grammar.h"

const TSLanguage *tree_sitter_bash(void);

static char *tree_of(const TSLanguage *language, const char *text)
{
    TSParser *parser = ts_parser_new();
    assert_true(ts_parser_set_language(parser, language));
    TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)strlen(text));
    char *printed = ts_node_string(ts_tree_root_node(tree));
    ts_tree_delete(tree);
    ts_parser_delete(parser);
    return printed;
}

static void unpacked_tables_give_the_same_trees(void **state)
{
    static const char *const texts[] = {
        "ls -l | grep x > out.txt 2>&1",
        "if [ -f a ]; then rm a; else echo \"$(date)\"; fi",
        "for i in 1 2 3; do sleep $i & done; wait",
        "cat <<EOF\nhello $USER\nEOF",
        "f() { case $1 in a) echo ${b:-c};; *) (cd /;) ;; esac; }; f a",
        "get pod <name> -o yaml }} ) \"unclosed",
        "sum by (x) (rate(y{z=\"1\"}[5m])) > 0.5",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *packed = tree_of(tree_sitter_bash(), texts[i]), *unpacked = tree_of(shell_grammar(), texts[i]);
        assert_string_equal(packed, unpacked);
        free(packed);
        free(unpacked);
    }
}

static void the_table_comes_back_when_it_was_put_away(void **state)
{
    const char *text = "if true; then ls | wc -l; fi";
    char *before = tree_of(shell_grammar(), text);
    (void)state;
    shell_grammar_put_away();
    char *after = tree_of(shell_grammar(), text);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unpacked_tables_give_the_same_trees),
        cmocka_unit_test(the_table_comes_back_when_it_was_put_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
