/* The bare peer of bench/checks: the same requests by curl's multi interface alone, without checks, limits,
 * alerts: look PORT PATHS SECONDS. One thread; 100 requests are under way at a time, round and round over the
 * paths, each handle used again. Prints requests, and seconds of the processor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

enum { AT_ONCE = 100, URL_BYTES = 100 };

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
    (void)bytes, (void)context;
    return size * n;
}

static void ask(CURLM *multi, CURL *easy, const char *port, long path)
{
    char url[URL_BYTES];
    snprintf(url, sizeof url, "http://127.0.0.1:%s/%ld", port, path);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_multi_add_handle(multi, easy);
}

int main(int argc, char **argv)
{
    CURL *easy[AT_ONCE];
    CURLM *multi = curl_multi_init();
    if (argc != 4) {
        fputs("usage: bench_look PORT PATHS SECONDS\n", stderr);
        return 2;
    }
    long paths = atol(argv[2]), next = 0, done = 0, failed = 0;
    double end = seconds_of(CLOCK_MONOTONIC) + atof(argv[3]), began = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < AT_ONCE; i++) {
        easy[i] = curl_easy_init();
        curl_easy_setopt(easy[i], CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(easy[i], CURLOPT_TIMEOUT_MS, 10000L);
        curl_easy_setopt(easy[i], CURLOPT_NOSIGNAL, 1L);
        ask(multi, easy[i], argv[1], next++ % paths);
    }
    while (seconds_of(CLOCK_MONOTONIC) < end) {
        int running, left;
        CURLMsg *message;
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &left))) {
            long status = 0;
            CURL *ended = message->easy_handle;
            curl_easy_getinfo(ended, CURLINFO_RESPONSE_CODE, &status);
            done++;
            failed += message->data.result != CURLE_OK || status != 200;
            curl_multi_remove_handle(multi, ended);
            ask(multi, ended, argv[1], next++ % paths);
        }
        curl_multi_poll(multi, NULL, 0, 100, NULL);
    }
    printf("{\"requests\": %ld, \"failed\": %ld, \"seconds\": %.6f}\n", done, failed,
           seconds_of(CLOCK_PROCESS_CPUTIME_ID) - began);
    return 0;
}
