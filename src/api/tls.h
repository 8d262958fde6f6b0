/* The certificate that the server shows. Who opens a connection gets the one that lies in the files then:
 * renewing it takes no restart and no signal. Files that cannot be used leave the one before in force, with a
 * warning in the log. */
#pragma once

#include <stdint.h>

#include "api/gnutls_library.h"
#include "base/clock.h"
#include "base/err.h"

struct tls;

/* Reads both files. -1: they cannot be used, and err says which and why. At most one is served at a time in a
 * process, since the library calls back without saying for whom. */
int tls_new(const char *certificate_file, const char *key_file, const struct clock *clock,
            struct tls **ret_tls, struct err *err);
void tls_free(struct tls *tls); /* after the last connection; NULL is allowed */

/* For gnutls_certificate_set_retrieve_function2(): of the one that was made last. Any thread. */
int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
                 const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **ret_chain,
                 unsigned *ret_n_chain, gnutls_privkey_t *ret_key);

/* When the one in force ends, as seconds since 1970. Any thread. */
int64_t tls_until_s(struct tls *tls);
