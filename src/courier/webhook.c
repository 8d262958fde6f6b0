/* webhook: the page document by POST, to a URL of the person's own. 2xx is taken; what may pass is tried
 * again; everything else is dead at once. A redirect is not followed: it would carry the page to an address
 * that nobody configured. Only the start of the answer is read. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "courier/courier_priv.h"

static const struct {
    long from, to;
    enum delivery_verdict verdict;
    const char *note;
} verdicts[] = {
    {200, 299, VERDICT_SENT, ""},  {300, 399, VERDICT_DEAD, ", and redirects are not followed"},
    {408, 408, VERDICT_RETRY, ""}, {425, 425, VERDICT_RETRY, ""},
    {429, 429, VERDICT_RETRY, ""}, {400, 499, VERDICT_DEAD, ""},
    {500, 599, VERDICT_RETRY, ""}, {0, 999, VERDICT_RETRY, ", which is no answer to a page"},
};

enum { MOST_RETRY_AFTER_S = 86400, MOST_KEY_BYTES = 200 };

int webhook_receiver(const struct attempt *attempt, char *out, struct err *err)
{
    if (web_url_check(attempt->address, err))
        return -1;
    const char *host = strstr(attempt->address, "://");
    size_t scheme = host ? (size_t)(host - attempt->address) + 3 : 0;
    size_t n = scheme + strcspn(attempt->address + scheme, "/?#");
    snprintf(out, RECEIVER_BYTES, "%.*s", (int)(n < RECEIVER_BYTES ? n : RECEIVER_BYTES), attempt->address);
    return 0;
}

int webhook_prepare(struct attempt *attempt, struct err *err)
{
    char key[256];
    bool sound = attempt->key[0] && strnlen(attempt->key, MOST_KEY_BYTES + 1) <= MOST_KEY_BYTES;
    for (const char *p = attempt->key; sound && *p; p++)
        sound = isgraph((unsigned char)*p);
    if (!sound)
        return err_set(err, "the idempotency key cannot stand in a header");
    snprintf(key, sizeof key, "Idempotency-Key: %s", attempt->key);
    attempt->list = curl_slist_append(attempt->list, key);
    attempt->list = curl_slist_append(attempt->list, "Content-Type: application/json");
    attempt->list = curl_slist_append(attempt->list, "Expect:"); /* no 100-continue: it costs a round trip */
    CURL *easy = attempt->easy;
    curl_easy_setopt(easy, CURLOPT_URL, attempt->address);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, attempt->list);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)attempt->n_bytes);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, attempt->page);
    return 0;
}

void webhook_judge(struct attempt *attempt, CURLcode code)
{
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &status);
    /* A write error is our own stop after enough of the answer. */
    if ((code != CURLE_OK && code != CURLE_WRITE_ERROR) || !status) {
        attempt_judged_by_network(attempt, code);
        return;
    }
    curl_easy_getinfo(attempt->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    if (retry_after_s < 0 || retry_after_s > MOST_RETRY_AFTER_S)
        retry_after_s = retry_after_s < 0 ? 0 : MOST_RETRY_AFTER_S;
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        if (status < verdicts[i].from || status > verdicts[i].to)
            continue;
        attempt_judged(attempt, verdicts[i].verdict,
                       verdicts[i].verdict == VERDICT_RETRY ? (int64_t)retry_after_s : 0, "HTTP %ld%s",
                       status, verdicts[i].note);
        return;
    }
    attempt_judged(attempt, VERDICT_RETRY, 0, "HTTP %ld", status);
}
