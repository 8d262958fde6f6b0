#include "role/admin_token.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"

int admin_token_make(const char *path, struct err *err)
{
    struct stat st;
    unsigned char secret[32];
    char text[2 * sizeof secret + 2];
    if (stat(path, &st) == 0 || errno != ENOENT)
        return 0;
    random_bytes(secret, sizeof secret);
    hex_encode(secret, sizeof secret, text);
    memcpy(text + 2 * sizeof secret, "\n", 2);
    if (file_write(path, text, strlen(text), 0600, err) < 0)
        return -1;
    log_event(LOG_INFO, "token.written", "file=%s", log_quote(path));
    return 0;
}

int admin_token_read(const char *path, struct arena *arena, char **ret_token, struct err *err)
{
    size_t n_bytes;
    if (file_read(arena, path, 4096, ret_token, &n_bytes, err) < 0)
        return -1;
    (*ret_token)[strcspn(*ret_token, "\r\n ")] = '\0';
    return strlen(*ret_token) >= 32
               ? 0
               : err_set(err, "%s: no token in it; delete the file to get a new one", path);
}
