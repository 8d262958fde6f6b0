/* The runbooks of a team: every document of a folder, read, and searchable by alert.
 *
 * A library is made once from bytes (base/file.h reads the folder), never changed, and replaced as a whole
 * when a file changes; any thread may read it. It owns its arena and everything in it. */
#pragma once

#include "base/file.h"
#include "runbook/match.h"
#include "runbook/runbook.h"

struct library {
    struct arena *arena;
    struct runbook **runbooks; /* in the order of the folder */
    size_t n_runbooks;
    struct folder_skip *refused; /* not UTF-8, empty, not readable as a document, with what to do */
    size_t n_refused;
    struct match_index *index;
};

/* Names a runbook file may end in: .md .markdown .mdx .txt. */
extern const struct folder_limits library_limits; /* 8 MiB a file, 5,000 files, 12 levels */

struct library *library_new(const struct folder *folder);
void library_free(struct library *library); /* NULL is allowed */

/* The runbook of that path below the folder, or NULL. */
const struct runbook *library_find(const struct library *library, const char *file);

/* Whether a document other than that one defines the severity level: what lint.h asks for. */
bool library_defines_level(const struct library *library, const struct runbook *but, const char *id);
