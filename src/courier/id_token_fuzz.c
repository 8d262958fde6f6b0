/* The first line is the token, the rest the provider's keys: whatever both say, there is a verdict, and a
 * reason where it is not good. One seed is really signed, so that what comes after the signature is reached,
 * too. */
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "courier/id_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct id_token_wanted wanted = {
        .issuer = "https://id.example.org", .client = "crashcart", .nonce = "n", .now_s = 1790000000};
    scoped_arena struct arena *arena = arena_new();
    char *token = arena_strndup(arena, (const char *)data, size);
    char *keys = token + strcspn(token, "\n");
    struct json root;
    struct err err = {0};
    if (!*keys)
        return 0;
    *keys++ = '\0';
    struct json_document *document = json_document_new();
    if (json_parse(document, keys, strlen(keys), ID_TOKEN_LEVELS, &root, &err) == 0) {
        const char *claims = NULL;
        size_t n_bytes = 0;
        err = (struct err){0};
        if (id_token_verify(arena, token, root, &wanted, &claims, &n_bytes, &err) == ID_TOKEN_GOOD)
            must(claims && n_bytes > 0);
        else
            must(err.text[0]);
    }
    json_document_free(document);
    return 0;
}
