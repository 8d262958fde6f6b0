/* The parse table that tools/unpack_grammar.c makes: a row a state, a column a symbol. */
#pragma once

#include <stdint.h>

extern const uint16_t shell_grammar_table[];
