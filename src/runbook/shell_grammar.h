/* The grammar of the shell as the parser wants it. */
#pragma once

#include <tree_sitter/api.h>

/* Constant; any thread. */
const TSLanguage *shell_grammar(void);
