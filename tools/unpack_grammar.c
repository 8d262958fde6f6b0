/* Writes the parse table of the shell's grammar unpacked, as C: unpack_grammar >FILE
 *
 * The generated grammar keeps the table of most states as lists that are searched from the front for each
 * symbol; the parser's search for a repair asks for every symbol of a state, and was a third of all parsing.
 * Here every state is a row that is indexed. It is made by the build, so that the 4 MiB are pages of the
 * program that all its processes share, and only those are in memory that something asked for. */
#include <stdio.h>
#include <tree_sitter/parser.h>

const TSLanguage *tree_sitter_bash(void);

static void write_cell(size_t at, uint16_t value)
{
    if (value)
        printf("[%zu]=%u,\n", at, value);
}

/* A list: how many groups; a group: the value, how many symbols, the symbols. */
static void write_state(const uint16_t *list, size_t row)
{
    unsigned n_groups = *list++;

    for (unsigned i = 0; i < n_groups; i++) {
        uint16_t value = *list++;
        unsigned n_symbols = *list++;
        for (unsigned k = 0; k < n_symbols; k++)
            write_cell(row + *list++, value);
    }
}

int main(void)
{
    const TSLanguage *grammar = tree_sitter_bash();
    size_t n_large = (size_t)grammar->large_state_count * grammar->symbol_count;

    printf("#include \"runbook/shell_grammar_priv.h\"\n\nconst uint16_t shell_grammar_table[%zu] = {\n",
           (size_t)grammar->state_count * grammar->symbol_count);
    for (size_t i = 0; i < n_large; i++)
        write_cell(i, grammar->parse_table[i]);
    for (uint32_t i = grammar->large_state_count; i < grammar->state_count; i++)
        write_state(grammar->small_parse_table +
                        grammar->small_parse_table_map[i - grammar->large_state_count],
                    (size_t)i * grammar->symbol_count);
    printf("};\n");
    return ferror(stdout) || fflush(stdout) != 0;
}
