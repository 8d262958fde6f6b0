/* Looks that nobody has asked for, kept back while they would be in the way. A storm opens dozens of
 * incidents in a moment, sometimes hundreds, and the shells and programs of their looks take half of a small
 * machine just when every alert wants to be kept and people are paged (decision 86). So they wait while
 * alerts pour in, and only so many are under way at once. A look that nothing else comes with starts at once.
 * Times are monotonic; a run has one look at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct held_looks;

/* start: gives an order to the runner. */
struct held_looks *held_looks_new(void (*start)(void *context, const void *order, size_t n_bytes),
                                  void *context);
/* Without starting those that wait: they are started in the ledger, and the next core orders them again. */
void held_looks_free(struct held_looks *looks);

/* Starts it, or keeps a copy of its order. others_wait: inputs stand behind the one that it comes from. */
void held_looks_add(struct held_looks *looks, int64_t run, const void *order, size_t n_bytes,
                    bool others_wait, int64_t now_us);
/* A step of that run has ended, a look or another. */
void held_looks_ended(struct held_looks *looks, int64_t run);
/* After each turn of the engine thread, with the requests of alerts that it kept: starts those whose time has
 * come. */
void held_looks_turn(struct held_looks *looks, int64_t began_us, int64_t now_us, int n_requests,
                     bool others_wait);
/* Starts that of the run if it waits: somebody is at it now, or wants to stop it. */
void held_looks_start(struct held_looks *looks, int64_t run, int64_t now_us);
/* Until the next turn at the latest; UINT64_MAX: nothing waits. */
uint64_t held_looks_wait_ms(const struct held_looks *looks);
