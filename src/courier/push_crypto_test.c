#include "courier/push_crypto.h"

#include <string.h>

#include "base/testing.h"

/* RFC 8291, appendix A. */
static const char rfc_text[] = "When I grow up, I want to be a watermelon";
static const char rfc_sender_secret[] = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
static const char rfc_sender_public[] =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
static const char rfc_receiver_public[] =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
static const char rfc_auth[] = "BTBZMqHH6r4Tts7J_aSIgg";
static const char rfc_salt[] = "DGv6ra1nlYgDCS1FRnbzlw";
static const char rfc_message[] =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_"
    "c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6"
    "PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

static struct push_key key_of(const char *text)
{
    struct push_key key;
    struct err err;
    assert_int_equal(push_key_read(text, &key, &err), 0);
    return key;
}

static struct push_receiver receiver_of(const char *public_key)
{
    struct push_receiver receiver;
    struct err err;
    assert_int_equal(push_receiver_read(public_key, rfc_auth, &receiver, &err), 0);
    return receiver;
}

static void a_secret_gives_its_public_half(void **state)
{
    (void)state;
    struct push_key key = key_of(rfc_sender_secret);
    scoped_buf struct buf text = {0};
    push_base64(&text, key.public, sizeof key.public);
    assert_string_equal(text.at, rfc_sender_public);
}

static void the_example_of_rfc_8291_is_written_byte_for_byte(void **state)
{
    (void)state;
    struct push_key key = key_of(rfc_sender_secret);
    struct push_receiver receiver = receiver_of(rfc_receiver_public);
    uint8_t salt[PUSH_SALT_BYTES];
    struct err err;
    scoped_buf struct buf message = {0};
    scoped_buf struct buf text = {0};
    assert_int_equal(push_base64_read(rfc_salt, strlen(rfc_salt), salt, sizeof salt), 0);
    assert_int_equal(push_encrypt(&message, &receiver, &key, salt, rfc_text, sizeof rfc_text - 1, &err), 0);
    push_base64(&text, message.at, message.n_bytes);
    assert_string_equal(text.at, rfc_message);
}

static void a_message_fits_what_every_push_service_takes(void **state)
{
    (void)state;
    struct push_key key;
    struct push_receiver receiver = receiver_of(rfc_receiver_public);
    uint8_t salt[PUSH_SALT_BYTES] = {0};
    static char text[PUSH_MOST_BYTES + 1];
    struct err err;
    scoped_buf struct buf message = {0};
    push_key_make(&key);
    assert_int_equal(push_encrypt(&message, &receiver, &key, salt, text, PUSH_MOST_BYTES, &err), 0);
    assert_int_equal(message.n_bytes, 4096);
    assert_int_equal(push_encrypt(&message, &receiver, &key, salt, text, PUSH_MOST_BYTES + 1, &err), -1);
}

static void keys_that_are_none_are_refused(void **state)
{
    (void)state;
    struct push_key key;
    struct push_receiver receiver;
    struct err err;
    static const char *const secrets[] = {"", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                          "_____________________________________________w",
                                          "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oR!"};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        assert_int_equal(push_key_read(secrets[i], &key, &err), -1);
    char off_the_curve[sizeof rfc_receiver_public];
    memcpy(off_the_curve, rfc_receiver_public, sizeof off_the_curve);
    off_the_curve[40] = off_the_curve[40] == 'A' ? 'B' : 'A';
    assert_int_equal(push_receiver_read(off_the_curve, rfc_auth, &receiver, &err), -1);
    assert_int_equal(push_receiver_read(rfc_receiver_public, "short", &receiver, &err), -1);
    assert_int_equal(push_receiver_read("", "", &receiver, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_gives_its_public_half),
        cmocka_unit_test(the_example_of_rfc_8291_is_written_byte_for_byte),
        cmocka_unit_test(a_message_fits_what_every_push_service_takes),
        cmocka_unit_test(keys_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
