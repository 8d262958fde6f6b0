/* Proving the whole ledger for somebody at the console (ledger/proof.h): it reads all there is, so it has a
 * thread of its own and there is one at a time, with the result kept until the next. */
#pragma once

#include <stdbool.h>

struct api;
struct proving;

struct proving *proving_new(struct api *api);
/* Gives up what is under way, and does not wait for it. Any thread. */
void proving_stop(struct proving *proving);
void proving_free(struct proving *proving); /* stops; NULL is allowed */

/* One export at a time, too: it holds a reader for as long as the client takes. False: there is one. */
bool proving_begin_export(struct proving *proving);
void proving_end_export(struct proving *proving);
