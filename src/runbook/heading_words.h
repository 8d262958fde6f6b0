/* The vocabulary of runbooks: policy/headings.words and policy/programs.words, built into the program, read
 * once and constant from then on; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of the groups that compete for a heading; those after WORDS_LAST_HEADING are asked by name. */
enum words {
    WORDS_NONE,
    WORDS_IMMEDIATE, /* to WORDS_REFERENCE: in the order of enum stage */
    WORDS_DIAGNOSIS,
    WORDS_RESOLUTION,
    WORDS_MITIGATION,
    WORDS_COMMUNICATION,
    WORDS_VERIFICATION,
    WORDS_POST_INCIDENT,
    WORDS_REFERENCE,
    WORDS_SYMPTOMS,
    WORDS_CAUSES,
    WORDS_TRIGGERS,
    WORDS_SEVERITY,
    WORDS_ABOUT,
    WORDS_CONTACTS,
    WORDS_ESCALATION,
    WORDS_ROLES,
    WORDS_TEMPLATES,
    WORDS_CONTENTS,
    WORDS_QUESTIONS,
    WORDS_LINKS,
    WORDS_LAST_HEADING = WORDS_LINKS,
    WORDS_COLLECTION,
    WORDS_PAGE,
    WORDS_SUSPECTS,
    WORDS_ASIDE,
    WORDS_PHASE_TAIL,
    WORDS_LEVEL_1, /* most severe */
    WORDS_LEVEL_2,
    WORDS_LEVEL_3,
    WORDS_LEVEL_4,
    WORDS_LEVEL_5,
    WORDS_RESPONSE_TIME,
    WORDS_RESOLUTION_TIME,
    WORDS_ESCALATION_RULE,
    WORDS_LEVEL_EXAMPLES,
    WORDS_LEVEL_CRITERIA,
    WORDS_LEVEL_DESCRIPTION,
    WORDS_LEVEL_NAME,
    WORDS_SEVERITY_LABEL,
    WORDS_SEVERITY_STATEMENT,
    WORDS_SEVERITY_VALUE,
    WORDS_PROBLEMS,
    WORDS_VERBS,
    WORDS_NOTIFY_VERBS,
    WORDS_WAIT_VERBS,
    WORDS_LOOK_FOR,
    WORDS_USE_WHEN,
    WORDS_ORDER_COLUMN,
    WORDS_COMMAND_COLUMN,
    WORDS_NUMBER_COLUMN,
    WORDS_SYMPTOM_COLUMN,
    WORDS_LEFT_OVER_COLUMN,
    WORDS_NO_NOTIFY,
    WORDS_TRIGGER_SENTENCE,
    WORDS_CHANGES,
    WORDS_LOOKS,
    WORDS_PATIENT_DATA,
    WORDS_VERIFIES,
    WORDS_WAY_BACK,
    WORDS_BREACH,
    WORDS_EVIDENCE,
    WORDS_KIND_SECURITY, /* kinds of procedures, in the order in which they count */
    WORDS_KIND_EMERGENCY,
    WORDS_KIND_POST_INCIDENT,
    WORDS_KIND_DRILL,
    WORDS_KIND_TESTING,
    WORDS_KIND_MAINTENANCE,
    WORDS_KIND_ALERT,
    WORDS_KIND_MITIGATION,
    WORDS_KIND_LIFECYCLE,
    WORDS_KIND_REFERENCE,
    WORDS_LAST_KIND = WORDS_KIND_REFERENCE,
    WORDS_COUNT
};

/* The group whose longest phrase occurs in a heading or label, of first..last; WORDS_NONE when none does.
 * Reads the first 300 bytes. */
enum words words_longest(const char *text, enum words first, enum words last);

/* words_longest() over the groups that compete for headings. */
enum words words_heading(const char *text);

/* The groups of first..last of which a phrase occurs, bit 0 for first: 64 groups at most. Reads the first 300
 * bytes. */
uint64_t words_in(const char *text, enum words first, enum words last);

/* Whether a phrase of the group occurs in the text / is all of it / begins it (as whole words). */
bool words_occur(enum words group, const char *text);
bool words_are(enum words group, const char *text);
bool words_begin(enum words group, const char *text);
/* Whether the group's longest phrase stands amid the text, with other words before and after it. */
bool words_within(enum words group, const char *text);

/* Whether the first n_bytes of word are the name of a program. */
bool words_program(const char *word, size_t n_bytes);
