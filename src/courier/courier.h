/* The courier tells: what a message looks like on each channel, and carrying it there. Channels are a table
 * (courier/channels.c), a file a channel. It does not decide whom to tell or when to try again.
 *
 * core renders a page document (below) when a delivery leaves, and hands it to the courier process, which
 * alone dials out and alone reads channel secrets. */
#pragma once

#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "config/config.h"
#include "courier/link.h"
#include "engine/delivery.h"
#include "engine/incident.h"
#include "engine/proof.h"
#include "engine/run.h"
#include "engine/update.h"

/* What a lock screen may show of it. */
struct incident page_shown(struct arena *arena, const struct incident *incident);

/* ---- in core: the page document ----
 * {"kind":"page","idempotency_key":"...","incident":{"number","title","service","severity","state","started_at",
 *  "opened_at","procedure":{"title","file","line"},"url","acknowledge_url"},"to":{"id","name"},"why":"...","diagnosis":[{"command",
 *  "state","summary"}...],"text":"plain page for a small screen","cleared":false}
 * What is needed at three in the morning and no more: no output of commands, and no free text, but where the
 * person's way is marked as cleared for it ("cleared":true). links NULL: no link acknowledges. kind is
 * "acknowledged" or "resolved" for those who follow the incident. */
void page_render(struct buf *out, const struct delivery *delivery, const struct incident *incident,
                 const struct person *person, const struct run_step *steps, size_t n_steps,
                 const char *public_url, const struct link_key *links, int64_t now_us);

/* The same for a message that proves a way, or (proof->notice) tells that another one does not work: kind
 * "test". */
void proof_render(struct buf *out, const struct channel_proof *proof, const struct person *person,
                  const char *key, const char *public_url);
/* An update to an audience, by one of its ways (courier/update.c). */
struct update_page {
    const struct update *update;
    const struct incident *incident;
    const char *key;
    const char *public_name; /* of its service, or NULL */
    const char *component;   /* of its service on Statuspage, or NULL */
    const char *url;         /* of the incident, or NULL */
    bool is_public;          /* the audience is not of the house */
    bool cleared;            /* the way may show what may hold patient data */
};
void update_render(struct buf *out, const struct update_page *page);

/* An incident's own channel in the chat, as it is to be (courier/incident_channel.c). */
struct incident_channel {
    const struct incident *incident;
    const char *key;       /* by which it is found again */
    struct strings people; /* to invite, by their ids in the chat */
    bool is_private;
};
/* page: of page_render() */
void incident_channel_render(struct buf *out, const struct incident_channel *channel, const char *page,
                             size_t n_bytes);

/* ---- in the courier process ---- */

struct courier;

struct courier_done {
    int64_t delivery;
    int attempt;
    struct delivery_result result;
};

/* done is called on the loop's thread once for every courier_send(). config must live as long. */
int courier_new(uv_loop_t *loop, const struct config *config,
                void (*done)(void *context, const struct courier_done *), void *context,
                struct courier **ret_courier, struct err *err);
void courier_free(struct courier *courier);
/* page is the document above. Many are under way at once; a slow receiver delays only itself. Of what waits
 * the worst goes first: severity_rank 1; 0, not known, is as bad. */
void courier_send(struct courier *courier, int64_t delivery, int attempt, int severity_rank,
                  const char *channel, const char *address, const char *key, const char *page,
                  size_t n_bytes);
/* Until courier_release() what is sent does not leave, but is made ready: that it is to leave is not on the
 * disk yet. */
void courier_hold(struct courier *courier);
void courier_release(struct courier *courier);
/* What it is at while it makes a page ready, or reads its answer; a page that is set aside is dead. */
struct suspect;
void courier_use_suspect(struct courier *courier, struct suspect *suspect);
/* Pages to programs: hand takes the order for the runner to carry out (runner/page_program.h). Without it
 * they are dead. */
void courier_use_runner(struct courier *courier,
                        void (*hand)(void *context, const char *order, size_t n_bytes), void *context);
/* What the runner says became of one; false: it is not this courier's. */
bool courier_program_ended(struct courier *courier, struct json end);
/* It is not needed any more: what waits still is reported as dead; what is on its way goes on. */
void courier_drop(struct courier *courier, int64_t delivery);

/* The public half of the key by which push services know us, as a browser wants it; false: there is none. */
bool courier_push_key(const struct courier *courier, struct buf *out);

/* ---- frames between core and courier ---- */

/* {"delivery":4,"attempt":1,"channel":"webhook","address":"...","key":"...","page":{...}}; a delivery that is
 * cancelled: {"delivery":4,"drop":true} */
void courier_order_write(struct buf *out, const struct delivery *delivery, const char *page, size_t n_bytes);
int courier_order_send(struct courier *courier, struct json order, struct err *err);
/* {"delivery":4,"attempt":1,"verdict":"sent","detail":"HTTP 200","retry_after_s":0} */
void courier_answer_write(struct buf *out, const struct courier_done *done);
int courier_answer_read(struct arena *arena, struct json answer, struct courier_done *ret_done,
                        struct err *err);
