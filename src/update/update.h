/* What audiences are told of an incident: the draft of an update, in the runbook's own template for that
 * audience, with its placeholders filled from the record, or in a plain default.
 *
 * A draft holds only what is on record. A sentence that asserts what nobody has established (that no patient
 * data was compromised, that it is resolved, when it will be, why it is: the claims of policy/update.words)
 * is withheld, and so is one with a placeholder that nothing fills; the rest is complete by itself and can
 * leave on time. A claim is established by a finding of its name, by the state of the incident (resolved), or
 * by a person who stands behind it by name.
 *
 * Pure: the same record gives the same draft; any thread. */
#pragma once

#include "base/arena.h"
#include "base/list.h"
#include "config/config.h"
#include "engine/clock.h"
#include "engine/incident.h"
#include "engine/role.h"
#include "ledger/ledger.h"
#include "runbook/runbook.h"

/* Something that a person found out and put on record: the newest of a topic counts. */
struct known_finding {
    const char *topic; /* a fact or claim of policy/update.words: "impact", "data-safe" */
    const char *text;
    const char *by;
    int64_t at_us;
};
typedef LIST(struct known_finding) known_findings;

/* Those of a timeline that hold; one that was taken back is none. */
void findings_read(struct arena *arena, const struct event_row *timeline, size_t n,
                   known_findings *ret_findings);

struct draft_input {
    const struct incident *incident;
    const struct runbook *runbook; /* NULL: it has none */
    const struct config *config;
    const char *audience;
    bool is_public;  /* internal titles and ids of services are not for it */
    bool closing;    /* it is over, and nobody looks at the text before it leaves */
    int64_t next_us; /* the next update after this one; 0: none is promised */
    const known_findings *findings;
    const struct role_holder *roles;
    size_t n_roles;
    const struct label *values; /* for placeholders, by their names */
    size_t n_values;
    const char *subject, *text;   /* written by a person instead of the template, or NULL */
    const struct strings *behind; /* claims that somebody stands behind; "all" is each of them; or NULL */
    const char *public_url;
    int64_t now_us;
};

struct withheld {
    const char *text;        /* the sentence */
    const char *claim;       /* "data-safe", or NULL: a placeholder is not filled */
    const char *placeholder; /* "emergency contact", or NULL */
    const char *why;         /* one sentence, with what to do */
};

struct draft {
    const char *subject, *text;
    const char *status;        /* investigating, identified, monitoring or resolved */
    const char *template_name; /* NULL: the plain default, or written by a person */
    int template_line;
    LIST(struct withheld) withheld;
};

/* All in the arena; texts of the draft may also be those of the input. */
void draft_make(struct arena *arena, const struct draft_input *input, struct draft *ret_draft);

/* The claim that a sentence makes and nothing establishes, or NULL. */
const char *claim_open(const char *sentence, const struct draft_input *input);
/* What the claim of that name asserts: "no patient data was compromised"; NULL: there is no such claim. */
const char *claim_says(const char *claim);
/* May a finding be recorded of it: is it a fact that people find out, or a claim? */
bool finding_topic_known(const char *topic);
/* "impact, cause, ...": all of them. */
const char *finding_topics(struct arena *arena);

/* Where the work stands, in the four words of status pages. */
const char *update_status(const struct incident *incident);
