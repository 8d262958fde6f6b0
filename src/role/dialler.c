/* The dialler: makes the connections that a start of core would make, and closes them again. It reads nothing
 * of what they could tell it, listens to nobody but core, and ends with it. */
#include <ctype.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/log.h"
#include "ledger/answers.h"
#include "loop/sandbox.h"
#include "role/dialler.h"
#include "role/role.h"

/* False: core is gone. */
static bool take(int fd, void *out, size_t n_bytes)
{
    return n_bytes == 0 || recv(fd, out, n_bytes, MSG_WAITALL) == (ssize_t)n_bytes;
}

static bool take_place(int fd, struct arena *arena, struct ledger_place *ret_place, size_t *ret_n_readers)
{
    struct dialler_place head;
    if (!take(fd, &head, sizeof head) || head.n_store > DIALLER_TEXT_BYTES ||
        head.n_password > DIALLER_TEXT_BYTES || head.n_readers >= LEDGER_ANSWERS_MOST)
        return false;
    char *store = arena_alloc(arena, head.n_store + 1), *password = arena_alloc(arena, head.n_password + 1);
    if (!take(fd, store, head.n_store) || !take(fd, password, head.n_password))
        return false;
    store[head.n_store] = password[head.n_password] = '\0';
    *ret_place = (struct ledger_place){.store = store, .password = head.has_password ? password : NULL};
    *ret_n_readers = head.n_readers;
    return true;
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
    if (!take_place(options->core_fd, arena, &place, &n_readers))
        return 0;
    while (take(options->core_fd, &question, 1)) {
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
