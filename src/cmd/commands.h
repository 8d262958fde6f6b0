/* The subcommands: each gets its own name as argv[0] and gives the exit code (0 done, 1 found problems, 2
 * wrong usage, 3 cannot reach or open). */
#pragma once

int cmd_match(int argc, char **argv);
int cmd_lint(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_oncall(int argc, char **argv);
/* The subcommands, one file each. argv[0] is the command's own name. They give the exit code: 0 done, 1 found
 * problems or refused, 2 wrong usage, 3 cannot reach or open. */
#pragma once

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_UNREACHABLE = 3 };

int cmd_approve(int argc, char **argv);
int cmd_deny(int argc, char **argv);
int cmd_incident(int argc, char **argv);
