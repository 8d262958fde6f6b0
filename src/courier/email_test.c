/* The channel email against a mail server that follows a script. */
#include <stdlib.h>

#include "courier/courier_fixture.h"

struct mail_case {
    const char *starttls;
    const char *hello; /* NULL: the server greets with 421 and goes */
    const char *recipient, *end;
    enum delivery_verdict verdict;
    const char *detail;
};

static void send_mail(const struct mail_case *c, struct peer *peer)
{
    struct world w;
    char server[100];
    *peer = (struct peer){.greeting = c->hello ? "220 mail.example.org\r\n" : "421 busy\r\n",
                          .at_hello = c->hello,
                          .at_recipient = c->recipient,
                          .at_end = c->end};
    peer_open(peer);
    snprintf(server, sizeof server, "smtp://127.0.0.1:%d", peer->port);
    struct config config = {
        .mail = {.server = server, .from = "crashcart@example.org", .starttls = c->starttls}};
    world_open(&w, &config);
    send_page(&w, 1, "email", "mia@example.org");
    wait_done(&w, 1);
    assert_int_equal(w.done[0].verdict, c->verdict);
    assert_non_null(strstr(w.done[0].detail, c->detail));
    world_close(&w);
    peer_close(peer);
}

static void a_mail_says_the_page_and_nothing_smuggles_a_header_in(void **state)
{
    (void)state;
    struct peer peer;
    send_mail(
        &(struct mail_case){"off", "250 hello\r\n", "250 ok\r\n", "250 queued\r\n", VERDICT_SENT, "SMTP 250"},
        &peer);
    assert_non_null(strstr(peer.heard, "MAIL FROM:<crashcart@example.org>"));
    assert_non_null(strstr(peer.heard, "RCPT TO:<mia@example.org>\r\n"));
    assert_non_null(strstr(peer.heard, "Subject: [SEV-1] #4 shop: down Bcc: all@example.org <b>x</b>\r\n"));
    assert_non_null(strstr(peer.heard, "Message-ID: <crashcart-7f3a-incident-4-page-2@example.org>\r\n"));
    assert_non_null(strstr(peer.heard, "References: <crashcart-7f3a-incident-4@example.org>\r\n"));
    assert_non_null(strstr(peer.heard, "\r\n\r\ndown\r\n..\r\nmore\r\n.\r\n")); /* the dot is stuffed */
    assert_null(strstr(peer.heard, "\nBcc:"));
    assert_null(strstr(peer.heard, "\nCc:"));
}

static void the_mail_servers_answer_decides(void **state)
{
    (void)state;
    static const struct mail_case cases[] = {
        {"off", "250 hello\r\n", "550 no such person\r\n", "250 ok\r\n", VERDICT_DEAD, "SMTP 550"},
        {"off", "250 hello\r\n", "450 try later\r\n", "250 ok\r\n", VERDICT_RETRY, "SMTP 450"},
        {"off", "250 hello\r\n", "250 ok\r\n", "451 try later\r\n", VERDICT_RETRY, "SMTP 451"},
        {"off", "250 hello\r\n", "250 ok\r\n", "554 no\r\n", VERDICT_DEAD, "SMTP 554"},
        {"off", NULL, "", "", VERDICT_RETRY, "SMTP 421"},
        {"required", "250 hello\r\n", "250 ok\r\n", "250 ok\r\n", VERDICT_DEAD, "no STARTTLS"},
        {"optional", "250 hello\r\n", "250 ok\r\n", "250 ok\r\n", VERDICT_SENT, "SMTP 250"},
    };
    struct peer peer;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        send_mail(&cases[i], &peer);
}

static void the_user_and_the_secret_are_given_to_the_server_only(void **state)
{
    (void)state;
    struct world w;
    struct peer peer = {.greeting = "220 mail.example.org\r\n",
                        .at_hello = "250-hello\r\n250 AUTH PLAIN\r\n",
                        .at_recipient = "250 ok\r\n",
                        .at_end = "250 queued\r\n"};
    char server[100];
    peer_open(&peer);
    snprintf(server, sizeof server, "smtp://127.0.0.1:%d", peer.port);
    setenv("COURIER_TEST_SECRET", "hunter2", 1);
    struct config config = {.mail = {.server = server,
                                     .from = "crashcart@example.org",
                                     .user = "crashcart",
                                     .secret = "env:COURIER_TEST_SECRET",
                                     .starttls = "off"}};
    world_open(&w, &config);
    send_page(&w, 1, "email", "mia@example.org");
    wait_done(&w, 1);
    world_close(&w);
    peer_close(&peer);
    /* The script answers 250 where a server would say 334 and 235, so the courier must not go on. */
    assert_non_null(strstr(peer.heard, "AUTH PLAIN"));
    assert_int_not_equal(w.done[0].verdict, VERDICT_SENT);
    assert_null(strstr(w.done[0].detail, "hunter2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_says_the_page_and_nothing_smuggles_a_header_in),
        cmocka_unit_test(the_mail_servers_answer_decides),
        cmocka_unit_test(the_user_and_the_secret_are_given_to_the_server_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
