/* The programs of a runbook that the ward answers for: a table of them, a file each. What is true of one
 * system only stands in its file as a command (world.h) and comes first; what a tool does in every system
 * stands here.
 *
 * One call is one question: words in, text and exit code out. What goes on (logs -f, stats, a rollout that is
 * awaited) is asked again by the stand-in after again_s, with the cursor that it was given. */
#pragma once

#include "base/buf.h"
#include "ward/world.h"

struct call {
    struct world *world;
    struct arena *arena;
    const char **words; /* "kubectl", "get", "pods"; ends with NULL */
    size_t n_words;
    const char *folder; /* where relative files are: the working directory, or else */
    const char *tree;   /* the work tree of the system; "" when there is none */
    int64_t cursor;
    struct buf out, err;
    int exit;
    double again_s; /* 0: that was all */
    int64_t next_cursor;
    bool is_real;              /* what is left to do is the real program's, */
    size_t real;               /* from this word on */
    const char *run;           /* or this shell command's, */
    const struct given *given; /* with what the words took */
    size_t n_given;
};

/* The i-th of the programs that are known in general; NULL after the last. */
const char *tool_name(size_t i);

/* Under the lock. */
void tool_call(struct call *call);
void call_free(struct call *call);

/* Says it on the standard error of the command, which ends with 1. */
void call_fail(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The value of "--name=value" or "--name value"; NULL. The word after is taken, too. */
const char *call_option(const struct call *call, const char *name);
bool call_flag(const struct call *call, const char *name);
/* The n-th word that is no option and no option's value, from 0 = the program; NULL. with_value: the options
 * that take a word of their own, ends with NULL. */
const char *call_word(const struct call *call, size_t n, const char *const *with_value);
/* A file of the working directory or else of the tree. NULL, and the call has failed. */
const char *call_file(struct call *call, const char *path, size_t *ret_n_bytes);
/* Prints the log of that and asks for what is new when the call follows it. */
void call_log(struct call *call, const char *of, bool follow);
/* Runs what a pod or container was asked to run: words from there on. */
void call_inside(struct call *call, size_t from);

void tool_docker(struct call *call);
void tool_docker_compose(struct call *call);
void tool_kubectl(struct call *call);

/* ---- workloads of Kubernetes, shared by the files of kubectl ---- */

struct pod {
    const char *name;
    struct thing *of; /* deployment, statefulset, or pod */
    bool ready;
    const char *state;
};
struct pods {
    struct pod *at;
    size_t n, capacity;
};
/* Those of a selector "app=x" (NULL: all), of a name (NULL: all), of a namespace (NULL: all). */
void kubectl_pods(struct call *call, const char *selector, const char *name, const char *name_space,
                  struct pods *ret_pods);
/* "deployment/x", or kind and name in two words. NULL, and the call has failed. */
struct thing *kubectl_target(struct call *call, const char *kind, const char *name);
const char *kubectl_kind(const char *word); /* "deploy" is "deployment"; NULL: not known */
extern const char *const kubectl_with_value[];
bool thing_fits(struct world *world, const struct thing *thing, const char *selector);

void kubectl_get(struct call *call);
void kubectl_describe(struct call *call);
void kubectl_top(struct call *call);
void kubectl_scale(struct call *call);
void kubectl_rollout(struct call *call);
void kubectl_set(struct call *call);
void kubectl_patch(struct call *call);
void kubectl_apply(struct call *call);
void kubectl_node(struct call *call);
