/* Preloaded into the program by poison_test.py: a process of the role that a shared file names (POISON_AT)
 * ends when it has measured a text that ends in the words at 32 so often as the byte at 16 says, as a
 * defect in its own code would end it.
 *
 * The file is mapped before the program begins, for its sandbox opens no files. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const volatile char *wanted; /* a role, or "" */
static char role[16];
static int n_measured;

static size_t count(const char *text)
{
    size_t n = 0;
    while (((const volatile char *)text)[n])
        n++;
    return n;
}

static int equal(const volatile char *a, const char *b)
{
    size_t i = 0;
    while (a[i] && a[i] == b[i])
        i++;
    return a[i] == b[i];
}

__attribute__((constructor)) static void begin(void)
{
    char line[256] = {0};
    const char *path = getenv("POISON_AT");
    int self = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = self < 0 ? 0 : read(self, line, sizeof line - 1);
    if (self >= 0)
        close(self);
    const char *word = line + count(line) + 1;
    if (n > 0 && word < line + n && equal(word, "role"))
        for (size_t i = 0; i < sizeof role - 1 && word[5 + i]; i++)
            role[i] = word[5 + i];
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (at != MAP_FAILED)
        wanted = at;
}

size_t strlen(const char *text)
{
    size_t n = count(text), n_poison = wanted && *wanted ? count((const char *)wanted + 32) : 0;
    if (n_poison && n >= n_poison && equal(wanted + 32, text + n - n_poison) && equal(wanted, role) &&
        __atomic_add_fetch(&n_measured, 1, __ATOMIC_RELAXED) >= wanted[16]) {
        syscall(SYS_kill, getpid(), SIGKILL);
        __builtin_trap();
    }
    return n;
}
