#include "courier/alive.h"

#include <stdlib.h>

#include "base/curl_library.h"
#include "base/log.h"
#include "courier/transfers.h"

enum { TOTAL_MS = 20000 };

struct alive {
    uv_loop_t *loop;
    struct transfers *transfers; /* NULL until the first */
    CURL *easy;                  /* under way, or NULL */
    char *url;
    char reason[CURL_ERROR_SIZE];
    bool unheard; /* the last one was not heard */
};

static size_t pass_over(char *bytes, size_t size, size_t n, void *context)
{
    (void)bytes, (void)context;
    return size * n;
}

static void on_done(void *context, CURL *easy, CURLcode code)
{
    struct alive *alive = context;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    bool heard = code == CURLE_OK && status >= 200 && status < 300;
    if (!heard && !alive->unheard && code == CURLE_OK)
        log_event(LOG_WARNING, "alive.unheard", "status=%ld", status);
    else if (!heard && !alive->unheard)
        log_event(LOG_WARNING, "alive.unheard", "error=%s",
                  log_quote(*alive->reason ? alive->reason : curl_easy_strerror(code)));
    else if (heard && alive->unheard)
        log_event(LOG_INFO, "alive.heard", "status=%ld", status);
    alive->unheard = !heard;
    curl_easy_cleanup(easy);
    alive->easy = NULL;
}

static int begin(struct alive *alive, struct err *err)
{
    if (!alive->transfers) {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        if (transfers_new(alive->loop, on_done, alive, &alive->transfers, err) < 0) {
            curl_global_cleanup();
            return -1;
        }
    }
    CURL *easy = alive->easy = curl_easy_init();
    if (!easy)
        return err_set(err, "libcurl cannot start a transfer");
    alive->reason[0] = '\0';
    transfer_prepare(easy, NULL);
    curl_easy_setopt(easy, CURLOPT_URL, alive->url);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, alive->reason);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, pass_over);
    return transfers_add(alive->transfers, easy, err);
}

static void break_off(struct alive *alive)
{
    if (!alive->easy)
        return;
    transfers_remove(alive->transfers, alive->easy);
    curl_easy_cleanup(alive->easy);
    alive->easy = NULL;
}

void alive_say(struct alive *alive)
{
    struct err err = {0};
    if (!alive->url || alive->easy || begin(alive, &err) == 0)
        return;
    log_event(LOG_WARNING, "alive.unheard", "error=%s", log_quote(err.text));
    if (alive->easy)
        curl_easy_cleanup(alive->easy);
    alive->easy = NULL;
}

void alive_learn(struct alive *alive, const struct config *config)
{
    break_off(alive);
    free(alive->url);
    alive->url = config->alive.url ? heap_strdup(config->alive.url) : NULL;
}

struct alive *alive_new(uv_loop_t *loop, const struct config *config)
{
    struct alive *alive = heap_alloc(sizeof *alive);
    *alive = (struct alive){.loop = loop};
    alive_learn(alive, config);
    return alive;
}

void alive_free(struct alive *alive)
{
    if (!alive)
        return;
    break_off(alive);
    if (alive->transfers) {
        transfers_free(alive->transfers);
        curl_global_cleanup();
    }
    free(alive->url);
    free(alive);
}
