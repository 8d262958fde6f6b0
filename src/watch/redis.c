/* redis: one number from one command (RESP; hiredis reads the answer). "INFO:used_memory" reads one field of
 * INFO, for what no command gives by itself. */
#include <hiredis/hiredis.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/library.h"
#include "base/secret.h"
#include "watch/dial.h"
#include "watch/watch_priv.h"

enum { ANSWER_BYTES = 1024 * 1024, WORDS_MOST = 32 };

static struct {
    typeof(redisReaderCreate) *reader_create;
    typeof(redisReaderFree) *reader_free;
    typeof(redisReaderFeed) *reader_feed;
    typeof(redisReaderGetReply) *reader_get_reply;
    typeof(freeReplyObject) *reply_free;
} library;

static void load(void)
{
    static const struct library_function functions[] = {
        {"redisReaderCreate", &library.reader_create}, {"redisReaderFree", &library.reader_free},
        {"redisReaderFeed", &library.reader_feed},     {"redisReaderGetReply", &library.reader_get_reply},
        {"freeReplyObject", &library.reply_free},
    };
    library_load("libhiredis.so.0.14", "libhiredis0.14", functions, sizeof functions / sizeof *functions);
}

struct redis_look {
    struct dial *dial;
    redisReader *reader;
    size_t n_bytes;    /* of the answers */
    int n_awaited;     /* answers before the one that counts: that of AUTH */
    const char *field; /* of INFO, or NULL */
};

static void redis_end(struct probe *probe)
{
    struct redis_look *look = probe->memory;
    dial_end(look->dial);
    if (look->reader)
        library.reader_free(look->reader);
    look->dial = NULL;
    look->reader = NULL;
}

static void say_error(struct probe *probe, const char *what)
{
    const char *address = probe->check->redis.address;
    char why[READING_TEXT_BYTES]; /* it may be the reader's, which goes */
    snprintf(why, sizeof why, "%.200s", what);
    redis_end(probe);
    probe_say(probe, READING_ERROR, 0, "%s: %s", address, why);
}

/* ---- what is asked ---- */

static void add_word(struct buf *out, const char *word, size_t n)
{
    buf_printf(out, "$%zu\r\n", n);
    buf_add(out, word, n);
    buf_puts(out, "\r\n");
}

static void add_command(struct buf *out, const char *command)
{
    struct {
        const char *at;
        size_t n;
    } words[WORDS_MOST];
    size_t n_words = 0;
    for (const char *at = command + strspn(command, " "); *at && n_words < WORDS_MOST;
         at += strspn(at, " ")) {
        words[n_words].at = at;
        at += words[n_words++].n = strcspn(at, " ");
    }
    buf_printf(out, "*%zu\r\n", n_words);
    for (size_t i = 0; i < n_words; i++)
        add_word(out, words[i].at, words[i].n);
}

static void on_connected(void *context)
{
    struct probe *probe = context;
    struct redis_look *look = probe->memory;
    const struct config_check *check = probe->check;
    scoped_buf struct buf asked = {0};
    scoped_secret char *password = NULL;
    struct err err;
    if (check->redis.secret && secret_read(check->redis.secret, &password, &err) < 0) {
        say_error(probe, err.text);
        return;
    }
    if (password) {
        buf_puts(&asked, "*2\r\n$4\r\nAUTH\r\n");
        add_word(&asked, password, strlen(password));
    }
    look->n_awaited = password ? 1 : 0;
    add_command(&asked, look->field ? "INFO" : check->redis.command);
    dial_write(look->dial, asked.at, asked.n_bytes);
    if (password)
        memset(asked.at, 0, asked.n_bytes);
}

/* ---- what is answered ---- */

/* The number of "field:12\r\n". */
static int field_read(const char *info, const char *field, double *ret_value)
{
    size_t n = strlen(field);
    for (const char *line = info; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, field, n) == 0 && line[n] == ':') {
            char *end;
            *ret_value = strtod(line + n + 1, &end);
            return end > line + n + 1 ? 0 : -1;
        }
    }
    return -1;
}

static int number_read(const struct redis_look *look, const redisReply *reply, double *ret_value)
{
    char *end;
    if (reply->type == REDIS_REPLY_INTEGER) {
        *ret_value = (double)reply->integer;
        return 0;
    }
    if ((reply->type != REDIS_REPLY_STRING && reply->type != REDIS_REPLY_STATUS) || !reply->len)
        return -1;
    if (look->field)
        return field_read(reply->str, look->field, ret_value);
    *ret_value = strtod(reply->str, &end);
    return *end ? -1 : 0;
}

/* True: the look is over. */
static bool reply_take(struct probe *probe, const redisReply *reply)
{
    struct redis_look *look = probe->memory;
    double value;
    if (reply->type == REDIS_REPLY_ERROR) {
        say_error(probe, reply->str);
        return true;
    }
    if (look->n_awaited-- > 0)
        return false;
    if (number_read(look, reply, &value) < 0) {
        say_error(probe, "the answer is no number");
        return true;
    }
    redis_end(probe);
    probe_say(probe, READING_VALUE, value, "%.150s of %s", probe->check->redis.command,
              probe->check->redis.address);
    return true;
}

static void on_received(void *context, const char *bytes, size_t n_bytes)
{
    struct probe *probe = context;
    struct redis_look *look = probe->memory;
    look->n_bytes += n_bytes;
    if (look->n_bytes > ANSWER_BYTES) {
        say_error(probe, "the answer is larger than 1 MiB");
        return;
    }
    library.reader_feed(look->reader, bytes, n_bytes);
    for (;;) {
        void *reply = NULL;
        if (library.reader_get_reply(look->reader, &reply) != REDIS_OK) {
            say_error(probe, look->reader->errstr);
            return;
        }
        if (!reply)
            return;
        bool over = reply_take(probe, reply);
        library.reply_free(reply);
        if (over)
            return;
    }
}

static void on_failed(void *context, const char *why)
{
    say_error(context, why);
}

static void redis_open(struct probe *probe)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const char info[] = "INFO:";
    struct redis_look *look = heap_alloc(sizeof *look);
    const char *command = probe->check->redis.command;
    pthread_once(&once, load);
    look->field = strncasecmp(command, info, sizeof info - 1) == 0 ? command + sizeof info - 1 : NULL;
    probe->memory = look;
}

static void redis_begin(struct probe *probe)
{
    struct redis_look *look = probe->memory;
    struct dial_handlers handlers = {on_connected, on_received, on_failed, probe};
    struct err err;
    look->n_bytes = 0;
    look->reader = library.reader_create();
    if (!look->reader)
        probe_say(probe, READING_ERROR, 0, "hiredis cannot start");
    else if (dial_begin(probe->loop, probe->check->redis.address, &handlers, &look->dial, &err) < 0)
        say_error(probe, err.text);
}

static void redis_close(struct probe *probe)
{
    free(probe->memory);
}

const struct check_kind redis_kind = {
    .open = redis_open, .begin = redis_begin, .end = redis_end, .close = redis_close};
