#include "api/gnutls_library.h"

#include <pthread.h>

#include "base/library.h"

static struct gnutls_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
#define GNUTLS_ROW(name) {"gnutls_" #name, &library.name},
    static const struct library_function functions[] = {GNUTLS_FUNCTIONS(GNUTLS_ROW)};
#undef GNUTLS_ROW
    library_load("libgnutls.so.30", "libgnutls30", functions, sizeof functions / sizeof *functions);
}

const struct gnutls_library *gnutls_library(void)
{
    pthread_once(&once, load);
    return &library;
}
