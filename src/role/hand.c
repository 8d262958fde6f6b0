#include <signal.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/spare.h"
#include "role/frames.h"
#include "role/role_priv.h"

enum { ORDER_DEPTH = 16 };

static void on_term(uv_signal_t *term, int number)
{
    (void)number;
    uv_stop(term->loop);
}

static void on_frame(void *context, uint16_t kind, const char *payload, size_t n_bytes)
{
    struct hand *hand = context;
    struct json order;
    struct err err;
    hand->kind = kind;
    if (json_parse(hand->document, payload, n_bytes, ORDER_DEPTH, &order, &err) < 0)
        log_event(LOG_ERROR, "frame.refused", "from=core error=%s", log_quote(err.text));
    else
        hand->ordered(hand, order);
}

static void on_core_gone(void *context, const char *why)
{
    struct hand *hand = context;
    log_event(LOG_INFO, "core.gone", "why=%s", log_quote(why));
    uv_stop(&hand->loop);
}

int hand_open(struct hand *hand, const char *self, const struct role_options *options, struct err *err)
{
    struct frame_handlers handlers = {on_frame, on_core_gone, hand};
    signal(SIGPIPE, SIG_IGN);
    json_prepare();
    hand->document = json_document_new();
    uv_loop_init(&hand->loop);
    uv_signal_init(&hand->loop, &hand->term);
    uv_signal_start(&hand->term, on_term, SIGTERM);
    pulse_begin(&hand->pulse, &hand->loop, options->pulse_fd);
    return frames_open(&hand->loop, options->core_fd, frame_rules, self, "core", &handlers, &hand->core, err);
}

void hand_run(struct hand *hand)
{
    spare_give_back();
    uv_run(&hand->loop, UV_RUN_DEFAULT);
}

static void handle_close(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void hand_close(struct hand *hand)
{
    frames_close(hand->core);
    uv_walk(&hand->loop, handle_close, NULL);
    uv_run(&hand->loop, UV_RUN_DEFAULT);
    uv_loop_close(&hand->loop);
    json_document_free(hand->document);
}
