#include <arpa/inet.h>
#include <string.h>

#include "base/testing.h"
#include "courier/address.h"

static enum address_class class_of(const char *text)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)(void *)&storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)&storage;
    if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
        storage.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
        storage.ss_family = AF_INET6;
    else
        fail_msg("%s", text);
    return address_class_of((const struct sockaddr *)&storage);
}

static void each_address_has_its_class(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        enum address_class class;
    } cases[] = {
        {"8.8.8.8", ADDRESS_PUBLIC},
        {"9.255.255.255", ADDRESS_PUBLIC},
        {"11.0.0.0", ADDRESS_PUBLIC},
        {"100.63.255.255", ADDRESS_PUBLIC},
        {"100.128.0.0", ADDRESS_PUBLIC},
        {"169.253.255.255", ADDRESS_PUBLIC},
        {"172.15.255.255", ADDRESS_PUBLIC},
        {"172.32.0.0", ADDRESS_PUBLIC},
        {"192.167.255.255", ADDRESS_PUBLIC},
        {"192.169.0.0", ADDRESS_PUBLIC},
        {"223.255.255.255", ADDRESS_PUBLIC},
        {"10.0.0.1", ADDRESS_PRIVATE},
        {"10.255.255.255", ADDRESS_PRIVATE},
        {"100.64.0.1", ADDRESS_PRIVATE},
        {"127.0.0.1", ADDRESS_PRIVATE},
        {"127.255.255.254", ADDRESS_PRIVATE},
        {"172.16.0.1", ADDRESS_PRIVATE},
        {"172.31.255.255", ADDRESS_PRIVATE},
        {"192.0.0.8", ADDRESS_PRIVATE},
        {"192.168.1.1", ADDRESS_PRIVATE},
        {"198.19.0.1", ADDRESS_PRIVATE},
        {"0.0.0.0", ADDRESS_NEVER},
        {"0.1.2.3", ADDRESS_NEVER},
        {"169.254.169.254", ADDRESS_NEVER},
        {"224.0.0.1", ADDRESS_NEVER},
        {"239.255.255.255", ADDRESS_NEVER},
        {"255.255.255.255", ADDRESS_NEVER},
        {"2606:4700::1111", ADDRESS_PUBLIC},
        {"::1", ADDRESS_PRIVATE},
        {"fc00::1", ADDRESS_PRIVATE},
        {"fd12:3456::1", ADDRESS_PRIVATE},
        {"fec0::1", ADDRESS_PRIVATE},
        {"64:ff9b:1::1", ADDRESS_PRIVATE},
        {"::", ADDRESS_NEVER},
        {"::7f00:1", ADDRESS_NEVER},
        {"fe80::1", ADDRESS_NEVER},
        {"febf::1", ADDRESS_NEVER},
        {"ff02::1", ADDRESS_NEVER},
        {"::ffff:8.8.8.8", ADDRESS_PUBLIC},
        {"::ffff:127.0.0.1", ADDRESS_PRIVATE},
        {"::ffff:a9fe:a9fe", ADDRESS_NEVER},
        {"64:ff9b::a9fe:a9fe", ADDRESS_NEVER},
        {"64:ff9b::10.0.0.1", ADDRESS_PRIVATE},
        {"2002:a9fe:a9fe::1", ADDRESS_NEVER},
        {"2002:7f00:1::", ADDRESS_PRIVATE},
        {"2001:0:0:0:0:0:5601:5601", ADDRESS_NEVER},   /* Teredo: 169.254.169.254, inverted */
        {"2001:0:0:0:0:0:80ff:fffe", ADDRESS_PRIVATE}, /* 127.0.0.1 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (class_of(cases[i].address) != cases[i].class)
            fail_msg("%s is of class %d", cases[i].address, (int)class_of(cases[i].address));
    assert_int_equal(address_class_of(&(struct sockaddr){.sa_family = AF_UNIX}), ADDRESS_NEVER);
}

static void only_the_common_form_of_an_address_is_plain(void **state)
{
    (void)state;
    static const char *const plain[] = {"127.0.0.1", "10.1.2.3", "localhost",
                                        "LOCALHOST", "[::1]",    "[fd00::1]"};
    static const char *const others[] = {"127.1",
                                         "127.0.1",
                                         "2130706433",
                                         "0x7f000001",
                                         "0x7f.0.0.1",
                                         "0177.0.0.1",
                                         "127.0.0.01",
                                         "127.0.0.1.",
                                         "127.0.0.1 ",
                                         "[::ffff:127.0.0.1]",
                                         "[::ffff:a9fe:a9fe]",
                                         "[64:ff9b::7f00:1]",
                                         "[2002:7f00:1::1]",
                                         "[2001:0:1:1:0:0:80ff:fffe]",
                                         "[::1%lo]",
                                         "[::1",
                                         "::1",
                                         "[]",
                                         "",
                                         "localhost.",
                                         "localhost.example.org",
                                         "example.org"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (!host_is_plain(plain[i]))
            fail_msg("%s", plain[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (host_is_plain(others[i]))
            fail_msg("%s", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_address_has_its_class),
        cmocka_unit_test(only_the_common_form_of_an_address_is_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
