#include "drift/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/must.h"

enum { MEMORY_BYTES_MAX = 8 << 20, RUN_BYTES = BLOCK_ROWS * sizeof(double) };

struct spool {
    size_t n_columns;
    uint64_t n_rows;
    struct buf memory; /* what is not in the file yet */
    int fd;            /* -1: no file */
    void *mapped;
    size_t mapped_bytes;
    struct column *columns;
};

struct spool *spool_new(size_t n_columns)
{
    struct spool *spool = heap_alloc(sizeof *spool);
    *spool = (struct spool){.n_columns = n_columns, .fd = -1};
    return spool;
}

void spool_free(struct spool *spool)
{
    if (!spool)
        return;
    if (spool->mapped)
        munmap(spool->mapped, spool->mapped_bytes);
    if (spool->fd >= 0)
        close(spool->fd);
    buf_free(&spool->memory);
    heap_free_(&spool->columns);
    heap_free_(&spool);
}

static int fails(struct err *err)
{
    const char *folder = getenv("TMPDIR");
    return err_set(err, "the rows do not fit into %s: %s; set TMPDIR to a folder with room",
                   folder && *folder ? folder : "/var/tmp", strerror(errno));
}

static int open_unnamed(struct spool *spool, struct err *err)
{
    const char *folder = getenv("TMPDIR");
    folder = folder && *folder ? folder : "/var/tmp";
    spool->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (spool->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) {
        scoped_buf struct buf path = {0};
        buf_printf(&path, "%s/crashcart-drift-XXXXXX", folder);
        spool->fd = mkostemp(path.at, O_CLOEXEC);
        if (spool->fd >= 0)
            unlink(path.at);
    }
    return spool->fd < 0 ? fails(err) : 0;
}

static int write_out(struct spool *spool, struct err *err)
{
    if (spool->fd < 0 && open_unnamed(spool, err) < 0)
        return -1;
    for (size_t done = 0; done < spool->memory.n_bytes;) {
        ssize_t n = write(spool->fd, spool->memory.at + done, spool->memory.n_bytes - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fails(err);
        done += (size_t)n;
    }
    buf_clear(&spool->memory);
    return 0;
}

/* Room for a block at the end of memory; its rows are written where they belong. */
static double *open_block(struct spool *spool)
{
    size_t bytes = spool->n_columns * RUN_BYTES;
    char *room = buf_room(&spool->memory, bytes);
    memset(room, 0, bytes);
    spool->memory.n_bytes += bytes;
    return (double *)room;
}

int spool_add(struct spool *spool, const struct block *block, const int *places, struct err *err)
{
    must(!spool->columns);
    for (size_t from = 0; from < block->n_rows;) {
        size_t at = spool->n_rows % BLOCK_ROWS, some = block->n_rows - from;
        if (at == 0 && spool->memory.n_bytes >= MEMORY_BYTES_MAX && write_out(spool, err) < 0)
            return -1;
        double *open =
            at == 0 ? open_block(spool)
                    : (double *)(spool->memory.at + spool->memory.n_bytes - spool->n_columns * RUN_BYTES);
        some = some < BLOCK_ROWS - at ? some : BLOCK_ROWS - at;
        for (size_t c = 0; c < spool->n_columns; c++)
            memcpy(open + c * BLOCK_ROWS + at, block->columns[places[c]] + from, some * sizeof *open);
        spool->n_rows += some;
        from += some;
    }
    return 0;
}

int spool_frame(struct spool *spool, struct frame *ret_frame, struct err *err)
{
    const unsigned char *at = (const unsigned char *)spool->memory.at;
    if (spool->fd >= 0 && !spool->columns) {
        if (write_out(spool, err) < 0)
            return -1;
        uint64_t n_blocks = (spool->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
        spool->mapped_bytes = (size_t)n_blocks * spool->n_columns * RUN_BYTES;
        spool->mapped = mmap(NULL, spool->mapped_bytes, PROT_READ, MAP_SHARED, spool->fd, 0);
        if (spool->mapped == MAP_FAILED) {
            spool->mapped = NULL;
            return fails(err);
        }
    }
    if (spool->mapped)
        at = spool->mapped;
    if (!spool->columns)
        spool->columns = heap_alloc((spool->n_columns + 1) * sizeof *spool->columns);
    for (size_t c = 0; c < spool->n_columns; c++)
        spool->columns[c] = (struct column){.at = at + c * RUN_BYTES,
                                            .stride_bytes = sizeof(double),
                                            .block_bytes = spool->n_columns * RUN_BYTES,
                                            .type = NUMBER_F64};
    *ret_frame =
        (struct frame){.n_rows = spool->n_rows, .n_columns = spool->n_columns, .columns = spool->columns};
    return 0;
}
