#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"

enum { MOST_SECRET_BYTES = 4096 };

static int copy_secret(const char *text, size_t n_bytes, char **ret_secret, struct err *err)
{
    while (n_bytes && (text[n_bytes - 1] == '\n' || text[n_bytes - 1] == '\r'))
        n_bytes--;
    if (!n_bytes || memchr(text, '\0', n_bytes))
        return err_set(err, "is empty, or is no text");
    char *secret = heap_alloc(n_bytes + 1);
    memcpy(secret, text, n_bytes);
    *ret_secret = secret;
    return 0;
}

static int read_environment(const char *name, char **ret_secret, struct err *err)
{
    const char *value = getenv(name);
    if (!value)
        return err_set(err, "the environment variable is not set");
    return copy_secret(value, strnlen(value, MOST_SECRET_BYTES), ret_secret, err);
}

static int read_from_file(const char *path, char **ret_secret, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    char *bytes;
    size_t n_bytes;
    if (file_read(arena, path, MOST_SECRET_BYTES, &bytes, &n_bytes, err))
        return -1;
    int result = copy_secret(bytes, n_bytes, ret_secret, err);
    explicit_bzero(bytes, n_bytes);
    return result;
}

/* systemd.exec(5), LoadCredential=: a file of that name in $CREDENTIALS_DIRECTORY. */
static int read_credential(const char *name, char **ret_secret, struct err *err)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (!folder)
        return err_set(err, "systemd gave no credentials (CREDENTIALS_DIRECTORY is not set)");
    if (strchr(name, '/'))
        return err_set(err, "is a path, not a name");
    scoped_arena struct arena *arena = arena_new();
    return read_from_file(arena_printf(arena, "%s/%s", folder, name), ret_secret, err);
}

int secret_read(const char *spec, char **ret_secret, struct err *err)
{
    static const struct {
        const char *prefix;
        int (*read)(const char *name, char **ret_secret, struct err *err);
    } places[] = {{"env:", read_environment}, {"file:", read_from_file}, {"credential:", read_credential}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        size_t n = strlen(places[i].prefix);
        if (strncmp(spec, places[i].prefix, n) != 0)
            continue;
        return places[i].read(spec + n, ret_secret, err) ? err_prefix(err, "%s: ", spec) : 0;
    }
    return err_set(err, "a secret is env:NAME, file:PATH or credential:NAME");
}

void secret_free(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}
