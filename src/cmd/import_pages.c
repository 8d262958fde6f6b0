#include "cmd/import_pages.h"

#include <string.h>

#include "base/file.h"

enum { FILE_BYTES = 64 * 1024 * 1024, FILES = 5000, DEPTH = 64, FOLDER_DEPTH = 3 };

void import_pages_free(struct import_pages *pages)
{
    list_each (document, &pages->documents)
        json_document_free(*document);
    arena_free(pages->arena);
    *pages = (struct import_pages){0};
}

static const struct import_endpoint *endpoint_of(const struct importer *importer, const char *name, size_t n)
{
    for (const struct import_endpoint *endpoint = importer->endpoints; endpoint->name; endpoint++)
        if (strlen(endpoint->name) == n && memcmp(endpoint->name, name, n) == 0)
            return endpoint;
    return NULL;
}

static void add_page(struct import_pages *pages, const char *name, const char *of, struct json root)
{
    *list_push(pages->arena, &pages->pages) = (struct import_page){name, of, root};
}

static int parse(struct import_pages *pages, const char *text, size_t n_bytes, struct json *ret_root,
                 struct err *err)
{
    struct json_document *document = json_document_new();
    *list_push(pages->arena, &pages->documents) = document;
    return json_parse(document, text, n_bytes, DEPTH, ret_root, err);
}

static void take_list(struct import_pages *pages, const struct import_endpoint *endpoint, struct json list)
{
    if (!endpoint->each || json_kind(list) != JSON_OBJECT) {
        add_page(pages, endpoint->name, NULL, list);
        return;
    }
    for (struct json_iter i = json_first(list); json_more(&i); json_next(&i))
        add_page(pages, endpoint->name, arena_strndup(pages->arena, i.name, i.name_bytes), i.value);
}

static int refuse_empty(const struct importer *importer, const char *what, struct err *err)
{
    scoped_buf struct buf names = {0};
    for (const struct import_endpoint *endpoint = importer->endpoints; endpoint->name; endpoint++)
        buf_printf(&names, "%s%s", names.n_bytes ? ", " : "", endpoint->name);
    return err_set(err, "%s holds none of the lists of %s: %s", what, importer->title, buf_text(&names));
}

int import_pages_text(struct import_pages *pages, const struct importer *importer, const char *text,
                      size_t n_bytes, struct err *err)
{
    struct json root;
    if (parse(pages, text, n_bytes, &root, err) < 0)
        return -1;
    for (struct json_iter i = json_first(root); json_more(&i); json_next(&i)) {
        const struct import_endpoint *endpoint = i.name ? endpoint_of(importer, i.name, i.name_bytes) : NULL;
        if (endpoint)
            take_list(pages, endpoint, i.value);
    }
    return pages->pages.n ? 0 : refuse_empty(importer, "the file", err);
}

/* "users.json", or "users/ana.json", which says what it is of. */
static int take_file(struct import_pages *pages, const struct importer *importer,
                     const struct folder_file *file, struct err *err)
{
    size_t n_name = strcspn(file->path, "/.");
    const struct import_endpoint *endpoint = endpoint_of(importer, file->path, n_name);
    const char *rest = file->path + n_name;
    struct json root;
    if (!endpoint)
        return 0;
    if (parse(pages, file->bytes, file->n_bytes, &root, err) < 0)
        return err_prefix(err, "%s: ", file->path);
    size_t n_rest = strlen(rest);
    const char *of = *rest == '/' && n_rest > sizeof "/.json" - 1
                         ? arena_strndup(pages->arena, rest + 1, n_rest - (sizeof "/.json" - 1))
                         : NULL;
    if (endpoint->each && of)
        add_page(pages, endpoint->name, of, root);
    else
        take_list(pages, endpoint, root);
    return 0;
}

int import_pages_file(struct import_pages *pages, const struct importer *importer, const char *path,
                      struct err *err)
{
    static const char *const endings[] = {".json", NULL};
    static const struct folder_limits limits = {endings, FILE_BYTES, FILES, FOLDER_DEPTH};
    struct folder folder;
    char *text;
    size_t n_bytes;
    if (file_read(pages->arena, path, FILE_BYTES, &text, &n_bytes, err) == 0) {
        if (import_pages_text(pages, importer, text, n_bytes, err) < 0)
            return err_prefix(err, "%s: ", path);
        return 0;
    }
    if (folder_read(pages->arena, path, &limits, &folder, NULL) < 0)
        return -1; /* as file_read() has said */
    for (size_t i = 0; i < folder.n_files; i++)
        if (take_file(pages, importer, &folder.files[i], err) < 0)
            return -1;
    return pages->pages.n ? 0 : refuse_empty(importer, path, err);
}

/* ---- things ---- */

/* One thing alone is a list of it. */
static struct json things_of(const struct import_page *page)
{
    static const char *const wrappings[] = {"results", "data"};
    struct json list = page->root;
    for (size_t i = 0; i < sizeof wrappings / sizeof *wrappings; i++)
        if (json_kind(list) == JSON_OBJECT && json_kind(json_get(list, wrappings[i])) != JSON_NONE)
            list = json_get(list, wrappings[i]);
    if (json_kind(list) == JSON_OBJECT && json_kind(json_get(list, page->name)) == JSON_ARRAY)
        list = json_get(list, page->name);
    return list;
}

static void settle(struct import_item *item)
{
    while (!(item->more = json_more(&item->iter))) {
        const struct import_page *page;
        do {
            if (item->page >= item->pages->pages.n)
                return;
            page = &item->pages->pages.at[item->page++];
        } while (strcmp(page->name, item->name) != 0);
        item->of = page->of;
        struct json things = things_of(page);
        if (json_kind(things) == JSON_ARRAY) {
            item->iter = json_first(things);
        } else if (json_kind(things) == JSON_OBJECT) {
            item->value = things;
            item->more = true;
            return;
        }
    }
    item->value = item->iter.value;
}

struct import_item import_first(const struct import_pages *pages, const char *name)
{
    struct import_item item = {.pages = pages, .name = name};
    item.iter = json_first((struct json){0});
    settle(&item);
    return item;
}

void import_next(struct import_item *item)
{
    if (json_more(&item->iter))
        json_next(&item->iter);
    settle(item);
}

const char *import_text(struct arena *arena, struct json object, const char *name)
{
    size_t n;
    const char *text = json_text(json_get(object, name), &n);
    return text && n && !memchr(text, '\0', n) ? arena_strndup(arena, text, n) : NULL;
}

const char *import_name(struct arena *arena, struct json object)
{
    const char *name = import_text(arena, object, "name");
    const char *id = name ? NULL : import_text(arena, object, "id");
    return name ? name : id ? id : "unnamed";
}
