/* What core asks for: each silence as the text that Alertmanager's API takes, with its mark. */
#include <string.h>

#include "base/hash.h"
#include "courier/mirror.h"

enum { HASH_SHOWN = 16, COMMENT_BYTES = 500 };

void mirror_list_begin(struct mirror_list *list, struct buf *out, const char *instance, int64_t now_us)
{
    *list = (struct mirror_list){.out = out, .w = jw_start(out), .instance = instance, .now_us = now_us};
    jw_begin_object(&list->w);
    jw_pair(&list->w, "instance", instance);
    jw_name(&list->w, "silences");
    jw_begin_array(&list->w);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* starts_us is part of it only while it is to come: what holds already begins when it is made there. */
static void write_body(struct buf *out, const struct mirror_list *list, const struct silence *silence,
                       const struct matchers *matchers, const char *mark)
{
    struct json_writer w = jw_start(out);
    scoped_buf struct buf comment = {0};
    buf_add(&comment, or_empty(silence->comment), strnlen(or_empty(silence->comment), COMMENT_BYTES));
    buf_puts(&comment, mark);
    jw_begin_object(&w);
    jw_name(&w, "matchers");
    matchers_write(&w, matchers);
    jw_pair_time(&w, "startsAt", silence->starts_us > list->now_us ? silence->starts_us : 1);
    jw_pair_time(&w, "endsAt", silence->ends_us);
    jw_pair(&w, "createdBy", or_empty(silence->created_by));
    jw_pair(&w, "comment", buf_text(&comment));
    jw_end_object(&w);
}

void mirror_list_add(struct mirror_list *list, const struct silence *silence, const struct matchers *matchers)
{
    char hash[SHA256_HEX_BYTES];
    scoped_buf struct buf unmarked = {0};
    scoped_buf struct buf mark = {0};
    scoped_buf struct buf body = {0};
    write_body(&unmarked, list, silence, matchers, "");
    sha256_hex(unmarked.at, unmarked.n_bytes, hash);
    hash[HASH_SHOWN] = '\0';
    buf_printf(&mark, " [crashcart %s %s %s]", list->instance, silence->id, hash);
    write_body(&body, list, silence, matchers, mark.at);
    jw_begin_object(&list->w);
    jw_pair(&list->w, "id", silence->id);
    jw_pair(&list->w, "hash", hash);
    jw_pair(&list->w, "body", body.at);
    jw_end_object(&list->w);
}

void mirror_list_end(struct mirror_list *list)
{
    jw_end_array(&list->w);
    jw_end_object(&list->w);
}
