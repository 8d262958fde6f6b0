/* Places that a page must never reach, written in every way that hides what they are. Each is refused before
 * a byte is sent: as no URL, as an address that is not in its common form, or when the connection would be
 * made. Nothing listens at any of them, and nothing is looked up: all hosts are numbers, or no hosts at all.
 */
#include "courier/courier_fixture.h"

enum { MOST_URLS = 600 };

struct urls {
    struct arena *arena;
    struct strings list;
};

static void add(struct urls *urls, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct urls *urls, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    strings_add(urls->arena, &urls->list, arena_vprintf(urls->arena, format, ap));
    va_end(ap);
}

/* One IPv4 address in all the ways that inet_aton(), browsers and IPv6 know. plain: its common form leads
 * there, too, and is refused. */
static void add_hidden(struct urls *urls, const unsigned char a[4], bool plain)
{
    unsigned whole = (unsigned)a[0] << 24 | (unsigned)a[1] << 16 | (unsigned)a[2] << 8 | a[3];
    unsigned low = whole & 0xffffff, lower = whole & 0xffff;
    if (plain)
        add(urls, "http://%u.%u.%u.%u:1/", a[0], a[1], a[2], a[3]);
    add(urls, "http://%u:1/", whole);
    add(urls, "http://0x%x:1/", whole);
    add(urls, "http://0X%08X:1/", whole);
    add(urls, "http://0%o:1/", whole);
    add(urls, "http://%u.%u:1/", a[0], low);
    add(urls, "http://%u.%u.%u:1/", a[0], a[1], lower);
    add(urls, "http://0x%x.0x%x.0x%x.0x%x:1/", a[0], a[1], a[2], a[3]);
    add(urls, "http://0%o.0%o.0%o.0%o:1/", a[0], a[1], a[2], a[3]);
    add(urls, "http://%u.%u.%u.0%o:1/", a[0], a[1], a[2], a[3]);
    add(urls, "http://0x%x.%u.%u.%u:1/", a[0], a[1], a[2], a[3]);
    add(urls, "http://%u.0x%x.%u:1/", a[0], a[1], lower);
    add(urls, "http://[::ffff:%u.%u.%u.%u]:1/", a[0], a[1], a[2], a[3]);
    add(urls, "http://[::ffff:%x:%x]:1/", whole >> 16, lower);
    add(urls, "http://[0:0:0:0:0:ffff:%x:%x]:1/", whole >> 16, lower);
    add(urls, "http://[::%u.%u.%u.%u]:1/", a[0], a[1], a[2], a[3]);
    add(urls, "http://[64:ff9b::%x:%x]:1/", whole >> 16, lower);
    add(urls, "http://[2002:%x:%x::1]:1/", whole >> 16, lower);
    add(urls, "http://[2001:0:1:1:0:0:%x:%x]:1/", (~whole >> 16) & 0xffff, ~whole & 0xffff);
}

