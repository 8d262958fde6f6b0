#include "cmd/command_line.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/exit_code.h"
#include "runbook/way_back.h"

int usage_error(const char *usage, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fputs("crashcart: ", stderr);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fprintf(stderr, "\n\n%s", usage);
    return EXIT_USAGE;
}

int number_parse(const char *text, long long *ret_number)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || number < 1)
        return -1;
    *ret_number = number;
    return 0;
}

int step_parse(const char *text, long long *ret_number)
{
    char digits[STEP_LABEL_BYTES];
    size_t n = strcspn(text, ":");
    long long line;
    if (n >= sizeof digits)
        return -1;
    memcpy(digits, text, n);
    digits[n] = '\0';
    if (number_parse(digits, &line) < 0 || line > INT32_MAX)
        return -1;
    for (int part = PART_ITSELF; part < N_STEP_PARTS; part++)
        if (strcmp(part_name((enum step_part)part), text[n] ? text + n + 1 : "") == 0) {
            *ret_number = part_number((int)line, (enum step_part)part);
            return part && line >= PART_LINES ? -1 : 0;
        }
    return -1;
}

const char *step_label(long long number, char label[STEP_LABEL_BYTES])
{
    bool known = number > 0 && number <= INT32_MAX;
    enum step_part part = known ? part_of((int)number) : PART_ITSELF;
    snprintf(label, STEP_LABEL_BYTES, "%lld%s%s", known ? part_line((int)number) : number,
             part == PART_ITSELF ? "" : ":", part_name(part));
    return label;
}

/* The option that argument names, and its value when that is written with "=". */
static const struct command_option *find(const struct command_option *options, const char *argument,
                                         const char **ret_value)
{
    size_t n = strcspn(argument, "=");
    *ret_value = argument[n] ? argument + n + 1 : NULL;
    for (const struct command_option *option = options; option->name; option++)
        if (strlen(option->name) == n && strncmp(option->name, argument, n) == 0)
            return option;
    return NULL;
}

static int wrong(const char *usage, const char *option, const char *what)
{
    usage_error(usage, "%s %s", option, what);
    return -1;
}

int command_line_take(struct arena *arena, int *argc, char **argv, const char *name,
                      struct strings *ret_values)
{
    size_t n_name = strlen(name);
    int n = 0;
    for (int i = 0; i < *argc; i++) {
        bool ours = strncmp(argv[i], name, n_name) == 0 && (!argv[i][n_name] || argv[i][n_name] == '=');
        if (!ours)
            argv[n++] = argv[i];
        else if (argv[i][n_name] == '=')
            strings_add(arena, ret_values, argv[i] + n_name + 1);
        else if (i + 1 < *argc)
            strings_add(arena, ret_values, argv[++i]);
        else
            return -1;
    }
    *argc = n;
    return 0;
}

int command_line_parse(struct arena *arena, int argc, char **argv, const struct command_option *options,
                       const char *usage, struct strings *ret_words)
{
    bool words_only = false;
    for (int i = 1; i < argc; i++) {
        const char *value;
        if (!words_only && strcmp(argv[i], "--") == 0) {
            words_only = true;
            continue;
        }
        if (words_only || argv[i][0] != '-' || argv[i][1] == '\0') {
            strings_add(arena, ret_words, argv[i]);
            continue;
        }
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            return 1;
        }
        const struct command_option *option = find(options, argv[i], &value);
        if (!option)
            return wrong(usage, argv[i], "is no option of this command");
        if (option->flag && value)
            return wrong(usage, option->name, "takes no value");
        if (option->flag) {
            *option->flag = true;
            continue;
        }
        if (!value && i + 1 == argc)
            return wrong(usage, option->name, "needs a value");
        *option->value = value ? value : argv[++i];
    }
    return 0;
}
