/* Which commands of a procedure show whether a change did well, which ones take it back, and what the
 * document says they should give. Pure; any thread.
 *
 * Checks of a change are commands that only read: those that follow it in its step; those of later steps of
 * its part that say so ("Confirm that ...", "Verify"), up to the next change; those of the next part that is
 * there to verify. What runs until it is stopped decides nothing and is no check. */
#pragma once

#include "runbook/runbook.h"

enum expectation_kind {
    EXPECT_SUCCESS, /* nothing is stated: the exit status decides */
    EXPECT_NUMBER,  /* "should return 0", "expect less than 5" */
    EXPECT_STATUS,  /* of HTTP: "expect 200" */
    EXPECT_TEXT,    /* "should show `Running`", "Expected: healthy" */
    EXPECT_NOTHING, /* "should print nothing" */
};

struct expectation {
    enum expectation_kind kind;
    const char *op;    /* of EXPECT_NUMBER: == > >= < <= */
    double value;      /* of a number or status */
    const char *text;  /* of EXPECT_TEXT */
    const char *words; /* as stated, NULL: nothing is */
};

/* What a sentence beside a command says that it should give. */
struct expectation expectation_of(struct arena *arena, const char *sentence);

/* Did the command give that? ret_why: one clause, in the arena ("it printed 3, and 0 was expected"). A
 * command that failed gave nothing that was expected, unless its number or text is there all the same. What
 * cannot be read out of the output is decided by the exit status, and said so. */
bool expectation_met(struct arena *arena, const struct expectation *expectation, int exit_code,
                     const char *output, const char **ret_why);

struct check {
    const struct command *command;
    struct expectation expects;
};
struct checks {
    struct check *at;
    size_t n;
    size_t capacity;
};

/* Does it change something when it runs, as far as its class says? */
bool command_changes(const struct command *command);

/* The checks of the change on that line, in the order of the document; document NULL: what stands below a
 * fence is not looked at. */
void change_checks(struct arena *arena, const struct document *document, const struct procedure *procedure,
                   int line, struct checks *ret_checks);

/* How long checks that fail rest until the next round, when the change was so long ago. */
int64_t check_pause_s(int64_t since_s);

struct ways_back {
    const struct command **at;
    size_t n;
    size_t capacity;
};
/* The commands of the procedure by which the change on that line is taken back, as the document says: what
 * changes something in steps or parts behind it that are there for going back. Empty for a change that itself
 * takes something back. */
void change_ways_back(struct arena *arena, const struct procedure *procedure, int line,
                      struct ways_back *ret_ways);
