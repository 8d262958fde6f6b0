/* Secrets that are known by their bytes, in the forms in which programs print them. */
#include <sodium.h>
#include <string.h>

#include "runner/redact_priv.h"

static void form_add(struct redact_rules *rules, const char *text, size_t n_bytes, bool whole_run)
{
    if (n_bytes < REDACT_KNOWN_BYTES)
        return;
    uint16_t label = 0;
    while (label < rules->labels.n && strcmp(rules->labels.at[label].name, "known-secret") != 0)
        label++;
    if (label == rules->labels.n)
        list_push(rules->arena, &rules->labels)->name = "known-secret";
    redact_trigger_add(rules, &(struct redact_trigger){.text = arena_strndup(rules->arena, text, n_bytes),
                                                       .n_bytes = n_bytes,
                                                       .exact = true,
                                                       .whole_run = whole_run,
                                                       .within = NO_SCOPE,
                                                       .scope = -1,
                                                       .known = label});
}

/* Inside of a longer base64 text a secret stands in one of three ways, by its place modulo three; the letters
 * at its borders are shared with its neighbours and left away. */
static void base64_add(struct redact_rules *rules, const char *secret, size_t n_bytes, int variant)
{
    for (size_t shift = 0; shift < 3; shift++) {
        size_t n_plain = shift + n_bytes, n_room = sodium_base64_encoded_len(n_plain, variant);
        char *plain = arena_alloc(rules->arena, n_plain + 1);
        char *encoded = arena_alloc(rules->arena, n_room);
        memcpy(plain + shift, secret, n_bytes);
        sodium_bin2base64(encoded, n_room, (const unsigned char *)plain, n_plain, variant);
        size_t first = (shift * 8 + 5) / 6, last = n_plain * 8 / 6;
        if (last > first)
            form_add(rules, encoded + first, last - first, true);
        sodium_memzero(plain, n_plain);
    }
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

static void url_add(struct redact_rules *rules, const char *secret, size_t n_bytes, const char *format)
{
    scoped_buf struct buf out = {0};
    for (size_t i = 0; i < n_bytes; i++)
        if (is_unreserved(secret[i]))
            buf_putc(&out, secret[i]);
        else
            buf_printf(&out, format, (unsigned char)secret[i]);
    if (out.n_bytes > n_bytes)
        form_add(rules, out.at, out.n_bytes, false);
}

static void json_add(struct redact_rules *rules, const char *secret, size_t n_bytes)
{
    scoped_buf struct buf out = {0};
    for (size_t i = 0; i < n_bytes; i++) {
        if (secret[i] == '"' || secret[i] == '\\')
            buf_putc(&out, '\\');
        buf_putc(&out, secret[i]);
    }
    if (out.n_bytes > n_bytes)
        form_add(rules, out.at, out.n_bytes, false);
}

void redact_rules_know(struct redact_rules *rules, const char *secret)
{
    while (*secret) {
        size_t n_bytes = strcspn(secret, "\r\n");
        if (n_bytes >= REDACT_KNOWN_BYTES) {
            form_add(rules, secret, n_bytes, false);
            base64_add(rules, secret, n_bytes, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
            base64_add(rules, secret, n_bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
            url_add(rules, secret, n_bytes, "%%%02X");
            url_add(rules, secret, n_bytes, "%%%02x");
            json_add(rules, secret, n_bytes);
        }
        secret += n_bytes + strspn(secret + n_bytes, "\r\n");
    }
    redact_scan_build(rules);
}

void redact_rules_know_environment(struct redact_rules *rules, const char *const *environment)
{
    for (; *environment; environment++) {
        const char *equals = strchr(*environment, '=');
        if (equals && redact_names_find(rules, *environment, (size_t)(equals - *environment), IN_KEY))
            redact_rules_know(rules, equals + 1);
    }
}
