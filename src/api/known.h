/* Answers that hold until the next commit: who asks the same gets the same bytes. When something happens, all
 * who watch an incident ask for it at once, and the first of them has the ledger read. For what a handler
 * takes from the ledger alone; or from the configuration, which is told here when it changes; and where the
 * clock has a part, for as long as it says. Any thread of the server. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct request;
struct known;

/* Where an answer belongs; of the request. */
struct known_place {
    const char *key;
    uint64_t n_commits;        /* before the ledger was read */
    int64_t from_us, until_us; /* it holds no longer, or earlier; 0: at any time */
};

struct known *known_new(void);
void known_free(struct known *known);
/* Something was committed, or another configuration is in force. Before anybody who waited for that is
 * answered. */
void known_forget(struct known *known);

/* True: it is answered. `what` names the handler; the numbers of the path, the query and the services that
 * they are kept to are taken into account. */
bool known_answer(struct request *request, const char *what, struct known_place *ret_place);
/* What was answered holds for all who ask so. */
void known_keep(struct request *request, const struct known_place *place);
