#include "loop/pulse.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int pulse_make(int *ret_fd, const uint64_t **ret_beats, struct err *err)
{
    int fd = memfd_create("crashcart-pulse", MFD_CLOEXEC);
    void *beats = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, sizeof **ret_beats) == 0)
        beats = mmap(NULL, sizeof **ret_beats, PROT_READ, MAP_SHARED, fd, 0);
    if (beats == MAP_FAILED) {
        err_set(err, "no memory for a sign of life: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *ret_fd = fd;
    *ret_beats = beats;
    return 0;
}

void pulse_beat(struct pulse *pulse)
{
    if (pulse->beats)
        __atomic_add_fetch(pulse->beats, 1, __ATOMIC_RELAXED);
}

static void on_beat(uv_timer_t *timer)
{
    pulse_beat(timer->data);
}

void pulse_begin(struct pulse *pulse, uv_loop_t *loop, int fd)
{
    if (fd <= 0)
        return;
    pulse->beats = mmap(NULL, sizeof *pulse->beats, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (pulse->beats == MAP_FAILED) {
        pulse->beats = NULL;
        return;
    }
    __atomic_store_n(pulse->beats, 0, __ATOMIC_RELAXED);
    uv_timer_init(loop, &pulse->timer);
    pulse->timer.data = pulse;
    uv_timer_start(&pulse->timer, on_beat, 0, PULSE_EVERY_S * 1000);
    uv_unref((uv_handle_t *)&pulse->timer);
}
