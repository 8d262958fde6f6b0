/* `crashcart doctor`: a whole installation looked at from the outside. Each file looks at one part of it and
 * says what it finds. */
#pragma once

#include "base/arena.h"
#include "base/list.h"
#include "config/config.h"

enum finding_kind { FINDING_WELL, FINDING_NOTE, FINDING_PROBLEM };

struct finding {
    enum finding_kind kind;
    const char *about;  /* one word: "ledger" */
    const char *text;   /* what is found */
    const char *advice; /* what to do, or NULL */
};

struct doctor {
    struct arena *arena;         /* all texts */
    const struct config *config; /* NULL: it cannot be read */
    const char *config_file;     /* of -c, or NULL */
    const char *data_dir, *runbooks;
    LIST(struct finding) findings;
};

/* For who may not read the file: as whom to ask again. */
const char *doctor_ask_as_owner(struct doctor *doctor, const char *path);

void doctor_finds(struct doctor *doctor, enum finding_kind kind, const char *about, const char *advice,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
/* What another command of this program says of it: well when it ends with 0, else a problem. The text is
 * `well`, or the last line that it printed. arguments begin with the program and end with NULL. Its exit
 * code; -1: it was ended by a signal. */
int doctor_asks(struct doctor *doctor, const char *about, const char *well, const char *const *arguments);

/* The kernel, the clock, limits, programs that are needed. */
void doctor_look_at_machine(struct doctor *doctor);
/* The data folder and the ledger in it. */
void doctor_look_at_data(struct doctor *doctor);
/* The certificate that the configuration names, if any. */
void doctor_look_at_certificate(struct doctor *doctor);
/* Why no server answers here: somebody else may have its port. */
void doctor_look_at_port(struct doctor *doctor);
/* The server, over the API: what it holds, hears, reaches and looks at. */
void doctor_look_at_server(struct doctor *doctor);
