/* The real ledger of a simulated run: a SQLite file, in memory where the machine has such a folder, which is
 * closed in the middle of things when the program ends, and which a full disk refuses. */
#pragma once

#include "ledger/ledger.h"
#include "model.h"

struct disk;

struct disk *disk_new(void);
void disk_free(struct disk *disk); /* NULL is allowed; the folder goes, too */

/* One transaction: a row for the inbox and decisions, either may be NULL. false: the disk was full, nothing
 * was written. */
bool disk_commit(struct disk *disk, const struct row *row, const struct decisions *decisions, int64_t now_us);
/* The same up to the commit, which never comes. */
void disk_lose(struct disk *disk, const struct row *row, const struct decisions *decisions, int64_t now_us);
void disk_fill(struct disk *disk, bool full);
/* A row of those that stand. With the last (last_id: not 0) all up to that id are forgotten, and what there
 * is is signed. */
void disk_compact(struct disk *disk, const struct row *standing, int64_t last_id, int64_t now_us);
int64_t disk_last_row(const struct disk *disk);

/* The program ends: closes it, and opens it again. */
void disk_crash(struct disk *disk);
void disk_restore(struct disk *disk, struct engine *engine, int64_t now_us);
/* The model becomes what the ledger holds. */
void disk_load(struct disk *disk, struct model *model, int64_t now_us);
/* What the ledger has otherwise than the model, in why: true. */
bool disk_differs(struct disk *disk, const struct model *model, int64_t now_us, struct buf *why);
/* Signs the rest, and proves all of it. false: why not. */
bool disk_verifies(struct disk *disk, int64_t now_us, struct buf *why);
