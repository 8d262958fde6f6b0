#include <string.h>

#include "base/testing.h"
#include "intake/mail.h"

#define HEAD                                                                                                 \
    "From: Ana <ana@example.org>\r\nMessage-ID: <a1@mail.example.org>\r\n"                                   \
    "In-Reply-To: <crashcart-7f3a-incident-4-page-2@example.org>\r\n"

static struct arena *arena;

static struct mail_reply good(const char *mail)
{
    struct mail_reply reply;
    struct err err = {0};
    if (mail_reply_read(arena, mail, strlen(mail), &reply, &err) < 0)
        fail_msg("%s: %s", mail, err.text);
    return reply;
}

static void assert_refused(const char *mail, const char *why)
{
    struct mail_reply reply;
    struct err err = {0};
    assert_int_equal(mail_reply_read(arena, mail, strlen(mail), &reply, &err), -1);
    assert_non_null(strstr(err.text, why));
}

static void a_reply_has_its_sender_its_page_and_its_word(void **state)
{
    (void)state;
    struct mail_reply reply =
        good(HEAD "References: <x@y>\r\n <crashcart-7f3a-incident-4@example.org>\r\n\r\n"
                  "> Service down\r\n\r\n  ack  \r\nmore\r\n");
    assert_string_equal(reply.from, "ana@example.org");
    assert_string_equal(reply.message_id, "<a1@mail.example.org>");
    assert_int_equal(reply.references.n, 3);
    assert_string_equal(reply.references.at[2], "<crashcart-7f3a-incident-4@example.org>");
    assert_memory_equal(reply.text, "ack", 3);
    assert_false(reply.automatic);
}

static void the_text_is_found_in_its_part_and_encoding(void **state)
{
    (void)state;
    static const char *const mails[] = {
        HEAD "\n\nack\n",
        HEAD "Content-Transfer-Encoding: base64\r\n\r\nYWNr\r\nDQo=\r\n",
        HEAD "Content-Transfer-Encoding: quoted-printable\r\n\r\n=61c=\r\nk\r\n",
        HEAD "Content-Type: multipart/alternative; boundary=\"b 1\"\r\n\r\npreamble\r\n--b 1\r\n"
             "Content-Type: text/html\r\n\r\n<p>no</p>\r\n--b 1\r\nContent-Type: "
             "text/plain\r\n\r\nack\r\n--b 1--\r\n",
        HEAD
        "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/alternative;\r\n"
        " boundary=i\r\n\r\n--i\r\n\r\nack\r\n--i--\r\n--o--\r\n",
        HEAD "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\nack",
    };
    for (size_t i = 0; i < sizeof mails / sizeof *mails; i++)
        if (strncmp(good(mails[i]).text, "ack", 3) != 0)
            fail_msg("%zu: \"%s\"", i, good(mails[i]).text);
    assert_string_equal(good(HEAD "Content-Type: image/png\r\n\r\nack\r\n").text, "");
    assert_string_equal(good(HEAD "\r\n> ack\r\n").text, "");
}

/* Some programs, and some gateways on the way, send nothing else. */
static void a_mail_of_html_alone_has_its_words_too(void **state)
{
    (void)state;
    static const char *const mails[] = {
        HEAD "Content-Type: text/html; charset=utf-8\r\n\r\n<html><head><title>Re: page</title><style>p "
             "{margin: 0}</style></head>\r\n"
             "<body><!-- x > y --><p>ack</p><blockquote>[SEV-1] #4 resolve</blockquote></body></html>\r\n",
        HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n"
             "Content-Transfer-Encoding: quoted-printable\r\n\r\n<div dir=3D\"ltr\">\r\nack&nbsp;<b>4</b><br>"
             "</div>\r\n--b--\r\n",
        HEAD "Content-Type: text/html\r\n\r\nack",
        HEAD "Content-Type: text/html\r\n\r\n<p>ack<",
    };
    for (size_t i = 0; i < sizeof mails / sizeof *mails; i++)
        if (strncmp(good(mails[i]).text, "ack", 3) != 0 || strstr(good(mails[i]).text, "SEV"))
            fail_msg("%zu: \"%s\"", i, good(mails[i]).text);
    assert_string_equal(good(mails[1]).text, "ack 4 ");
}

static void a_sender_is_one_address(void **state)
{
    (void)state;
    assert_refused("Message-ID: <a@b>\n\nack", "no sender");
    assert_refused("From: a@b\nFrom: c@d\nMessage-ID: <a@b>\n\nack", "more than one");
    assert_refused("From: Ana <a@b>, Ben <c@d>, x\nMessage-ID: <a@b>\n\nack", "no sender");
    assert_refused("From: a@b, c@d\nMessage-ID: <a@b>\n\nack", "no sender");
    assert_refused("From: nobody\nMessage-ID: <a@b>\n\nack", "no sender");
    assert_refused("From: a@b\n\nack", "no Message-ID");
    assert_string_equal(good("From: \"x <eve@x>\" <ana@b>\nMessage-ID: <i@b>\n\nack").from, "ana@b");
}

static void what_a_program_wrote_is_no_answer(void **state)
{
    (void)state;
    assert_true(good(HEAD "Auto-Submitted: auto-replied\r\n\r\nI am away: ack later\r\n").automatic);
    assert_false(good(HEAD "Auto-Submitted: no\r\n\r\nack\r\n").automatic);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_has_its_sender_its_page_and_its_word),
        cmocka_unit_test(the_text_is_found_in_its_part_and_encoding),
        cmocka_unit_test(a_mail_of_html_alone_has_its_words_too),
        cmocka_unit_test(a_sender_is_one_address),
        cmocka_unit_test(what_a_program_wrote_is_no_answer),
    };
    arena = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
