/* The courier process: pages from core out to the world, and what became of them back. It alone knows channel
 * secrets. A changed configuration comes from the supervisor as an open file; deliveries that are under way
 * then end under the configuration that they began with. */
#include "courier/courier.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "courier/alive.h"
#include "courier/mirror.h"
#include "courier/provider.h"
#include "loop/descriptors.h"
#include "loop/hand_over.h"
#include "loop/sandbox.h"
#include "loop/suspect.h"
#include "role/frames.h"
#include "role/role_priv.h"
#include "role/site.h"
#include "watch/watch.h"

struct generation { /* a courier and the configuration that it works by */
    struct generation *before;
    struct hand *hand;
    struct config *config;
    struct courier *courier;
    size_t n_under_way;
};

struct telling { /* what the courier has: the newest generation first, and the checks by the newest */
    struct generation *generations;
    struct watch *watch;
    struct mirror *mirror;
    struct alive *alive;
    struct provider *provider;
    struct suspect *suspect;
};

static void on_done(void *context, const struct courier_done *done)
{
    struct generation *generation = context;
    scoped_buf struct buf text = {0};
    generation->n_under_way--;
    courier_answer_write(&text, done);
    frames_send(generation->hand->core, FRAME_DELIVERED, text.at, text.n_bytes);
}

static void on_program_wanted(void *context, const char *order, size_t n_bytes)
{
    struct hand *hand = context;
    frames_send(hand->core, FRAME_PROGRAM_START, order, n_bytes);
}

/* Whichever of them asked. */
static void program_ended(const struct generation *newest, struct json end)
{
    for (const struct generation *each = newest; each; each = each->before)
        if (courier_program_ended(each->courier, end))
            return;
}

/* For browsers that want pages: they accept none that is not signed with it. "": there is none. */
static void tell_push_key(const struct generation *generation)
{
    scoped_buf struct buf key = {0};
    scoped_buf struct buf text = {0};
    struct json_writer w = jw_start(&text);
    courier_push_key(generation->courier, &key);
    jw_begin_object(&w);
    jw_pair(&w, "key", buf_text(&key));
    jw_end_object(&w);
    frames_send(generation->hand->core, FRAME_PUSH_KEY, text.at, text.n_bytes);
}

static int generation_begin(struct hand *hand, struct config *config, struct generation **generations,
                            struct err *err)
{
    struct generation *generation = heap_alloc(sizeof *generation);
    *generation = (struct generation){.before = *generations, .hand = hand, .config = config};
    if (courier_new(&hand->loop, config, on_done, generation, &generation->courier, err) < 0) {
        config_free(config);
        free(generation);
        return -1;
    }
    courier_use_runner(generation->courier, on_program_wanted, hand);
    courier_use_suspect(generation->courier, ((struct telling *)hand->context)->suspect);
    *generations = generation;
    tell_push_key(generation);
    return 0;
}

static void generation_free(struct generation *generation)
{
    courier_free(generation->courier);
    config_free(generation->config);
    free(generation);
}

/* Those before the newest go once nothing of theirs is under way. */
static void generations_thin(struct generation *newest)
{
    for (struct generation **at = &newest->before; *at;) {
        struct generation *old = *at;
        if (old->n_under_way) {
            at = &old->before;
            continue;
        }
        *at = old->before;
        generation_free(old);
    }
}

/* Processes ended at it: the person's next way is tried. */
static void refuse(struct generation *generation, int64_t delivery, int attempt)
{
    const struct courier_done done = {delivery, attempt, {.verdict = VERDICT_DEAD, .detail = SUSPECT_DETAIL}};
    on_done(generation, &done);
}

static void on_order(struct hand *hand, struct json order)
{
    struct telling *telling = hand->context;
    struct generation *newest = telling->generations;
    struct err err;
    if (hand->kind == FRAME_LEAVE) {
        for (struct generation *each = newest; each; each = each->before)
            courier_release(each->courier);
        return;
    }
    if (hand->kind == FRAME_CHECKS_HEARD) {
        watch_heard(telling->watch, json_bool(json_get(order, "kept"), false));
        return;
    }
    if (hand->kind == FRAME_LOOK_DONE) {
        watch_ran(telling->watch, order);
        return;
    }
    if (hand->kind == FRAME_PROGRAM_DONE) {
        program_ended(newest, order);
        return;
    }
    if (hand->kind == FRAME_ALIVE) {
        alive_say(telling->alive);
        return;
    }
    if (hand->kind == FRAME_PROVIDER_ASK) {
        provider_ask(telling->provider, order);
        return;
    }
    if (hand->kind == FRAME_SILENCES) {
        mirror_want(telling->mirror, order);
        return;
    }
    generations_thin(newest);
    if (json_bool(json_get(order, "drop"), false)) { /* whichever of them has it */
        for (struct generation *each = newest; each; each = each->before)
            courier_order_send(each->courier, order, &err);
        return;
    }
    if (hand->kind == FRAME_PREPARE)
        courier_hold(newest->courier);
    newest->n_under_way++; /* before: done may be called at once */
    int64_t delivery = json_int(json_get(order, "delivery"), 0);
    if (delivery && !suspect_begin(telling->suspect, delivery)) {
        refuse(newest, delivery, (int)json_int(json_get(order, "attempt"), 0));
        return;
    }
    int sent = courier_order_send(newest->courier, order, &err);
    suspect_end(telling->suspect);
    if (sent < 0) {
        newest->n_under_way--;
        log_event(LOG_ERROR, "frame.refused", "from=core error=%s", log_quote(err.text));
    }
}

