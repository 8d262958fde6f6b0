/* Any template, filled from a record that holds little: it ends, what it says is valid text when the template
 * is, and no sentence that leaves asserts what nobody has established, also when the whole is read again as
 * somebody's own words. The first byte says who is told and whether it is over. */
#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/must.h"
#include "update/update_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_BYTES = 16 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct config config = {0};
    static const known_findings none = {0};
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0}, again = {0};
    struct draft first = {0}, second = {0};
    if (size == 0 || size > MOST_BYTES)
        return 0;
    struct incident incident = {.number = 4,
                                .title = "ShopDown on shop",
                                .service = "shop",
                                .severity = "SEV-1",
                                .severity_rank = 1,
                                .state = data[0] & 2 ? INCIDENT_RESOLVED : INCIDENT_INVESTIGATING,
                                .started_us = 1000 * US_PER_S,
                                .opened_us = 1001 * US_PER_S};
    struct draft_input input = {.incident = &incident,
                                .config = &config,
                                .audience = "stakeholders",
                                .is_public = data[0] & 1,
                                .findings = &none,
                                .now_us = 2000 * US_PER_S};
    struct template template = {.line = 1};
    const char *text = arena_strndup(arena, (const char *)data + 1, size - 1);
    size_t n = strlen(text);
    template_fill(arena, &input, &template, text, n, &out, &first);
    if (utf8_valid(text, n))
        must(utf8_valid(buf_text(&out), out.n_bytes));
    template_fill(arena, &input, NULL, buf_text(&out), out.n_bytes, &again, &second);
    must(second.withheld.n == 0);
    return 0;
}
