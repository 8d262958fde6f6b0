/* crashcart oncall: who is on call, now or at any moment. What was
 * taken over and is past is not known: the server forgets it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/config_file.h"
#include "cmd/exit_code.h"
#include "cmd/oncall_override.h"
#include "cmd/takeovers.h"
#include "config/config.h"

enum { CALENDAR_DAYS = 90 };

static const char USAGE[] =
    "usage: crashcart oncall [-c FILE] [--at TIME] [--json | --ical]\n"
    "       crashcart oncall take SCHEDULE PERSON --until TIME [--from TIME] [--why TEXT]\n"
    "       crashcart oncall overrides [--json]            who takes over, with numbers\n"
    "       crashcart oncall give-back NUMBER              ends what was taken over\n"
    "  --at TIME  RFC 3339, like 2026-03-02T09:00:00-05:00 (default: now)\n"
    "  --json     one document\n"
    "  --ical     a calendar of the next 90 days, to subscribe to\n"
    "  --until, --from TIME  RFC 3339, or how long from now on: 8h\n"
    "  --as PERSON  who you are, for the record\n"
    "By the configuration (-c FILE), and by the overrides that people made, which the server\n"
    "at CRASHCART_URL is asked for. When it does not answer, that is said.\n";

struct options {
    const char *file;
    int64_t at_us;
    bool json, ical;
};

/* What the words on the command line mean together. 0, or the exit code. */
static int check_options(struct options *options, const struct strings *words, const char *at)
{
    if (words->n)
        return usage_error(USAGE, "oncall %s: no such word", words->at[0]);
    if (options->json && options->ical)
        return usage_error(USAGE, "--json and --ical are two documents; ask for one");
    options->at_us = clock_wall_us(clock_system());
    if (at && (time_parse_rfc3339(at, strlen(at), &options->at_us) || !options->at_us))
        return usage_error(USAGE, "\"%s\" is no time; write it like 2026-03-02T09:00:00Z", at);
    return EXIT_DONE;
}

static const char *name_of(const void *config, const char *id)
{
    const struct person *person = config_person(config, id);
    return person ? person->name : id;
}

static void print_json(struct arena *arena, const struct config *config, int64_t at_us, bool asked,
                       struct buf *out)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair_time(&w, "at", at_us);
    jw_pair_bool(&w, "overrides_known", asked);
    jw_name(&w, "schedules");
    jw_begin_array(&w);
    list_each (schedule, &config->schedules) {
        struct strings people;
        int64_t until_us;
        schedule_people_at(arena, schedule, at_us, &people, &until_us);
        jw_begin_object(&w);
        jw_pair(&w, "id", schedule->id);
        jw_name(&w, "people");
        jw_begin_array(&w);
        for (size_t i = 0; i < people.n; i++) {
            jw_begin_object(&w);
            jw_pair(&w, "id", people.at[i]);
            jw_pair(&w, "name", name_of(config, people.at[i]));
            jw_end_object(&w);
        }
        jw_end_array(&w);
        jw_pair_time(&w, "until", until_us);
        jw_end_object(&w);
    }
    jw_end_array(&w);
    jw_end_object(&w);
    buf_putc(out, '\n');
}

static void print_text(struct arena *arena, const struct config *config, int64_t at_us, struct buf *out)
{
    if (!config->schedules.n)
        buf_printf(out, "No schedules, so nobody is on call. Add \"schedules:\" to %s.\n",
                   config->file ? config->file : "crashcart.yaml");
    list_each (schedule, &config->schedules) {
        struct strings people;
        int64_t until_us;
        char until[LOCAL_TEXT_BYTES];
        schedule_people_at(arena, schedule, at_us, &people, &until_us);
        timezone_format(schedule->timezone, until_us, until);
        buf_printf(out, "%-16s ", schedule->id);
        for (size_t i = 0; i < people.n; i++)
            buf_printf(out, "%s%s", i ? ", " : "", name_of(config, people.at[i]));
        buf_printf(out, "%s until %s (%s)\n", people.n ? "" : "nobody", until, schedule->timezone);
    }
}

int cmd_oncall(int argc, char **argv)
{
    if (argc > 1 && oncall_override_means(argv[1]))
        return oncall_override(argc, argv, USAGE);
    scoped_arena struct arena *arena = arena_new();
    struct options options = {0};
    const char *at = NULL;
    struct strings words = {0};
    const struct command_option known[] = {{.name = "-c", .value = &options.file},
                                           {.name = "--at", .value = &at},
                                           {.name = "--json", .flag = &options.json},
                                           {.name = "--ical", .flag = &options.ical},
                                           {0}};
    int parsed = command_line_parse(arena, argc, argv, known, USAGE, &words);
    if (parsed)
        return command_line_exit(parsed);
    int code = check_options(&options, &words, at);
    if (code)
        return code;
    struct config *config = NULL;
    code = config_open(arena, options.file, &config);
    if (code)
        return code;
    scoped_buf struct buf out = {0};
    bool asked = takeovers_ask("oncall", config);
    if (options.json)
        print_json(arena, config, options.at_us, asked, &out);
    else if (options.ical)
        schedules_ical(&out, config->schedules.at, config->schedules.n, options.at_us,
                       options.at_us + CALENDAR_DAYS * INT64_C(86400) * US_PER_S, name_of, config);
    else
        print_text(arena, config, options.at_us, &out);
    config_free(config);
    bool written = fwrite(buf_text(&out), 1, out.n_bytes, stdout) == out.n_bytes && fflush(stdout) == 0;
    return written ? EXIT_DONE : EXIT_UNREACHABLE;
}
