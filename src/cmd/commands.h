/* The subcommands: each gets its own name as argv[0] and gives the exit code. */
#pragma once

enum {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1, /* found problems, or the server said no */
    EXIT_USAGE = 2,
    EXIT_UNREACHABLE = 3 /* cannot reach or open */
};

int cmd_approve(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_deny(int argc, char **argv);
int cmd_incident(int argc, char **argv);
int cmd_lint(int argc, char **argv);
int cmd_match(int argc, char **argv);
int cmd_oncall(int argc, char **argv);
int cmd_verify(int argc, char **argv);
