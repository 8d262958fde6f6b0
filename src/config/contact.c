/* The ways in which people can be reached, and what an address of each looks like. Adding a channel is a row
 * here and a row and a file in courier/. */
#include <ctype.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <string.h>

#include "config/config.h"

enum { MOST_MAIL_BYTES = 254 /* RFC 5321, 4.5.3.1.3 */, MOST_URL_BYTES = 2000 };

const struct contact_channel contact_channels[] = {
    {"webhook", "https://example.org/page", web_url_check},
    {"email", "ana@example.org", mail_address_check},
    {NULL, NULL, NULL},
};

const struct contact_channel *contact_channel_find(const char *name)
{
    for (const struct contact_channel *c = contact_channels; c->name; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

/* The dot-atom of RFC 5322 on both sides, which is what people have; quoted local parts are refused. */
int mail_address_check(const char *address, struct err *err)
{
    size_t n = strnlen(address, MOST_MAIL_BYTES + 1);
    const char *at = memchr(address, '@', n);
    bool ok = n <= MOST_MAIL_BYTES && at && at > address && at[1] && address[0] != '-';
    for (size_t i = 0; ok && i < n; i++) {
        unsigned char c = (unsigned char)address[i];
        bool local = address + i < at;
        bool dot = c == '.';
        if (dot)
            ok =
                i > 0 && address[i - 1] != '.' && address + i != at + 1 && address + i + 1 != at && i + 1 < n;
        else if (address + i != at)
            ok = isalnum(c) || c == '-' || (local && c < 0x80 && c && strchr("!#$%&'*+/=?^_`{|}~", c));
    }
    return ok ? 0 : err_set(err, "\"%.80s\" is no e-mail address; write it like ana@example.org", address);
}

int web_url_check(const char *url, struct err *err)
{
    if (strnlen(url, MOST_URL_BYTES + 1) > MOST_URL_BYTES)
        return err_set(err, "the URL is longer than %d bytes", MOST_URL_BYTES);
    for (const char *p = url; *p; p++) {
        if ((unsigned char)*p <= 0x20 || *p == 0x7f)
            return err_set(err, "the URL holds a blank or a control character");
    }
    CURLU *parts = curl_url();
    char *scheme = NULL, *password = NULL, *user = NULL;
    int result = 0;
    if (!parts || curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        result = err_set(err, "\"%.80s\" is no web address; write it like https://example.org/page", url);
    else if (curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK ||
             curl_url_get(parts, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK)
        result = err_set(err, "the URL holds a user or a password; secrets do not belong in a configuration");
    curl_free(scheme);
    curl_free(user);
    curl_free(password);
    curl_url_cleanup(parts);
    return result;
}
