/* Commands that cannot work as they stand in the document: `curl` that calls an error 500 a success, `grep
 * -c` that fails when all is well, `exec -it` where nobody types. The faults are those of `crashcart lint`
 * that say how they are mended (`repair` in policy/lint.codes). A person chooses repairs by their codes;
 * whoever runs the command makes them by itself, from the text of the document. Pure; any thread. */
#pragma once

#include "runbook/fill.h"

struct repair {
    const char *code; /* of the lint rule: "curl-no-fail" */
    const char *says; /* what is wrong, one sentence */
    const char *text; /* the command with this repair alone */
};
struct repairs {
    struct repair *at;
    size_t n;
    size_t capacity;
};
/* What is wrong with the command and can be mended. A repair that the shell does not accept, or that makes
 * the command riskier, is not offered. */
void command_repairs(struct arena *arena, const struct risk_rules *rules, const char *command,
                     struct repairs *ret_repairs);

/* The command with those repairs made, codes parted by blanks, in the order of the rules; "" and NULL: none.
 * NULL: a code finds nothing to mend; ret_why_not says which. */
const char *command_repaired(struct arena *arena, const char *command, const char *codes,
                             const char **ret_why_not);

/* A command as it will run: repaired, then filled. before: of the command as written, as its document has it;
 * what that says of sensitive output and of the class stays. */
struct filled command_prepared(struct arena *arena, const struct risk_rules *rules, const char *command,
                               const struct risk *before, const char *codes, const struct fill_value *values,
                               size_t n_values);

/* What an approval binds: the command as written, the values, the repairs and the text that they give. Of a
 * command that needs neither it is the SHA-256 of its text. */
void command_sha256(const char *command, const char *codes, const struct fill_value *values, size_t n_values,
                    const char *prepared, char ret_hex[SHA256_HEX_BYTES]);
