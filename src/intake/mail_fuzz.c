#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "intake/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped_arena struct arena *arena = arena_new();
    struct mail_reply reply;
    struct err err = {0};
    if (mail_reply_read(arena, (const char *)data, size, &reply, &err) < 0) {
        must(err.text[0]);
        return 0;
    }
    must(strchr(reply.from, '@') && !strpbrk(reply.from, " <>\r\n"));
    must(reply.message_id[0] == '<' && !strpbrk(reply.text, "\r\n"));
    return 0;
}
