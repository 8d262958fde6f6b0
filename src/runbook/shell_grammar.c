/* The grammar of the shell with its parse table unpacked.
 *
 * The generated grammar keeps the table of most states as lists that are searched from the front for each
 * symbol; the parser's search for a repair asks for every symbol of a state, and was a third of all parsing.
 * Here every state is a row that is indexed: 4 MiB, made once a process from the lists, never changed after.
 */
#include "runbook/shell_grammar.h"

#include <pthread.h>
#include <string.h>
#include <tree_sitter/parser.h>

#include "base/arena.h"
#include "base/must.h"

const TSLanguage *tree_sitter_bash(void);

static TSLanguage grammar; /* constant once unpack_once() has run */

/* A list: how many groups; a group: the value, how many symbols, the symbols. */
static void unpack_state(const uint16_t *list, uint16_t *ret_row)
{
    unsigned n_groups = *list++;

    for (unsigned i = 0; i < n_groups; i++) {
        uint16_t value = *list++;
        unsigned n_symbols = *list++;
        for (unsigned k = 0; k < n_symbols; k++)
            ret_row[*list++] = value;
    }
}

static void unpack_once(void)
{
    grammar = *tree_sitter_bash();
    size_t n_large = (size_t)grammar.large_state_count * grammar.symbol_count;
    uint16_t *table = heap_alloc((size_t)grammar.state_count * grammar.symbol_count * sizeof *table);

    memcpy(table, grammar.parse_table, n_large * sizeof *table);
    for (uint32_t i = grammar.large_state_count; i < grammar.state_count; i++)
        unpack_state(grammar.small_parse_table + grammar.small_parse_table_map[i - grammar.large_state_count],
                     table + (size_t)i * grammar.symbol_count);
    grammar.parse_table = table;
    grammar.large_state_count = grammar.state_count;
}

const TSLanguage *shell_grammar(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    must(pthread_once(&once, unpack_once) == 0);
    return &grammar;
}
