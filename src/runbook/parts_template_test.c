#include "runbook/parts_testing.h"

static void a_fence_under_a_template_heading_is_one_with_subject_and_places(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n### Customer Notice Template\n\n```\nTemplate for customers:\n\nSubject: "
                        "Trouble with [product]\n\n"
                        "State: [Looking/Fixed]\nWritten by: [Name]\nSince: [start time]\nFor [user/business "
                        "reasons] only.\n```\n");

    assert_int_equal(parts->templates.n, 1);
    const struct template *template = &parts->templates.at[0];
    assert_string_equal(template->name, "Customer Notice Template");
    assert_string_equal(template->id, "customer-notice");
    assert_string_equal(template->audience, "customer");
    assert_string_equal(template->caption, "Template for customers:");
    assert_string_equal(template->subject, "Trouble with [product]");
    assert_int_equal(template->line, 5);
    assert_int_equal(template->body_start, 8);
    assert_int_equal(template->body_end, 13);
    assert_int_equal(template->placeholders.n, 5);
    assert_string_equal(template->placeholders.at[1].kind, "choice");
    assert_string_equal(template->placeholders.at[1].options.at[1], "Fixed");
    assert_string_equal(template->placeholders.at[2].kind, "people");
    assert_string_equal(template->placeholders.at[3].kind, "timestamp");
    assert_int_equal(template->placeholders.at[3].line, 12);
    assert_string_equal(template->placeholders.at[4].kind, "free");
}

static void a_label_names_a_template_and_says_when_it_is_sent(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Crisis\n\n**External Message** (if shops are shut):\n```\nWe are "
                        "sorry.\nCall [contact] until [time].\n```\n");

    assert_int_equal(parts->templates.n, 1);
    assert_string_equal(parts->templates.at[0].name, "External Message");
    assert_string_equal(parts->templates.at[0].condition, "if shops are shut");
    assert_string_equal(parts->templates.at[0].audience, "external");
}

static void the_levels_are_the_choices_of_a_place_for_a_level(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Announcement template\n\n```\nLevel: P[0-2]\nWhat: [text]\n```\n");

    assert_int_equal(parts->templates.at[0].placeholders.n, 2);
    assert_int_equal(parts->templates.at[0].placeholders.at[0].options.n, 3);
    assert_string_equal(parts->templates.at[0].placeholders.at[0].options.at[2], "P2");
}

static void contacts_output_and_program_text_are_no_templates(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Escalation Contacts\n\n```\nLead: [CONTACT]\nBoss: [CONTACT]\n```\n\n## Update\n\n```\n"
        "[ERROR] disk [full]\nlist[i] = x;\n```\n\n## Look\n\n```bash\nls [path]\n```\n\n## "
        "Message\n\n```\n$x = [a];\n$y = [b];\n```\n");

    assert_int_equal(parts->templates.n, 0);
}

static void a_block_quote_under_a_template_heading_is_one(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Message templates\n\n> Hello [team],\n>\n> the shop is shut since [time].\n\nMore.\n");

    assert_int_equal(parts->templates.n, 1);
    assert_int_equal(parts->templates.at[0].line_end, 7);

    parts =
        parts_of(arena, "# P\n\n## Comms\n\n> The viewer is down since [time], [ward] uses its own copy.\n");
    assert_int_equal(parts->templates.n, 1);
}

static void links_and_boxes_are_no_places_to_fill_in(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Handover template\n\n```\n- [ ] done\n- [x] "
                        "seen\n[page](http://a.test/)\nBy {{ user }} and <b>bold</b> <first name>\n```\n");

    assert_int_equal(parts->templates.at[0].placeholders.n, 2);
    assert_string_equal(parts->templates.at[0].placeholders.at[0].name, "user");
    assert_string_equal(parts->templates.at[0].placeholders.at[1].text, "<first name>");
}

static void a_sentence_or_an_item_may_introduce_a_message(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Late\n\n1. Tell the ward with this message:\n\n   > Results are late since [time]. Next"
        " word in [minutes] minutes.\n\n## Closing\n\nThe message to all wards reads:\n\n"
        "    Subject: Results are back\n\n    They are right again.\n");

    assert_int_equal(parts->templates.n, 2);
    assert_int_equal(parts->templates.at[0].placeholders.n, 2);
    assert_int_equal(parts->templates.at[0].line, 7);
    assert_string_equal(parts->templates.at[1].subject, "Results are back");
}

static void a_blank_to_write_on_is_a_place(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n### Guest Notice Template\n\n```\nSubject: Doors are open\n\n____________\nOpen since "
               "____. Ask __anna__ or call: _____\n```\n");

    assert_int_equal(parts->templates.n, 1);
    const struct template *template = &parts->templates.at[0];
    assert_int_equal(template->placeholders.n, 2);
    assert_string_equal(template->placeholders.at[0].text, "____");
    assert_string_equal(template->placeholders.at[0].name, "Open since");
    assert_string_equal(template->placeholders.at[1].name, "or call");
    assert_int_equal(template->placeholders.at[1].line, 9);
}

