/* What a browser keeps while its person is at the identity provider: sealed, so that nobody can read or make
 * one, and nothing is kept here for who never comes back. It counts once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { TICKET_TIME_S = 600, TICKET_WORD_BYTES = 44, TICKET_PATH_BYTES = 200 };

struct sign_in_ticket {
    int64_t until_s;
    bool says_issuer;           /* what the provider sends people back with says who it is */
    bool asks_again;            /* the provider is to ask who they are, whatever session it has */
    char to[TICKET_PATH_BYTES]; /* the page of the console that they came from; "": none */
    char state[TICKET_WORD_BYTES], nonce[TICKET_WORD_BYTES], verifier[TICKET_WORD_BYTES];
};

/* 256 random bits each. */
void ticket_make(struct sign_in_ticket *ret_ticket, int64_t now_s);
/* Where they go afterwards; what is no page of this server's is passed over. */
void ticket_set_path(struct sign_in_ticket *ticket, const char *path);
/* secret: the server's own. */
const char *ticket_seal(struct arena *arena, const char *secret, const struct sign_in_ticket *ticket);
/* -1: this server did not make it, or it is too old. sealed NULL is allowed. */
int ticket_open(const char *secret, const char *sealed, int64_t now_s, struct sign_in_ticket *ret_ticket);
/* For PKCE (RFC 7636), method S256. */
const char *ticket_challenge(struct arena *arena, const struct sign_in_ticket *ticket);

/* The tickets that were used, as long as they could be used again. Any thread. */
struct spent_tickets;

struct spent_tickets *spent_tickets_new(void);
void spent_tickets_free(struct spent_tickets *spent);
/* False: it was used before. */
bool ticket_spend(struct spent_tickets *spent, const struct sign_in_ticket *ticket);
