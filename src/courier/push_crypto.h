/* What Web Push needs of cryptography: the key by which push services know us (RFC 8292), and messages that
 * only one browser can read (RFC 8291 with the coding of RFC 8188). Curves and AES come from nettle, hashes
 * from libsodium. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum {
    PUSH_PRIVATE_BYTES = 32,
    PUSH_PUBLIC_BYTES = 65, /* 0x04, x, y */
    PUSH_AUTH_BYTES = 16,
    PUSH_SALT_BYTES = 16,
    PUSH_MOST_BYTES = 3993, /* of a message: a body of 4,096 bytes is what every push service takes */
    PUSH_KEY_TEXT_BYTES = 88
};

struct push_key {
    uint8_t secret[PUSH_PRIVATE_BYTES];
    uint8_t public[PUSH_PUBLIC_BYTES];
};

struct push_receiver { /* a browser's */
    uint8_t public[PUSH_PUBLIC_BYTES];
    uint8_t auth[PUSH_AUTH_BYTES];
};

/* base64url without padding, as everything is written in Web Push. read: n_bytes exactly, or -1. */
void push_base64(struct buf *out, const void *bytes, size_t n_bytes);
int push_base64_read(const char *text, size_t n_text, void *out, size_t n_bytes);

void push_key_make(struct push_key *key);
/* From the 43 characters of its secret half. */
int push_key_read(const char *text, struct push_key *ret_key, struct err *err);
/* -1: not a point of the curve, or no secret of 16 bytes. */
int push_receiver_read(const char *public_key, const char *auth, struct push_receiver *ret_receiver,
                       struct err *err);

/* The body of a message in the coding "aes128gcm": one record. once: a key that is used for it alone, salt:
 * random bytes. -1: it is too long. */
int push_encrypt(struct buf *out, const struct push_receiver *receiver, const struct push_key *once,
                 const uint8_t salt[PUSH_SALT_BYTES], const char *text, size_t n_bytes, struct err *err);

/* The header Authorization for a push service ("https://push.example.org"), good until then; subject says who
 * to write to when we misbehave. */
void push_authorization(struct buf *out, const struct push_key *key, const char *audience,
                        const char *subject, int64_t until_s);
