/* Who may use the server, and how far: accounts of people, and keys, which are the sessions of people and the
 * tokens of programs. The engine only puts on record what was done with them; who comes with what is looked
 * up by api/access.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Each may what those before it may. */
enum right {
    RIGHT_NONE,
    RIGHT_SEND,       /* alerts and signs of life */
    RIGHT_READ,       /* "viewer" */
    RIGHT_RESPOND,    /* acknowledge, write, move incidents, run what only reads */
    RIGHT_APPROVE,    /* let a change run */
    RIGHT_ADMINISTER, /* accounts and tokens */
    N_RIGHTS
};
const char *right_name(enum right right); /* "sender", "viewer", "responder", "approver", "administrator" */
int right_of(const char *name);           /* -1: there is no such right */

struct account {
    const char *person; /* id, as in the configuration */
    enum right right;
    const char *services; /* ids with blanks between them: nothing of others is theirs; "": of all services */
    const char *password; /* argon2id, as crypto_pwhash_str writes it; "": nobody signs in with one */
    const char *second_key; /* of RFC 6238, base32; "": a password is enough */
    int64_t second_step;    /* the last time step whose code was taken: none is taken twice */
    int64_t changed_us;
    const char *changed_by;
    bool removed;
};

struct access_key {
    const char *id;     /* 8 hex digits, for people to name it by */
    const char *sha256; /* of the whole key, 64 hex digits; the key itself is nowhere */
    const char *person; /* who holds it; "": a program */
    const char *name;   /* what a token is for; "": a session */
    enum right right;   /* RIGHT_NONE: that of the person's account */
    const char *services;
    const char *source;         /* "10.0.0.0/8": it counts from there only; of a session: where it began */
    int64_t since_us, until_us; /* 0: until it is ended */
    int64_t ended_us;           /* 0: it counts */
    const char *given_by;       /* of a session: the person's password, or one of the two below and its URL */
    bool is_session;
};

/* The identity provider asked who they are, for this session; or let them in by a session of its own, which
 * proves only that somebody is at a desk where they have signed in. */
#define GIVEN_BY_PROVIDER         "provider:"
#define GIVEN_BY_PROVIDER_SESSION "provider-session:"

bool given_by_provider(const struct access_key *key);
bool given_by_provider_session(const struct access_key *key);

/* That the person of a session was at it; kept beside the key, which others may end meanwhile. */
struct session_seen {
    const char *id; /* of its key */
    int64_t seen_us;
};

enum access_act {
    ACCESS_ACCOUNT,         /* account: made or changed */
    ACCESS_TOKEN,           /* key: given */
    ACCESS_ENDED,           /* key: a token or session was ended by actor */
    ACCESS_SIGNED_IN,       /* key, and account when its second_step moves on */
    ACCESS_SIGN_IN_FAILED,  /* account->person, key->source: so often that the next tries have to wait */
    ACCESS_SIGN_IN_REFUSED, /* by the identity provider, or what came from there: key->source, text says why;
                               account->person as far as it is known, or "" */
    ACCESS_SEEN,            /* session_seen: saved, and no event: it says nothing that is asked for later */
};
