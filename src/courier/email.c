/* email: the page's text by SMTP (libcurl). A 4xx answer is tried again, a 5xx is dead, as RFC 5321 (4.2.1)
 * means them; a server that has no STARTTLS where it is required is dead too, so that the person's next way
 * is tried at once. A certificate that cannot be trusted is tried again: somebody will renew it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "courier/courier_priv.h"
#include "courier/mime.h"

int email_receiver(const struct attempt *attempt, char *out, struct err *err)
{
    const struct config *config = courier_config(attempt->courier);
    if (!config->mail.server || !config->mail.from)
        return err_set(err, "no mail server is configured; add mail: {server: ..., from: ...}");
    if (config->mail.secret && !courier_secret(attempt->courier, config->mail.secret, err))
        return err_prefix(err, "mail.secret: ");
    if (mail_address_check(attempt->address, err))
        return -1;
    snprintf(out, RECEIVER_BYTES, "%s", config->mail.server);
    return 0;
}

static size_t give_body(char *out, size_t size, size_t n, void *context)
{
    struct attempt *attempt = context;
    size_t left = attempt->body.n_bytes - attempt->body_sent;
    size_t taken = left < size * n ? left : size * n;
    if (taken)
        memcpy(out, attempt->body.at + attempt->body_sent, taken);
    attempt->body_sent += taken;
    return taken;
}

static void build_mail(struct attempt *attempt)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf subject = {0};
    struct page_facts facts;
    page_facts_read(arena, attempt->key, attempt->page, attempt->n_bytes, &facts);
    page_subject(&subject, &facts);
    mime_build(&attempt->body, &(struct mail){.from = courier_config(attempt->courier)->mail.from,
                                              .to = attempt->address,
                                              .to_name = facts.to_name,
                                              .subject = buf_text(&subject),
                                              .text = facts.text,
                                              .key = attempt->key,
                                              .thread = facts.thread,
                                              .date_us = clock_wall_us(clock_system())});
}

/* How libcurl calls the words of mail.starttls. */
static long use_ssl_of(const char *starttls)
{
    static const struct {
        const char *name;
        long use_ssl;
    } policies[] = {{"optional", CURLUSESSL_TRY}, {"off", CURLUSESSL_NONE}};
    for (size_t i = 0; starttls && i < sizeof policies / sizeof *policies; i++)
        if (strcmp(starttls, policies[i].name) == 0)
            return policies[i].use_ssl;
    return CURLUSESSL_ALL;
}

int email_prepare(struct attempt *attempt, struct err *err)
{
    const struct config *config = courier_config(attempt->courier);
    const char *secret = courier_secret(attempt->courier, config->mail.secret, err);
    scoped_buf struct buf from = {0};
    scoped_buf struct buf to = {0};
    build_mail(attempt);
    buf_printf(&from, "<%s>", config->mail.from);
    buf_printf(&to, "<%s>", attempt->address);
    attempt->list = curl_slist_append(attempt->list, to.at);
    CURL *easy = attempt->easy;
    curl_easy_setopt(easy, CURLOPT_URL, config->mail.server);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_USE_SSL, use_ssl_of(config->mail.starttls));
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from.at);
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, attempt->list);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)attempt->body.n_bytes);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(easy, CURLOPT_READDATA, attempt);
    if (config->mail.user && secret) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, config->mail.user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, secret);
    }
    return 0;
}

/* Did the server itself end it? Otherwise the last answer belongs to an earlier, good command. */
static bool refused_by_server(CURLcode code)
{
    static const CURLcode codes[] = {CURLE_SEND_ERROR,         CURLE_LOGIN_DENIED,
                                     CURLE_WEIRD_SERVER_REPLY, CURLE_REMOTE_ACCESS_DENIED,
                                     CURLE_USE_SSL_FAILED,     CURLE_RECV_ERROR};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i] == code)
            return true;
    }
    return false;
}

void email_judge(struct attempt *attempt, CURLcode code)
{
    long status = 0;
    curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK)
        attempt_judged(attempt, VERDICT_SENT, 0, "SMTP %ld", status);
    else if (refused_by_server(code) && status >= 400 && status < 600)
        attempt_judged(attempt, status < 500 ? VERDICT_RETRY : VERDICT_DEAD, 0, "SMTP %ld", status);
    else if (code == CURLE_USE_SSL_FAILED)
        attempt_judged(attempt, VERDICT_DEAD, 0,
                       "the mail server offers no STARTTLS, which mail.starttls requires");
    else
        attempt_judged_by_network(attempt, code);
}
