#include "api/nettle_library.h"

#include <pthread.h>

#include "base/library.h"

static struct nettle_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
    static const struct library_function functions[] = {{"nettle_hmac_sha1_set_key", &library.set_key},
                                                        {"nettle_hmac_sha1_update", &library.update},
                                                        {"nettle_hmac_sha1_digest", &library.digest}};
    library_load("libnettle.so.8", "libnettle8", functions, sizeof functions / sizeof *functions);
}

const struct nettle_library *nettle_library(void)
{
    pthread_once(&once, load);
    return &library;
}
