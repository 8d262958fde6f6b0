/* A walk on disk: a folder a walk below the folder of all walks,
 *
 *     20261129-001502-service-down/
 *         walk.jsonl      what happened, a line each, synced before it counts
 *         document/x.md   the document as it was when the walk began
 *         work/           where its steps keep the state of their shell
 *         transcript.md, transcript.json
 *
 * all for the owner alone (0700, 0600). A line that was cut off by a crash is dropped. Texts come redacted; a
 * value in which the redactor finds something is not written, and is asked for again. */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "runner/redact.h"
#include "runner/walk.h"

struct walk_journal;

/* A new walk. Sets about->id. document, n_bytes: its bytes; name: of the file in the copy. */
int walk_journal_new(const char *walks_dir, const char *name, const char *document, size_t n_bytes,
                     struct walk_about *about, const struct redact_rules *rules,
                     struct walk_journal **ret_journal, struct err *err);
/* Goes on with one: the walk as it stands, in the arena; the caller adds a WALK_RESUME. 1: its process is
 * still there (it holds the lock). ret_withheld: names of values that were not written. */
int walk_journal_open(struct arena *arena, const char *walks_dir, const char *id,
                      const struct redact_rules *rules, struct walk_journal **ret_journal,
                      struct walk **ret_walk, struct strings *ret_withheld, struct err *err);
void walk_journal_close(struct walk_journal *journal); /* NULL is allowed */

/* The entry is durable, or -1. */
int walk_journal_add(struct walk_journal *journal, const struct walk *walk, const struct walk_entry *entry,
                     struct err *err);

/* What came of a command, as members of the object that is open. */
void walk_result_write(struct json_writer *w, const struct step_result *result);

const char *walk_journal_folder(const struct walk_journal *journal);
/* Its document, as an order names it, and the folder that holds it. */
const char *walk_journal_document(const struct walk_journal *journal, const char **ret_folder);

/* Ids of the walks there are, the newest first. */
void walk_journal_list(struct arena *arena, const char *walks_dir, struct strings *ret_ids);

/* The text without what the redactor finds, in the arena. ret_found may be NULL. */
const char *walk_text_redacted(struct arena *arena, const struct redact_rules *rules, const char *text,
                               bool *ret_found);
