#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/testing.h"
#include "loop/frame.h"
#include "loop/frame_decoder.h"

enum { ORDER = 1, ANSWER };

static const struct frame_rule rules[] = {
    {ORDER, "order", "head", "hand"}, {ANSWER, "answer", "hand", "head"}, {0, NULL, NULL, NULL}};

struct heard {
    struct frames *frames;
    struct buf text; /* "kind:payload;" for short payloads */
    size_t n_frames, n_bytes;
    int n_closed;
    char why[100];
    bool close_in_handler;
};

static void on_received(void *context, uint16_t kind, const char *payload, size_t n_bytes)
{
    struct heard *heard = context;
    heard->n_frames++;
    heard->n_bytes += n_bytes;
    if (n_bytes < 100)
        buf_printf(&heard->text, "%d:%.*s;", kind, (int)n_bytes, payload);
    if (heard->close_in_handler) {
        frames_close(heard->frames);
        heard->frames = NULL;
    }
}

static void on_closed(void *context, const char *why)
{
    struct heard *heard = context;
    heard->n_closed++;
    snprintf(heard->why, sizeof heard->why, "%s", why);
}

struct pair {
    uv_loop_t loop;
    int peer; /* the raw other end */
    struct heard heard;
};

static void pair_open(struct pair *pair)
{
    *pair = (struct pair){0};
    int fds[2];
    struct err err;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_int_equal(uv_loop_init(&pair->loop), 0);
    struct frame_handlers handlers = {on_received, on_closed, &pair->heard};
    assert_int_equal(
        frames_open(&pair->loop, fds[0], rules, "hand", "head", &handlers, &pair->heard.frames, &err), 0);
    pair->peer = fds[1];
}

static void pair_close(struct pair *pair)
{
    frames_close(pair->heard.frames);
    uv_run(&pair->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&pair->loop), 0);
    if (pair->peer >= 0)
        close(pair->peer);
    buf_free(&pair->heard.text);
}

static void put_frame(struct buf *out, uint16_t kind, const char *payload)
{
    uint8_t head[FRAME_HEADER_BYTES];
    frame_header(kind, strlen(payload), head);
    buf_add(out, head, sizeof head);
    buf_puts(out, payload);
}

static void frames_arrive_whole_however_the_bytes_arrive(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    scoped_buf struct buf wire = {0};
    put_frame(&wire, ORDER, "first");
    put_frame(&wire, ORDER, "");
    put_frame(&wire, ORDER, "third");
    for (size_t i = 0; i < wire.n_bytes; i++) {
        assert_int_equal(write(pair.peer, wire.at + i, 1), 1);
        uv_run(&pair.loop, UV_RUN_NOWAIT);
    }
    assert_string_equal(buf_text(&pair.heard.text), "1:first;1:;1:third;");
    buf_clear(&pair.heard.text);
    assert_int_equal(write(pair.peer, wire.at, wire.n_bytes), (ssize_t)wire.n_bytes);
    uv_run(&pair.loop, UV_RUN_NOWAIT);
    assert_string_equal(buf_text(&pair.heard.text), "1:first;1:;1:third;");
    pair_close(&pair);
}

static void a_frame_is_six_bytes_of_head_little_endian_and_its_payload(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    frames_send(pair.heard.frames, ANSWER, "ok", 2);
    uv_run(&pair.loop, UV_RUN_NOWAIT);
    char wire[20];
    assert_int_equal(read(pair.peer, wire, sizeof wire), 8);
    assert_memory_equal(wire, "\x02\0\0\0\x02\0ok", 8);
    pair_close(&pair);
}

static void assert_ended(struct pair *pair, const char *why)
{
    while (!pair->heard.n_closed)
        uv_run(&pair->loop, UV_RUN_ONCE);
    assert_int_equal(pair->heard.n_closed, 1);
    assert_non_null(strstr(pair->heard.why, why));
}

static void a_frame_in_the_wrong_direction_ends_the_connection(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    scoped_buf struct buf wire = {0};
    put_frame(&wire, ANSWER, "head must not say this");
    put_frame(&wire, ORDER, "never heard");
    assert_int_equal(write(pair.peer, wire.at, wire.n_bytes), (ssize_t)wire.n_bytes);
    assert_ended(&pair, "may not send");
    assert_string_equal(buf_text(&pair.heard.text), "");
    frames_send(pair.heard.frames, ANSWER, "late", 4); /* into nothing, harmless */
    pair_close(&pair);
}

static void an_oversize_frame_ends_the_connection_before_it_is_stored(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    uint8_t head[FRAME_HEADER_BYTES];
    frame_header(ORDER, FRAME_BYTES + 1, head);
    assert_int_equal(write(pair.peer, head, sizeof head), (ssize_t)sizeof head);
    assert_ended(&pair, "too long");
    pair_close(&pair);
}

static void the_end_of_the_peer_is_told_once(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    close(pair.peer);
    pair.peer = -1;
    assert_ended(&pair, "gone");
    pair_close(&pair);
}

static void a_peer_that_never_reads_does_not_make_memory_grow_without_bound(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    size_t n_bytes = 8 * 1024 * 1024;
    char *large = calloc(1, n_bytes);
    for (int i = 0; i < 40; i++)
        frames_send(pair.heard.frames, ANSWER, large, n_bytes);
    free(large);
    assert_ended(&pair, "does not read");
    pair_close(&pair);
}

enum { STUCK_MS = 10 * 1000, FAR_BEHIND = 100 * 1024 * 1024 };

