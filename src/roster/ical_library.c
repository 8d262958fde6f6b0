#include "roster/ical_library.h"

#include <pthread.h>

#include "base/library.h"

static struct ical_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
#define ICAL_ROW(name) {"ical" #name, &library.name},
    static const struct library_function functions[] = {ICAL_FUNCTIONS(ICAL_ROW)};
#undef ICAL_ROW
    library_load("libical.so.3", "libical3", functions, sizeof functions / sizeof *functions);
}

const struct ical_library *ical_library(void)
{
    pthread_once(&once, load);
    return &library;
}
