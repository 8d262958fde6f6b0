#include "api/tls.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"

enum { CHAIN_MOST = 10, FILE_BYTES_MOST = 256 * 1024, LOOK_US = 1000000 };

/* One that was in force. Connections may still use it: it stays until the end, and there are few. */
struct shown {
    gnutls_pcert_st chain[CHAIN_MOST];
    unsigned n_chain;
    gnutls_privkey_t key;
    int64_t until_s;
    struct shown *before;
};

struct tls {
    const char *certificate_file, *key_file;
    const struct clock *clock;
    struct arena *arena;
    pthread_mutex_t lock;
    struct shown *shown; /* the newest first */
    struct stat certificate_seen, key_seen;
    int64_t looked_us;
};

static struct tls *served;

static void wipe(struct arena *arena, gnutls_datum_t *text)
{
    if (text->data)
        explicit_bzero(text->data, text->size);
    arena_free(arena);
}

static int refuse(const char *file, int code, struct err *err)
{
    return err_set(err, "%s: %s", file, gnutls_strerror(code));
}

static int read_pem(struct arena *arena, const char *file, gnutls_datum_t *ret_text, struct err *err)
{
    char *text;
    size_t n_bytes;
    if (file_read(arena, file, FILE_BYTES_MOST, &text, &n_bytes, err) < 0)
        return -1;
    *ret_text = (gnutls_datum_t){(unsigned char *)text, (unsigned)n_bytes};
    return 0;
}

/* Do the two belong together? */
static int check_pair(const struct tls *tls, const gnutls_datum_t *certificate, const gnutls_datum_t *key,
                      struct err *err)
{
    gnutls_certificate_credentials_t pair;
    int code = gnutls_certificate_allocate_credentials(&pair);
    if (code < 0)
        return refuse(tls->certificate_file, code, err);
    code = gnutls_certificate_set_x509_key_mem(pair, certificate, key, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(pair);
    return code < 0 ? err_set(err, "%s with the key %s: %s", tls->certificate_file, tls->key_file,
                              gnutls_strerror(code))
                    : 0;
}

static int64_t expiration(gnutls_pcert_st *certificate)
{
    gnutls_x509_crt_t crt;
    if (gnutls_pcert_export_x509(certificate, &crt) < 0)
        return 0;
    int64_t until_s = gnutls_x509_crt_get_expiration_time(crt);
    gnutls_x509_crt_deinit(crt);
    return until_s;
}

static void shown_free(struct shown *shown)
{
    for (unsigned i = 0; i < shown->n_chain; i++)
        gnutls_pcert_deinit(&shown->chain[i]);
    if (shown->key)
        gnutls_privkey_deinit(shown->key);
    heap_free_(&shown);
}

static int import(const struct tls *tls, const gnutls_datum_t *certificate, const gnutls_datum_t *key,
                  struct shown *shown, struct err *err)
{
    unsigned n = CHAIN_MOST;
    int code = gnutls_pcert_list_import_x509_raw(shown->chain, &n, certificate, GNUTLS_X509_FMT_PEM, 0);
    if (code < 0)
        return refuse(tls->certificate_file, code, err);
    shown->n_chain = n;
    shown->until_s = expiration(&shown->chain[0]);
    code = gnutls_privkey_init(&shown->key);
    if (code >= 0)
        code = gnutls_privkey_import_x509_raw(shown->key, key, GNUTLS_X509_FMT_PEM, NULL, 0);
    return code < 0 ? refuse(tls->key_file, code, err) : 0;
}

static int load(struct tls *tls, struct err *err)
{
    struct arena *arena = arena_new();
    gnutls_datum_t certificate = {0}, key = {0};
    struct shown *shown = heap_alloc(sizeof *shown);
    *shown = (struct shown){.before = tls->shown};
    int got = read_pem(arena, tls->certificate_file, &certificate, err);
    if (got == 0)
        got = read_pem(arena, tls->key_file, &key, err);
    if (got == 0)
        got = check_pair(tls, &certificate, &key, err);
    if (got == 0)
        got = import(tls, &certificate, &key, shown, err);
    wipe(arena, &key);
    if (got == 0)
        tls->shown = shown;
    else
        shown_free(shown);
    return got;
}

/* True: it is another file than the one that was seen, or has other bytes. */
static bool look(const char *file, struct stat *seen)
{
    struct stat now = {0};
    (void)stat(file, &now);
    bool same = now.st_ino == seen->st_ino && now.st_size == seen->st_size &&
                now.st_mtim.tv_sec == seen->st_mtim.tv_sec && now.st_mtim.tv_nsec == seen->st_mtim.tv_nsec;
    *seen = now;
    return !same;
}

/* Both are looked at, each time. */
static bool have_changed(struct tls *tls)
{
    bool certificate = look(tls->certificate_file, &tls->certificate_seen);
    return look(tls->key_file, &tls->key_seen) || certificate;
}

int tls_new(const char *certificate_file, const char *key_file, const struct clock *clock,
            struct tls **ret_tls, struct err *err)
{
    struct arena *arena = arena_new();
    struct tls *tls = arena_alloc(arena, sizeof *tls);
    *tls = (struct tls){.certificate_file = arena_strdup(arena, certificate_file),
                        .key_file = arena_strdup(arena, key_file),
                        .clock = clock,
                        .arena = arena};
    pthread_mutex_init(&tls->lock, NULL);
    have_changed(tls);
    if (load(tls, err) < 0) {
        tls_free(tls);
        return -1;
    }
    served = tls;
    *ret_tls = tls;
    return 0;
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    for (struct shown *shown = tls->shown, *before; shown; shown = before) {
        before = shown->before;
        shown_free(shown);
    }
    pthread_mutex_destroy(&tls->lock);
    arena_free(tls->arena);
}

static void renew(struct tls *tls)
{
    struct err err = {0};
    int64_t now_us = clock_monotonic_us(tls->clock);
    if (now_us - tls->looked_us < LOOK_US)
        return;
    tls->looked_us = now_us;
    if (!have_changed(tls))
        return;
    if (load(tls, &err) == 0)
        log_event(LOG_INFO, "tls.renewed", "certificate=%s", log_quote(tls->certificate_file));
    else
        log_event(LOG_WARNING, "tls.not_renewed", "error=%s effect=%s", log_quote(err.text),
                  log_quote("the certificate before is shown"));
}

int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
                 const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **ret_chain,
                 unsigned *ret_n_chain, gnutls_privkey_t *ret_key)
{
    (void)session, (void)authorities, (void)n_authorities, (void)algorithms, (void)n_algorithms;
    pthread_mutex_lock(&served->lock);
    renew(served);
    *ret_chain = served->shown->chain;
    *ret_n_chain = served->shown->n_chain;
    *ret_key = served->shown->key;
    pthread_mutex_unlock(&served->lock);
    return 0;
}

int64_t tls_until_s(struct tls *tls)
{
    pthread_mutex_lock(&tls->lock);
    int64_t until_s = tls->shown->until_s;
    pthread_mutex_unlock(&tls->lock);
    return until_s;
}
