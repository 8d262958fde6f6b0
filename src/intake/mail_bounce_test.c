#include <string.h>

#include "base/testing.h"
#include "intake/mail.h"

#define PAGE "<crashcart-7f3a-incident-4-page-2@example.org>"
#define RETURNED                                                                                             \
    "Return-Path: <crashcart@example.org>\r\nTo: \"Ana\" <ana@example.org>\r\nMessage-ID: " PAGE             \
    "\r\nSubject: [SEV-1] #4\r\n"
#define HEAD(type)                                                                                           \
    "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)\r\nSubject: Undelivered Mail\r\n"             \
    "Auto-Submitted: auto-replied\r\nContent-Type: " type "\r\n\r\n"
#define REPORT(groups, kind)                                                                                 \
    HEAD("multipart/report; report-type=delivery-status;\r\n\tboundary=\"b/1\"")                             \
    "This is the mail system.\r\n--b/1\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n--b/1\r\n"           \
    "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n" groups         \
    "\r\n--b/1\r\nContent-Type: " kind "\r\n\r\n" RETURNED "\r\nService down\r\n--b/1--\r\n"
#define GROUP(recipient, action, status)                                                                     \
    "Final-Recipient: rfc822; " recipient "\r\nAction: " action "\r\nStatus: " status "\r\n"                 \
    "Diagnostic-Code: smtp; 550 John Miller\r\n has left\r\n"

static struct arena *arena;

static struct mail_bounce good(const char *mail)
{
    struct mail_bounce bounce;
    if (!mail_bounce_read(arena, mail, strlen(mail), &bounce))
        fail_msg("no bounce: %s", mail);
    return bounce;
}

static void assert_none(const char *mail)
{
    struct mail_bounce bounce;
    if (mail_bounce_read(arena, mail, strlen(mail), &bounce))
        fail_msg("a bounce: %s", mail);
}

static void a_report_names_what_came_back_and_why(void **state)
{
    (void)state;
    static const char *const mails[] = {
        REPORT(GROUP("ana@elsewhere.example.org", "failed", "5.1.1"), "message/rfc822"),
        REPORT(GROUP("ana@elsewhere.example.org", "failed (bad)", "5.1.1 (x)"), "text/rfc822-headers"),
        REPORT(
            GROUP("x@y", "delivered", "2.0.0") "\r\n" GROUP("ana@elsewhere.example.org", "FAILED", "5.1.1"),
            "message/global"),
    };
    for (size_t i = 0; i < sizeof mails / sizeof *mails; i++) {
        struct mail_bounce bounce = good(mails[i]);
        assert_int_equal(bounce.ids.n, 1);
        assert_string_equal(bounce.ids.at[0], PAGE);
        assert_string_equal(bounce.to, "ana@example.org");
        assert_string_equal(bounce.recipient, "ana@elsewhere.example.org");
        assert_string_equal(bounce.why, "5.1.1 (no such mailbox)");
    }
    assert_string_equal(
        good(HEAD("multipart/mixed;boundary=\"1/vm\"") "--1/vm\nContent-Description: Delivery "
                                                       "Report\nContent-Type: "
                                                       "message/delivery-status\n\nReporting-MTA: dns; vm\n\n"
                                                       "Final-Recipient: rfc822; a@b\nAction: "
                                                       "failed\nStatus: 5.3.0\n\n--1/vm--\n")
            .why,
        "5.3.0"); /* OpenSMTPD */
    assert_string_equal(good(REPORT(GROUP("a@b", "failed", "4.4.7"), "message/rfc822")).why,
                        "4.4.7 (tried in vain until it expired)");
    assert_string_equal(good(REPORT(GROUP("a@b", "failed", "5.9.9"), "message/rfc822")).why, "5.9.9");
    assert_string_equal(good(REPORT(GROUP("a@b", "failed", "Miller"), "message/rfc822")).why,
                        "no reason given");
}

static void what_is_delayed_or_arrived_is_no_bounce(void **state)
{
    (void)state;
    assert_none(REPORT(GROUP("a@b", "delayed", "4.4.1"), "message/rfc822"));
    assert_none(REPORT(GROUP("a@b", "delivered", "2.1.5"), "message/rfc822"));
    assert_none(
        HEAD("multipart/report; report-type=disposition-notification; boundary=b") "--b\r\n"
                                                                                   "Content-Type: "
                                                                                   "message/"
                                                                                   "disposition-"
                                                                                   "notification\r\n\r\nActio"
                                                                                   "n: failed\r\n--b--\r\n");
    assert_none(HEAD("multipart/report; report-type=delivery-status; boundary=b"));
    assert_none(HEAD("text/plain") "I am away: Action: failed\r\n\r\n" RETURNED);
    assert_none("");
}

static void older_programs_write_it_as_text(void **state)
{
    (void)state;
    struct mail_bounce exim = good("X-Failed-Recipients: ana@elsewhere.example.org\n" HEAD(
        "text/plain") "A message could not be delivered.\n\n"
                      "------ This is a copy of the message, including all the headers. ------\n\n" RETURNED
                      "\nService down\n");
    assert_string_equal(exim.ids.at[0], PAGE);
    assert_string_equal(exim.recipient, "ana@elsewhere.example.org");
    struct mail_bounce qmail =
        good(HEAD("text/plain") "Hi. This is the qmail-send program at mx.example.org.\n\n<a@b>:\nSorry.\n\n"
                                "--- Below this line is a copy of the message.\n\n" RETURNED "\nx\n");
    assert_string_equal(qmail.ids.at[0], PAGE);
    assert_string_equal(qmail.to, "ana@example.org");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_names_what_came_back_and_why),
        cmocka_unit_test(what_is_delayed_or_arrived_is_no_bounce),
        cmocka_unit_test(older_programs_write_it_as_text),
    };
    arena = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
