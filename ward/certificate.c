#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "ward/front.h"

enum { PEM_BYTES = 64 * 1024 };

static int openssl_run(const char *const *arguments, struct err *err)
{
    pid_t pid;
    int status = -1;
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(&pid, "openssl", &quiet, NULL, (char *const *)arguments, environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (failed || waitpid(pid, &status, 0) < 0 || status != 0)
        return err_set(err, "openssl, for the certificate: %s", failed ? strerror(failed) : "it fails");
    return 0;
}

int certificate_make(struct world *world, const char *folder, char **ret_certificate, char **ret_key,
                     struct err *err)
{
    scoped_buf struct buf names = {0};
    size_t n_bytes;
    list_each (port, &world->ports)
        if (port->tls)
            buf_printf(&names, "%sDNS:%s", names.n_bytes ? "," : "subjectAltName=", port->host);
    if (!names.n_bytes)
        return 0;
    const char *certificate = arena_printf(world->arena, "%s/certificate.pem", folder);
    const char *key = arena_printf(world->arena, "%s/key.pem", folder);
    const char *const arguments[] = {
        "openssl", "req",   "-x509", "-newkey",   "ec",       "-pkeyopt", "ec_paramgen_curve:P-256",
        "-nodes",  "-days", "2",     "-subj",     "/CN=ward", "-addext",  buf_text(&names),
        "-keyout", key,     "-out",  certificate, NULL};
    if (openssl_run(arguments, err) < 0)
        return -1;
    if (file_read(world->arena, certificate, PEM_BYTES, ret_certificate, &n_bytes, err) < 0)
        return -1;
    return file_read(world->arena, key, PEM_BYTES, ret_key, &n_bytes, err);
}
