#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "cmd/incident_show_priv.h"

static const int64_t now_us = INT64_C(1772355600) * US_PER_S; /* 2026-03-01T09:00:00Z */

static const char incident_text[] =
    "{\"number\":4,\"title\":\"Queue grows faster than the workers empty it, on every shard of the cluster\","
    "\"service\":\"billing\",\"severity\":\"P2\",\"severity_why\":\"the runbook gives P2 to a queue that "
    "grows for ten "
    "minutes while customers still get an "
    "answer\",\"severity_line\":31,\"state\":\"triggered\",\"procedure\":{"
    "\"title\":\"Queue grows\",\"file\":\"billing.md\",\"line\":57,\"why\":\"the name of the alert is its "
    "heading\"},"
    "\"alerts\":{\"total\":3,\"firing\":2},\"started_at\":\"2026-03-01T08:47:00Z\","
    "\"opened_at\":\"2026-03-01T08:48:00.250Z\",\"acknowledged_at\":null,\"response_time_s\":900,"
    "\"lease_until\":\"2026-03-01T09:15:00Z\",\"lease_lapses\":0,\"roles\":[{\"role\":\"commander\","
    "\"person\":\"ana\",\"until\":null},{\"role\":\"commander\",\"person\":\"ben\","
    "\"until\":\"2026-03-01T08:59:00Z\"}],\"checklist\":[{\"item\":1,\"text\":\"The queue drains\","
    "\"checked_by\":\"person:ana\"},{\"item\":2,\"text\":\"Nothing was lost on the way, as the "
    "comparison of yesterday's totals with those of today "
    "shows\",\"checked_by\":null}],\"clocks\":[{\"clock\":1,\"incident\":4,\"kind\":\"response\","
    "\"state\":\"met\",\"what\":\"acknowledged by then\"},{\"clock\":3,\"incident\":4,\"kind\":\"update\","
    "\"state\":\"running\",\"what\":\"send an update\",\"audience\":\"stakeholder\",\"file\":\"billing.md\","
    "\"line\":18,\"due_at\":\"2026-03-01T09:05:00Z\"},{\"clock\":4,\"incident\":4,\"kind\":\"follow_up\","
    "\"state\":\"overdue\",\"what\":\"Tell the regulator\",\"file\":\"billing.md\",\"line\":23,"
    "\"due_at\":\"2026-03-01T08:50:00Z\"}]}";
static const char steps_text[] =
    "{\"next\":70,\"steps\":["
    "{\"run\":4,\"line\":61,\"phase\":\"Diagnosis\",\"command\":\"rabbitmqctl list_queues name messages "
    "consumers | sort -k2 -n -r | head -n "
    "20\",\"class\":\"read\",\"state\":\"succeeded\",\"output\":\"one\\ntwo"
    "\\nthree\\nfour\\nfive\\nsix\\nseven\\neight\\n\"},"
    "{\"run\":4,\"line\":66,\"kind\":\"manual\",\"text\":\"Look at the dashboard\",\"state\":\"done\","
    "\"done_by\":\"person:ana\",\"note\":\"all red\"},"
    "{\"run\":4,\"line\":70,\"kind\":\"decision\",\"text\":\"Restart it if one worker hangs, and only then, "
    "for the others lose what they hold\",\"state\":\"open\",\"can\":[\"answer\",\"skip\"]},"
    "{\"run\":4,\"line\":78,\"phase\":\"Mitigation\",\"choice\":77,\"option\":77,\"target\":\"ssh "
    "deploy@web-1\",\"command\":\"systemctl "
    "restart "
    "worker\",\"class\":\"mutate\",\"can\":[\"approve\",\"deny\"],\"state\":\"waiting\",\"why\":\"`systemctl "
    "restart` stops what "
    "runs\"},"
    "{\"run\":4,\"line\":80,\"choice\":77,\"option\":79,\"command\":\"systemctl kill worker\",\"class\":"
    "\"mutate\",\"state\":\"not taken\"}]}";
static const char next_page_text[] = "{\"at\":\"2026-03-01T09:04:10Z\",\"step\":2,\"steps\":3,\"round\":1,"
                                     "\"reminder\":false,\"people\":[\"ben\",\"eve\"]}";
static const char events_text[] = "[{\"at\":\"2026-03-01T08:48:00.250Z\",\"summary\":\"opened\\u001b[2J\"},{"
                                  "\"at\":\"2026-03-01T08:49:01Z\",\"summary\":"
                                  "\"a summary that is so long that it has to be broken over more than the "
                                  "one line that is here for it, twice\"}]";

static void assert_fits(const char *text)
{
    while (*text) {
        char line[400];
        size_t n = strcspn(text, "\n");
        assert_true(n < sizeof line);
        memcpy(line, text, n);
        line[n] = '\0';
        if (text_columns(line) > TERMINAL_COLUMNS)
            fail_msg("%zu columns: %s", text_columns(line), line);
        text += n + (text[n] == '\n');
    }
}

