#include "cmd/keys.h"

#include <string.h>

static const struct {
    const char *bytes;
    enum key_kind kind;
} sequences[] = {
    {"\033[A", KEY_UP},       {"\033[B", KEY_DOWN},       {"\033OA", KEY_UP},   {"\033OB", KEY_DOWN},
    {"\033[5~", KEY_PAGE_UP}, {"\033[6~", KEY_PAGE_DOWN}, {"\033[H", KEY_HOME}, {"\033[F", KEY_END},
    {"\033[1~", KEY_HOME},    {"\033[4~", KEY_END},       {"\033OH", KEY_HOME}, {"\033OF", KEY_END},
};

static const char paste_begin[] = "\033[200~", paste_end[] = "\033[201~";

static bool begins(const char *bytes, size_t n_bytes, const char *with)
{
    size_t n = strlen(with);
    return n_bytes >= n && memcmp(bytes, with, n) == 0;
}

/* ESC [ parameters final byte, ESC O letter, or ESC and a key pressed with Alt. */
static size_t escape_bytes(const char *bytes, size_t n_bytes)
{
    size_t n = 2;
    if (n_bytes < 2 || (bytes[1] != '[' && bytes[1] != 'O'))
        return n_bytes < 2 ? 1 : 2;
    while (n < n_bytes && (unsigned char)bytes[n] < 0x40)
        n++;
    return n < n_bytes ? n + 1 : n_bytes;
}

static size_t escape_decode(struct key_decoder *decoder, const char *bytes, size_t n_bytes, struct key *key)
{
    key->kind = n_bytes == 1 ? KEY_ESCAPE : KEY_OTHER;
    if (begins(bytes, n_bytes, paste_begin) || begins(bytes, n_bytes, paste_end)) {
        decoder->in_paste = begins(bytes, n_bytes, paste_begin);
        return sizeof paste_begin - 1;
    }
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        if (begins(bytes, n_bytes, sequences[i].bytes)) {
            key->kind = sequences[i].kind;
            return strlen(sequences[i].bytes);
        }
    return escape_bytes(bytes, n_bytes);
}

static size_t text_decode(const char *bytes, size_t n_bytes, struct key *key)
{
    unsigned char first = (unsigned char)bytes[0];
    size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
    bool whole = wanted <= n_bytes && (first < 0x80 || first >= 0xc2) && first < 0xf5;
    for (size_t i = 1; whole && i < wanted; i++)
        whole = ((unsigned char)bytes[i] & 0xc0) == 0x80;
    if (!whole)
        return 1;
    key->kind = KEY_TEXT;
    memcpy(key->text, bytes, wanted);
    return wanted;
}

size_t key_decode(struct key_decoder *decoder, const char *bytes, size_t n_bytes, struct key *ret_key)
{
    struct key key = {.kind = KEY_OTHER, .pasted = decoder->in_paste};
    size_t n = 1;
    switch (bytes[0]) {
    case '\033':
        n = escape_decode(decoder, bytes, n_bytes, &key);
        break;
    case '\r':
    case '\n':
        key.kind = KEY_ENTER;
        break;
    case 0x7f:
    case '\b':
        key.kind = KEY_ERASE;
        break;
    case 'U' - '@':
        key.kind = KEY_ERASE_LINE;
        break;
    case 'L' - '@':
        key.kind = KEY_REDRAW;
        break;
    default:
        if ((unsigned char)bytes[0] >= 0x20)
            n = text_decode(bytes, n_bytes, &key);
    }
    *ret_key = key;
    return n;
}
