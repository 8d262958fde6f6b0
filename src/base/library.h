/* A shared library that is loaded when it is first used, not with the program: for those that only some
 * processes need and that bring many others along. A header in the room that uses it names the functions and
 * gives them their own names and types back (base/curl_library.h is the pattern). */
#pragma once

#include <stddef.h>

struct library_function {
    const char *name;
    void *pointer; /* to the pointer that is set */
};

/* file is the name that the linker would have written into the program: the ABI, not a version. Ends the
 * program, saying which package to install, when it is not there. */
void library_load(const char *file, const char *package, const struct library_function *functions, size_t n);
