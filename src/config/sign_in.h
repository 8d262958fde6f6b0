/* Who may come in by an identity provider that the house has already (OpenID Connect), and how far. Included
 * by config.h. */
#pragma once

#include "base/list.h"

/* What a group of the provider may here. */
struct config_sign_in_right {
    const char *group;
    const char *right;       /* "viewer", "responder", "approver", "administrator" */
    struct strings services; /* theirs alone; empty: all */
    int line;
};

struct config_sign_in {
    const char *provider;  /* its issuer, an URL; NULL: nobody comes in that way */
    const char *name;      /* on the button */
    const char *client;    /* as whom the provider knows us */
    const char *secret;    /* place; read by the courier only; NULL: a client without one */
    const char *person;    /* the claim that says who it is: "email" */
    const char *groups;    /* the claim that lists groups: "groups" */
    struct strings scopes; /* asked for beside "openid" */
    LIST(struct config_sign_in_right) rights;
    int line;
};

struct config;
struct person;
struct reading;
struct section;

enum sign_in_found { SIGN_IN_FOUND, SIGN_IN_UNKNOWN, SIGN_IN_SEVERAL };

/* Whom the configuration knows by that value of the claim: who has it as `sign_in`; else, when the claim is
 * "email", by a contact of theirs, and by their id when it is another one. */
enum sign_in_found config_sign_in_person(const struct config *config, const char *value,
                                         const struct person **ret_person);

extern const struct section sign_in_section;
void config_sign_in_check(const struct reading *reading, const struct config *config);