static void places_in_angle_brackets_may_hold_a_sentence(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n### Guest Notice Template\n\n```\nDoor P<1/2/3>, level P<X>\n"
               "Since: <HH:MM UTC>\nWho: <guests, staff, \"nobody\">\nMail <a@b.test> <https://x.test> "
               "<a href=x>\n```\n");
    const struct template *template = &parts->templates.at[0];

    assert_int_equal(template->placeholders.n, 4);
    assert_int_equal(template->placeholders.at[0].options.n, 3);
    assert_string_equal(template->placeholders.at[1].text, "<X>");
    assert_string_equal(template->placeholders.at[2].kind, "timestamp");
    assert_string_equal(template->placeholders.at[3].text, "<guests, staff, \"nobody\">");
}

static void the_parts_of_a_page_of_messages_are_templates(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *page =
        "# Guest communication templates\n\n## 1) First notice\n**Subject:** Doors stay shut\n\n"
        "Hi all,\n\nWe are looking into <doors>. Next update in 30 minutes.\n\n## 2) On the board\n\n"
        "**Shut since:** [Time]\nOpen the side door on [floor].\n\n## 3) Afterwards\n\n"
        "- What happened\n\n---\n\nThe board changes by itself.\n";
    const struct runbook *runbook = runbook_read(arena, "page.md", page, strlen(page));
    const struct runbook_parts *parts = &runbook->parts;

    assert_int_equal(parts->templates.n, 2);
    assert_string_equal(parts->templates.at[0].name, "First notice");
    assert_int_equal(parts->templates.at[0].line, 3);
    assert_string_equal(parts->templates.at[0].subject, "Doors stay shut");
    assert_int_equal(parts->templates.at[1].placeholders.n, 2);
    assert_int_equal(runbook->procedures.n, 0);

    parts = parts_of(arena, "# Incident review template\n\n## Summary\n\n[What] happened on [date].\n");
    assert_int_equal(parts->templates.n, 0);
}

static void one_place_makes_a_message_under_a_heading_about_communication(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Comms\n\n> The pump is down since [TIME]. We work on it.\n\n```\n[PUMP] is down; "
               "more in 30 minutes.\n```\n\n```\nincident-[DATE]-[NAME]\n```\n\n## Restart\n\n> Use [NAME] "
               "as the name here.\n");

    assert_int_equal(parts->templates.n, 2);
    assert_int_equal(parts->templates.at[0].line, 5);
    assert_string_equal(parts->templates.at[0].placeholders.at[0].text, "[TIME]");
    assert_int_equal(parts->templates.at[1].line, 7);
}

static void a_form_below_the_heading_of_a_report_is_a_template_without_a_fence(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "**Date:** ____\n**Lead:** ____________\n**Root cause:** ____\n",
        "Date: ____\n\nLead:\n\nSummary: [two sentences]\n",
        ("Use this template:\n\n**Summary**\nIn two sentences.\n\n**Impact**\nWho: ____\n\n**Timeline**\n- "
         "____ alert\n"),
        "| Field | Detail |\n|---|---|\n| Reference | |\n| Ward | ____ |\n| Candour | Yes / No |\n",
    };
    static const char *const none[] = {
        "We meet within a week.\n\n1. Timeline\n2. Actions\n\n**Blameless**: systems, not people.\n",
        "**Owner:** Ana\n\n**When:** Monday\n\n**Where:** Room 4\n",
        "See the wiki: [Postmortems](https://wiki.example.org)\n",
    };
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct runbook_parts *parts = parts_of(
            arena,
            arena_printf(arena, "# P\n\n## Serious incident report\n\n%s\n## Restart\n\n1. Go.\n", forms[i]));
        if (parts->templates.n != 1)
            fail_msg("%s: %zu templates", forms[i], parts->templates.n);
        assert_string_equal(parts->templates.at[0].audience, "report");
        assert_string_equal(parts->templates.at[0].medium, "document");
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        const struct runbook_parts *parts = parts_of(
            arena, arena_printf(arena, "# P\n\n## Postmortem\n\n%s\n## Restart\n\n1. Go.\n", none[i]));
        if (parts->templates.n != 0)
            fail_msg("%s: %zu templates", none[i], parts->templates.n);
    }
    static const char section[] = "# Post-mortem template\n\n## Analysis\n\n[What]\n\n### 5 Whys\n\n"
                                  "| Question | Answer |\n|---|---|\n| Why did it happen? | |\n| Why? | |\n"
                                  "| Then why? | |\n";
    assert_int_equal(parts_of(arena, section)->templates.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fence_under_a_template_heading_is_one_with_subject_and_places),
        cmocka_unit_test(a_label_names_a_template_and_says_when_it_is_sent),
        cmocka_unit_test(the_levels_are_the_choices_of_a_place_for_a_level),
        cmocka_unit_test(contacts_output_and_program_text_are_no_templates),
        cmocka_unit_test(a_block_quote_under_a_template_heading_is_one),
        cmocka_unit_test(links_and_boxes_are_no_places_to_fill_in),
        cmocka_unit_test(a_sentence_or_an_item_may_introduce_a_message),
        cmocka_unit_test(a_blank_to_write_on_is_a_place),
        cmocka_unit_test(places_in_angle_brackets_may_hold_a_sentence),
        cmocka_unit_test(the_parts_of_a_page_of_messages_are_templates),
        cmocka_unit_test(one_place_makes_a_message_under_a_heading_about_communication),
        cmocka_unit_test(a_form_below_the_heading_of_a_report_is_a_template_without_a_fence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
