/* Files that are built into the program by tools/embed: those of policy/, and the console. */
#pragma once

#include <stddef.h>

struct embedded_file {
    const char *name;  /* "shell.rules" */
    const char *bytes; /* closed by a NUL */
    size_t n_bytes;
};

/* All of them, ended by one without a name (made by the build). */
extern const struct embedded_file embedded_files_[], console_files_[];

/* The file of that name, or NULL. */
const struct embedded_file *embedded_find(const char *name);
const struct embedded_file *console_find(const char *name);
