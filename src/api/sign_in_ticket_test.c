#include "api/sign_in_ticket.h"

#include <sodium.h>
#include <string.h>

#include "base/testing.h"

#define NOW INT64_C(1790000000)

static const char secret[] = "0123456789abcdef";

static void a_ticket_opens_for_who_sealed_it_and_in_its_time(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct sign_in_ticket ticket, opened;
    ticket_make(&ticket, NOW);
    ticket.says_issuer = true;
    const char *sealed = ticket_seal(arena, secret, &ticket);
    assert_int_equal(ticket_open(secret, sealed, NOW, &opened), 0);
    assert_memory_equal(&ticket, &opened, sizeof ticket);
    assert_int_equal(ticket_open(secret, sealed, NOW + TICKET_TIME_S, &opened), 0);
    assert_int_equal(ticket_open(secret, sealed, NOW + TICKET_TIME_S + 1, &opened), -1);
    assert_int_equal(ticket_open(secret, sealed, NOW - 1, &opened), -1); /* the clock was set back */
    assert_int_equal(ticket_open("another server's", sealed, NOW, &opened), -1);
    assert_null(strstr(sealed, ticket.verifier));
}

static void a_ticket_leads_back_to_a_page_of_this_server_alone(void **state)
{
    (void)state;
    static const char *const elsewhere[] = {"//evil.example.org",
                                            "/\\evil.example.org",
                                            "https://evil.example.org",
                                            "evil",
                                            "",
                                            "/a\r\nSet-Cookie: x",
                                            "/\"",
                                            "/a b"};
    struct sign_in_ticket ticket;
    char longest[TICKET_PATH_BYTES + 1] = "/";
    ticket_make(&ticket, NOW);
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        ticket_set_path(&ticket, elsewhere[i]);
    memset(longest + 1, 'a', TICKET_PATH_BYTES - 1);
    ticket_set_path(&ticket, longest);
    assert_string_equal(ticket.to, "");
    ticket_set_path(&ticket, "/runbooks/shop%20two.md?x=1#42");
    assert_string_equal(ticket.to, "/runbooks/shop%20two.md?x=1#42");
}

static void a_ticket_that_was_changed_or_is_none_does_not_open(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct sign_in_ticket ticket, opened;
    ticket_make(&ticket, NOW);
    char *sealed = arena_strdup(arena, ticket_seal(arena, secret, &ticket));
    for (size_t i = 0; sealed[i]; i++) {
        char was = sealed[i];
        sealed[i] = was == 'A' ? 'B' : 'A';
        assert_int_equal(ticket_open(secret, sealed, NOW, &opened), -1);
        sealed[i] = was;
    }
    assert_int_equal(ticket_open(secret, arena_printf(arena, "%sA", sealed), NOW, &opened), -1);
    sealed[strlen(sealed) - 1] = '\0';
    assert_int_equal(ticket_open(secret, sealed, NOW, &opened), -1);
    assert_int_equal(ticket_open(secret, "", NOW, &opened), -1);
    assert_int_equal(ticket_open(secret, NULL, NOW, &opened), -1);
}

static void no_two_tickets_have_anything_in_common(void **state)
{
    (void)state;
    struct sign_in_ticket a, b;
    ticket_make(&a, NOW);
    ticket_make(&b, NOW);
    assert_int_equal(strlen(a.state), TICKET_WORD_BYTES - 1);
    assert_int_equal(strlen(a.verifier), TICKET_WORD_BYTES - 1);
    assert_string_not_equal(a.state, b.state);
    assert_string_not_equal(a.nonce, b.nonce);
    assert_string_not_equal(a.verifier, b.verifier);
    assert_string_not_equal(a.state, a.nonce);
    assert_string_not_equal(a.nonce, a.verifier);
}

static void a_ticket_counts_once(void **state)
{
    (void)state;
    struct spent_tickets *spent = spent_tickets_new();
    struct sign_in_ticket a, b;
    ticket_make(&a, NOW);
    ticket_make(&b, NOW);
    assert_true(ticket_spend(spent, &a));
    assert_false(ticket_spend(spent, &a));
    assert_true(ticket_spend(spent, &b));
    assert_false(ticket_spend(spent, &a));
    spent_tickets_free(spent);
}

/* RFC 7636, appendix B. */
static void the_challenge_is_that_of_the_standard(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct sign_in_ticket ticket = {.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};
    assert_string_equal(ticket_challenge(arena, &ticket), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_opens_for_who_sealed_it_and_in_its_time),
        cmocka_unit_test(a_ticket_leads_back_to_a_page_of_this_server_alone),
        cmocka_unit_test(a_ticket_that_was_changed_or_is_none_does_not_open),
        cmocka_unit_test(no_two_tickets_have_anything_in_common),
        cmocka_unit_test(a_ticket_counts_once),
        cmocka_unit_test(the_challenge_is_that_of_the_standard),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
