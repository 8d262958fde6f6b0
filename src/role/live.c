#include "role/live.h"

#include <pthread.h>
#include <string.h>

#include "base/arena.h"

enum { KEPT_BYTES = 64 * 1024, RUNS_MOST = 32 };

struct live_run {
    int64_t run;
    int line, attempt;
    bool running;
    bool after_return; /* the last byte was a carriage return */
    uint64_t begins;   /* which byte of all is the first one kept */
    uint64_t used;     /* when something happened, in turns */
    struct buf text;
};

struct live {
    pthread_mutex_t lock;
    uint64_t turn;
    struct live_run runs[RUNS_MOST];
};

struct live *live_new(void)
{
    struct live *live = heap_alloc(sizeof *live);
    pthread_mutex_init(&live->lock, NULL);
    return live;
}

void live_free(struct live *live)
{
    if (!live)
        return;
    for (size_t i = 0; i < RUNS_MOST; i++)
        buf_free(&live->runs[i].text);
    pthread_mutex_destroy(&live->lock);
    heap_free_(&live);
}

static struct live_run *find(struct live *live, int64_t run)
{
    for (size_t i = 0; i < RUNS_MOST; i++)
        if (live->runs[i].run == run)
            return &live->runs[i];
    return NULL;
}

/* The place of that run, or of the one that has ended or been silent the longest. */
static struct live_run *place_for(struct live *live, int64_t run)
{
    struct live_run *place = find(live, run);
    for (size_t i = 0; !place && i < RUNS_MOST; i++)
        if (!live->runs[i].run)
            place = &live->runs[i];
    if (place)
        return place;
    place = &live->runs[0];
    for (size_t i = 1; i < RUNS_MOST; i++) {
        const struct live_run *other = &live->runs[i];
        if (other->running != place->running ? !other->running : other->used < place->used)
            place = &live->runs[i];
    }
    return place;
}

void live_begin(struct live *live, int64_t run, int line, int attempt)
{
    pthread_mutex_lock(&live->lock);
    struct live_run *place = place_for(live, run);
    buf_free(&place->text);
    *place = (struct live_run){
        .run = run, .line = line, .attempt = attempt, .running = true, .used = ++live->turn};
    pthread_mutex_unlock(&live->lock);
}

static void add_byte(struct live_run *place, char c)
{
    bool drops = c == '\n' && place->after_return; /* the end of a line was there already */
    place->after_return = c == '\r';
    if (!drops)
        buf_putc(&place->text, c == '\r' ? '\n' : c);
}

void live_add(struct live *live, int64_t run, const char *bytes, size_t n_bytes)
{
    pthread_mutex_lock(&live->lock);
    struct live_run *place = find(live, run);
    if (place && place->running) {
        place->used = ++live->turn;
        for (size_t i = 0; i < n_bytes; i++)
            add_byte(place, bytes[i]);
        if (place->text.n_bytes > 2 * (size_t)KEPT_BYTES) {
            size_t n_over = place->text.n_bytes - KEPT_BYTES;
            buf_consume(&place->text, n_over);
            place->begins += n_over;
        }
    }
    pthread_mutex_unlock(&live->lock);
}

void live_end(struct live *live, int64_t run)
{
    pthread_mutex_lock(&live->lock);
    struct live_run *place = find(live, run);
    if (place)
        place->running = false;
    pthread_mutex_unlock(&live->lock);
}

static bool is_inside_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Without the beginning of a character whose end has not come. */
static size_t whole_bytes(const char *text, size_t n_bytes)
{
    size_t n = n_bytes;
    while (n > 0 && n_bytes - n < 3 && is_inside_character(text[n - 1]))
        n--;
    if (n == 0 || !((unsigned char)text[n - 1] & 0x80))
        return n_bytes;
    unsigned char first = (unsigned char)text[n - 1];
    size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    return n_bytes - (n - 1) < wanted ? n - 1 : n_bytes;
}

bool live_read(struct live *live, int64_t run, int line, uint64_t from, struct buf *out,
               struct api_output *ret_output)
{
    pthread_mutex_lock(&live->lock);
    const struct live_run *place = find(live, run);
    bool known = place && place->line == line;
    if (known) {
        uint64_t end = place->begins + place->text.n_bytes;
        uint64_t begin = from < place->begins ? place->begins : from > end ? end : from;
        size_t skipped = (size_t)(begin - place->begins);
        while (skipped < place->text.n_bytes && is_inside_character(place->text.at[skipped]))
            skipped++;
        const char *text = place->text.at ? place->text.at + skipped : "";
        size_t n_bytes = whole_bytes(text, place->text.n_bytes - skipped);
        buf_add(out, text, n_bytes);
        *ret_output = (struct api_output){.from = place->begins + skipped,
                                          .next = place->begins + skipped + n_bytes,
                                          .attempt = place->attempt,
                                          .running = place->running};
    }
    pthread_mutex_unlock(&live->lock);
    return known;
}
