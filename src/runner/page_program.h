/* Pages that a program takes. The process that carries pages may execute nothing, so it asks for this one to:
 * it names a program of `channels.programs`, and hands over the page; what runs is the command that the
 * launcher reads in the configuration itself. The page is the program's standard input, its exit status the
 * receipt, and what it prints, redacted, goes into the reason when it does not take the page. */
#pragma once

#include <uv.h>

#include "base/json.h"
#include "runner/launcher.h"
#include "runner/redact.h"

struct page_programs;
/* done: a frame for who asked, {"delivery":4,"attempt":1,"exit":0,"refused":false,"why":null,"output":"..."};
 * exit is -1 when it did not run to its end, and why says how; refused: it never will. All is borrowed. */
struct page_programs *page_programs_new(uv_loop_t *loop, struct launcher *launcher,
                                        const struct redact_rules *rules,
                                        void (*done)(void *context, const char *payload, size_t n_bytes),
                                        void *context);
/* Ends all that run; no done() follows. NULL is allowed. The loop must turn once more. */
void page_programs_free(struct page_programs *programs);
/* {"delivery":4,"attempt":1,"program":"pager","page":"{...}"}; done() follows, perhaps at once. */
void page_programs_order(struct page_programs *programs, struct json order);
