/* libmicrohttpd that reads a body, keeps nothing and answers 200: bare PORT [THREADS FILE]
 * on one thread, or on so many with what is in FILE. What no server on this library can do better;
 * bench/ingest and bench/reads print the distance. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static struct MHD_Response *answer;

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *n_upload, void **seen)
{
    (void)context, (void)url, (void)method, (void)version, (void)upload;
    if (!*seen) {
        *seen = answer;
        return MHD_YES;
    }
    if (*n_upload) {
        *n_upload = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, answer);
}

enum { BODY_BYTES = 16 * 1024 * 1024 };

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    unsigned n_threads = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
    FILE *file = argc > 3 ? fopen(argv[3], "rb") : NULL;
    char *body = malloc(BODY_BYTES);
    size_t n_bytes = file ? fread(body, 1, BODY_BYTES, file) : 0;
    answer = MHD_create_response_from_buffer(n_bytes, body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(answer, "Content-Type", "application/json");
    if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, 0, NULL, NULL, on_request, NULL,
                          MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768,
                          MHD_OPTION_THREAD_POOL_SIZE, n_threads > 1 ? n_threads : 0, MHD_OPTION_END)) {
        fprintf(stderr, "bare: the port cannot be listened on\n");
        return 1;
    }
    pause();
    return 0;
}