static struct json parse(struct json_document *document, const char *text)
{
    struct json root;
    struct err err;
    if (json_parse(document, text, strlen(text), 16, &root, &err) < 0)
        fail_msg("%s", err.text);
    return root;
}

static void print(struct buf *out, const struct show_options *options)
{
    struct json_document *documents[4];
    for (size_t i = 0; i < 4; i++)
        documents[i] = json_document_new();
    incident_print(out, parse(documents[0], incident_text), parse(documents[1], steps_text),
                   parse(documents[2], events_text), parse(documents[3], next_page_text), options);
    for (size_t i = 0; i < 4; i++)
        json_document_free(documents[i]);
}

static void assert_has(const struct buf *out, const char *words)
{
    if (!strstr(buf_text(out), words))
        fail_msg("\"%s\" is not in\n%s", words, buf_text(out));
}

static void an_incident_says_what_why_and_what_to_do(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    print(&out, &(struct show_options){.now_us = now_us});
    assert_has(&out, "#4  P2  triggered  Queue grows faster");
    assert_has(&out, "(billing.md:31)");
    assert_has(&out, "(billing.md:57)");
    assert_has(&out, "open for 11 min 59 s");
    assert_has(&out, "within 15 min");
    assert_has(&out, "2 firing of 3");
    assert_has(&out, "      crashcart approve 4 78\n");
    assert_has(&out, "      by person:ana: all red\n");
    assert_has(&out, "      crashcart step answer 4 70 yes|no\n");
    assert_has(&out, "  one of these (crashcart step choose 4 LINE):\n   78");
    assert_has(&out, "  or:\n   80");
    assert_has(&out, "\nnext: line 70 is open: Restart it if one worker hangs");
    assert_has(&out, "    six\n    ... 2 more lines: --full\n");
    assert_has(&out, "  08:49:01  a summary");
    assert_has(&out, "holds until   2026-03-01 09:15:00 UTC without progress");
    assert_has(&out, "    on ssh deploy@web-1\n  one of these");
    assert_has(&out, "paged next    ben, eve in 4 min 10 s (step 2 of 3)\n");
    assert_has(&out, "roles         commander ana\n");
    assert_has(&out, "    1 [x] The queue drains (person:ana)\n");
    assert_has(&out, "          crashcart incident check 4 2\n");
    assert_has(&out, "    4/3   in 5 min: send an update to stakeholder (billing.md:18)\n");
    assert_has(&out, "          crashcart incident update 4 TEXT\n");
    assert_has(&out, "    4/4   10 min overdue: Tell the regulator (billing.md:23)\n");
    assert_has(&out, "          crashcart incident done 4 4\n");
    assert_has(&out, "next: in 5 min: send an update to stakeholder (billing.md:18)\n");
    assert_has(&out, "next: crashcart incident ack 4\n");
    assert_fits(buf_text(&out));
}

static void what_nobody_can_do_is_not_offered(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct json_document *document = json_document_new();
    show_steps(&out,
               parse(document, "[{\"run\":4,\"line\":78,\"command\":\"systemctl restart worker\",\"class\":"
                               "\"mutate\",\"state\":\"waiting\",\"can\":[]}]"),
               false);
    assert_has(&out, "systemctl restart worker");
    assert_null(strstr(buf_text(&out), "crashcart approve"));
    json_document_free(document);
}

static void nothing_from_outside_drives_the_terminal(void **state)
{
    (void)state;
    scoped_buf struct buf plain = {0};
    print(&plain, &(struct show_options){.now_us = now_us, .full = true});
    assert_null(strchr(buf_text(&plain), '\033'));
    assert_has(&plain, "    eight\n");
}

static void colours_only_when_asked_for(void **state)
{
    (void)state;
    scoped_buf struct buf coloured = {0};
    print(&coloured, &(struct show_options){.now_us = now_us, .colours = true});
    assert_has(&coloured, "\033[1;31mtriggered\033[0m");
    assert_null(strstr(buf_text(&coloured), "\033[2J"));
}

static void a_list_is_one_line_an_incident(void **state)
{
    (void)state;
    struct json_document *document = json_document_new();
    scoped_buf struct buf text = {0}, out = {0};
    struct show_options options = {.now_us = now_us};
    buf_printf(&text, "[%s,%s]", incident_text, incident_text);
    incidents_print(&out, parse(document, buf_text(&text)), &options);
    assert_fits(buf_text(&out));
    assert_has(&out, "#4     P2        triggered     11 min 59 s   Queue grows");
    assert_has(&out, "next: crashcart incident show 4\n");
    buf_clear(&out);
    incidents_print(&out, parse(document, "[]"), &options);
    assert_has(&out, "No incidents");
    assert_fits(buf_text(&out));
    json_document_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_incident_says_what_why_and_what_to_do),
        cmocka_unit_test(what_nobody_can_do_is_not_offered),
        cmocka_unit_test(nothing_from_outside_drives_the_terminal),
        cmocka_unit_test(colours_only_when_asked_for),
        cmocka_unit_test(a_list_is_one_line_an_incident),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
