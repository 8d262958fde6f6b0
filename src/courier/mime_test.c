#include "courier/mime.h"

#include <string.h>

#include "base/testing.h"

static const struct mail plain = {.from = "crashcart@example.org",
                                  .to = "ana@example.org",
                                  .to_name = "Ana",
                                  .subject = "[SEV-1] #4 web-shop: Service down",
                                  .text = "[SEV-1] #4 web-shop: Service down\nAcknowledge: a=b\n",
                                  .key = "crashcart-7f3a-incident-4-page-2",
                                  .thread = "crashcart-7f3a-incident-4",
                                  .date_us = INT64_C(1772442000000000)};

static void a_mail_is_the_same_bytes_every_time(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    mime_build(&out, &plain);
    assert_string_equal(out.at, "From: Crashcart <crashcart@example.org>\r\n"
                                "To: \"Ana\"\r\n <ana@example.org>\r\n"
                                "Date: Mon, 02 Mar 2026 09:00:00 +0000\r\n"
                                "Subject: [SEV-1] #4 web-shop: Service down\r\n"
                                "Message-ID: <crashcart-7f3a-incident-4-page-2@example.org>\r\n"
                                "In-Reply-To: <crashcart-7f3a-incident-4@example.org>\r\n"
                                "References: <crashcart-7f3a-incident-4@example.org>\r\n"
                                "Auto-Submitted: auto-generated\r\n"
                                "MIME-Version: 1.0\r\n"
                                "Content-Type: text/plain; charset=utf-8\r\n"
                                "Content-Transfer-Encoding: quoted-printable\r\n"
                                "\r\n"
                                "[SEV-1] #4 web-shop: Service down\r\n"
                                "Acknowledge: a=3Db\r\n");
}

/* The headers, unfolded: name and value of the n-th line start at known places. */
static void check_headers(const struct buf *out)
{
    static const char *const names[] = {"From: ",
                                        "To: ",
                                        "Date: ",
                                        "Subject: ",
                                        "Message-ID: ",
                                        "In-Reply-To: ",
                                        "References: ",
                                        "Auto-Submitted: ",
                                        "MIME-Version: ",
                                        "Content-Type: ",
                                        "Content-Transfer-Encoding: "};
    const char *line = out->at;
    size_t n = 0;
    while (strncmp(line, "\r\n", 2) != 0) {
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_true(end - line <= 78);
        if (*line != ' ') {
            assert_true(n < sizeof names / sizeof *names);
            assert_int_equal(strncmp(line, names[n], strlen(names[n])), 0);
            n++;
        } else
            assert_true(strspn(line, " ") < (size_t)(end - line)); /* no line of blanks alone */
        for (const char *p = line; p < end; p++)
            assert_true(*p >= 0x20 && *p < 0x7f);
        line = end + 2;
    }
    assert_int_equal(n, sizeof names / sizeof *names);
}

static void no_text_makes_a_header_of_its_own(void **state)
{
    (void)state;
    static const char *const hostile[] = {
        "down\r\nBcc: everybody@example.org",
        "down\nBcc: everybody@example.org\n\nbody",
        "\r\n\r\n",
        "",
        "                                                                                        ",
        "=?UTF-8?B?CgpCY2M6IHg=?=",
        "\xff\xfe not UTF-8 "
        "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
        "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
        "\x80\x80",
        "<script>alert(1)</script> \"quoted\\\" and a very long title that goes on and on and on until it "
        "has to be "
        "folded at last, more than once, because a subject is cut at three hundred bytes and no sooner than "
        "that",
    };
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        scoped_buf struct buf out = {0};
        struct mail mail = plain;
        mail.subject = mail.to_name = mail.key = mail.thread = hostile[i];
        mime_build(&out, &mail);
        check_headers(&out);
    }
}

static void what_is_not_ascii_travels_encoded(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct mail mail = plain;
    mail.subject = "Störung";
    mail.to_name = "Åsa";
    mail.text = "Störung \n";
    mime_build(&out, &mail);
    check_headers(&out);
    assert_non_null(strstr(out.at, "Subject: \r\n =?UTF-8?B?U3TDtnJ1bmc=?=\r\n"));
    assert_non_null(strstr(out.at, "To: =?UTF-8?B?w4VzYQ==?=\r\n <ana@example.org>\r\n"));
    assert_non_null(strstr(out.at, "\r\n\r\nSt=C3=B6rung=20\r\n"));
}

static void no_line_of_the_text_is_longer_than_76(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    scoped_buf struct buf text = {0};
    struct mail mail = plain;
    for (int i = 0; i < 500; i++)
        buf_puts(&text, i % 3 ? "word " : "ö");
    mail.text = text.at;
    mime_build(&out, &mail);
    for (const char *line = strstr(out.at, "\r\n\r\n") + 4; *line;) {
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_true(end - line <= 76);
        line = end + 2;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_is_the_same_bytes_every_time),
        cmocka_unit_test(no_text_makes_a_header_of_its_own),
        cmocka_unit_test(what_is_not_ascii_travels_encoded),
        cmocka_unit_test(no_line_of_the_text_is_longer_than_76),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
