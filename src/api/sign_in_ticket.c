#include "api/sign_in_ticket.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"

enum {
    WORD_BITS_BYTES = 32,
    SEALED_BYTES = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + sizeof(struct sign_in_ticket),
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
    MOST_SPENT = 4096,
};

static void word_of(const uint8_t bytes[WORD_BITS_BYTES], char out[TICKET_WORD_BYTES])
{
    sodium_bin2base64(out, TICKET_WORD_BYTES, bytes, WORD_BITS_BYTES, VARIANT);
}

void ticket_make(struct sign_in_ticket *ret_ticket, int64_t now_s)
{
    char *words[] = {ret_ticket->state, ret_ticket->nonce, ret_ticket->verifier};
    uint8_t bits[WORD_BITS_BYTES];
    memset(ret_ticket, 0, sizeof *ret_ticket); /* its gaps are sealed, too */
    ret_ticket->until_s = now_s + TICKET_TIME_S;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        random_bytes(bits, sizeof bits);
        word_of(bits, words[i]);
    }
}

/* "//elsewhere.example.org" and "/\\elsewhere" lead to other servers. */
void ticket_set_path(struct sign_in_ticket *ticket, const char *path)
{
    static const char may[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-._~%?=&#+:@,";
    size_t n = strlen(path);
    if (path[0] == '/' && path[1] != '/' && n < sizeof ticket->to && strspn(path, may) == n)
        memcpy(ticket->to, path, n + 1);
}

static void key_of(const char *secret, uint8_t out[crypto_secretbox_KEYBYTES])
{
    static const char purpose[] = "crashcart: sign-in by a provider";
    scoped_buf struct buf text = {0};
    buf_printf(&text, "%s\n%s", purpose, secret);
    sha256(text.at, text.n_bytes, out);
    sodium_memzero(text.at, text.n_bytes);
}

const char *ticket_seal(struct arena *arena, const char *secret, const struct sign_in_ticket *ticket)
{
    uint8_t key[crypto_secretbox_KEYBYTES], sealed[SEALED_BYTES];
    size_t n_text = sodium_base64_ENCODED_LEN(SEALED_BYTES, VARIANT);
    char *text = arena_alloc(arena, n_text);
    key_of(secret, key);
    random_bytes(sealed, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, (const uint8_t *)ticket, sizeof *ticket,
                          sealed, key);
    sodium_memzero(key, sizeof key);
    sodium_bin2base64(text, n_text, sealed, sizeof sealed, VARIANT);
    return text;
}

int ticket_open(const char *secret, const char *text, int64_t now_s, struct sign_in_ticket *ret_ticket)
{
    uint8_t key[crypto_secretbox_KEYBYTES], sealed[SEALED_BYTES];
    size_t n = 0;
    if (!text || sodium_base642bin(sealed, sizeof sealed, text, strlen(text), NULL, &n, NULL, VARIANT) != 0 ||
        n != sizeof sealed)
        return -1;
    key_of(secret, key);
    int opened = crypto_secretbox_open_easy((uint8_t *)ret_ticket, sealed + crypto_secretbox_NONCEBYTES,
                                            sizeof sealed - crypto_secretbox_NONCEBYTES, sealed, key);
    sodium_memzero(key, sizeof key);
    return opened == 0 && ret_ticket->until_s >= now_s && ret_ticket->until_s <= now_s + TICKET_TIME_S ? 0
                                                                                                       : -1;
}

const char *ticket_challenge(struct arena *arena, const struct sign_in_ticket *ticket)
{
    uint8_t digest[SHA256_BYTES];
    char *text = arena_alloc(arena, TICKET_WORD_BYTES);
    sha256(ticket->verifier, strlen(ticket->verifier), digest);
    word_of(digest, text);
    return text;
}

/* ---- the spent ones ---- */

struct spent_tickets {
    pthread_mutex_t lock;
    char (*states)[TICKET_WORD_BYTES]; /* MOST_SPENT of them from the first on; the oldest makes room */
    size_t n;
};

struct spent_tickets *spent_tickets_new(void)
{
    struct spent_tickets *spent = heap_alloc(sizeof *spent);
    pthread_mutex_init(&spent->lock, NULL);
    return spent;
}

void spent_tickets_free(struct spent_tickets *spent)
{
    pthread_mutex_destroy(&spent->lock);
    free(spent->states);
    free(spent);
}

bool ticket_spend(struct spent_tickets *spent, const struct sign_in_ticket *ticket)
{
    bool fresh = true;
    pthread_mutex_lock(&spent->lock);
    if (!spent->states) /* most installations have no provider */
        spent->states = heap_alloc(MOST_SPENT * sizeof *spent->states);
    for (size_t i = 0; i < MOST_SPENT && i < spent->n && fresh; i++)
        fresh = memcmp(spent->states[i], ticket->state, TICKET_WORD_BYTES) != 0;
    if (fresh)
        memcpy(spent->states[spent->n++ % MOST_SPENT], ticket->state, TICKET_WORD_BYTES);
    pthread_mutex_unlock(&spent->lock);
    return fresh;
}