static void on_checks_found(void *context, const char *body, size_t n_bytes)
{
    struct hand *hand = context;
    frames_send(hand->core, FRAME_CHECKS_FOUND, body, n_bytes);
}

static void on_checks_seen(void *context, const char *body, size_t n_bytes)
{
    struct hand *hand = context;
    frames_send(hand->core, FRAME_CHECKS_SEEN, body, n_bytes);
}

static void on_provider_said(void *context, const char *answer, size_t n_bytes)
{
    struct hand *hand = context;
    frames_send(hand->core, FRAME_PROVIDER_SAID, answer, n_bytes);
}

static void on_look_wanted(void *context, const char *body, size_t n_bytes)
{
    struct hand *hand = context;
    frames_send(hand->core, FRAME_LOOK_START, body, n_bytes);
}

/* ---- a changed configuration ---- */

struct reload {
    uv_poll_t poll;
    struct hand *hand;
    const struct role_options *options;
    struct telling *telling;
};

static void on_config(uv_poll_t *poll, int status, int events)
{
    struct reload *reload = poll->data;
    struct err err;
    (void)events;
    int file = status < 0 ? -1 : hand_over_take(reload->options->config_fd, NULL);
    if (file < 0) {
        uv_poll_stop(poll); /* the supervisor is gone, and so shall we be */
        return;
    }
    struct config *config = site_read_open_config(reload->options->config_file, file);
    close(file);
    if (!config)
        log_event(LOG_ERROR, "config.kept", "effect=%s", log_quote("the one from before stays in force"));
    else if (generation_begin(reload->hand, config, &reload->telling->generations, &err) < 0)
        log_event(LOG_ERROR, "config.kept", "error=%s", log_quote(err.text));
    else {
        watch_learn(reload->telling->watch, config);
        mirror_learn(reload->telling->mirror, config);
        alive_learn(reload->telling->alive, config);
        provider_learn(reload->telling->provider, config);
        log_event(LOG_INFO, "config.loaded", "people=%zu checks=%zu", config->people.n, config->checks.n);
    }
}

static void reload_open(struct reload *reload)
{
    if (!reload->options->config_fd)
        return;
    uv_poll_init(&reload->hand->loop, &reload->poll, reload->options->config_fd);
    reload->poll.data = reload;
    uv_poll_start(&reload->poll, UV_READABLE, on_config);
}

static int courier_open(struct hand *hand, const struct role_options *options, struct config *config,
                        struct telling *telling, struct err *err)
{
    telling->suspect =
        suspect_open(options->suspects_fd, SUSPECT_DELIVERY, clock_monotonic_us(clock_system()));
    if (options->suspects_fd > 0)
        close(options->suspects_fd);
    struct watch_tells tells = {on_checks_found, on_checks_seen, on_look_wanted, hand};
    if (hand_open(hand, "courier", options, err) < 0 ||
        generation_begin(hand, config, &telling->generations, err) < 0)
        return -1;
    telling->watch = watch_new(&hand->loop, clock_system(), config, &tells);
    telling->mirror = mirror_new(&hand->loop, config);
    telling->alive = alive_new(&hand->loop, config);
    telling->provider = provider_new(&hand->loop, clock_system(), config, on_provider_said, hand);
    if (sandbox_hide(options->data, err) < 0)
        return -1;
    return sandbox_enter(SANDBOX_COURIER, err);
}

int role_courier(const struct role_options *options)
{
    struct telling telling = {0};
    struct hand hand = {.ordered = on_order, .context = &telling};
    struct reload reload = {.hand = &hand, .options = options, .telling = &telling};
    struct err err = {0};
    int exit_code = 0;
    log_setup("courier", LOG_INFO);
    descriptors_raise(); /* ten thousand checks want as many connections as that */
    struct config *config = site_read_first_config(options);
    if (!config)
        return EXIT_CANNOT_OPEN;
    if (courier_open(&hand, options, config, &telling, &err) < 0) {
        log_event(LOG_ERROR, "courier.cannot_start", "error=%s", log_quote(err.text));
        exit_code = EXIT_CANNOT_OPEN;
    } else {
        reload_open(&reload);
        log_event(LOG_INFO, "courier.ready", "people=%zu checks=%zu", config->people.n, config->checks.n);
        hand_run(&hand);
    }
    watch_free(telling.watch);
    mirror_free(telling.mirror);
    alive_free(telling.alive);
    provider_free(telling.provider);
    for (struct generation *before; telling.generations; telling.generations = before) {
        before = telling.generations->before;
        generation_free(telling.generations);
    }
    hand_close(&hand);
    return exit_code;
}
