/* liboath, loaded when it is first used: only who signs in with a second factor needs it. Include this
 * instead of <liboath/oath.h>; to use another function, add it to the list. */
#pragma once

#include <liboath/oath.h>

#define OATH_FUNCTIONS(F)                                                                                    \
    F(base32_decode)                                                                                         \
    F(base32_encode)                                                                                         \
    F(done)                                                                                                  \
    F(init)                                                                                                  \
    F(totp_validate2)

struct oath_library {
#define OATH_MEMBER(name) typeof(oath_##name) *(name);
    OATH_FUNCTIONS(OATH_MEMBER)
#undef OATH_MEMBER
};

/* Any thread. Ends the program when the library is not installed. */
const struct oath_library *oath_library(void);

#define oath_base32_decode  oath_library()->base32_decode
#define oath_base32_encode  oath_library()->base32_encode
#define oath_done           oath_library()->done
#define oath_init           oath_library()->init
#define oath_totp_validate2 oath_library()->totp_validate2
