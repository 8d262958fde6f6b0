#include "courier/jose_library.h"

#include <pthread.h>

#include "base/library.h"

static struct jose_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
#define JOSE_ROW(name) {"cjose_" #name, &library.name},
    static const struct library_function functions[] = {JOSE_FUNCTIONS(JOSE_ROW)};
#undef JOSE_ROW
    library_load("libcjose.so.0", "libcjose0", functions, sizeof functions / sizeof *functions);
}

const struct jose_library *jose_library(void)
{
    pthread_once(&once, load);
    return &library;
}
