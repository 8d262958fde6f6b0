/* Assertions that stay on: for what our own code guarantees, never for what the outside can cause. */
#pragma once

/* Ends the program with file, line and the broken condition on standard error. */
__attribute__((noreturn)) void must_fail_(const char *file, int line, const char *condition);

#define must(condition) ((condition) ? (void)0 : must_fail_(__FILE__, __LINE__, #condition))
