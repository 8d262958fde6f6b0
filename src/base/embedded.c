#include "base/embedded.h"

#include <string.h>

static const struct embedded_file *find(const struct embedded_file *files, const char *name)
{
    for (; files->name; files++)
        if (strcmp(files->name, name) == 0)
            return files;
    return NULL;
}

const struct embedded_file *embedded_find(const char *name)
{
    return find(embedded_files_, name);
}

const struct embedded_file *console_find(const char *name)
{
    return find(console_files_, name);
}
