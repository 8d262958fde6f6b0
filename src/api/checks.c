/* The checks of the configuration, each with what it has found last. */
#include "api/handlers.h"
#include "api/server.h"
#include "watch/board.h"

static void write_number(struct json_writer *w, const char *name, double value)
{
    jw_name(w, name);
    jw_double(w, value); /* NAN: null */
}

static void write_configured(struct json_writer *w, const struct config_check *check)
{
    jw_pair(w, "id", check->id);
    jw_pair(w, "kind", check_kind_names[check_kind_of(check)]);
    jw_pair_int(w, "line", check->line);
    jw_pair(w, "alert", check->alert);
    jw_pair(w, "service", check->service);
    jw_pair(w, "severity", check->severity);
    jw_pair_int(w, "every_s", check->every_s);
    jw_pair_int(w, "for_s", check->for_s);
    write_number(w, "above", check->above);
    write_number(w, "below", check->below);
    write_number(w, "clear", check->clear);
}

static void write_check(struct json_writer *w, const struct config_check *check, const struct board_row *row)
{
    jw_begin_object(w);
    write_configured(w, check);
    jw_pair(w, "state", check_state_name(row->state));
    jw_name(w, "alerts");
    jw_begin_array(w);
    if (row->bad)
        jw_string(w, check->alert);
    if (row->state == CHECK_ERROR)
        jw_string(w, CHECK_ERROR_ALERT);
    jw_end_array(w);
    jw_pair_time(w, "since", row->since_us);
    jw_pair_time(w, "looked_at", row->looked_us);
    write_number(w, "value", row->value);
    jw_pair(w, "says", *row->says ? row->says : NULL);
    jw_end_object(w);
}

static void write_checks(void *context, const struct config *config, const struct library *library)
{
    struct request *request = context;
    struct board *board = request->api->backend.checks;
    struct json_writer w = answer_json(request);
    (void)library;
    jw_begin_object(&w);
    jw_name(&w, "checks");
    jw_begin_array(&w);
    list_each (check, &config->checks) {
        struct board_row row = board_row(board, check->id);
        write_check(&w, check, &row);
    }
    jw_end_array(&w);
    jw_end_object(&w);
}

void get_checks(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    if (!backend->ask_site(backend->core, write_checks, request))
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL,
                       "the configuration is still being read; try again");
}

/* ---- for /metrics ---- */

struct counts {
    struct board *board;
    size_t by_state[N_CHECK_STATES];
};

static void count_states(void *context, const struct config *config, const struct library *library)
{
    struct counts *counts = context;
    (void)library;
    list_each (check, &config->checks)
        counts->by_state[board_row(counts->board, check->id).state]++;
}

void add_check_figures(struct buf *out, const struct api_backend *backend)
{
    struct counts counts = {.board = backend->checks};
    struct board_figures figures = board_figures(backend->checks);
    backend->ask_site(backend->core, count_states, &counts);
    buf_puts(out, "# HELP crashcart_checks Checks of the configuration, by what they have found last.\n"
                  "# TYPE crashcart_checks gauge\n");
    for (int state = 0; state < N_CHECK_STATES; state++)
        buf_printf(out, "crashcart_checks{state=\"%s\"} %zu\n", check_state_name((enum check_state)state),
                   counts.by_state[state]);
    buf_printf(
        out,
        "# HELP crashcart_check_looks_total Looks that checks have begun.\n"
        "# TYPE crashcart_check_looks_total counter\n"
        "crashcart_check_looks_total %llu\n"
        "# HELP crashcart_check_errors_total Looks that could not be made, or said nothing readable.\n"
        "# TYPE crashcart_check_errors_total counter\n"
        "crashcart_check_errors_total %llu\n"
        "# HELP crashcart_check_late_total Looks left out, since the one before was not done.\n"
        "# TYPE crashcart_check_late_total counter\n"
        "crashcart_check_late_total %llu\n"
        "# HELP crashcart_check_last_look_timestamp_seconds When the last look of all ended; 0: none.\n"
        "# TYPE crashcart_check_last_look_timestamp_seconds gauge\n"
        "crashcart_check_last_look_timestamp_seconds %.3f\n",
        (unsigned long long)figures.n_looks, (unsigned long long)figures.n_errors,
        (unsigned long long)figures.n_late, (double)figures.looked_us / 1e6);
}
