#include "api/zxcvbn_library.h"

#include <pthread.h>

#include "base/library.h"

static struct zxcvbn_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
#define ZXCVBN_ROW(name) {"Zxcvbn" #name, &library.name},
    static const struct library_function functions[] = {ZXCVBN_FUNCTIONS(ZXCVBN_ROW)};
#undef ZXCVBN_ROW
    library_load("libzxcvbn.so.0", "libzxcvbn0", functions, sizeof functions / sizeof *functions);
}

const struct zxcvbn_library *zxcvbn_library(void)
{
    pthread_once(&once, load);
    return &library;
}
