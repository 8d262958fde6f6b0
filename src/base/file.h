/* Whole files, with limits. */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* Reads a regular file of at most limit_bytes into the arena, with a closing NUL. -1 with the path and the
 * reason: missing, not a regular file, too large, cannot be read. */
int file_read(struct arena *arena, const char *path, size_t limit_bytes, char **ret_bytes,
              size_t *ret_n_bytes, struct err *err);

/* Writes beside the path, syncs, renames, syncs the folder: after 0 it is durable, after -1 the old file
 * stands. */
int file_write(const char *path, const void *bytes, size_t n_bytes, unsigned mode, struct err *err);
/* The same for what others are to read: the mode is that whatever the umask of the process takes away. */
int file_publish(const char *path, const void *bytes, size_t n_bytes, unsigned mode, struct err *err);

/* Removes from a folder of our own what file_write() left beside its paths because its process was killed in
 * it. What belongs to a process that runs is left alone. */
void file_leftovers_remove(const char *folder);

struct folder_file {
    const char *path;  /* relative to the folder, '/' between parts */
    const char *bytes; /* closed by a NUL */
    size_t n_bytes;
    char sha256[65];
};

struct folder_skip {
    const char *path;
    const char *why; /* "larger than 4 MiB", "folder loop", "cannot be read: ..." */
};

struct folder {
    struct folder_file *files;
    size_t n_files;
    struct folder_skip *skipped; /* named like a wanted file, and not taken */
    size_t n_skipped;
};

struct folder_limits {
    const char *const *endings; /* {".md", ".txt", NULL} */
    size_t file_bytes;          /* larger files are skipped */
    size_t n_files;             /* more files: the rest are skipped */
    int depth;                  /* deeper folders are skipped */
};

/* Reads every file below dir whose name ends in one of the endings, sorted by path; hidden names ("." first)
 * are passed over; a link to a folder already on the way down is skipped as a loop. -1 when dir itself cannot
 * be read. A single file as dir is a folder of that file. */
int folder_read(struct arena *arena, const char *dir, const struct folder_limits *limits,
                struct folder *ret_folder, struct err *err);
