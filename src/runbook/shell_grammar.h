/* The grammar of the shell as the parser wants it. */
#pragma once

#include <tree_sitter/api.h>

/* Constant; any thread. */
const TSLanguage *shell_grammar(void);

/* Lets the pages of its parse table go: the next parse has those that it needs brought back. For a process
 * that has read its documents. Any thread. */
void shell_grammar_put_away(void);
