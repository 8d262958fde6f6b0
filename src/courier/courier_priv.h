/* What the files of courier/ share.
 *
 * An attempt is one delivery on its way. Its life: made by courier_send(); it waits for one of the few places
 * of its receiver; then its channel sets up a libcurl transfer; when that ends, the channel says what it
 * means, and the attempt is reported and freed. */
#pragma once

#include "base/buf.h"
#include "base/curl_library.h"
#include "base/secret.h"
#include "courier/courier.h"

enum { DETAIL_BYTES = 240, RECEIVER_BYTES = 300 };

struct attempt {
    struct courier *courier;
    const struct channel *channel;
    struct attempt *next; /* in the queue that holds it */
    struct receiver *receiver;
    int64_t delivery;
    int number;
    char *address, *key, *page;
    size_t n_bytes; /* of the page */

    /* While it is under way. */
    CURL *easy;
    struct curl_slist *list; /* headers, or recipients */
    struct buf body;         /* what is uploaded, for channels that do not send the page itself */
    size_t body_sent;
    size_t n_answered;            /* bytes of the answer so far */
    char reason[CURL_ERROR_SIZE]; /* libcurl's words for a failure */

    struct delivery_result result; /* detail points to the next field, or to text that never ends */
    char detail[DETAIL_BYTES];
};

/* The contract of a channel: a row in channels.c, a file for its three functions. */
struct channel {
    const char *name;
    /* Names who receives, so that a slow one delays only itself: "https://host:443". -1: this way cannot
     * work, and why. out holds RECEIVER_BYTES. Called when the attempt is made: cheap, no I/O. */
    int (*receiver)(const struct attempt *attempt, char *out, struct err *err);
    /* Sets up attempt->easy, whose common options are set. -1: this way cannot work, and why. */
    int (*prepare)(struct attempt *attempt, struct err *err);
    /* What the end of the transfer means; writes attempt->result. */
    void (*judge)(struct attempt *attempt, CURLcode code);
};

extern const struct channel channels[]; /* ended by name NULL */

int webhook_receiver(const struct attempt *attempt, char *out, struct err *err);
int webhook_prepare(struct attempt *attempt, struct err *err);
void webhook_judge(struct attempt *attempt, CURLcode code);
int email_receiver(const struct attempt *attempt, char *out, struct err *err);
int email_prepare(struct attempt *attempt, struct err *err);
void email_judge(struct attempt *attempt, CURLcode code);

/* How mail leaves; a copy out of the configuration, and the secret itself. */
struct mail_settings {
    char *server, *from, *user, *secret;
    char secret_error[DETAIL_BYTES]; /* why there is none, "" when there is or none is wanted */
    int use_ssl;                     /* CURLUSESSL_... */
};
const struct mail_settings *courier_mail(const struct courier *courier);

/* Sets the result; the detail is kept on one line and cut. */
void attempt_judged(struct attempt *attempt, enum delivery_verdict verdict, int64_t retry_after_s,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* For an attempt that ended without a usable answer: RETRY for what may pass, DEAD for what cannot. */
void attempt_judged_by_network(struct attempt *attempt, CURLcode code);

/* Tests shorten these. */
struct courier_limits {
    long connect_ms; /* 5,000 */
    long total_ms;   /* 15,000 */
};
void courier_set_limits(struct courier *courier, struct courier_limits limits);
