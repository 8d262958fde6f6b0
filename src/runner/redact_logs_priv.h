/* Ordinary logs of operations, generated: nothing in them is a secret or names a patient. For the check of
 * false positives and for the benchmark. The same seed gives the same bytes. */
#pragma once

#include <stdint.h>

#include "base/buf.h"

static inline uint64_t logs_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static inline unsigned logs_pick(uint64_t *seed, unsigned n)
{
    return (unsigned)(logs_random(seed) >> 20) % n;
}

static inline const char *logs_word(uint64_t *seed)
{
    static const char *const words[] = {"orders",    "gateway",   "scheduler", "pacs-router",
                                        "inference", "worker",    "frontend",  "billing",
                                        "archive",   "reporting", "token-svc", "cache"};
    return words[logs_pick(seed, sizeof words / sizeof *words)];
}

static inline void logs_hex(struct buf *out, uint64_t *seed, int n)
{
    for (int i = 0; i < n; i++)
        buf_putc(out, "0123456789abcdef"[logs_pick(seed, 16)]);
}

static inline void logs_uuid(struct buf *out, uint64_t *seed)
{
    static const int parts[] = {8, 4, 4, 4, 12};
    for (int i = 0; i < 5; i++) {
        buf_puts(out, i ? "-" : "");
        logs_hex(out, seed, parts[i]);
    }
}

static inline void logs_time(struct buf *out, uint64_t *seed, char joint)
{
    buf_printf(out, "2026-%02u-%02u%c%02u:%02u:%02u.%06u", logs_pick(seed, 12) + 1, logs_pick(seed, 28) + 1,
               joint, logs_pick(seed, 24), logs_pick(seed, 60), logs_pick(seed, 60),
               logs_pick(seed, 1000000));
}

static inline void logs_ip(struct buf *out, uint64_t *seed)
{
    buf_printf(out, "%u.%u.%u.%u", logs_pick(seed, 223) + 1, logs_pick(seed, 256), logs_pick(seed, 256),
               logs_pick(seed, 256));
}

static inline void logs_nginx(struct buf *out, uint64_t *seed)
{
    logs_ip(out, seed);
    buf_printf(out,
               " - - [%02u/Mar/2026:%02u:%02u:%02u +0000] \"GET /api/v1/%s/%u?page=%u&sort=created "
               "HTTP/1.1\" %u %u ",
               logs_pick(seed, 28) + 1, logs_pick(seed, 24), logs_pick(seed, 60), logs_pick(seed, 60),
               logs_word(seed), logs_pick(seed, 99999999), logs_pick(seed, 40),
               200 + logs_pick(seed, 4) * 101, logs_pick(seed, 900000));
    buf_printf(out,
               "\"https://app.example.org/%s\" \"Mozilla/5.0 (X11; Linux x86_64) Chrome/%u.0.0.0\" 0.%03u\n",
               logs_word(seed), 90 + logs_pick(seed, 40), logs_pick(seed, 1000));
}

static inline void logs_journal(struct buf *out, uint64_t *seed)
{
    buf_printf(out, "Mar %2u %02u:%02u:%02u node-%u ", logs_pick(seed, 28) + 1, logs_pick(seed, 24),
               logs_pick(seed, 60), logs_pick(seed, 60), logs_pick(seed, 40));
    switch (logs_pick(seed, 5)) {
    case 0:
        buf_printf(out, "sshd[%u]: Failed password for invalid user admin from ", logs_pick(seed, 99999));
        logs_ip(out, seed);
        buf_printf(out, " port %u ssh2\n", logs_pick(seed, 65000));
        break;
    case 1:
        buf_printf(out, "systemd[1]: Started %s.service - session %u of user root.\n", logs_word(seed),
                   logs_pick(seed, 999));
        break;
    case 2:
        buf_printf(out, "kernel: [%u.%06u] eth0: link up, 10000Mbps, full-duplex, lpa 0x",
                   logs_pick(seed, 9999999), logs_pick(seed, 1000000));
        logs_hex(out, seed, 8);
        buf_puts(out, "\n");
        break;
    case 3:
        buf_printf(
            out,
            "kubelet[%u]: I%04u %02u:%02u:%02u.%06u    %u reconciler.go:224] \"operationExecutor.Verify"
            "ControllerAttachedVolume started for volume \\\"kube-api-access-%s\\\" (UniqueName: "
            "\\\"kubernetes.io/projected/",
            logs_pick(seed, 9999), logs_pick(seed, 1231), logs_pick(seed, 24), logs_pick(seed, 60),
            logs_pick(seed, 60), logs_pick(seed, 1000000), logs_pick(seed, 9999), logs_word(seed));
        logs_uuid(out, seed);
        buf_puts(out, "\\\") pod\"\n");
        break;
    default:
        buf_printf(out,
                   "%s[%u]: level=info ts=%u.%03u caller=http.go:%u msg=\"request served\" status=200 "
                   "duration_ms=%u trace=",
                   logs_word(seed), logs_pick(seed, 9999), 1772323200 + logs_pick(seed, 9999999),
                   logs_pick(seed, 1000), logs_pick(seed, 900), logs_pick(seed, 9000));
        logs_hex(out, seed, 32);
        buf_puts(out, "\n");
    }
}

