/* What another system's API said, list by list: out of a file, a folder, or its URL. */
#pragma once

#include "cmd/import.h"

struct import_page {
    const char *name; /* of the list: "users" */
    const char *of;   /* the id of the thing that it was asked for; NULL */
    struct json root; /* an array; or an object that holds it as results, data, or data and a name */
};

struct import_pages {
    struct arena *arena;
    LIST(struct import_page) pages;
    LIST(struct json_document *) documents; /* that the pages live in */
};

void import_pages_free(struct import_pages *pages);

/* A text that is one object with a member a list, {"users": [...], "schedules": {"results": [...]}}. A list
 * that belongs to things is an object of their ids. 0 or -1. */
int import_pages_text(struct import_pages *pages, const struct importer *importer, const char *text,
                      size_t n_bytes, struct err *err);
/* A file as above; or a folder of files named after the lists: users.json, routing_rules/ID.json. */
int import_pages_file(struct import_pages *pages, const struct importer *importer, const char *path,
                      struct err *err);
/* Asks the API for every list, page by page. token may be NULL. https, or http on this machine. */
int import_pages_url(struct import_pages *pages, const struct importer *importer, const char *url,
                     const char *token, struct err *err);

/* Every thing of every page of a list, in order:
 *     for (struct import_item i = import_first(pages, "users"); i.more; import_next(&i)) use(i.value); */
struct import_item {
    struct json value;
    const char *of;
    bool more;
    const struct import_pages *pages;
    const char *name;
    size_t page;
    struct json_iter iter;
};
struct import_item import_first(const struct import_pages *pages, const char *name);
void import_next(struct import_item *item);

/* A text member, closed by a NUL; NULL when it is not there, empty, or holds a NUL. */
const char *import_text(struct arena *arena, struct json object, const char *name);
/* Its name, or else its id, as a person may be told. */
const char *import_name(struct arena *arena, struct json object);
