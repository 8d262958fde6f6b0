/* The ward's side of the network: a listener for each port of a host that is up, and one UNIX socket for the
 * stand-ins and the drill. */
#pragma once

#include "base/buf.h"
#include "ward/world.h"

struct front;

/* Host i of the system listens on 127.7.0.i+1; the file `hosts` gets a line each for it, in the form of
 * hosts(5). tls_folder: where certificate.pem and key.pem are made for the ports with tls; NULL: those do not
 * listen. -1: the socket, the file or the certificate cannot be made. */
int front_start(struct world *world, const char *socket_path, const char *hosts, const char *tls_folder,
                struct front **ret_front, struct err *err);
/* Opens what is up now and closes what is not. Takes the lock itself. */
void front_settle(struct front *front);
void front_stop(struct front *front);

/* ---- the UNIX socket: HTTP/1.1, JSON; control.c ----
 * POST /tool  {"words", "folder", "tree", "cursor"} -> {"out", "err", "exit", "again_ms", "cursor", "run":
 * [...]} POST /get   a formula -> {"value", "true", "complaint"} POST /set   {"NAME": "VALUE or = FORMULA",
 * ...} -> {} */
/* The status; the answer is added. */
int control_answer(struct world *world, const char *path, const char *body, size_t n_bytes,
                   struct buf *answer);
/* Members of a JSON body that are texts or numbers, as what is given. */
size_t given_read(struct world *world, const char *body, size_t n_bytes, struct given *given, size_t most);

/* certificate.c: one for all hosts with tls, signed by itself, made by openssl. In the world's arena; both
 * stay NULL when no port wants them. */
int certificate_make(struct world *world, const char *folder, char **ret_certificate, char **ret_key,
                     struct err *err);
