/* A folder of documents, each read once. */
#include "runbook/library.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "runbook/document_check.h"

static const char *const endings[] = {".md", ".markdown", ".mdx", ".txt", NULL};

const struct folder_limits library_limits = {
    .endings = endings,
    .file_bytes = (size_t)DOCUMENT_LIMIT_BYTES,
    .n_files = 5000,
    .depth = 12,
};

static void refuse(struct library *library, const char *path, const char *why)
{
    library->refused[library->n_refused++] =
        (struct folder_skip){arena_strdup(library->arena, path), arena_strdup(library->arena, why)};
}

struct library *library_new(const struct folder *folder)
{
    struct library *library = heap_alloc(sizeof *library);
    struct arena *arena = arena_new();

    library->arena = arena;
    library->runbooks = arena_alloc(arena, (folder->n_files + 1) * sizeof(struct runbook *));
    library->refused =
        arena_alloc(arena, (folder->n_files + folder->n_skipped + 1) * sizeof *library->refused);
    for (size_t i = 0; i < folder->n_skipped; i++)
        refuse(library, folder->skipped[i].path, folder->skipped[i].why);
    for (size_t i = 0; i < folder->n_files; i++) {
        const struct folder_file *file = &folder->files[i];
        struct err err;
        if (document_check(file->bytes, file->n_bytes, &err) < 0) {
            refuse(library, file->path, err.text);
            continue;
        }
        const char *bytes = arena_strndup(arena, file->bytes, file->n_bytes);
        struct runbook *runbook = runbook_read(arena, arena_strdup(arena, file->path), bytes, file->n_bytes);
        memcpy(runbook->sha256, file->sha256, sizeof runbook->sha256);
        library->runbooks[library->n_runbooks++] = runbook;
    }
    library->index = match_index_new(arena, library->runbooks, library->n_runbooks);
    return library;
}

void library_free(struct library *library)
{
    if (library == NULL)
        return;
    arena_free(library->arena);
    __builtin_free(library);
}

const struct runbook *library_find(const struct library *library, const char *file)
{
    for (size_t i = 0; i < library->n_runbooks; i++)
        if (strcmp(library->runbooks[i]->file, file) == 0)
            return library->runbooks[i];
    return NULL;
}

bool library_defines_level(const struct library *library, const struct runbook *but, const char *id)
{
    for (size_t i = 0; i < library->n_runbooks; i++) {
        const struct runbook *other = library->runbooks[i];
        const struct severity *level = other == but ? NULL : runbook_severity(other, id);
        if (level && level->source && strcmp(level->source, "usage") != 0)
            return true;
    }
    return false;
}
