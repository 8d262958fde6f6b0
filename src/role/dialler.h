/* Who tells core that its database server is back. core may not dial once it is in its sandbox, and may not
 * end before a start would succeed: what it pages from is its memory. So where the ledger is on a server one
 * more process, the dialler, is told at the start where that is, and tries when it is asked to.
 *
 * From core, over a socket of its own: struct dialler_place, and the bytes of both texts. They are looked at
 * and stay there, where nobody else can read them, for the next dialler if this one ends. Then a byte a
 * question, 'w' or 'r'. Back, one question at a time: the same byte in upper case, which means yes, or '-',
 * which the next dialler says for the one before it, too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "ledger/ledger.h"

struct dialler_place {
    uint32_t n_store, n_password; /* bytes */
    uint32_t has_password;
    uint32_t n_readers;
};

enum { DIALLER_TEXT_BYTES = 8192 }; /* each of the two, at most */

enum dialler_question {
    DIALLER_READERS = 'r', /* the writer's connection lives: would new readers be let in? */
    DIALLER_ALL = 'w'      /* would a start succeed? */
};

/* Core's end. */
struct dialler {
    int fd;     /* 0: there is none */
    char asked; /* and not answered yet; 0: nothing */
};

int dialler_begin(struct dialler *dialler, int fd, int place_fd, const struct ledger_place *place,
                  size_t n_readers, struct err *err);
/* Asks, and gives what is known, without waiting: false is "no" or "not yet". True also when there is nobody
 * to ask: then a start is all that is left to try. */
bool dialler_says(struct dialler *dialler, enum dialler_question question);
