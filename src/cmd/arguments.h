/* Command-line options of a subcommand: a table of them, words are what remains. "--name value",
 * "--name=value",
 * "--" ends the options; they may stand before, between and after the words. */
#pragma once

#include <stdbool.h>

#include "base/list.h"

struct command_option {
    const char *name;   /* "--json" */
    bool *flag;         /* set when it is given, or NULL: */
    const char **value; /* it takes a value */
};

/* -1: a message and the usage are on standard error; the caller exits with EXIT_USAGE. options end with one
 * without a name. */
int command_line_parse(struct arena *arena, int argc, char **argv, const struct command_option *options,
                    const char *usage, struct strings *ret_words);

/* Prints the message and the usage to standard error. Gives EXIT_USAGE. */
int usage_error(const char *usage, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A whole number from 1, or -1. */
int number_parse(const char *text, long long *ret_number);
