/* Any text is a formula or a message; a formula comes to a value. Seeds: tests/fuzz/formula_fuzz. */
#include <stdint.h>
#include <string.h>

#include "base/map.h"
#include "ward/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new(), *scratch = arena_new();
    struct world world = {.arena = arena, .scratch = scratch, .texts = map_new()};
    struct scope scope = {.world = &world};
    const struct formula *formula;
    const struct template_part *parts;
    struct err err = {0};
    const char *text = arena_strndup(arena, (const char *)bytes, n_bytes);
    if (formula_parse(arena, text, &formula, &err) == 0)
        value_text(arena, formula_value(formula, &scope));
    else if (!*err.text)
        __builtin_trap();
    if (template_parse(arena, text, &parts, &err) == 0)
        template_text(arena, parts, &scope);
    map_free(world.texts);
    return 0;
}
