/* What the files of courier/ share.
 *
 * An attempt is one delivery on its way. Its life: made by courier_send(); held until its record is kept; it
 * waits for one of the few places of its receiver; then its channel sets up a libcurl transfer; when that
 * ends, the channel says what it means, and the attempt is reported and freed. */
#pragma once

#include "base/buf.h"
#include "base/curl_library.h"
#include "base/secret.h"
#include "base/url.h"
#include "courier/courier.h"
#include "courier/facts.h"
#include "courier/transfers.h"

enum { DETAIL_BYTES = 240, RECEIVER_BYTES = 300, ANSWER_BYTES = 4096 };

struct attempt {
    struct courier *courier;
    const struct channel *channel;
    struct attempt *next; /* in the queue that holds it */
    struct receiver *receiver;
    int64_t delivery;
    int number, rank;
    char *address, *key, *page;
    size_t n_bytes; /* of the page */

    /* While it is under way. */
    CURL *easy;
    struct curl_slist *list; /* headers, or recipients */
    struct buf body;         /* what is uploaded, for channels that do not send the page itself */
    size_t body_sent;
    size_t n_answered;            /* bytes of the answer so far */
    char *answer;                 /* its beginning, closed by NUL, of ANSWER_BYTES; NULL while it waits */
    char reason[CURL_ERROR_SIZE]; /* libcurl's words for a failure */
    struct arena *arena;          /* of a channel that goes on after an answer: */
    void *work;                   /* what it keeps between them; NULL: nothing */
    struct buf whole;             /* the answer, */
    size_t whole_limit;           /* at most so much of it; 0: its beginning is enough */
    bool goes_on;                 /* judge says so: it was taken, and prepare sets up what is asked next */
    struct transfer_guard guard;  /* whether its receiver may lie in a private network */

    struct delivery_result result; /* detail points to the next field, or to text that never ends */
    char detail[DETAIL_BYTES];
};

/* attempts.c; take: NULL, there is none; find: that of the delivery, or NULL. */
struct attempts {
    struct attempt *first, *last;
};
void attempts_push(struct attempts *attempts, struct attempt *attempt);
struct attempt *attempts_take(struct attempts *attempts);
void attempts_drop(struct attempts *attempts, const struct attempt *attempt);
struct attempt *attempts_find(const struct attempts *attempts, int64_t delivery);

/* The contract of a channel: a row in channels.c, a file for its functions.
 *
 * Most speak HTTP: their first three functions are those of http.c, and they say where a page goes and what
 * is written there. */
struct channel {
    const char *name;
    /* Names who receives, so that a slow one delays only itself: "https://host:443". -1: this way cannot
     * work, and why. out holds RECEIVER_BYTES. Called when the attempt is made: cheap, no I/O. */
    int (*receiver)(const struct attempt *attempt, char *out, struct err *err);
    /* Sets up attempt->easy, whose common options are set. -1: this way cannot work, and why. NULL: there is
     * no transfer; the runner has it carried by a program (program.c). */
    int (*prepare)(struct attempt *attempt, struct err *err);
    /* What the end of the transfer means; writes attempt->result. */
    void (*judge)(struct attempt *attempt, CURLcode code);
    /* By HTTP: the URL; -1: there is none, and why. NULL: the address is the URL. */
    int (*url)(const struct attempt *attempt, const struct page_facts *facts, struct buf *out,
               struct err *err);
    /* By HTTP: attempt->body, and headers by http_header(). -1: this way cannot work, and why. */
    int (*write)(struct attempt *attempt, const struct page_facts *facts, struct err *err);
    /* The operator's configuration names its server: it may lie in a private network. */
    bool server_is_configured;
    /* Whoever uses the way named its server: an address of a private network is nothing that the operator
     * said plainly. */
    bool server_is_given;
};

extern const struct channel channels[]; /* ended by name NULL */

/* ---- by HTTP (http.c) ---- */

int http_receiver(const struct attempt *attempt, char *out, struct err *err);
int http_prepare(struct attempt *attempt, struct err *err);
void http_judge(struct attempt *attempt, CURLcode code);
/* -1: it holds what a header cannot. */
int http_header(struct attempt *attempt, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The server of a channel, without slashes at its end, and what follows it. */
void http_url(struct buf *out, const char *server, const char *path);
/* The secret whose place is the attempt's address; it must be a URL. */
int http_secret_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out,
                    struct err *err);

/* ---- the channels ---- */

int email_receiver(const struct attempt *attempt, char *out, struct err *err);
int email_prepare(struct attempt *attempt, struct err *err);
void email_judge(struct attempt *attempt, CURLcode code);

#define HTTP_WRITE(name)                                                                                     \
    int name##_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
#define HTTP_URL(name)                                                                                       \
    int name##_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out,           \
                   struct err *err)
HTTP_WRITE(webhook);
HTTP_URL(ntfy);
HTTP_WRITE(ntfy);
HTTP_URL(slack);
HTTP_WRITE(slack);
void slack_judge(struct attempt *attempt, CURLcode code);
/* For an incident's own channel (slack_channel.c), too. ts: of the message that it takes the place of. key,
 * ts NULL: the message bears none. */
int slack_api_url(const struct attempt *attempt, const char *method, struct buf *out, struct err *err);
void slack_escape(struct buf *out, const char *text, size_t most_bytes);
int slack_authorize(struct attempt *attempt, struct err *err);
void slack_message_write(const struct attempt *attempt, struct buf *out, const struct page_facts *facts,
                         const char *channel, const char *key, const char *ts);
bool slack_error_passes(const char *error); /* NULL passes, too: no reason was given */
HTTP_URL(slack_channel);
HTTP_WRITE(slack_channel);
void slack_channel_judge(struct attempt *attempt, CURLcode code);
HTTP_WRITE(slack_webhook);
HTTP_WRITE(teams);
HTTP_URL(sms);
HTTP_WRITE(sms);
HTTP_URL(voice);
HTTP_WRITE(voice);
HTTP_URL(pagerduty);
HTTP_WRITE(pagerduty);
HTTP_URL(push);
HTTP_WRITE(push);
HTTP_URL(statuspage);
HTTP_WRITE(statuspage);
void statuspage_judge(struct attempt *attempt, CURLcode code);
HTTP_URL(opsgenie);
HTTP_WRITE(opsgenie);
int program_receiver(const struct attempt *attempt, char *out, struct err *err);
void program_order_write(struct buf *out, const struct attempt *attempt);
void program_judge(struct attempt *attempt, struct json end); /* end: of runner/page_program.h */

/* ---- what the configuration says (settings.c) ---- */

struct settings;
/* Reads all secrets that the channels and the people's ways need; what is missing is told, and stops only
 * what needs it. */
struct settings *settings_new(const struct config *config);
void settings_free(struct settings *settings);
const char *settings_secret(const struct settings *settings, const char *place, struct err *err);

const struct config *courier_config(const struct courier *courier);
/* The secret at that place; NULL when place is NULL (err untouched) or it could not be read (err says why).
 */
const char *courier_secret(const struct courier *courier, const char *place, struct err *err);

/* ---- attempts (courier.c) ---- */

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
