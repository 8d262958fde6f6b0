/* The vocabulary of the lists beside procedures: policy/parts.words, built into the program, read once and
 * constant from then on; any thread. A text is searched in linear time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum part_words {
    PART_METADATA,
    PART_METADATA_ANYWHERE,
    PART_METADATA_HEADING,
    PART_TEMPLATE,
    PART_MESSAGE,
    PART_AUDIENCE,
    PART_MEDIUM,
    PART_FIELD,
    PART_REPORT,
    PART_REPORT_SECTION,
    PART_REPORT_VERB,
    PART_CHECKLIST,
    PART_ENDING,
    PART_PARTICIPANTS,
    PART_TIMELINE,
    PART_EVERY,
    PART_UPDATE,
    PART_CADENCE_COLUMN,
    PART_DEADLINE,
    PART_DEADLINE_AFTER,
    PART_OBLIGATION,
    PART_ACTION_COLUMN,
    PART_THRESHOLD,
    PART_DOCUMENT_HOST,
    PART_ENDPOINT,
    PART_PATH,
    PART_PERSON,
    PART_PERSON_ALONE,
    PART_PERSON_STOP,
    PART_PERSON_COLUMN,
    PART_LAYER,
    PART_ONCALL,
    PART_HOURS,
    PART_CONTACT_FIELD,
    PART_CONTACT_COLUMN,
    PART_CONTACT_HEADING,
    PART_PURPOSE,
    PART_NOT_CONTACT,
    PART_CALL_VERB,
    PART_ESCALATE_VERB,
    PART_TELL_VERB,
    PART_WAIT_WORD,
    PART_CALLED,
    PART_WAIT_COLUMN,
    PART_UNDO,
    PART_CHAIN,
    PART_ASSEMBLY,
    PART_SME,
    PART_CHANNEL,
    PART_CHANNEL_TYPE,
    PART_CHANNEL_VERB,
    PART_CHANNEL_HEADING,
    PART_CHANNEL_PATTERN,
    PART_HOOK,
    PART_RECOVERY,
    PART_MAINTENANCE,
    PART_RECURRENCE,
    PART_OCCASION,
    PART_UPKEEP,
    PART_DRILL,
    PART_AGENDA,
    PART_METRIC,
    PART_REPORT_TOPIC,
    PART_REPORT_FACT,
    PART_WORDS_COUNT
};

struct word_match {
    const char *value;  /* what the phrase means: the word in front of its line in the file */
    size_t at, n_bytes; /* where it stands in the text, an "s" at its end included */
};

/* The groups of which a phrase occurs in the text, a bit each: one look instead of a search for every group.
 */
uint64_t part_words_in(const char *text);

static inline bool part_words_may_occur(uint64_t words_in, enum part_words group)
{
    return (words_in >> group & 1) != 0;
}

/* The first phrase of the group at or after `from`, the longest that begins there. False: there is none. */
bool part_words_next(enum part_words group, const char *text, size_t from, struct word_match *ret_match);

/* The value of the first line of the file of which a phrase occurs in the text, or NULL. */
const char *part_words_value(enum part_words group, const char *text);

/* The value when the text is one of the phrases and nothing else, or NULL. */
const char *part_words_whole(enum part_words group, const char *text);

/* "Incident communication templates": a page whose parts are messages. Of a report each part is a section. */
bool part_message_page(const char *title);
