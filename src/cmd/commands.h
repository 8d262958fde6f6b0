/* The subcommands: each gets its own name as argv[0] and gives the exit code (0 done, 1 found problems, 2
 * wrong usage, 3 cannot reach or open). */
#pragma once

int cmd_match(int argc, char **argv);
int cmd_risk(int argc, char **argv);
int cmd_lint(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_oncall(int argc, char **argv);
