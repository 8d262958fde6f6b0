#include "cmd/runbook_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "cmd/exit_code.h"
#include "runbook/document_check.h"

static int complain(const char *command, const char *file, const char *why)
{
    fprintf(stderr, "crashcart %s: %s: %s\n", command, file, why);
    return EXIT_UNREACHABLE;
}

/* What a file cannot be read for, in words that say what to do. */
static int open_problem(const char *command, const char *file, const char *otherwise)
{
    struct stat st;

    if (stat(file, &st) < 0 && errno == ENOENT)
        return complain(command, file, "does not exist; check the path");
    if (stat(file, &st) == 0 && S_ISDIR(st.st_mode))
        return complain(command, file, "is a folder; name the files in it, for example FOLDER/*.md");
    if (stat(file, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > (off_t)DOCUMENT_LIMIT_BYTES)
        return complain(command, file,
                        "is larger than 8 MiB; split it into one document a system or procedure");
    size_t n = strlen(file);
    bool named = strncmp(otherwise, file, n) == 0 && otherwise[n] == ':';
    return complain(command, file, named ? otherwise + n + 2 : otherwise);
}

int runbook_open(struct arena *arena, const char *command, const char *file, struct runbook_file *ret_file)
{
    struct err err;
    char *bytes;
    size_t n_bytes;

    if (file_read(arena, file, DOCUMENT_LIMIT_BYTES, &bytes, &n_bytes, &err) < 0)
        return open_problem(command, file, err.text);
    if (document_check(bytes, n_bytes, &err) < 0) {
        complain(command, file, err.text);
        return EXIT_REFUSED;
    }
    struct runbook *runbook = runbook_read(arena, file, bytes, n_bytes);
    sha256_hex(bytes, n_bytes, runbook->sha256);
    *ret_file = (struct runbook_file){.runbook = runbook, .bytes = bytes, .n_bytes = n_bytes};
    return EXIT_DONE;
}
