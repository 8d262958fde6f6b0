/* Pages that stand for themselves, for who comes by a link and not by the console. */
#include <string.h>

#include "api/server.h"

void html_add(struct buf *out, const char *text)
{
    for (const char *p = text ? text : ""; *p; p++) {
        if (strchr("&<>\"'", *p))
            buf_printf(out, "&#%d;", *p);
        else
            buf_putc(out, *p);
    }
}

struct buf *answer_page(struct request *request, unsigned status, const char *heading)
{
    struct buf *out = answer_text(request, "text/html; charset=utf-8");
    request->answer.status = status;
    buf_puts(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width\">"
                  "<meta name=\"referrer\" content=\"no-referrer\">"
                  "<meta name=\"robots\" content=\"noindex\">"
                  "<title>Crashcart</title><link rel=\"stylesheet\" href=\"/console/console.css\">"
                  "</head><body>\n<main class=\"sign-in\"><div class=\"card\"><h1>");
    html_add(out, heading);
    buf_puts(out, "</h1>\n");
    return out;
}

void answer_elsewhere(struct request *request, const char *location)
{
    answer_text(request, "text/plain; charset=utf-8");
    request->answer.status = MHD_HTTP_SEE_OTHER;
    request->answer.location = location;
}
