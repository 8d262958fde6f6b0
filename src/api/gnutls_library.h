/* GnuTLS, which libmicrohttpd speaks TLS with, loaded when TLS is served. Include this instead of its
 * headers; to use another function, add it to the list. */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define GNUTLS_FUNCTIONS(F)                                                                                  \
    F(certificate_allocate_credentials)                                                                      \
    F(certificate_free_credentials)                                                                          \
    F(certificate_set_x509_key_mem)                                                                          \
    F(pcert_deinit)                                                                                          \
    F(pcert_export_x509)                                                                                     \
    F(pcert_list_import_x509_raw)                                                                            \
    F(privkey_deinit)                                                                                        \
    F(privkey_import_x509_raw)                                                                               \
    F(privkey_init)                                                                                          \
    F(strerror)                                                                                              \
    F(x509_crt_deinit)                                                                                       \
    F(x509_crt_get_expiration_time)

struct gnutls_library {
#define GNUTLS_MEMBER(name) typeof(gnutls_##name) *(name);
    GNUTLS_FUNCTIONS(GNUTLS_MEMBER)
#undef GNUTLS_MEMBER
};

/* Any thread. The first call comes before the sandbox. */
const struct gnutls_library *gnutls_library(void);

#define gnutls_certificate_allocate_credentials gnutls_library()->certificate_allocate_credentials
#define gnutls_certificate_free_credentials     gnutls_library()->certificate_free_credentials
#define gnutls_certificate_set_x509_key_mem     gnutls_library()->certificate_set_x509_key_mem
#define gnutls_pcert_deinit                     gnutls_library()->pcert_deinit
#define gnutls_pcert_export_x509                gnutls_library()->pcert_export_x509
#define gnutls_pcert_list_import_x509_raw       gnutls_library()->pcert_list_import_x509_raw
#define gnutls_privkey_deinit                   gnutls_library()->privkey_deinit
#define gnutls_privkey_import_x509_raw          gnutls_library()->privkey_import_x509_raw
#define gnutls_privkey_init                     gnutls_library()->privkey_init
#define gnutls_strerror                         gnutls_library()->strerror
#define gnutls_x509_crt_deinit                  gnutls_library()->x509_crt_deinit
#define gnutls_x509_crt_get_expiration_time     gnutls_library()->x509_crt_get_expiration_time
