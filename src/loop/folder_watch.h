/* Tells when anything below a folder changes (inotify through libuv): a file saved, made, renamed or removed,
 * in the folder or in one below it. Says only that, not what: the listener reads the folder again. */
#pragma once

#include <uv.h>

struct folder_watch;

/* changed is called on the loop's thread, often several times for one save. Folders that cannot be watched
 * are logged and left out; the watch itself never fails. A file as dir watches the folder it is in. */
struct folder_watch *folder_watch_new(uv_loop_t *loop, const char *dir, void (*changed)(void *context),
                                      void *context);
/* Looks again which folders there are: call it after a change. */
void folder_watch_renew(struct folder_watch *watch);
void folder_watch_free(struct folder_watch *watch); /* NULL is allowed; the loop must run once more */
