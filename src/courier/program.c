/* program: the page document on the standard input of a program of the team's own. The courier may execute
 * nothing: it hands the page and the name of the program to the runner, and hears how it ended
 * (runner/page_program.h). Exit status 0 takes the page. Those that sysexits(3) and the shell have for what
 * will not work another time either are dead; all others are tried again. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "courier/courier_priv.h"

enum { SHOWN_BYTES = 120, SHELL_CANNOT_EXECUTE = 126, SHELL_FINDS_NOTHING = 127 };

int program_receiver(const struct attempt *attempt, char *out, struct err *err)
{
    if (!config_program(courier_config(attempt->courier), attempt->address))
        return err_set(err, "channels.programs has no \"%.40s\"", attempt->address);
    snprintf(out, RECEIVER_BYTES, "program:%.*s", RECEIVER_BYTES - 20, attempt->address);
    return 0;
}

void program_order_write(struct buf *out, const struct attempt *attempt)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair_int(&w, "delivery", attempt->delivery);
    jw_pair_int(&w, "attempt", attempt->number);
    jw_pair(&w, "program", attempt->address);
    jw_name(&w, "page");
    jw_string_n(&w, attempt->page, attempt->n_bytes);
    jw_end_object(&w);
}

static bool is_dead(int64_t exit_code)
{
    switch (exit_code) {
    case EX_USAGE:
    case EX_DATAERR:
    case EX_NOUSER:
    case EX_NOHOST:
    case EX_NOPERM:
    case EX_CONFIG:
    case SHELL_CANNOT_EXECUTE:
    case SHELL_FINDS_NOTHING:
        return true;
    default:
        return false;
    }
}

/* The last line: where programs say why. */
static void add_last_line(struct buf *out, const char *text)
{
    size_t n = strlen(text), begin;
    while (n && strchr(" \r\n", text[n - 1]))
        n--;
    for (begin = n; begin && text[begin - 1] != '\n';)
        begin--;
    if (n > begin)
        buf_printf(out, ": %.*s", (int)(n - begin < SHOWN_BYTES ? n - begin : SHOWN_BYTES), text + begin);
}

void program_judge(struct attempt *attempt, struct json end)
{
    int64_t exit_code = json_int(json_get(end, "exit"), -1);
    const char *why = json_text(json_get(end, "why"), NULL);
    const char *output = json_text(json_get(end, "output"), NULL);
    bool refused = json_bool(json_get(end, "refused"), false);
    scoped_buf struct buf said = {0};
    if (exit_code == 0) {
        attempt_judged(attempt, VERDICT_SENT, 0, "the program took it");
        return;
    }
    if (exit_code < 0)
        buf_puts(&said, why ? why : "the program did not run to its end");
    else
        buf_printf(&said, "the program says %lld", (long long)exit_code);
    add_last_line(&said, output ? output : "");
    attempt_judged(attempt, refused || is_dead(exit_code) ? VERDICT_DEAD : VERDICT_RETRY, 0, "%s", said.at);
}
