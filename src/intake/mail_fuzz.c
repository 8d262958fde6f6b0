#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "intake/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped_arena struct arena *arena = arena_new();
    struct mail_reply reply;
    struct mail_bounce bounce;
    struct err err = {0};
    if (mail_bounce_read(arena, (const char *)data, size, &bounce)) {
        must(!strpbrk(bounce.why, "\r\n") && !strpbrk(bounce.to, " <>\r\n"));
        must(!strpbrk(bounce.recipient, " <>\r\n") && bounce.ids.n <= 50);
    }
    if (mail_reply_read(arena, (const char *)data, size, &reply, &err) < 0) {
        must(err.text[0]);
        return 0;
    }
    must(strchr(reply.from, '@') && !strpbrk(reply.from, " <>\r\n"));
    must(reply.message_id[0] == '<' && !strpbrk(reply.text, "\r\n"));
    return 0;
}
