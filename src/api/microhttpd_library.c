#include "api/microhttpd_library.h"

#include <pthread.h>

#include "base/library.h"

static struct microhttpd_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
#define MHD_ROW(name) {"MHD_" #name, &library.name},
    static const struct library_function functions[] = {MHD_FUNCTIONS(MHD_ROW)};
#undef MHD_ROW
    library_load("libmicrohttpd.so.12", "libmicrohttpd12", functions, sizeof functions / sizeof *functions);
}

const struct microhttpd_library *microhttpd_library(void)
{
    pthread_once(&once, load);
    return &library;
}