/* More than a stuck peer may be behind, and less than one that reads. */
static void fall_behind(struct pair *pair)
{
    size_t n_bytes = FAR_BEHIND / 10;
    char *large = calloc(1, n_bytes);
    for (int i = 0; i < 10; i++)
        frames_send(pair->heard.frames, ANSWER, large, n_bytes);
    free(large);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    assert_int_equal(pair->heard.n_closed, 0);
}

static void read_what_is_there(struct pair *pair)
{
    char bytes[64 * 1024];
    size_t n_all = 0;
    for (ssize_t n; (n = recv(pair->peer, bytes, sizeof bytes, MSG_DONTWAIT)) > 0;)
        n_all += (size_t)n;
    assert_int_not_equal(n_all, 0);
    uv_run(&pair->loop, UV_RUN_NOWAIT); /* what the socket takes now leaves */
}

/* The time of the loop stands until it turns. */
static void sends_after(struct pair *pair, uint64_t ms)
{
    pair->loop.time += ms;
    frames_send(pair->heard.frames, ANSWER, "late", 4);
}

static void a_peer_far_behind_that_reads_nothing_for_ten_seconds_ends_the_connection(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    fall_behind(&pair);
    sends_after(&pair, STUCK_MS);
    assert_ended(&pair, "does not read");
    pair_close(&pair);
}

static void a_peer_far_behind_that_read_within_ten_seconds_is_not_stuck(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    fall_behind(&pair);
    read_what_is_there(&pair);
    sends_after(&pair, STUCK_MS);
    sends_after(&pair, STUCK_MS - 1);
    uv_run(&pair.loop, UV_RUN_NOWAIT);
    assert_int_equal(pair.heard.n_closed, 0);
    pair_close(&pair);
}

static void a_handler_may_close_while_frames_are_still_waiting(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    pair.heard.close_in_handler = true;
    scoped_buf struct buf wire = {0};
    put_frame(&wire, ORDER, "one");
    put_frame(&wire, ORDER, "two");
    assert_int_equal(write(pair.peer, wire.at, wire.n_bytes), (ssize_t)wire.n_bytes);
    uv_run(&pair.loop, UV_RUN_DEFAULT);
    assert_string_equal(buf_text(&pair.heard.text), "1:one;");
    assert_int_equal(pair.heard.n_closed, 0);
    pair_close(&pair);
}

/* Both ends of a connection, on one loop. */
struct ends {
    uv_loop_t loop;
    struct heard hand, head;
};

static void ends_open(struct ends *ends)
{
    int fds[2];
    struct err err;
    *ends = (struct ends){0};
    assert_int_equal(uv_loop_init(&ends->loop), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    struct frame_handlers hand = {on_received, on_closed, &ends->hand};
    struct frame_handlers head = {on_received, on_closed, &ends->head};
    assert_int_equal(frames_open(&ends->loop, fds[0], rules, "hand", "head", &hand, &ends->hand.frames, &err),
                     0);
    assert_int_equal(frames_open(&ends->loop, fds[1], rules, "head", "hand", &head, &ends->head.frames, &err),
                     0);
}

static void ends_close(struct ends *ends)
{
    frames_close(ends->hand.frames);
    frames_close(ends->head.frames);
    uv_run(&ends->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&ends->loop), 0);
}

static void the_largest_frame_passes_between_two_ends(void **state)
{
    (void)state;
    struct ends ends;
    ends_open(&ends);
    char *large = calloc(1, FRAME_BYTES);
    frames_send(ends.head.frames, ORDER, large, FRAME_BYTES);
    free(large);
    while (!ends.hand.n_frames)
        uv_run(&ends.loop, UV_RUN_ONCE);
    assert_int_equal(ends.hand.n_bytes, FRAME_BYTES);
    ends_close(&ends);
}

/* Whoever sends much is busy, and its loop turns seldom. */
static void what_the_socket_did_not_take_leaves_in_few_turns(void **state)
{
    (void)state;
    enum { FRAMES = 5000, BYTES = 1400, MOST_TURNS = 200 };
    static char payload[BYTES];
    struct ends ends;
    ends_open(&ends);
    for (int i = 0; i < FRAMES; i++)
        frames_send(ends.head.frames, ORDER, payload, BYTES - (size_t)(i & 1));
    for (int turns = 0; ends.hand.n_frames < FRAMES; turns++) {
        assert_in_range(turns, 0, MOST_TURNS);
        uv_run(&ends.loop, UV_RUN_ONCE);
    }
    assert_int_equal(ends.hand.n_bytes, FRAMES * BYTES - FRAMES / 2);
    ends_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_arrive_whole_however_the_bytes_arrive),
        cmocka_unit_test(a_frame_is_six_bytes_of_head_little_endian_and_its_payload),
        cmocka_unit_test(a_frame_in_the_wrong_direction_ends_the_connection),
        cmocka_unit_test(an_oversize_frame_ends_the_connection_before_it_is_stored),
        cmocka_unit_test(the_end_of_the_peer_is_told_once),
        cmocka_unit_test(a_peer_that_never_reads_does_not_make_memory_grow_without_bound),
        cmocka_unit_test(a_peer_far_behind_that_reads_nothing_for_ten_seconds_ends_the_connection),
        cmocka_unit_test(a_peer_far_behind_that_read_within_ten_seconds_is_not_stuck),
        cmocka_unit_test(a_handler_may_close_while_frames_are_still_waiting),
        cmocka_unit_test(the_largest_frame_passes_between_two_ends),
        cmocka_unit_test(what_the_socket_did_not_take_leaves_in_few_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
