/* file: a file is there, and was written lately. It is asked for beside the loop: a folder of another host
 * may be gone. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "watch/watch_priv.h"

struct asking { /* as in dns.c */
    uv_fs_t request;
    struct probe *probe;
};

static void judge_file(struct probe *probe, const uv_fs_t *request)
{
    const char *path = probe->check->file.path;
    const uv_timespec_t *written = &request->statbuf.st_mtim;
    if (request->result < 0)
        probe_say(probe, READING_BAD, 0, "%s: %s", path, uv_strerror((int)request->result));
    else if (strcmp(probe->check->file.measure, "size") == 0)
        probe_say(probe, READING_VALUE, (double)request->statbuf.st_size, "the size in bytes of %s", path);
    else
        probe_say(probe, READING_VALUE,
                  (double)clock_wall_us(probe->clock) / 1e6 - (double)written->tv_sec -
                      (double)written->tv_nsec / 1e9,
                  "the time in seconds since %s was written", path);
}

static void on_stat(uv_fs_t *request)
{
    struct asking *asking = request->data;
    struct probe *probe = asking->probe;
    if (probe) {
        probe->memory = NULL;
        judge_file(probe, request);
    }
    uv_fs_req_cleanup(request);
    free(asking);
}

static void file_open(struct probe *probe)
{
    probe->memory = NULL;
}

static void file_begin(struct probe *probe)
{
    struct asking *asking = heap_alloc(sizeof *asking);
    asking->probe = probe;
    asking->request.data = asking;
    int result = uv_fs_stat(probe->loop, &asking->request, probe->check->file.path, on_stat);
    if (result == 0) {
        probe->memory = asking;
        return;
    }
    uv_fs_req_cleanup(&asking->request);
    free(asking);
    probe_say(probe, READING_ERROR, 0, "%s: %s", probe->check->file.path, uv_strerror(result));
}

static void file_end(struct probe *probe)
{
    struct asking *asking = probe->memory;
    if (!asking)
        return;
    probe->memory = asking->probe = NULL;
    uv_cancel((uv_req_t *)&asking->request);
}

const struct check_kind file_kind = {
    .open = file_open, .begin = file_begin, .end = file_end, .close = file_end};
