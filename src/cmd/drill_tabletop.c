/* crashcart drill tabletop FILE#PROCEDURE: the terminal of drill/tabletop.h. Questions go to standard error,
 * so that --json has standard output for itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "cmd/drill_priv.h"
#include "cmd/exit_code.h"
#include "cmd/run.h"
#include "cmd/runbook_file.h"
#include "cmd/terminal.h"
#include "drill/tabletop.h"

static int64_t now_us(void)
{
    return clock_wall_us(clock_system());
}

/* What comes from the document is shown without its control characters. */
static void show(const struct buf *text)
{
    scoped_buf struct buf clean = {0};
    text_add_exact(&clean, buf_text(text), 0);
    fputs(buf_text(&clean), stderr);
}

/* Until the last step, "q", or the end of the input. */
static void talk_it_through(struct arena *arena, struct tabletop *tabletop)
{
    struct tabletop_turn *turn;
    char *line = NULL;
    size_t size = 0;
    fputs("Nothing will be executed. Say who does it, with what, and what you expect to see.\n"
          "Enter: that is clear.  ? and words: it is not.  - and words: skipped.  q: the end.\n",
          stderr);
    while ((turn = tabletop_ask(tabletop, now_us()))) {
        scoped_buf struct buf question = {0};
        tabletop_question(&question, tabletop, turn);
        show(&question);
        fputs("> ", stderr);
        if (getline(&line, &size, stdin) < 0)
            break;
        line[strcspn(line, "\r\n")] = '\0';
        if (strcmp(line, "q") == 0)
            break;
        if (!utf8_valid(line, strlen(line)))
            continue;
        tabletop_answer(turn, line, now_us(), arena);
    }
    free(line);
}

int drill_tabletop(struct arena *arena, const char *word, const char *reports, bool json)
{
    const char *file, *name;
    struct runbook_file opened;
    struct tabletop tabletop;
    struct err err;
    scoped_buf struct buf says = {0}, report = {0}, document = {0};
    run_word_split(arena, word, &file, &name);
    if (runbook_open(arena, "drill", file, &opened) != EXIT_DONE)
        return EXIT_UNREACHABLE;
    const struct procedure *procedure = run_choose(arena, opened.runbook, file, name, &says);
    if (!procedure) {
        fputs(buf_text(&says), name ? stderr : stdout);
        return name ? EXIT_USAGE : EXIT_DONE;
    }
    const char *id = procedure->id && *procedure->id ? procedure->id : "procedure";
    const char *path = drill_report_path(arena, reports, arena_printf(arena, "tabletop-%s", id));
    if (!path)
        return EXIT_UNREACHABLE;
    tabletop_begin(arena, opened.runbook, procedure, now_us(), &tabletop);
    talk_it_through(arena, &tabletop);
    tabletop.ended_us = now_us();
    tabletop_report(&report, &tabletop);
    if (file_write(path, buf_text(&report), report.n_bytes, 0600, &err) < 0) {
        error_print(err.text);
        return EXIT_UNREACHABLE;
    }
    if (json) {
        tabletop_json(&document, &tabletop, path);
        fwrite(buf_text(&document), 1, document.n_bytes, stdout);
    } else {
        printf("\n");
        fwrite(buf_text(&report), 1, report.n_bytes, stdout);
        printf("\nreport: %s\n", path);
    }
    return tabletop_gaps(&tabletop).n ? EXIT_REFUSED : EXIT_DONE;
}
