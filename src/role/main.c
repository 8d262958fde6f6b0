#include <stdio.h>
#include <string.h>

#include "role/arguments.h"

static const struct {
    const char *name;
    int (*run)(const struct role_options *options);
} roles[] = {{"core", role_core},
             {"courier", role_courier},
             {"runner", role_runner},
             {"launcher", role_launcher},
             {"dialler", role_dialler}};

int role_main(int argc, char **argv)
{
    struct role_options options;
    struct err err;
    for (size_t i = 0; argc > 0 && i < sizeof roles / sizeof *roles; i++) {
        if (strcmp(argv[0], roles[i].name) != 0)
            continue;
        if (role_arguments_read(argc, argv, &options, &err) < 0) {
            fprintf(stderr, "%s\n", err.text);
            return 2;
        }
        return roles[i].run(&options);
    }
    fprintf(stderr, "crashcart role is for crashcart serve to call\n");
    return 2;
}
