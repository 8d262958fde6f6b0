/* The program: one table of subcommands, a file each. */
#include <signal.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "role/role.h"

/* The supervisor starts its own program again with these. */
static int run_role(int argc, char **argv)
{
    return role_main(argc - 1, argv + 1);
}

struct command_row {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help; /* NULL: not for people */
};

static const struct command_row rows[] = {
    {"serve", cmd_serve, "hear alerts, page, diagnose, keep the ledger"},
    {"read", cmd_read, "print what was understood of a runbook"},
    {"lint", cmd_lint, "print what is wrong with a runbook"},
    {"risk", cmd_risk, "print the class of a command, and why"},
    {"run", cmd_run, "walk a procedure of a runbook in this terminal"},
    {"match", cmd_match, "print which procedure answers an alert"},
    {"coverage", cmd_coverage, "print which alerts have no procedure, and what is overdue"},
    {"drift", cmd_drift, "compare what a model gets and answers with a reference"},
    {"checks", cmd_checks, "list the checks, with what each has found last"},
    {"suggest", cmd_suggest, "print the checks that a runbook asks for by its limits"},
    {"alerts", cmd_alerts, "list what fires now, by incident"},
    {"incident", cmd_incident, "list, show, ack, note, resolve or report incidents"},
    {"action", cmd_action, "list, add, change or close action items"},
    {"review", cmd_review, "show, schedule or end the review of an incident"},
    {"statistics", cmd_statistics, "print times to detect, acknowledge and resolve"},
    {"status", cmd_status, "write the public status page as static files"},
    {"silence", cmd_silence, "add, list, expire or preview what pages nobody for a while"},
    {"maintenance", cmd_maintenance, "add, list or end windows in which incidents page nobody"},
    {"channel", cmd_channel, "test the ways of reaching people, and list what is proved"},
    {"mail-reply", cmd_mail_reply, "take a reply by mail to a page, from a mail server"},
    {"approve", cmd_approve, "let a step run that waits for a person"},
    {"deny", cmd_deny, "refuse a step that waits for a person"},
    {"step", cmd_step, "tick, answer, choose, skip or start a step of a run"},
    {"drill", cmd_drill, "rehearse an incident on a system that can be broken"},
    {"oncall", cmd_oncall, "print who is on call, take over, give back"},
    {"runbook", cmd_runbook, "list runbooks in force, their versions and what changed"},
    {"ledger", cmd_ledger, "search every event, or follow them as they happen"},
    {"promises", cmd_promises, "print what is promised of Crashcart itself, and how far it is kept"},
    {"simulate", cmd_simulate, "print whom an alert would page when, without a server"},
    {"account", cmd_account, "say who signs in, and what they may"},
    {"token", cmd_token, "give programs a token, list and end tokens and sessions"},
    {"import", cmd_import, "make a configuration of what another on-call system exports"},
    {"config", cmd_config, "check a configuration file, show what is in force"},
    {"doctor", cmd_doctor, "look whether a whole installation is well"},
    {"export", cmd_export, "write events with their proofs into a file"},
    {"verify", cmd_verify, "prove that nothing in the ledger was changed"},
    {"backup", cmd_backup, "copy the ledger into one file while the server runs"},
    {"restore", cmd_restore, "make a data folder from a backup"},
    {"role", run_role, NULL},
};

static int usage(FILE *out)
{
    fputs("Crashcart turns the runbooks you have into an incident-response system.\n\n"
          "usage: crashcart COMMAND [ARGUMENTS]\n\n",
          out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].help)
            fprintf(out, "  %-11s %s\n", rows[i].name, rows[i].help);
    fputs("\nStart with: crashcart serve --runbooks DIR\n"
          "crashcart COMMAND --help tells more. Exit codes: 0 done, 1 found problems,\n"
          "2 wrong usage, 3 cannot reach or open.\n",
          out);
    return out == stdout ? 0 : 2;
}

/* How many letters have to be added, taken away, replaced or swapped (the restricted edit distance). */
static size_t typing_errors(const char *typed, const char *meant)
{
    enum { LONGEST = 16 };
    size_t n = strlen(typed), m = strlen(meant), d[LONGEST + 1][LONGEST + 1];
    if (n > LONGEST || m > LONGEST)
        return SIZE_MAX;
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            if (!i || !j) {
                d[i][j] = i + j;
                continue;
            }
            size_t other = d[i - 1][j - 1] + (typed[i - 1] != meant[j - 1]);
            size_t fewer = 1 + (d[i - 1][j] < d[i][j - 1] ? d[i - 1][j] : d[i][j - 1]);
            d[i][j] = other < fewer ? other : fewer;
            if (i > 1 && j > 1 && typed[i - 1] == meant[j - 2] && typed[i - 2] == meant[j - 1] &&
                d[i - 2][j - 2] + 1 < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    return d[n][m];
}

static int unknown(const char *typed)
{
    const char *nearest = NULL;
    size_t least = 3; /* more is another word */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t errors = rows[i].help ? typing_errors(typed, rows[i].name) : least;
        if (errors < least) {
            least = errors;
            nearest = rows[i].name;
        }
    }
    fprintf(stderr, "crashcart: there is no command \"%s\"", typed);
    if (nearest)
        fprintf(stderr, "; do you mean \"%s\"?", nearest);
    fputs("\ncrashcart help lists them\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0) {
        fputs("crashcart: no source of random numbers on this machine\n", stderr);
        return 3;
    }
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2)
        return usage(stderr);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
        puts("crashcart " CRASHCART_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return usage(stdout);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(argv[1], rows[i].name) == 0)
            return rows[i].run(argc - 1, argv + 1);
    return unknown(argv[1]);
}
