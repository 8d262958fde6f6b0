/* Whatever another system exports, what is printed of it is a configuration. Seeds: tests/fuzz/import_fuzz.
 */
#include <stdio.h>

#include "cmd/import_pages.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void import_one(const struct importer *importer, const char *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    struct import_pages pages = {.arena = arena_new()};
    struct import_draft draft = {.arena = arena, .now_us = INT64_C(1772442000000000)};
    struct config_errors errors = {.arena = arena};
    struct err err;
    if (import_pages_text(&pages, importer, bytes, n_bytes, &err) == 0) {
        importer->read(&draft, &pages);
        import_print(&draft, importer, &out);
        struct config *config = config_parse("import.yaml", out.at, out.n_bytes, &errors);
        if (!config) {
            fprintf(stderr, "%s\n%s\n", errors.list.at[0], buf_text(&out));
            __builtin_trap();
        }
        config_free(config);
    }
    import_pages_free(&pages);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    for (const struct importer *const *importer = import_importers; *importer; importer++)
        import_one(*importer, (const char *)bytes, n_bytes);
    return 0;
}
