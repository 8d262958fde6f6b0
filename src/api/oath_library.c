#include "api/oath_library.h"

#include <pthread.h>

#include "base/library.h"

static struct oath_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
#define OATH_ROW(name) {"oath_" #name, &library.name},
    static const struct library_function functions[] = {OATH_FUNCTIONS(OATH_ROW)};
#undef OATH_ROW
    library_load("liboath.so.0", "liboath0", functions, sizeof functions / sizeof *functions);
}

const struct oath_library *oath_library(void)
{
    pthread_once(&once, load);
    return &library;
}
