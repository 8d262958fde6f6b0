#include "db/postgresql_library.h"

#include <pthread.h>

#include "base/library.h"

static struct postgresql_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
#define POSTGRESQL_ROW(name) {"PQ" #name, &library.name},
    static const struct library_function functions[] = {POSTGRESQL_FUNCTIONS(POSTGRESQL_ROW)};
#undef POSTGRESQL_ROW
    library_load("libpq.so.5", "libpq5", functions, sizeof functions / sizeof *functions);
}

const struct postgresql_library *postgresql_library(void)
{
    pthread_once(&once, load);
    return &library;
}
