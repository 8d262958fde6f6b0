/* The runner's side of watching: what steps print goes to core as it comes, a few times a second and bounded,
 * whatever a step prints. */
#pragma once

#include <uv.h>

#include "loop/frame.h"
#include "runner/runner.h"

struct runner_watch;

/* Both are borrowed. Before the first order. */
struct runner_watch *runner_watch_new(uv_loop_t *loop, struct frames *core);
void runner_watch_add(void *watch, int64_t run, const char *bytes, size_t n_bytes);
/* What is still held of that run goes out now: the step has ended. */
void runner_watch_flush(struct runner_watch *watch, int64_t run);
/* The loop has to turn once more before its memory is free. */
void runner_watch_free(struct runner_watch *watch);
