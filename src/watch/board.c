#include "watch/board.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"

enum { ROWS_MOST = 100000, BODY_DEPTH = 8 }; /* the courier may have been taken over */

static const char *const state_names[N_CHECK_STATES] = {
    [CHECK_UNKNOWN] = "unknown", [CHECK_WELL] = "well",   [CHECK_PENDING] = "pending",
    [CHECK_BAD] = "bad",         [CHECK_ERROR] = "error",
};

struct board {
    pthread_mutex_t lock;
    struct map *rows; /* id -> struct board_row */
    struct board_figures figures;
};

const char *check_state_name(enum check_state state)
{
    return state_names[state];
}

struct board *board_new(void)
{
    struct board *board = heap_alloc(sizeof *board);
    pthread_mutex_init(&board->lock, NULL);
    board->rows = map_new();
    return board;
}

static void rows_free(struct map *rows)
{
    size_t position = 0;
    for (void *row; (row = map_next(rows, &position));)
        free(row);
    map_free(rows);
}

void board_free(struct board *board)
{
    if (!board)
        return;
    rows_free(board->rows);
    pthread_mutex_destroy(&board->lock);
    free(board);
}

/* -1: no such state. */
static int state_read(struct json value)
{
    const char *name = json_text(value, NULL);
    int state = N_CHECK_STATES;
    while (name && state-- > 0)
        if (strcmp(name, state_names[state]) == 0)
            return state;
    return -1;
}

static bool is_sound(struct json row)
{
    size_t n_bytes = 0;
    return json_text(json_get(row, "id"), &n_bytes) && n_bytes > 0 && state_read(json_get(row, "state")) >= 0;
}

static void row_take(struct board *board, struct json json)
{
    size_t n_id;
    const char *id = json_text(json_get(json, "id"), &n_id);
    const char *says = json_text(json_get(json, "says"), NULL);
    struct board_row *row = map_get(board->rows, id, n_id);
    if (!row) {
        if (map_count(board->rows) >= ROWS_MOST)
            return;
        row = heap_alloc(sizeof *row);
        map_put(board->rows, id, n_id, row);
    }
    row->state = (enum check_state)state_read(json_get(json, "state"));
    row->bad = json_bool(json_get(json, "bad"), false);
    row->since_us = json_int(json_get(json, "since_us"), 0);
    row->looked_us = json_int(json_get(json, "looked_us"), 0);
    row->value = json_number(json_get(json, "value"), NAN);
    snprintf(row->says, sizeof row->says, "%s", says ? says : "");
}

static void figures_take(struct board *board, struct json json)
{
    board->figures = (struct board_figures){.n_running = (uint64_t)json_int(json_get(json, "running"), 0),
                                            .n_looks = (uint64_t)json_int(json_get(json, "looks"), 0),
                                            .n_errors = (uint64_t)json_int(json_get(json, "errors"), 0),
                                            .n_late = (uint64_t)json_int(json_get(json, "late"), 0),
                                            .looked_us = json_int(json_get(json, "looked_us"), 0)};
}

static int body_take(struct board *board, struct json root, struct err *err)
{
    struct json checks = json_get(root, "checks");
    for (struct json_iter i = json_first(checks); json_more(&i); json_next(&i))
        if (!is_sound(i.value))
            return err_set(err, "a check without id or state");
    pthread_mutex_lock(&board->lock);
    if (json_bool(json_get(root, "anew"), false)) {
        rows_free(board->rows);
        board->rows = map_new();
    }
    figures_take(board, json_get(root, "figures"));
    for (struct json_iter i = json_first(checks); json_more(&i); json_next(&i))
        row_take(board, i.value);
    pthread_mutex_unlock(&board->lock);
    return 0;
}

int board_hear(struct board *board, const char *body, size_t n_bytes, struct err *err)
{
    struct json_document *document = json_document_new();
    struct json root;
    int result = json_parse(document, body, n_bytes, BODY_DEPTH, &root, err);
    if (result == 0)
        result = body_take(board, root, err);
    json_document_free(document);
    return result;
}

struct board_row board_row(struct board *board, const char *id)
{
    struct board_row found = {.state = CHECK_UNKNOWN, .value = NAN};
    if (!board)
        return found;
    pthread_mutex_lock(&board->lock);
    const struct board_row *row = map_get(board->rows, id, strlen(id));
    if (row)
        found = *row;
    pthread_mutex_unlock(&board->lock);
    return found;
}

struct board_figures board_figures(struct board *board)
{
    struct board_figures figures = {0};
    if (!board)
        return figures;
    pthread_mutex_lock(&board->lock);
    figures = board->figures;
    pthread_mutex_unlock(&board->lock);
    return figures;
}
