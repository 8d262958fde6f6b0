/* What people answer from where they were paged: a text message, a mail, a command in a chat.
 *
 *   ack 4      takes incident 4; without a number the one that is open
 *   resolve 4
 *   status     what is open
 *
 * Who answers is the person whose contact the message came from; each channel proves that in a way of its
 * own. A message counts once. One whose sender nobody knows is on record, and does nothing. */
#pragma once

#include "api/request.h"

enum reply_verb { REPLY_UNKNOWN, REPLY_ACKNOWLEDGE, REPLY_RESOLVE, REPLY_STATUS };

struct reply_words {
    enum reply_verb verb;
    int64_t incident; /* 0: not said */
};

/* The first words of the text: "ACK #4", "/crashcart resolve 4", "status?". */
struct reply_words reply_words_read(const char *text);

struct reply_from {
    const char *channel;  /* "sms", "mail", "slack" */
    const char *contacts; /* kinds of contacts that it may be, " sms voice " */
    const char *address;
    const char *id;   /* of the message: it counts once */
    int64_t incident; /* that it is about when its words name none; 0: not known */
};

/* Answers with a sentence, in the way of the channel. */
typedef void reply_answer(struct request *request, const char *sentence);

/* Finds the person, does what the words say, or answers why not. The handler returns at once; the route's
 * decided() is reply_decided() with the same answer. */
void reply_take(struct request *request, const struct reply_from *from, const char *text,
                reply_answer *answer);
/* Whose contact that is; NULL: nobody's, or of several. false: it cannot be told now, and that is answered.
 */
bool reply_person(struct request *request, const char *contacts, const char *address,
                  const char **ret_person);
void reply_decided(struct request *request, reply_answer *answer);
