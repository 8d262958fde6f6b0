/* The status page, kept ready: a thread of its own reads the ledger and writes every format of the page into
 * memory, within a second of a change and every half minute. Who asks gets those bytes, and waits neither for
 * the ledger nor for the engine.
 *
 * With an address of its own the page is served by a thread and over connections of its own, too: whatever
 * keeps the rest of the server busy, and whoever fills its connections, keeps nobody from it; nothing else is
 * served there. With a folder each change is written there as static files. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "update/status.h"

struct api;
struct status_keeper;

/* listen_fd: bound and listening, its own from now on; 0: it has no address of its own. folder: NULL, or good
 * until it ends. */
int status_keeper_start(struct api *api, int listen_fd, const char *folder, struct status_keeper **ret_keeper,
                        struct err *err);
/* Ends its threads; before the readers of the ledger go. NULL is allowed. */
void status_keeper_stop(struct status_keeper *keeper);
/* Something was committed. Any thread. */
void status_keeper_news(struct status_keeper *keeper);

enum status_kept { STATUS_KEPT, STATUS_NONE /* there is no status page */, STATUS_NOT_YET };
/* Adds the bytes of the page in that format. Any thread. */
enum status_kept status_keeper_copy(struct status_keeper *keeper, const struct status_format *format,
                                    struct buf *out);
