#include "courier/push_library.h"

#include <pthread.h>

#include "base/library.h"

static struct push_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

#define LOAD(file, package, ...)                                                                             \
    do {                                                                                                     \
        static const struct library_function functions[] = {__VA_ARGS__};                                    \
        library_load(file, package, functions, sizeof functions / sizeof *functions);                        \
    } while (0)

static void load(void)
{
    LOAD("libgmp.so.10", "libgmp10", {"__gmpz_init", &library.number_init},
         {"__gmpz_clear", &library.number_clear});
    LOAD("libnettle.so.8", "libnettle8", {"nettle_gcm_aes128_set_key", &library.gcm_key},
         {"nettle_gcm_aes128_set_iv", &library.gcm_nonce},
         {"nettle_gcm_aes128_encrypt", &library.gcm_encrypt},
         {"nettle_gcm_aes128_digest", &library.gcm_digest});
    LOAD("libhogweed.so.6", "libhogweed6", {"nettle_get_secp_256r1", &library.curve},
         {"nettle_ecc_point_init", &library.point_init}, {"nettle_ecc_point_clear", &library.point_clear},
         {"nettle_ecc_point_set", &library.point_set}, {"nettle_ecc_point_get", &library.point_get},
         {"nettle_ecc_point_mul", &library.point_mul}, {"nettle_ecc_point_mul_g", &library.point_mul_g},
         {"nettle_ecc_scalar_init", &library.scalar_init}, {"nettle_ecc_scalar_clear", &library.scalar_clear},
         {"nettle_ecc_scalar_set", &library.scalar_set}, {"nettle_ecdsa_sign", &library.sign},
         {"nettle_dsa_signature_init", &library.signature_init},
         {"nettle_dsa_signature_clear", &library.signature_clear},
         {"nettle_mpz_set_str_256_u", &library.number_read},
         {"nettle_mpz_get_str_256", &library.number_write});
}

const struct push_library *push_library(void)
{
    pthread_once(&once, load);
    return &library;
}
