#include "api/second_factor.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/oath_library.h"

enum { KEY_BYTES = 20, STEP_S = 30, STEPS_AROUND = 1 };

const char *second_factor_key(struct arena *arena)
{
    char bytes[KEY_BYTES], *text = NULL;
    size_t n_bytes = 0;
    randombytes_buf(bytes, sizeof bytes);
    if (oath_base32_encode(bytes, sizeof bytes, &text, &n_bytes) != OATH_OK)
        return NULL;
    const char *key = arena_strndup(arena, text, n_bytes);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(text, n_bytes);
    free(text);
    return key;
}

const char *second_factor_uri(struct arena *arena, const char *person, const char *key)
{
    return arena_printf(arena, "otpauth://totp/Crashcart:%s?secret=%s&issuer=Crashcart", person, key);
}

int64_t second_factor_step(const char *key, const char *code, int64_t now_s, int64_t last_step)
{
    char *bytes = NULL;
    size_t n_bytes = 0;
    int apart = 0;
    if (strlen(code) != 6 || strspn(code, "0123456789") != 6 ||
        oath_base32_decode(key, strlen(key), &bytes, &n_bytes) != OATH_OK)
        return -1;
    int found = oath_totp_validate2(bytes, n_bytes, (time_t)now_s, STEP_S, OATH_TOTP_DEFAULT_START_TIME,
                                    STEPS_AROUND, &apart, code);
    sodium_memzero(bytes, n_bytes);
    free(bytes);
    int64_t step = now_s / STEP_S + apart;
    return found >= 0 && step > last_step ? step : -1;
}
