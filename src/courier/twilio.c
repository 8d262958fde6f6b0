/* sms and voice, by Twilio: forms to the account's Messages.json and Calls.json. A call reads the page aloud
 * twice, and the key 1 acknowledges it. */
#include <string.h>

#include "courier/courier_priv.h"

enum { MOST_SMS = 480 /* three parts of plain text */, MOST_SPOKEN = 300 };

static int account_url(const struct attempt *attempt, const char *what, struct buf *out, struct err *err)
{
    const struct config_channel *twilio = &courier_config(attempt->courier)->channels.twilio;
    if (!twilio->server || !twilio->user || !twilio->from || !twilio->secret)
        return err_set(err, "channels.twilio needs user, secret and from");
    if (telephone_check(attempt->address, err))
        return -1;
    http_url(out, twilio->server, "/2010-04-01/Accounts/");
    url_encode(out, twilio->user);
    buf_puts(out, what);
    return 0;
}

/* Where Twilio tells what became of it, in its own time: signed, so only where we can tell that it is Twilio.
 */
static void ask_receipt(struct attempt *attempt, const struct page_facts *facts)
{
    const struct config *config = courier_config(attempt->courier);
    if (!config->channels.twilio.signing_secret || !config->public_url || !facts->number ||
        facts->event != PAGE_TRIGGERED)
        return;
    scoped_buf struct buf url = {0};
    scoped_buf struct buf path = {0};
    buf_printf(&path, "/reply/receipt/%lld", (long long)facts->number);
    http_url(&url, config->public_url, path.at);
    form_pair(&attempt->body, "StatusCallback", url.at);
}

static int begin_form(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    const struct config_channel *twilio = &courier_config(attempt->courier)->channels.twilio;
    const char *token = courier_secret(attempt->courier, twilio->secret, err);
    if (!token)
        return err_prefix(err, "channels.twilio.secret: ");
    curl_easy_setopt(attempt->easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(attempt->easy, CURLOPT_USERNAME, twilio->user);
    curl_easy_setopt(attempt->easy, CURLOPT_PASSWORD, token);
    form_pair(&attempt->body, "To", attempt->address);
    /* "MG...": a service that owns several numbers. */
    form_pair(&attempt->body, strncmp(twilio->from, "MG", 2) == 0 ? "MessagingServiceSid" : "From",
              twilio->from);
    ask_receipt(attempt, facts);
    return http_header(attempt, err, "Content-Type: application/x-www-form-urlencoded");
}

int sms_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out, struct err *err)
{
    (void)facts;
    return account_url(attempt, "/Messages.json", out, err);
}

/* The head of the page, and what answers it; the same text again may be the same page. */
int sms_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    scoped_buf struct buf tail = {0};
    scoped_buf struct buf text = {0};
    if (*facts->acknowledge_url)
        buf_printf(&tail, "\nAcknowledge: %s", facts->acknowledge_url);
    /* Without the page's own last line, which says the same for a terminal. */
    const char *end = strstr(facts->text, "\nAcknowledge: ");
    scoped_buf struct buf head = {0};
    buf_add(&head, facts->text, end ? (size_t)(end - facts->text) : strlen(facts->text));
    text_cut(&text, buf_text(&head), MOST_SMS > tail.n_bytes ? MOST_SMS - tail.n_bytes : 0);
    buf_puts(&text, buf_text(&tail));
    if (begin_form(attempt, facts, err))
        return -1;
    form_pair(&attempt->body, "Body", text.at);
    return 0;
}

int voice_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out, struct err *err)
{
    (void)facts;
    return account_url(attempt, "/Calls.json", out, err);
}

static void add_xml(struct buf *out, const char *text)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}};
    for (const char *p = text; *p; p++) {
        const char *entity = NULL;
        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
            if (entities[i].c == *p)
                entity = entities[i].entity;
        if (entity)
            buf_puts(out, entity);
        else
            buf_putc(out, (unsigned char)*p < ' ' ? ' ' : *p);
    }
}

static void add_sentence(struct buf *out, const char *text, size_t n)
{
    if (n)
        buf_printf(out, " %.*s.", (int)n, text);
}

static void add_say(struct buf *out, const struct page_facts *facts)
{
    static const char since[] = "Since ";
    scoped_buf struct buf spoken = {0};
    scoped_buf struct buf cut = {0};
    buf_puts(&spoken, facts->drill ? "This is a drill. Crashcart" : "Crashcart");
    if (facts->number)
        buf_printf(&spoken, " incident %lld", (long long)facts->number);
    buf_putc(&spoken, '.');
    add_sentence(&spoken, facts->severity, strlen(facts->severity));
    if (!title_names_service(facts->title, facts->service))
        add_sentence(&spoken, facts->service, strlen(facts->service));
    add_sentence(&spoken, facts->title, strlen(facts->title));
    if (strncmp(facts->body, since, sizeof since - 1) == 0)
        add_sentence(&spoken, facts->body, strcspn(facts->body, "\n"));
    text_cut(&cut, spoken.at, MOST_SPOKEN);
    buf_puts(out, "<Say>");
    add_xml(out, cut.at);
    buf_puts(out, "</Say>");
}

int voice_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    scoped_buf struct buf twiml = {0};
    buf_puts(&twiml, "<Response>");
    if (*facts->acknowledge_url) {
        buf_puts(&twiml, "<Gather input=\"dtmf\" numDigits=\"1\" timeout=\"10\" method=\"POST\" action=\"");
        add_xml(&twiml, facts->acknowledge_url);
        buf_puts(&twiml, "\">");
        add_say(&twiml, facts);
        buf_puts(&twiml, "<Say>Press 1 to acknowledge.</Say>");
        add_say(&twiml, facts);
        buf_puts(&twiml, "<Say>Press 1 to acknowledge.</Say></Gather>");
    } else {
        add_say(&twiml, facts);
        add_say(&twiml, facts);
    }
    buf_puts(&twiml, "</Response>");
    if (begin_form(attempt, facts, err))
        return -1;
    form_pair(&attempt->body, "Twiml", twiml.at);
    return 0;
}
