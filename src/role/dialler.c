/* The dialler: makes the connections that a start of core would make, and closes them again. It reads nothing
 * of what they could tell it, listens to nobody but core, and ends with it. */
#include <ctype.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/log.h"
#include "ledger/answers.h"
#include "loop/sandbox.h"
#include "role/dialler.h"
#include "role/role.h"

enum { PLACE_BYTES = sizeof(struct dialler_place) + 2 * DIALLER_TEXT_BYTES, PART_MS = 10 };

/* -1: core is gone, or it makes no sense; 0: not all of it is there yet; 1. */
static int place_read(const char *bytes, ssize_t n_bytes, struct arena *arena, struct ledger_place *ret_place,
                      size_t *ret_n_readers)
{
    struct dialler_place head;
    if (n_bytes <= 0)
        return -1;
    if ((size_t)n_bytes < sizeof head)
        return 0;
    memcpy(&head, bytes, sizeof head);
    if (head.n_store > DIALLER_TEXT_BYTES || head.n_password > DIALLER_TEXT_BYTES ||
        head.n_readers >= LEDGER_ANSWERS_MOST)
        return -1;
    if ((size_t)n_bytes < sizeof head + head.n_store + head.n_password)
        return 0;
    const char *store = bytes + sizeof head, *password = store + head.n_store;
    *ret_place = (struct ledger_place){
        .store = arena_strndup(arena, store, head.n_store),
        .password = head.has_password ? arena_strndup(arena, password, head.n_password) : NULL};
    *ret_n_readers = head.n_readers;
    return 1;
}

/* Without taking it: the next dialler wants it, too. */
static bool place_look(int fd, struct arena *arena, struct ledger_place *ret_place, size_t *ret_n_readers)
{
    char bytes[PLACE_BYTES];
    for (;;) {
        ssize_t n = recv(fd, bytes, sizeof bytes, MSG_PEEK);
        int got = place_read(bytes, n, arena, ret_place, ret_n_readers);
        explicit_bzero(bytes, sizeof bytes);
        if (got != 0)
            return got > 0;
        poll(NULL, 0, PART_MS);
    }
}

/* The same words again and again say nothing. */
static void log_news(struct err *said, const struct err *err)
{
    if (strcmp(said->text, err->text) != 0)
        log_event(LOG_INFO, "ledger.still_away", "why=%s", log_quote(err->text));
    *said = *err;
}

int role_dialler(const struct role_options *options)
{
    scoped_arena struct arena *arena = arena_new();
    struct ledger_place place;
    struct err err = {0}, said = {0};
    size_t n_readers;
    char question;
    log_setup("dialler", LOG_INFO);
    if (sandbox_enter(SANDBOX_COURIER, &err) < 0) {
        log_event(LOG_ERROR, "dialler.cannot_start", "error=%s", log_quote(err.text));
        return EXIT_CANNOT_OPEN;
    }
    if (!place_look(options->place_fd, arena, &place, &n_readers) ||
        send(options->core_fd, "-", 1, MSG_NOSIGNAL) != 1)
        return 0;
    while (recv(options->core_fd, &question, 1, 0) == 1) {
        err = (struct err){0};
        bool there = ledger_answers(&place, question == DIALLER_ALL, n_readers, &err) == 0;
        if (!there)
            log_news(&said, &err);
        char answer = there ? (char)toupper(question) : '-';
        if (send(options->core_fd, &answer, 1, MSG_NOSIGNAL) != 1)
            break;
    }
    return 0;
}
