/* email: the page's text by SMTP (libcurl). A 4xx answer is tried again, a 5xx is dead, as RFC 5321 (4.2.1)
 * means them; a server that has no STARTTLS where it is required is dead too, so that the person's next way
 * is tried at once. A certificate that cannot be trusted is tried again: somebody will renew it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "courier/courier_priv.h"
#include "courier/mime.h"

enum { PAGE_DEPTH = 8 };

int email_receiver(const struct attempt *attempt, char *out, struct err *err)
{
    const struct mail_settings *mail = courier_mail(attempt->courier);
    if (!mail->server || !mail->from)
        return err_set(err, "no mail server is configured; add mail: {server: ..., from: ...}");
    if (mail->secret_error[0])
        return err_set(err, "%s", mail->secret_error);
    if (mail_address_check(attempt->address, err))
        return -1;
    snprintf(out, RECEIVER_BYTES, "%s", mail->server);
    return 0;
}

static const char *text_of(struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? text : "";
}

/* "crashcart-7f3a-incident-4-page-2" -> "crashcart-7f3a-incident-4": all pages of an incident, one thread. */
static void thread_of(struct buf *out, const char *key)
{
    const char *page = NULL;
    for (const char *p = key; (p = strstr(p, "-page-")); p++)
        page = p;
    buf_add(out, key, page ? (size_t)(page - key) : strlen(key));
}

/* "[SEV-1] #4 web-shop: Service down" */
static void subject_of(struct buf *out, struct json incident)
{
    const char *severity = text_of(incident, "severity"), *service = text_of(incident, "service");
    if (*severity)
        buf_printf(out, "[%s] ", severity);
    buf_printf(out, "#%lld ", (long long)json_int(json_get(incident, "number"), 0));
    if (*service)
        buf_printf(out, "%s: ", service);
    buf_puts(out, text_of(incident, "title"));
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

static int build_mail(struct attempt *attempt, struct err *err)
{
    struct json_document *document = json_document_new();
    struct json page;
    scoped_buf struct buf subject = {0};
    scoped_buf struct buf thread = {0};
    if (json_parse(document, attempt->page, attempt->n_bytes, PAGE_DEPTH, &page, err)) {
        json_document_free(document);
        return err_prefix(err, "the page cannot be read: ");
    }
    subject_of(&subject, json_get(page, "incident"));
    thread_of(&thread, attempt->key);
    mime_build(&attempt->body, &(struct mail){.from = courier_mail(attempt->courier)->from,
                                              .to = attempt->address,
                                              .to_name = text_of(json_get(page, "to"), "name"),
                                              .subject = buf_text(&subject),
                                              .text = text_of(page, "text"),
                                              .key = attempt->key,
                                              .thread = buf_text(&thread),
                                              .date_us = clock_wall_us(clock_system())});
    json_document_free(document);
    return 0;
}

int email_prepare(struct attempt *attempt, struct err *err)
{
    const struct mail_settings *mail = courier_mail(attempt->courier);
    scoped_buf struct buf from = {0};
    scoped_buf struct buf to = {0};
    if (build_mail(attempt, err))
        return -1;
    buf_printf(&from, "<%s>", mail->from);
    buf_printf(&to, "<%s>", attempt->address);
    attempt->list = curl_slist_append(attempt->list, to.at);
    CURL *easy = attempt->easy;
    curl_easy_setopt(easy, CURLOPT_URL, mail->server);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)mail->use_ssl);
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from.at);
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, attempt->list);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)attempt->body.n_bytes);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(easy, CURLOPT_READDATA, attempt);
    if (mail->user && mail->secret) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, mail->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, mail->secret);
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
