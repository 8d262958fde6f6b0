/* libzxcvbn, loaded when it is first used: only who makes or changes a password needs it. Include this
 * instead of <zxcvbn.h>; to use another function, add it to the list. */
#pragma once

#include <zxcvbn.h>

#define ZXCVBN_FUNCTIONS(F) F(Match)

struct zxcvbn_library {
#define ZXCVBN_MEMBER(name) typeof(Zxcvbn##name) *(name);
    ZXCVBN_FUNCTIONS(ZXCVBN_MEMBER)
#undef ZXCVBN_MEMBER
};

/* Any thread. Ends the program when the library is not installed. */
const struct zxcvbn_library *zxcvbn_library(void);

#define ZxcvbnMatch zxcvbn_library()->Match
