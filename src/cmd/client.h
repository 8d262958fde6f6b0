/* The command line's side of the API: where the server is, who we are, one request at a time. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

struct client {
    const char *url;   /* CRASHCART_URL, else http://127.0.0.1:8480 */
    const char *token; /* CRASHCART_TOKEN, else what DATA/admin.token holds; NULL: none found */
    const char *as;    /* the person who types, or NULL */
    const char *ca;    /* CRASHCART_CA: PEM file of whom to believe, or NULL: whom the system believes */
};

/* data_dir NULL: ./crashcart-data. Texts belong to the arena. -1: the URL makes no sense. */
int client_open(struct arena *arena, const char *data_dir, const char *as, struct client *ret_client,
                struct err *err);

/* One request, and its answer's body. body NULL: a GET, else a POST of that JSON. EXIT_DONE; EXIT_REFUSED:
 * err has the server's words; EXIT_UNREACHABLE: err says what was tried and what to set. */
int client_call(const struct client *client, const char *path, const char *body, struct buf *ret_answer,
                struct err *err);

/* The same outcomes. */
int client_delete(const struct client *client, const char *path, struct err *err);
/* {"ended":"d88a3847"}, for programs: the server answers with nothing. */
void ended_print(const char *what);

/* GET and parse into a document of its own. */
int client_get(const struct client *client, const char *path, struct json_document *document,
               struct buf *text, struct json *ret_root, struct err *err);

/* Adds what was answered as people read it. */
typedef void client_printer(struct buf *out, struct json root);
/* GET, and print what comes: as it was answered, or for people. Errors are printed, too. */
int client_print(const struct client *client, const char *path, bool json, client_printer *print);
/* A whole command that does this, and takes --json and --data. */
int client_command(int argc, char **argv, const char *usage, const char *path, client_printer *print);
