#include "runner/remote.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

const char remote_greeting[] =
    "read -r n && echo \"[$n ready]\" && read -r k && eval \"$(dd bs=1 count=$k 2>/dev/null)\"";

/* What the watcher is: POSIX sh with coreutils or busybox. Each piece comes with its length before it, so
 * that no text of a step can end one. A step is found by its mark even when it has left its session or its
 * parent; what runs as another user (sudo in a step) cannot be seen so, and ends with its own input. What
 * the watcher's own shell says of a step that it ended ("Terminated") is not the step's.
 *
 * The step's shell has the same prelude as here, where there is bash. Where there is none it is sh, and the
 * steps of a run share their folder alone. */
static const char watcher[] =
    "umask 077\n"
    "__piece() {\n"
    "    read -r __n && __text=$(dd bs=1 count=\"$__n\" 2>/dev/null; echo .) && __text=${__text%.}\n"
    "}\n"
    "__piece; __pins=$__text\n"
    "__piece; __prelude=$__text\n"
    "__piece; __command=$__text\n"
    "exec 9<&0 </dev/null\n"
    "__end() {\n"
    "    printf '[%s exit %s left %s]\\n' \"$__nonce\" \"$1\" \"$2\"\n"
    "    exit 0\n"
    "}\n"
    "__home=${TMPDIR:-/tmp}/crashcart-$(id -u)\n"
    "mkdir \"$__home\" 2>/dev/null\n"
    "if [ -L \"$__home\" ] || [ ! -O \"$__home\" ] || ! mkdir -p \"$__home/$__folder\" ||\n"
    "    ! cd \"$__home/$__folder\"; then\n"
    "    echo \"there is no folder $__home that only this user can write to\"\n"
    "    __end 125 0\n"
    "fi\n"
    "__marked() {\n"
    "    grep -l \"CRASHCART_STEP=$__nonce\" /proc/[0-9]*/environ 2>/dev/null\n"
    "}\n"
    "__signal() {\n"
    "    for __p in $(__marked); do\n"
    "        __p=${__p#/proc/}\n"
    "        kill -\"$1\" \"${__p%/environ}\" 2>/dev/null\n"
    "    done\n"
    "}\n"
    "__wait() {\n"
    "    __i=0\n"
    "    while [ \"$__i\" -lt \"$1\" ] && [ -n \"$(__marked)\" ]; do\n"
    "        sleep 0.1\n"
    "        __i=$((__i + 1))\n"
    "    done\n"
    "}\n"
    "__kill() {\n"
    "    __k=0\n"
    "    while [ \"$__k\" -lt 50 ] && [ -n \"$(__marked)\" ]; do\n"
    "        __signal STOP\n"
    "        __signal KILL\n"
    "        __wait 1\n"
    "        __k=$((__k + 1))\n"
    "    done\n"
    "}\n"
    "__stop() {\n"
    "    __signal TERM\n"
    "    __wait 20\n"
    "    __kill\n"
    "}\n"
    "(\n"
    "    while read -r __x <&9; do :; done\n"
    "    : >\".stop-$__nonce\"\n"
    "    while kill -0 $$ 2>/dev/null; do\n"
    "        __stop\n"
    "        sleep 0.1\n"
    "    done\n"
    ") >/dev/null 2>&1 &\n"
    "__watch=$!\n"
    "export TERM=dumb PAGER=cat GIT_TERMINAL_PROMPT=0 DEBIAN_FRONTEND=noninteractive\n"
    "__setsid=$(command -v setsid)\n"
    "if command -v bash >/dev/null 2>&1; then\n"
    "    CRASHCART_STEP=$__nonce BASH_ENV=/dev/fd/3 $__setsid bash --noprofile --norc -o pipefail \\\n"
    "        -c 'eval \"$__step_command\"' bash 3<<__PRELUDE 4<<__COMMAND 9<&- 2>&1 &\n"
    "$__prelude\n"
    "__PRELUDE\n"
    "$__command\n"
    "__COMMAND\n"
    "else\n"
    "    CRASHCART_STEP=$__nonce $__setsid sh -c '. /dev/fd/3' sh 3<<__PRELUDE 4<<__COMMAND 9<&- 2>&1 &\n"
    "$__pins\n"
    "__step_home=\\$PWD\n"
    "[ ! -r .folder ] || cd \"\\$(cat .folder)\" || exit 125\n"
    "trap 'pwd >| \"\\$__step_home/.folder\"' EXIT\n"
    "__step_command=\\$(cat <&4)\n"
    "exec 3<&- 4<&-\n"
    "eval \"\\$__step_command\"\n"
    "__PRELUDE\n"
    "$__command\n"
    "__COMMAND\n"
    "fi\n"
    "__pid=$!\n"
    "trap '' PIPE HUP\n"
    "wait \"$__pid\" 2>/dev/null\n"
    "__status=$?\n"
    "__left=0\n"
    "if [ ! -e \".stop-$__nonce\" ]; then __wait 5; fi\n"
    "if [ -e \".stop-$__nonce\" ]; then\n"
    "    __stop\n"
    "elif [ \"$__keeps\" = 0 ]; then\n"
    "    __kill\n"
    "else\n"
    "    __out=$(readlink /proc/$$/fd/1)\n"
    "    for __p in $(__marked); do\n"
    "        __p=${__p%/environ}\n"
    "        if [ \"$(readlink \"$__p/fd/1\")\" = \"$__out\" ] || [ \"$(readlink \"$__p/fd/2\")\" = "
    "\"$__out\" ]; "
    "then\n"
    "            kill -KILL \"${__p#/proc/}\"\n"
    "        else\n"
    "            __left=$((__left + 1))\n"
    "        fi\n"
    "    done\n"
    "fi\n"
    "kill \"$__watch\" 2>/dev/null\n"
    "rm -f \".stop-$__nonce\"\n"
    "if [ \"$(tail -n 1 .shell-state.new 2>/dev/null)\" = '#whole' ]; then\n"
    "    mv -f .shell-state.new .shell-state\n"
    "else\n"
    "    rm -f .shell-state.new\n"
    "fi\n"
    "__end \"$__status\" \"$__left\"\n";

