/* Who a request comes from, and how far they may go: the administrator's token, a key of the ledger (a token,
 * or the session in a cookie), or nobody. docs/decisions/0037-accounts-and-keys.md. */
#pragma once

#include <stdbool.h>

#include "base/json.h"
#include "engine/access.h"

struct ledger;
struct request;

struct access {
    enum right right;     /* RIGHT_NONE: nobody who is known */
    bool speaks_for_all;  /* the administrator's token: "as" says for whom */
    bool is_local;        /* this machine itself, with nothing to show */
    const char *person;   /* NULL: a program */
    const char *name;     /* of the token of a program */
    const char *services; /* with blanks between them; "": all */
    const char *key;      /* its id; NULL: it came with none of the ledger */
    bool is_session;      /* the key is one */
    int64_t proved_us;    /* when who is in that showed last who they are; 1: not for it */
    bool was_session;     /* it came with the cookie of a session that counts no more */
};

/* Reads it into request->access, once a request. -1: the ledger cannot be read, or a page of another origin
 * wants to change something with the session of this browser; the problem is answered. */
int access_find(struct request *request);
/* Is an incident of that service theirs to see? service may be NULL. */
bool access_covers(const struct access *access, const char *service);

/* The same of an incident by its number, which is looked up when it is not the one of the last question; 0,
 * what is of no incident, is for who is kept to no services. */
struct sight {
    int64_t incident;
    bool covered;
};
bool access_sees(const struct access *access, struct ledger *ledger, struct sight *sight, int64_t incident);

/* "services":["pacs"], for an answer. */
void access_write_services(struct json_writer *writer, const char *services);

/* Of one who stays connected: does the key of that id still count, and the account behind it? */
bool access_still_counts(struct ledger *ledger, const char *key, int64_t now_us);

/* A new key: "cc_" and its id and 256 random bits, which only who gets it ever sees. Everything else of the
 * value is the caller's to set. In the request's arena. */
const char *access_key_make(struct request *request, struct access_key *ret_key);

/* Where the request comes from, "" when it cannot be told. */
const char *access_source(const struct request *request);
/* A page of another site made the browser send this. */
bool access_from_elsewhere(const struct request *request);
