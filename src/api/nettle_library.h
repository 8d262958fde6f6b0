/* HMAC-SHA1 of libnettle: Twilio signs so. Loaded only where text messages are to be heard. */
#pragma once

#include <nettle/hmac.h>

struct nettle_library {
    typeof(&hmac_sha1_set_key) set_key;
    typeof(&hmac_sha1_update) update;
    typeof(&hmac_sha1_digest) digest;
};

const struct nettle_library *nettle_library(void);
