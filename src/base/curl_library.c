#include "base/curl_library.h"

#include <pthread.h>

#include "base/library.h"

static struct curl_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
#define CURL_ROW(name) {"curl_" #name, &library.name},
    static const struct library_function functions[] = {CURL_FUNCTIONS(CURL_ROW)};
#undef CURL_ROW
    library_load("libcurl.so.4", "libcurl4", functions, sizeof functions / sizeof *functions);
}

const struct curl_library *curl_library(void)
{
    pthread_once(&once, load);
    return &library;
}