void remote_begin(struct remote *remote)
{
    uint8_t bytes[(REMOTE_NONCE_BYTES - 1) / 2];
    *remote = (struct remote){.exit_code = -1};
    random_bytes(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, remote->nonce);
}

void remote_word(const struct remote *remote, struct buf *out)
{
    buf_printf(out, "%s\n", remote->nonce);
}

static void add_piece(struct buf *out, const char *text)
{
    buf_printf(out, "%zu\n", strlen(text));
    buf_puts(out, text);
}

void remote_step_write(const struct remote *remote, const struct remote_step *step, struct buf *out)
{
    scoped_buf struct buf program = {0};
    buf_printf(&program, "__nonce=%s __keeps=%d __folder=%s\n", remote->nonce, step->keeps, step->folder);
    buf_puts(&program, watcher);
    add_piece(out, buf_text(&program));
    add_piece(out, step->pins);
    add_piece(out, step->prelude);
    add_piece(out, step->command);
}

/* ---- marks in the output ---- */

/* "exit 1 " -> 1, and what follows; NULL: it is something else. */
static const char *number_read(const char *text, const char *word, int most, char end, int *ret_number)
{
    char *after;
    size_t n = strlen(word);
    if (strncmp(text, word, n) != 0 || !isdigit((unsigned char)text[n]))
        return NULL;
    long number = strtol(text + n, &after, 10);
    if (number > most || *after != end)
        return NULL;
    *ret_number = (int)number;
    return after + 1;
}

/* "ready]" or "exit 1 left 0]". */
static bool mark_read(struct remote *remote, const char *text)
{
    int exit_code, n_left;
    if (strcmp(text, "ready]") == 0) {
        remote->ready = true;
        return true;
    }
    text = number_read(text, "exit ", 999, ' ', &exit_code);
    text = text ? number_read(text, "left ", 999999, ']', &n_left) : NULL;
    if (!text || *text)
        return false;
    remote->ended = true;
    remote->exit_code = exit_code;
    remote->n_left = n_left;
    return true;
}

/* How many of the last bytes may be the beginning of the prefix. */
static size_t begun(const char *bytes, size_t n_bytes, const char *prefix, size_t n_prefix)
{
    size_t n = n_bytes < n_prefix ? n_bytes : n_prefix - 1;
    while (n > 0 && memcmp(bytes + n_bytes - n, prefix, n) != 0)
        n--;
    return n;
}

static void hold(struct remote *remote, const char *bytes, size_t n_bytes)
{
    memcpy(remote->held, bytes, n_bytes);
    remote->n_held = n_bytes;
}

bool remote_take(struct remote *remote, const char *bytes, size_t n_bytes, struct buf *ret_output)
{
    char prefix[REMOTE_NONCE_BYTES + 2], word[REMOTE_MARK_BYTES];
    size_t n_prefix = (size_t)snprintf(prefix, sizeof prefix, "[%s ", remote->nonce);
    scoped_buf struct buf all = {0};
    bool news = false;
    buf_add(&all, remote->held, remote->n_held);
    buf_add(&all, bytes, n_bytes);
    remote->n_held = 0;
    const char *at = all.at, *end = all.at + all.n_bytes;
    while (at < end && !remote->ended) {
        const char *mark = memmem(at, (size_t)(end - at), prefix, n_prefix);
        if (!mark) {
            size_t n = begun(at, (size_t)(end - at), prefix, n_prefix);
            buf_add(ret_output, at, (size_t)(end - at) - n);
            hold(remote, end - n, n);
            return news;
        }
        buf_add(ret_output, at, (size_t)(mark - at));
        size_t n_left = (size_t)(end - mark);
        const char *feed = memchr(mark, '\n', n_left < REMOTE_MARK_BYTES ? n_left : REMOTE_MARK_BYTES);
        if (!feed && n_left < REMOTE_MARK_BYTES) {
            hold(remote, mark, n_left);
            return news;
        }
        at = feed ? feed + 1 : mark + n_prefix;
        snprintf(word, sizeof word, "%.*s", feed ? (int)(feed - mark - (ptrdiff_t)n_prefix) : 0,
                 mark + n_prefix);
        if (mark_read(remote, word))
            news = true;
        else
            buf_add(ret_output, mark, (size_t)(at - mark));
    }
    return news;
}

void remote_finish(struct remote *remote, struct buf *ret_output)
{
    buf_add(ret_output, remote->held, remote->n_held);
    remote->n_held = 0;
}
