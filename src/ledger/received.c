/* A row of the inbox that holds what several requests brought. Its format is "several", which no parser has;
 * its body is for each of them the format, NUL, the number of bytes (four, the lowest first), the bytes. */
#include "ledger/received.h"

#include <string.h>

#include "ledger/ledger_priv.h"

/* A longer row is hardly cheaper to write, and is heard, and erased, in one piece. */
enum { ROW_BYTES = 32 * 1024, LENGTH_BYTES = 4 };

static const char SEVERAL[] = "several";

static size_t whole_bytes(const struct received *one)
{
    return strlen(one->format) + 1 + LENGTH_BYTES + one->n_bytes;
}

static void put(struct buf *row, const struct received *one)
{
    buf_add(row, one->format, strlen(one->format) + 1);
    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        buf_putc(row, (char)(one->n_bytes >> 8 * i));
    buf_add(row, one->body, one->n_bytes);
}

/* How many of them are one row. */
static size_t fit(const struct received *received, size_t n)
{
    size_t fitting = 0, n_bytes = 0;
    while (fitting < n && (n_bytes += whole_bytes(&received[fitting])) <= ROW_BYTES)
        fitting++;
    return fitting ? fitting : 1;
}

int ledger_accept_all(struct ledger *ledger, const struct received *received, size_t n, int64_t received_us,
                      struct err *err)
{
    int result = 0;
    for (size_t n_row; result == 0 && n > 0; received += n_row, n -= n_row) {
        n_row = fit(received, n);
        if (n_row == 1) {
            result =
                ledger_accept(ledger, received->format, received->body, received->n_bytes, received_us, err);
            continue;
        }
        buf_clear(&ledger->row);
        for (size_t i = 0; i < n_row; i++)
            put(&ledger->row, &received[i]);
        result = ledger_accept(ledger, SEVERAL, ledger->row.at, ledger->row.n_bytes, received_us, err);
    }
    return result;
}

/* The next of them; false: what is there is none. */
static bool take(const char **at, size_t *left, struct received *ret_one)
{
    const char *end = memchr(*at, '\0', *left);
    size_t head = end ? (size_t)(end - *at) + 1 + LENGTH_BYTES : 0, n_bytes = 0;
    if (!end || head > *left)
        return false;
    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        n_bytes |= (size_t)(unsigned char)end[1 + i] << 8 * i;
    if (n_bytes > *left - head)
        return false;
    *ret_one = (struct received){*at, *at + head, n_bytes};
    *at += head + n_bytes;
    *left -= head + n_bytes;
    return true;
}

static int visit_one(struct ledger *ledger, const struct received *one, int64_t received_us,
                     ledger_inbox_visit *visit, void *context)
{
    const void *body = one->body;
    size_t n_bytes = one->n_bytes;
    unpack(&ledger->unpacked, &body, &n_bytes);
    return visit(context, one->format, body, n_bytes, received_us);
}

int received_each(struct ledger *ledger, const struct received *row, int64_t received_us,
                  ledger_inbox_visit *visit, void *context, size_t *n_visited)
{
    const char *at = row->body;
    size_t left = row->n_bytes;
    struct received one = *row;
    bool several = strcmp(row->format, SEVERAL) == 0;
    do {
        if (several && !take(&at, &left, &one)) {
            one = (struct received){row->format, at, left}; /* damaged: in a format that nobody reads */
            left = 0;
        }
        ++*n_visited;
        int result = visit_one(ledger, &one, received_us, visit, context);
        if (result != 0)
            return result;
    } while (several && left > 0);
    return 0;
}
