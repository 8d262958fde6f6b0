#include "config/config.h"

#include <string.h>

#include "base/testing.h"

#define PEOPLE                                                                                               \
    "people:\n"                                                                                              \
    "  - {id: ana, contacts: [{email: ana@example.org}]}\n"                                                  \
    "  - {id: ben, sign_in: b.smith@example.org, contacts: [{email: ben@example.org}]}\n"                    \
    "  - {id: cai, contacts: [{email: ward@example.org}]}\n"                                                 \
    "  - {id: dee, contacts: [{email: ward@example.org}]}\n"

static struct config *parse(const char *yaml, struct config_errors *errors)
{
    *errors = (struct config_errors){.arena = arena_new()};
    return config_parse("crashcart.yaml", yaml, strlen(yaml), errors);
}

static const char *id_of(const struct config *config, const char *value, enum sign_in_found expected)
{
    const struct person *person;
    assert_int_equal(config_sign_in_person(config, value, &person), expected);
    return expected == SIGN_IN_FOUND ? person->id : "";
}

static void people_are_known_by_what_they_sign_in_as_or_by_a_mail_of_theirs(void **state)
{
    (void)state;
    struct config_errors errors;
    struct config *config = parse(PEOPLE "public_url: https://crashcart.example.org\n"
                                         "sign_in: {provider: https://login.example.org, client: c}\n",
                                  &errors);
    assert_non_null(config);
    assert_string_equal(config->sign_in.person, "email");
    assert_string_equal(config->sign_in.groups, "groups");
    assert_string_equal(id_of(config, "Ana@example.org", SIGN_IN_FOUND), "ana");
    assert_string_equal(id_of(config, "b.smith@example.org", SIGN_IN_FOUND), "ben");
    id_of(config, "ben@example.org", SIGN_IN_UNKNOWN); /* he is somebody else there */
    id_of(config, "ana", SIGN_IN_UNKNOWN);
    id_of(config, "", SIGN_IN_UNKNOWN);
    id_of(config, "ward@example.org", SIGN_IN_SEVERAL);
    config_free(config);
    arena_free(errors.arena);
}

static void by_another_claim_an_id_counts_and_a_mail_does_not(void **state)
{
    (void)state;
    struct config_errors errors;
    struct config *config = parse(
        PEOPLE "public_url: https://crashcart.example.org\n"
               "sign_in: {provider: https://login.example.org, client: c, person: preferred_username}\n",
        &errors);
    assert_non_null(config);
    assert_string_equal(id_of(config, "ana", SIGN_IN_FOUND), "ana");
    id_of(config, "Ana", SIGN_IN_UNKNOWN);
    id_of(config, "ana@example.org", SIGN_IN_UNKNOWN);
    config_free(config);
    arena_free(errors.arena);
}

static void what_cannot_be_safe_or_cannot_work_is_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *error;
    } wrong[] = {
        {"sign_in: {provider: https://login.example.org, client: c}\n", "add public_url"},
        {"public_url: https://c.example.org\nsign_in: {provider: http://login.example.org, client: c}\n",
         "must be an https:// address"},
        {"public_url: https://c.example.org\n"
         "sign_in: {provider: http://localhost.example.org, client: c}\n",
         "must be an https:// address"},
        {"public_url: https://c.example.org\n"
         "sign_in: {provider: \"https://login.example.org/?realm=a\", client: c}\n",
         "without '?'"},
        {"sign_in: {client: c}\n", "provider"},
        {"public_url: https://c.example.org\n"
         "sign_in: {provider: https://login.example.org, client: c, rights: [{group: g, right: sender}]}\n",
         "sender"},
        {"public_url: https://c.example.org\n"
         "sign_in: {provider: https://login.example.org, client: c,\n"
         "  rights: [{group: g, right: viewer, services: [pacs]}]}\n",
         "service \"pacs\", which is not defined"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct config_errors errors;
        assert_null(parse(wrong[i].yaml, &errors));
        bool told = false;
        list_each (error, &errors.list)
            told = told || strstr(*error, wrong[i].error);
        if (!told)
            print_error("%s: %s\n", wrong[i].error, errors.list.at[0]);
        assert_true(told);
        arena_free(errors.arena);
    }
}

static void a_provider_of_this_machine_needs_no_tls(void **state)
{
    (void)state;
    struct config_errors errors;
    struct config *config = parse("public_url: http://127.0.0.1:8480\n"
                                  "sign_in: {provider: \"http://127.0.0.1:9000\", client: c}\n",
                                  &errors);
    assert_non_null(config);
    config_free(config);
    arena_free(errors.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_are_known_by_what_they_sign_in_as_or_by_a_mail_of_theirs),
        cmocka_unit_test(by_another_claim_an_id_counts_and_a_mail_does_not),
        cmocka_unit_test(what_cannot_be_safe_or_cannot_work_is_an_error),
        cmocka_unit_test(a_provider_of_this_machine_needs_no_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
