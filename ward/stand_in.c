#include "ward/stand_in.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/list.h"

static void request_write(struct buf *body, int argc, char **argv, int64_t cursor)
{
    char folder[4096];
    struct json_writer w = jw_start(body);
    const char *tree = getenv("WARD_TREE");
    jw_begin_object(&w);
    jw_name(&w, "words");
    jw_begin_array(&w);
    for (int i = 0; i < argc; i++)
        jw_string(&w, argv[i]);
    jw_end_array(&w);
    jw_pair(&w, "folder", getcwd(folder, sizeof folder) ? folder : "/");
    jw_pair(&w, "tree", tree ? tree : "");
    jw_pair_int(&w, "cursor", cursor);
    jw_end_object(&w);
}

static int ask(const char *socket_path, const struct buf *body, struct buf *answer)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    scoped_buf struct buf request = {0};
    char piece[16384];
    ssize_t n = -1;
    if (strlen(socket_path) >= sizeof address.sun_path)
        return -1;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    buf_printf(&request, "POST /tool HTTP/1.0\r\nContent-Length: %zu\r\n\r\n%s", body->n_bytes,
               buf_text(body));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, buf_text(&request), request.n_bytes, MSG_NOSIGNAL) == (ssize_t)request.n_bytes)
        while ((n = read(fd, piece, sizeof piece)) > 0)
            buf_add(answer, piece, (size_t)n);
    if (fd >= 0)
        close(fd);
    return n < 0 ? -1 : 0;
}

/* The program that goes on, from the folders of PATH but the stand-ins' own. */
static int run_real(struct json words)
{
    scoped_arena struct arena *arena = arena_new();
    const char *own = getenv("WARD_BIN");
    struct strings argv = {0};
    scoped_buf struct buf path = {0};
    for (struct json_iter i = json_first(words); json_more(&i); json_next(&i))
        strings_add(arena, &argv, arena_strdup(arena, json_text(i.value, NULL)));
    strings_add(arena, &argv, NULL);
    bool is_shell = strcmp(argv.at[0], "bash") == 0; /* of a system file: it may call stand-ins */
    for (const char *at = getenv("PATH"); at && *at && !is_shell; at += strcspn(at, ":"), at += *at == ':') {
        size_t n = strcspn(at, ":");
        if (own && n == strlen(own) && strncmp(at, own, n) == 0)
            continue;
        if (path.n_bytes)
            buf_putc(&path, ':');
        buf_add(&path, at, n);
    }
    if (!is_shell)
        setenv("PATH", buf_text(&path), 1);
    execvp(argv.at[0], (char *const *)argv.at);
    fprintf(stderr, "%s: %s\n", argv.at[0], strerror(errno));
    return 127;
}

int stand_in(int argc, char **argv)
{
    const char *socket_path = getenv("WARD_SOCKET");
    const char *name = strrchr(argv[0], '/');
    argv[0] = name ? (char *)(uintptr_t)(name + 1) : argv[0];
    for (int64_t cursor = 0, again_ms = 1; again_ms;) {
        scoped_buf struct buf body = {0}, answer = {0};
        struct json root;
        request_write(&body, argc, argv, cursor);
        if (!socket_path || ask(socket_path, &body, &answer) < 0) {
            fprintf(stderr, "%s: the ward does not answer at WARD_SOCKET=%s\n", argv[0],
                    socket_path ? socket_path : "");
            return 1;
        }
        struct json_document *document = json_document_new();
        const char *json = strstr(buf_text(&answer), "\r\n\r\n");
        size_t skip = json ? (size_t)(json + 4 - buf_text(&answer)) : 0, n_bytes;
        if (!json || json_parse(document, json + 4, answer.n_bytes - skip, 8, &root, NULL) < 0) {
            fprintf(stderr, "%s: the ward's answer makes no sense\n", argv[0]);
            return 1;
        }
        const char *out = json_text(json_get(root, "out"), &n_bytes);
        fwrite(out ? out : "", 1, out ? n_bytes : 0, stdout);
        fputs(json_text(json_get(root, "err"), NULL), stderr);
        fflush(stdout);
        int code = (int)json_int(json_get(root, "exit"), 1);
        if (json_count(json_get(root, "run")))
            return run_real(json_get(root, "run"));
        again_ms = json_int(json_get(root, "again_ms"), 0);
        cursor = json_int(json_get(root, "cursor"), 0);
        json_document_free(document);
        if (!again_ms)
            return code;
        usleep((useconds_t)again_ms * 1000);
    }
    return 0;
}
