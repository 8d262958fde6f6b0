#include "base/library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_CANNOT_OPEN = 3 };

__attribute__((noreturn)) static void cannot(const char *package)
{
    fprintf(stderr, "crashcart: %s; install the package %s\n", dlerror(), package);
    exit(EXIT_CANNOT_OPEN);
}

void library_load(const char *file, const char *package, const struct library_function *functions, size_t n)
{
    void *handle = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
    if (!handle)
        cannot(package);
    for (size_t i = 0; i < n; i++) {
        void *function = dlsym(handle, functions[i].name);
        if (!function)
            cannot(package);
        /* POSIX makes a pointer to an object and one to a function the same bytes. */
        memcpy(functions[i].pointer, &function, sizeof function);
    }
}
