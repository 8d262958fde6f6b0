/* Elliptic curves of libhogweed and AES-GCM of libnettle, for Web Push: loaded where pages go to browsers,
 * and nowhere else. Use through push_library(). */
#pragma once

#include <nettle/bignum.h>
#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/ecdsa.h>
#include <nettle/gcm.h>

struct push_library {
    typeof(&nettle_get_secp_256r1) curve;
    typeof(&ecc_point_init) point_init;
    typeof(&ecc_point_clear) point_clear;
    typeof(&ecc_point_set) point_set;
    typeof(&ecc_point_get) point_get;
    typeof(&ecc_point_mul) point_mul;
    typeof(&ecc_point_mul_g) point_mul_g;
    typeof(&ecc_scalar_init) scalar_init;
    typeof(&ecc_scalar_clear) scalar_clear;
    typeof(&ecc_scalar_set) scalar_set;
    typeof(&ecdsa_sign) sign;
    typeof(&dsa_signature_init) signature_init;
    typeof(&dsa_signature_clear) signature_clear;
    typeof(&nettle_mpz_set_str_256_u) number_read;
    typeof(&nettle_mpz_get_str_256) number_write;
    typeof(&mpz_init) number_init;
    typeof(&mpz_clear) number_clear;
    typeof(&gcm_aes128_set_key) gcm_key;
    typeof(&gcm_aes128_set_iv) gcm_nonce;
    typeof(&gcm_aes128_encrypt) gcm_encrypt;
    typeof(&gcm_aes128_digest) gcm_digest;
};

/* Any thread. Ends the program when a library is not installed. */
const struct push_library *push_library(void);
