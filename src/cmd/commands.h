/* The subcommands: each gets its own name as argv[0] and gives the exit code (cmd/exit_code.h). */
#pragma once

#include "cmd/exit_code.h"

int cmd_action(int argc, char **argv);
int cmd_review(int argc, char **argv);
int cmd_account(int argc, char **argv);
int cmd_alerts(int argc, char **argv);
int cmd_approve(int argc, char **argv);
int cmd_checks(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_channel(int argc, char **argv);
int cmd_coverage(int argc, char **argv);
int cmd_match(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_risk(int argc, char **argv);
int cmd_lint(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_drill(int argc, char **argv);
int cmd_deny(int argc, char **argv);
int cmd_drift(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_incident(int argc, char **argv);
int cmd_mail_reply(int argc, char **argv);
int cmd_ledger(int argc, char **argv);
int cmd_maintenance(int argc, char **argv);
int cmd_oncall(int argc, char **argv);
int cmd_promises(int argc, char **argv);
int cmd_read(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_runbook(int argc, char **argv);
int cmd_simulate(int argc, char **argv);
int cmd_silence(int argc, char **argv);
int cmd_statistics(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_suggest(int argc, char **argv);
int cmd_token(int argc, char **argv);
int cmd_step(int argc, char **argv);
int cmd_serve(int argc, char **argv);
