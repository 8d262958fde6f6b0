/* Command-line options of a subcommand: a table of them, words are what remains. "--name value",
 * "--name=value",
 * "-c value"; "--" ends the options; they may stand before, between and after the words. --help and -h are
 * known to all. */
#pragma once

#include <stdbool.h>

#include "base/list.h"
#include "cmd/exit_code.h"

struct command_option {
    const char *name;   /* "--json" */
    bool *flag;         /* set when it is given, or NULL: */
    const char **value; /* it takes a value */
};

/* 0: go on. -1: a message and the usage are on standard error; 1: help was asked for, and the usage is on
 * standard output: the caller exits with command_line_exit(). options end with one without a name. */
int command_line_parse(struct arena *arena, int argc, char **argv, const struct command_option *options,
                       const char *usage, struct strings *ret_words);

/* Takes an option that may stand there several times out of the arguments, before they are parsed. -1: its
 * value is missing. */
int command_line_take(struct arena *arena, int *argc, char **argv, const char *name,
                      struct strings *ret_values);

/* The exit code for what command_line_parse() gave, when that is not 0. */
static inline int command_line_exit(int parsed)
{
    return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
}

/* Prints the message and the usage to standard error. Gives EXIT_USAGE. */
int usage_error(const char *usage, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A whole number from 1, or -1. */
int number_parse(const char *text, long long *ret_number);

/* The number of a step as people write it: its line, "120:back" for the way back that follows from it,
 * "120:before" for the look before it; or -1. */
int step_parse(const char *text, long long *ret_number);
/* The same backwards. */
enum { STEP_LABEL_BYTES = 32 };
const char *step_label(long long number, char label[STEP_LABEL_BYTES]);
