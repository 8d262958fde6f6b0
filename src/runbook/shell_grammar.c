/* The grammar of the shell with the parse table that the build unpacked. */
#include "runbook/shell_grammar.h"

#include <pthread.h>
#include <sys/mman.h>
#include <tree_sitter/parser.h>
#include <unistd.h>

#include "base/must.h"
#include "runbook/shell_grammar_priv.h"

const TSLanguage *tree_sitter_bash(void);

static TSLanguage grammar; /* constant once take_once() has run */

static void take_once(void)
{
    grammar = *tree_sitter_bash();
    grammar.parse_table = shell_grammar_table;
    grammar.large_state_count = grammar.state_count;
}

const TSLanguage *shell_grammar(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    must(pthread_once(&once, take_once) == 0);
    return &grammar;
}

void shell_grammar_put_away(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)shell_grammar_table + page - 1) & ~(page - 1);
    uintptr_t to =
        (uintptr_t)(shell_grammar_table + (size_t)grammar.state_count * grammar.symbol_count) & ~(page - 1);

    if (from < to)
        madvise((void *)from, to - from, MADV_DONTNEED); /* refused: they stay */
}