static inline void logs_kubectl(struct buf *out, uint64_t *seed)
{
    if (logs_pick(seed, 12) == 0)
        buf_puts(out, "NAME                                  READY   STATUS    RESTARTS   AGE     IP\n");
    buf_printf(out, "%s-", logs_word(seed));
    logs_hex(out, seed, 10);
    buf_printf(out, "-%c%c%c%c%c   1/1     Running   %u          %ud     ", 'a' + (int)logs_pick(seed, 26),
               'a' + (int)logs_pick(seed, 26), '0' + (int)logs_pick(seed, 10), 'a' + (int)logs_pick(seed, 26),
               'a' + (int)logs_pick(seed, 26), logs_pick(seed, 9), logs_pick(seed, 90));
    logs_ip(out, seed);
    buf_puts(out, "\n");
}

static inline void logs_docker(struct buf *out, uint64_t *seed)
{
    logs_hex(out, seed, 12);
    buf_printf(
        out,
        "   registry.example.org/%s:%u.%u.%u   \"/bin/sh -c 'exec %s'\"   %u hours ago   Up %u hours   "
        "0.0.0.0:%u->8080/tcp   %s_%u\n",
        logs_word(seed), logs_pick(seed, 9), logs_pick(seed, 30), logs_pick(seed, 30), logs_word(seed),
        logs_pick(seed, 20), logs_pick(seed, 20), logs_pick(seed, 65000), logs_word(seed),
        logs_pick(seed, 9));
    buf_puts(out, "latest: digest: sha256:");
    logs_hex(out, seed, 64);
    buf_printf(out, " size: %u\n", logs_pick(seed, 99999));
}

static inline void logs_postgres(struct buf *out, uint64_t *seed)
{
    logs_time(out, seed, ' ');
    buf_printf(
        out,
        " UTC [%u] app@%s LOG:  duration: %u.%03u ms  statement: SELECT id, status, updated_at FROM jobs "
        "WHERE batch = %u AND created_at > '2026-03-%02u' LIMIT %u\n",
        logs_pick(seed, 99999), logs_word(seed), logs_pick(seed, 9000), logs_pick(seed, 1000),
        logs_pick(seed, 999999999), logs_pick(seed, 28) + 1, logs_pick(seed, 1000));
}

static inline void logs_java(struct buf *out, uint64_t *seed)
{
    logs_time(out, seed, 'T');
    buf_printf(out, "Z ERROR [http-nio-8080-exec-%u] o.e.%s.Handler - request failed, key=%u, correlation ",
               logs_pick(seed, 64), logs_word(seed), logs_pick(seed, 9999));
    logs_uuid(out, seed);
    buf_puts(out, "\njava.lang.IllegalStateException: connection pool exhausted: token bucket empty\n");
    for (unsigned i = logs_pick(seed, 9) + 2; i; i--)
        buf_printf(out, "\tat org.example.%s.Service$$Lambda$%u/0x%012llx.run(Service.java:%u)\n",
                   logs_word(seed), logs_pick(seed, 999), (unsigned long long)logs_random(seed) >> 16,
                   logs_pick(seed, 900));
}

static inline void logs_json(struct buf *out, uint64_t *seed)
{
    buf_puts(out, "{\"time\":\"");
    logs_time(out, seed, 'T');
    buf_printf(
        out,
        "Z\",\"level\":\"info\",\"service\":\"%s\",\"epoch\":%u%06u,\"bytes\":%u,\"message\":\"batch done\","
        "\"id\":\"",
        logs_word(seed), 1772323200 + logs_pick(seed, 9999999), logs_pick(seed, 1000000),
        logs_pick(seed, 99999999));
    logs_uuid(out, seed);
    buf_puts(out, "\",\"commit\":\"");
    logs_hex(out, seed, 40);
    buf_puts(out, "\"}\n");
}

/* About n_bytes of all of them, mixed. */
static inline void logs_make(struct buf *out, uint64_t seed, size_t n_bytes)
{
    static void (*const kinds[])(struct buf *, uint64_t *) = {
        logs_nginx, logs_journal, logs_kubectl, logs_docker, logs_postgres, logs_java, logs_json};
    while (out->n_bytes < n_bytes)
        kinds[logs_pick(&seed, sizeof kinds / sizeof *kinds)](out, &seed);
}
