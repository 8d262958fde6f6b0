#include "api/form.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/list.h"

enum { MOST_PAIRS = 200 };

static int digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

static const char *decoded(struct arena *arena, const char *at, const char *end)
{
    scoped_buf struct buf out = {0};
    for (; at < end; at++) {
        char c = *at == '+' ? ' ' : *at;
        if (*at == '%' && end - at > 2 && digit(at[1]) >= 0 && digit(at[2]) >= 0) {
            c = (char)(digit(at[1]) * 16 + digit(at[2]));
            at += 2;
        }
        buf_putc(&out, c ? c : ' ');
    }
    return arena_strndup(arena, buf_text(&out), out.n_bytes);
}

void form_read(struct arena *arena, const char *body, size_t n_bytes, struct form *ret_form)
{
    *ret_form = (struct form){0};
    for (const char *at = body, *end = body + n_bytes; at < end && ret_form->n < MOST_PAIRS;) {
        const char *next = memchr(at, '&', (size_t)(end - at));
        const char *stop = next ? next : end, *equals = memchr(at, '=', (size_t)(stop - at));
        if (stop > at) {
            struct form_pair *pair = list_push(arena, ret_form);
            pair->name = decoded(arena, at, equals ? equals : stop);
            pair->value = equals ? decoded(arena, equals + 1, stop) : "";
        }
        at = next ? next + 1 : end;
    }
}

const char *form_value(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->n; i++)
        if (strcmp(form->at[i].name, name) == 0)
            return form->at[i].value;
    return "";
}
