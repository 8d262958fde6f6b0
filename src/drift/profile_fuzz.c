/* Any bytes are a stored profile: what is taken prints as itself, and rows can be held against it. Its id is
 * made right first, or nothing would get past it. Seeds: tests/fuzz/profile_fuzz. */
#include <string.h>

#include "base/must.h"
#include "drift/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold_rows_against(const struct drift_profile *profile)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    struct drift_run *run = drift_run_new(profile);
    struct drift_limits limits = {0};
    struct drift_result result;
    struct err err;
    const char *line = "{\"age\": 5, \"score\": 0.5, \"label\": 1, \"site\": \"north\"}\n";
    must(drift_run_open(run, "fuzz.ndjson", DRIFT_NDJSON, &err) == 0);
    if (drift_run_feed(run, line, strlen(line), &err) == 0 && drift_run_end(run, &err) == 0 &&
        drift_run_result(run, arena, &limits, 1, &result, &err) == 0)
        drift_result_print(&result, &out);
    drift_run_free(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct drift_profile *profile = NULL, *again = NULL;
    scoped_buf struct buf text = {0}, printed = {0};
    struct err err;
    buf_add(&text, data, size);
    if (drift_profile_parse(buf_text(&text), text.n_bytes, &profile, &err) < 0) {
        /* "its content has the id ..." */
        const char *id = strstr(err.text, "the id "), *said = strstr(buf_text(&text), "\"id\":\"");
        if (!id || !said || strlen(said) < 6 + 64)
            return 0;
        memcpy(text.at + (said + 6 - text.at), id + 7, 64);
        if (drift_profile_parse(buf_text(&text), text.n_bytes, &profile, &err) < 0)
            return 0;
    }
    drift_profile_print(profile, &printed);
    must(drift_profile_parse(buf_text(&printed), printed.n_bytes, &again, &err) == 0);
    must(strcmp(drift_profile_id(profile), drift_profile_id(again)) == 0);
    hold_rows_against(profile);
    drift_profile_free(profile);
    drift_profile_free(again);
    return 0;
}
