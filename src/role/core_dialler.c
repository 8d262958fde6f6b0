#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "role/dialler.h"

int dialler_begin(struct dialler *dialler, int fd, int place_fd, const struct ledger_place *place,
                  size_t n_readers, struct err *err)
{
    scoped_buf struct buf message = {0};
    const char *password = place->password ? place->password : "";
    struct dialler_place head = {.n_store = (uint32_t)strlen(place->store),
                                 .n_password = (uint32_t)strlen(password),
                                 .has_password = place->password != NULL,
                                 .n_readers = (uint32_t)n_readers};
    buf_add(&message, &head, sizeof head);
    buf_add(&message, place->store, head.n_store);
    buf_add(&message, password, head.n_password);
    ssize_t n = send(place_fd, message.at, message.n_bytes, MSG_NOSIGNAL);
    int error = errno;
    close(place_fd);
    explicit_bzero(message.at, message.n_bytes);
    if (n != (ssize_t)message.n_bytes)
        return err_set(err, "the dialler is not told where the ledger is: %s", strerror(error));
    dialler->fd = fd;
    return 0;
}

bool dialler_says(struct dialler *dialler, enum dialler_question question)
{
    char answers[16]; /* the last one counts: a dialler that was started anew says one more */
    if (dialler->fd <= 0)
        return true;
    ssize_t n = recv(dialler->fd, answers, sizeof answers, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        return true;
    if (n > 0) {
        bool yes = dialler->asked == (char)question && answers[n - 1] == toupper(question);
        dialler->asked = 0;
        if (yes)
            return true;
    }
    const char ask = (char)question;
    if (!dialler->asked && send(dialler->fd, &ask, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
        dialler->asked = ask;
    return false;
}
