/* Any bytes are a metrics page or an error, in pieces or at once the same. Seeds: tests/fuzz/exposition_fuzz.
 */
#include <stdint.h>
#include <string.h>

#include "watch/exposition.h"
#include "watch/series.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static const char *const forms[] = {"gauge", "rate", "quantile"};

/* The first byte says how long the pieces are. */
static enum reading_kind read_page(struct series *series, const uint8_t *bytes, size_t n_bytes, size_t piece,
                                   int64_t now_us)
{
    struct exposition e = {.wanted = series_wanted(series), .take = series_take, .context = series};
    struct check_reading reading = {.kind = READING_ERROR};
    struct err err;
    int result = 0;
    series_begin(series);
    for (size_t at = 0; at < n_bytes && result == 0; at += piece)
        result =
            exposition_feed(&e, (const char *)bytes + at, n_bytes - at < piece ? n_bytes - at : piece, &err);
    if (result == 0 && exposition_finish(&e, &err) == 0)
        series_read(series, now_us, &reading);
    exposition_free(&e);
    return reading.kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    if (n_bytes < 1)
        return 0;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct config_check check = {.above = 1,
                                     .below = NAN,
                                     .clear = NAN,
                                     .metrics = {.metric = "x{a!=\"b\"}",
                                                 .per = i == 1 ? "x" : NULL,
                                                 .as = forms[i],
                                                 .quantile = i == 2 ? 0.9 : NAN,
                                                 .window_s = 60,
                                                 .combine = "worst",
                                                 .absent = NAN}};
        struct series *whole = series_new(&check), *parts = series_new(&check);
        for (int64_t page = 1; page < 3; page++)
            if (read_page(whole, bytes + 1, n_bytes - 1, n_bytes, page * 1000000) !=
                read_page(parts, bytes + 1, n_bytes - 1, (size_t)bytes[0] + 1, page * 1000000))
                __builtin_trap();
        series_free(whole);
        series_free(parts);
    }
    return 0;
}
