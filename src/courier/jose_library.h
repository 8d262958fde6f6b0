/* libcjose, loaded when the first token of an identity provider is looked at. Include this instead of
 * <cjose/cjose.h>; to use another function, add it to the list. */
#pragma once

#include <cjose/cjose.h>

#define JOSE_FUNCTIONS(F)                                                                                    \
    F(header_get)                                                                                            \
    F(header_get_raw)                                                                                        \
    F(jwk_get_keysize)                                                                                       \
    F(jwk_import)                                                                                            \
    F(jwk_release)                                                                                           \
    F(jws_get_plaintext)                                                                                     \
    F(jws_get_protected)                                                                                     \
    F(jws_import)                                                                                            \
    F(jws_release)                                                                                           \
    F(jws_verify)

struct jose_library {
#define JOSE_MEMBER(name) typeof(cjose_##name) *(name);
    JOSE_FUNCTIONS(JOSE_MEMBER)
#undef JOSE_MEMBER
};

/* Any thread. Ends the program when the library is not installed. */
const struct jose_library *jose_library(void);
