/* The class of a command, found by parsing it (tree-sitter-bash) and walking the tree with a rule table that
 * a person can read and extend (the .rules files of policy/); never by guessing from words. A pipeline, list,
 * subshell, loop, substitution, `ssh`, `kubectl exec`, `xargs`, `sh -c`, `watch`, `sudo` is as risky as the
 * riskiest thing inside. What is not known is `unknown`, and so is what does not parse. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/list.h"

/* In the order of what they may do unasked. */
enum risk_class { RISK_READ, RISK_UNKNOWN, RISK_MUTATE, RISK_DESTRUCTIVE };

const char *risk_name(enum risk_class risk); /* "read", "unknown", "mutate", "destructive" */

struct risk {
    enum risk_class class;
    const char *why;  /* one sentence that names the part that decided: "`kubectl scale` changes replicas" */
    const char *part; /* the words of the command that decided */
    const char *tool; /* main program, or NULL */
    struct strings programs; /* all programs in order, those inside kubectl exec, sh -c and so on too */
    bool endless;            /* runs until stopped: logs -f, watch, top, while true */
    bool wants_terminal;     /* -it, top, htop */
    bool unconfined;         /* sudo, lsof, ping: wants rights that a confined step has not */
    bool sensitive;          /* prints secrets or patient data */
    const char *sensitive_why;
    struct strings writes_files; /* on the operator's machine */
    struct strings needs_files;
    bool unfilled; /* holds a placeholder that nobody filled, such as <pod-name> */
    bool plain;    /* simple commands and pipes of them; the shell expands nothing in it */
    bool parses;   /* bash accepts the text as it stands; it is not PowerShell */
    const char *http_method, *http_url; /* for curl, wget, ab, httpie; else NULL */
};

struct risk_rules;

/* A file of rules of a site, bytes closed by a NUL. policy/shell.rules describes what is in it. */
struct rules_file {
    const char *name; /* in messages */
    const char *bytes;
};

/* The rules built into the program, then those of the site, in order. What a site says of a tool that the
 * built-in rules know can only make a command riskier; of its own tools it may say anything. -1: a file has
 * an error; err names file, line and what to do. Free with risk_rules_free. Read-only afterwards: any thread.
 */
int risk_rules_load(const struct rules_file *files, size_t n_files, struct risk_rules **ret_rules,
                    struct err *err);
void risk_rules_free(struct risk_rules *rules);

/* The rules built in, made once for the process. */
const struct risk_rules *risk_rules_builtin(void);
/* The rules that documents are read with: those built in until risk_rules_use() names others, which must stay
 * for as long as the process. Any thread. */
const struct risk_rules *risk_rules_in_force(void);
void risk_rules_use(const struct risk_rules *rules);

/* Holds the rules against the expectations in their own files (`expect read: kubectl get pods`), and against
 * what cannot be meant: a tool of which no line says what it does. Each complaint names file and line. */
void risk_rules_check(struct arena *arena, const struct risk_rules *rules, struct strings *ret_complaints,
                      size_t *ret_n_expectations);

/* Classes one shell command (several lines are allowed). Texts belong to the arena or point into it. Never
 * fails: what cannot be understood is RISK_UNKNOWN, and says so. */
struct risk risk_of_command(struct arena *arena, const struct risk_rules *rules, const char *command,
                            size_t n_bytes);