static void add_all(struct urls *urls)
{
    static const struct {
        unsigned char address[4];
        bool never; /* also in its common form */
    } targets[] = {{{127, 0, 0, 1}, false},      {{127, 1, 2, 3}, false},      {{10, 0, 0, 1}, false},
                   {{172, 16, 3, 4}, false},     {{192, 168, 1, 1}, false},    {{100, 64, 0, 1}, false},
                   {{169, 254, 169, 254}, true}, {{169, 254, 170, 2}, true},   {{0, 0, 0, 0}, true},
                   {{224, 0, 0, 251}, true},     {{255, 255, 255, 255}, true}, {{240, 1, 2, 3}, true}};
    static const char *const others[] = {
        /* other schemes, and none */
        "file:///etc/passwd", "file://127.0.0.1/etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:1/_x",
        "dict://127.0.0.1:1/", "ldap://127.0.0.1/", "tftp://127.0.0.1/", "smb://127.0.0.1/x",
        "scp://127.0.0.1/x", "telnet://127.0.0.1:1/", "imap://127.0.0.1/", "pop3://127.0.0.1/",
        "smtp://127.0.0.1/", "rtsp://127.0.0.1/", "mqtt://127.0.0.1/", "ws://127.0.0.1:1/",
        "javascript:alert(1)", "data:text/plain,x", "jar:http://127.0.0.1!/", "//127.0.0.1/", "/etc/passwd",
        "127.0.0.1:1", "", " ", "http:", "http:/", "http://", "http:///", "http:///path", "http://:1/",
        "http://?", "http://#", "https://", "hTTpX://127.0.0.1:1/",
        /* somebody else in front of the host */
        "http://user@127.0.0.1:1/", "http://user:word@127.0.0.1:1/", "http://example.org@127.0.0.1:1/",
        "http://example.org:80@127.0.0.1:1/", "http://@127.0.0.1:1/", "http://a@b@127.0.0.1:1/",
        "http://127.0.0.1:1@169.254.169.254/", "http://127.0.0.1%40169.254.169.254/",
        /* ports that are none */
        "http://127.0.0.1:99999/", "http://127.0.0.1:-1/", "http://127.0.0.1:0x50/",
        "http://127.0.0.1:80:80/", "http://127.0.0.1:a/", "http://127.0.0.1:65536/",
        /* bytes that are no host */
        "http://127.0.0.1 .example/", "http://127.0.0.1\t/", "http://127.0.0.1\n/",
        "http://127.0.0.1\r\nHost: x/", "http://exa mple/", "http://127.0.0.1\\@x/", "http://127.0.0.1\\/",
        "http://[127.0.0.1]/", "http://[::1/", "http://::1/", "http://[]/", "http://[:::1]/",
        "http://[g::1]/", "http://[::1]x/", "http://[1::2::3]/", "http://%/", "http://%zz/", "http://%00/",
        "http://127.0.0.1%00.example/", "http://127.0.0.1%0d%0aX/", "http://127.0.0.1%2fx/",
        "http://127%2e0%2e0%2e1%2f/", "http://127.0.0.1#@x:1@/ ", "http://<script>/", "http://{127.0.0.1}/",
        "http://127.0.0.1|x/", "http://^127.0.0.1/", "http://`x`/", "http://\"x\"/",
        /* IPv6 where no receiver can be, and this machine in long */
        "http://[::]:1/", "http://[0::0]:1/", "http://[fe80::1]:1/", "http://[febf::1]:1/",
        "http://[ff02::1]:1/", "http://[ff0e::1]:1/", "http://[::ffff:0:0]:1/", "http://[fe80::1%25lo]:1/",
        "http://[::7f00:1]:1/"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        add_hidden(urls, targets[i].address, targets[i].never);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        add(urls, "%s", others[i]);
}

static struct {
    int n, wrong;
    struct strings urls;
} seen;

static void on_hostile(void *context, const struct courier_done *done)
{
    uv_loop_t *loop = context;
    const char *url = seen.urls.at[done->delivery];
    if (done->result.verdict != VERDICT_DEAD) {
        print_message("%s: not refused: %s\n", url, done->result.detail);
        seen.wrong++;
    }
    if (++seen.n == (int)seen.urls.n)
        uv_stop(loop);
}

static void hundreds_of_hostile_urls_are_refused(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct urls urls = {.arena = arena};
    static const struct config nothing; /* no proxy, and no private hosts */
    struct courier *courier;
    uv_loop_t loop;
    struct err err;
    add_all(&urls);
    assert_in_range(urls.list.n, 200, MOST_URLS);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(courier_new(&loop, &nothing, on_hostile, &loop, &courier, &err), 0);
    seen.urls = urls.list;
    for (size_t i = 0; i < urls.list.n; i++)
        courier_send(courier, (int64_t)i, 1, 1, "webhook", urls.list.at[i], "k", "{}", 2);
    while (seen.n < (int)urls.list.n)
        uv_run(&loop, UV_RUN_DEFAULT);
    print_message("%zu hostile URLs\n", urls.list.n);
    assert_int_equal(seen.wrong, 0);
    courier_free(courier);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hundreds_of_hostile_urls_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
