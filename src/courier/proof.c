/* The message that proves a way of reaching somebody. It says that it is a test before anything else, is as
 * quiet as its channel can be, and for services that keep alerts of their own it ends one that never was. */
#include <string.h>

#include "courier/courier.h"

enum { QUIETEST = 9 };

void proof_render(struct buf *out, const struct channel_proof *proof, const struct person *person,
                  const char *key, const char *public_url)
{
    const struct contact_channel *channel = contact_channel_find(proof->channel);
    bool is_notice = proof->notice && *proof->notice;
    const char *what = is_notice ? proof->notice : "Test: nothing is wrong, and nothing is to be done";
    scoped_buf struct buf text = {0};
    buf_printf(&text, "%s.\n%s", what,
               is_notice ? "" : "This is how Crashcart reaches you when something is.\n");
    if (public_url)
        buf_printf(&text, "%s\n", public_url);
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair(&w, "kind", channel && channel->follows ? "resolved" : "test");
    jw_pair(&w, "idempotency_key", key);
    jw_name(&w, "incident");
    jw_begin_object(&w);
    jw_pair_int(&w, "number", 0);
    jw_pair(&w, "title", what);
    jw_pair(&w, "service", "Crashcart");
    jw_pair(&w, "severity", is_notice ? "" : "test");
    jw_pair_int(&w, "severity_rank", QUIETEST);
    jw_pair(&w, "url", public_url);
    jw_end_object(&w);
    jw_name(&w, "to");
    jw_begin_object(&w);
    jw_pair(&w, "id", proof->person);
    jw_pair(&w, "name", person ? person->name : proof->person);
    jw_end_object(&w);
    jw_pair(&w, "text", buf_text(&text));
    jw_end_object(&w);
}
