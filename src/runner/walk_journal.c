/* {"walk":1,"id":"20261129-001502-service-down","file":"/srv/ops/api.md","sha256":"...","line":63,...}
 * {"verb":"begin","row":1,"line":82,"at":"2026-11-29T00:15:09.120Z","by":"ana","text":"curl -f http://..."}
 * {"verb":"result","row":1,"line":82,...,"result":{"state":"succeeded","exit_code":0,"output":"ok\n",...}} */
#include "runner/walk_journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "runbook/library.h"

enum { VERSION = 1, JOURNAL_BYTES = 256 * 1024 * 1024, JSON_DEPTH = 8, ID_SLUG_BYTES = 40 };

#define FILE_NAME "walk.jsonl"

struct walk_journal {
    struct arena *arena;
    const char *folder, *document_folder, *document;
    const struct redact_rules *rules;
    int fd;
};

/* ---- redaction ---- */

static void sink(void *context, const char *bytes, size_t n_bytes)
{
    buf_add(context, bytes, n_bytes);
}

const char *walk_text_redacted(struct arena *arena, const struct redact_rules *rules, const char *text,
                               bool *ret_found)
{
    scoped_buf struct buf clean = {0};
    scoped_buf struct buf counts = {0};
    struct redactor *redactor = redactor_new(rules, sink, &clean);
    redactor_add(redactor, text, strlen(text));
    redactor_finish(redactor);
    redactor_counts(redactor, &counts);
    redactor_free(redactor);
    if (ret_found)
        *ret_found = counts.n_bytes > 0;
    return arena_strndup(arena, buf_text(&clean), clean.n_bytes);
}

/* ---- writing ---- */

static int line_write(struct walk_journal *journal, const struct buf *line, struct err *err)
{
    off_t before = lseek(journal->fd, 0, SEEK_END);
    size_t done = 0;
    while (before >= 0 && done < line->n_bytes) {
        ssize_t n = write(journal->fd, line->at + done, line->n_bytes - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    if (before >= 0 && done == line->n_bytes && fsync(journal->fd) == 0)
        return 0;
    int error = errno;
    /* Half a line would make the next one unreadable. */
    if (before >= 0 && ftruncate(journal->fd, before) < 0)
        error = errno;
    return err_set(err, "%s/" FILE_NAME ": %s", journal->folder, strerror(error));
}

void walk_result_write(struct json_writer *w, const struct step_result *result)
{
    jw_pair_int(w, "exit_code", result->exit_code);
    jw_pair_int(w, "duration_us", result->duration_us);
    jw_pair(w, "why", result->why);
    jw_pair(w, "output", result->output);
    jw_pair_bool(w, "output_cut", result->output_cut);
    jw_pair(w, "redacted", result->redacted);
}

int walk_journal_add(struct walk_journal *journal, const struct walk *walk, const struct walk_entry *entry,
                     struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf line = {0};
    struct json_writer w = jw_start(&line);
    bool withheld = false;
    if (entry->verb == WALK_SET)
        walk_text_redacted(arena, journal->rules, entry->text, &withheld);
    jw_begin_object(&w);
    jw_pair(&w, "verb", walk_verb_name(entry->verb));
    if (entry->row >= 0) {
        jw_pair_int(&w, "row", entry->row);
        jw_pair_int(&w, "line", walk->rows.at[entry->row].line);
    }
    jw_pair_time(&w, "at", entry->at_us);
    jw_pair(&w, "by", entry->by);
    if (entry->name)
        jw_pair(&w, "name", entry->name);
    if (withheld)
        jw_pair_bool(&w, "withheld", true);
    else if (entry->text)
        jw_pair(&w, "text", entry->text);
    if (entry->reason)
        jw_pair(&w, "reason", entry->reason);
    if (entry->check_line)
        jw_pair_int(&w, "checks", entry->check_line);
    if (entry->verb == WALK_RESULT) {
        jw_name(&w, "result");
        jw_begin_object(&w);
        jw_pair(&w, "state", step_state_name(entry->result.state));
        walk_result_write(&w, &entry->result);
        jw_end_object(&w);
    }
    jw_end_object(&w);
    buf_putc(&line, '\n');
    return line_write(journal, &line, err);
}

static int about_write(struct walk_journal *journal, const struct walk_about *about, struct err *err)
{
    scoped_buf struct buf line = {0};
    struct json_writer w = jw_start(&line);
    jw_begin_object(&w);
    jw_pair_int(&w, "walk", VERSION);
    jw_pair(&w, "id", about->id);
    jw_pair(&w, "file", about->file);
    jw_pair(&w, "document", journal->document);
    jw_pair(&w, "sha256", about->sha256);
    jw_pair(&w, "procedure", about->procedure);
    jw_pair_int(&w, "line", about->line);
    jw_pair(&w, "by", about->by);
    jw_pair(&w, "host", about->host);
    jw_pair(&w, "folder", about->folder);
    jw_pair(&w, "service", about->service);
    jw_pair(&w, "target", about->target);
    jw_pair_time(&w, "began_at", about->began_us);
    jw_end_object(&w);
    buf_putc(&line, '\n');
    return line_write(journal, &line, err);
}

/* ---- beginning ---- */

static int lock(struct walk_journal *journal, struct err *err)
{
    const char *path = arena_printf(journal->arena, "%s/" FILE_NAME, journal->folder);
    journal->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (journal->fd < 0)
        return err_set(err, "%s: %s", path, strerror(errno));
    if (flock(journal->fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno != EWOULDBLOCK)
        return err_set(err, "%s: %s", path, strerror(errno));
    err_set(err, "That walk is still open in another terminal, or its last step is coming to its end.");
    return 1;
}

static struct walk_journal *journal_make(const struct redact_rules *rules)
{
    struct arena *arena = arena_new();
    struct walk_journal *journal = arena_alloc(arena, sizeof *journal);
    *journal = (struct walk_journal){.arena = arena, .rules = rules, .fd = -1};
    return journal;
}

/* A folder of that name that was not there before; a number behind it when one was. */
static int folder_make(struct walk_journal *journal, const char *walks_dir, const char *id, struct err *err)
{
    enum { TRIES = 100 };
    for (int i = 1; i <= TRIES; i++) {
        journal->folder = i == 1 ? arena_printf(journal->arena, "%s/%s", walks_dir, id)
                                 : arena_printf(journal->arena, "%s/%s-%d", walks_dir, id, i);
        if (mkdir(journal->folder, 0700) == 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    return err_set(err, "%s: %s", journal->folder, strerror(errno));
}

static const char *id_of(struct arena *arena, const struct walk_about *about)
{
    char text[TIME_TEXT_BYTES], day[16];
    time_format_rfc3339(about->began_us, text);
    snprintf(day, sizeof day, "%.4s%.2s%.2s-%.2s%.2s%.2s", text, text + 5, text + 8, text + 11, text + 14,
             text + 17);
    char *id = arena_printf(arena, "%s-%.*s", day, ID_SLUG_BYTES, about->procedure);
    for (char *c = id; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", *c))
            *c = '-';
    return id;
}

static int copy_write(struct walk_journal *journal, const char *name, const char *document, size_t n_bytes,
                      struct err *err)
{
    journal->document = arena_strdup(journal->arena, name);
    journal->document_folder = arena_printf(journal->arena, "%s/document", journal->folder);
    if (mkdir(journal->document_folder, 0700) < 0)
        return err_set(err, "%s: %s", journal->document_folder, strerror(errno));
    return file_write(arena_printf(journal->arena, "%s/%s", journal->document_folder, name), document,
                      n_bytes, 0600, err);
}

int walk_journal_new(const char *walks_dir, const char *name, const char *document, size_t n_bytes,
                     struct walk_about *about, const struct redact_rules *rules,
                     struct walk_journal **ret_journal, struct err *err)
{
    struct walk_journal *journal = journal_make(rules);
    if (folder_make(journal, walks_dir, id_of(journal->arena, about), err) < 0 ||
        copy_write(journal, name, document, n_bytes, err) < 0 || lock(journal, err) != 0) {
        walk_journal_close(journal);
        return -1;
    }
    about->id = strrchr(journal->folder, '/') + 1;
    if (about_write(journal, about, err) < 0) {
        walk_journal_close(journal);
        return -1;
    }
    *ret_journal = journal;
    return 0;
}

void walk_journal_close(struct walk_journal *journal)
{
    if (!journal)
        return;
    if (journal->fd >= 0)
        close(journal->fd);
    arena_free(journal->arena);
}

const char *walk_journal_folder(const struct walk_journal *journal)
{
    return journal->folder;
}

const char *walk_journal_document(const struct walk_journal *journal, const char **ret_folder)
{
    *ret_folder = journal->document_folder;
    return journal->document;
}

/* ---- reading ---- */

static const char *text_of(struct arena *arena, struct json object, const char *name)
{
    size_t n_bytes;
    const char *text = json_text(json_get(object, name), &n_bytes);
    return text ? arena_strndup(arena, text, n_bytes) : NULL;
}

static int64_t time_of(struct json object, const char *name)
{
    size_t n_bytes;
    int64_t us;
    const char *text = json_text(json_get(object, name), &n_bytes);
    return text && time_parse_rfc3339(text, n_bytes, &us) == 0 ? us : 0;
}

static struct step_result result_read(struct arena *arena, struct json json)
{
    int state = step_state_of(text_of(arena, json, "state"));
    return (struct step_result){
        .state = state < 0 ? STEP_FAILED : (enum step_state)state,
        .exit_code = (int)json_int(json_get(json, "exit_code"), -1),
        .duration_us = json_int(json_get(json, "duration_us"), 0),
        .why = text_of(arena, json, "why"),
        .output = text_of(arena, json, "output"),
        .output_cut = json_bool(json_get(json, "output_cut"), false),
        .redacted = text_of(arena, json, "redacted"),
    };
}

static int entry_read(struct walk *walk, struct json json, struct strings *withheld, struct err *err)
{
    int verb = walk_verb_of(text_of(walk->arena, json, "verb"));
    if (verb < 0)
        return err_set(err, "it was written by another version of this program");
    struct walk_entry entry = {
        .verb = (enum walk_verb)verb,
        .row = (int)json_int(json_get(json, "row"), -1),
        .check_line = (int)json_int(json_get(json, "checks"), 0),
        .at_us = time_of(json, "at"),
        .by = text_of(walk->arena, json, "by"),
        .text = text_of(walk->arena, json, "text"),
        .name = text_of(walk->arena, json, "name"),
        .reason = text_of(walk->arena, json, "reason"),
    };
    if (verb == WALK_SET && json_bool(json_get(json, "withheld"), false)) {
        strings_add(walk->arena, withheld, entry.name);
        return 0;
    }
    if (verb == WALK_RESULT)
        entry.result = result_read(walk->arena, json_get(json, "result"));
    if (walk_check(walk, &entry, err) < 0)
        return -1;
    if (entry.row >= 0 && walk->rows.at[entry.row].line != json_int(json_get(json, "line"), 0))
        return err_set(err, "this version of the program reads its document in another way");
    walk_apply(walk, &entry);
    return 0;
}

/* The document as the walk keeps it, and the rows of the procedure on that line. */
static struct walk *rows_read(struct walk_journal *journal, struct arena *arena, struct json json,
                              struct err *err)
{
    struct walk_about about = {
        .id = text_of(arena, json, "id"),
        .file = text_of(arena, json, "file"),
        .sha256 = text_of(arena, json, "sha256"),
        .procedure = text_of(arena, json, "procedure"),
        .line = (int)json_int(json_get(json, "line"), 0),
        .by = text_of(arena, json, "by"),
        .host = text_of(arena, json, "host"),
        .folder = text_of(arena, json, "folder"),
        .service = text_of(arena, json, "service"),
        .target = text_of(arena, json, "target"),
        .began_us = time_of(json, "began_at"),
    };
    const char *name = text_of(arena, json, "document");
    if (json_int(json_get(json, "walk"), 0) != VERSION || !name || strchr(name, '/') || !about.file ||
        !about.sha256 || !about.procedure || !about.id || !about.by || !about.folder) {
        err_set(err, "it was not written by this version of the program");
        return NULL;
    }
    journal->document = arena_strdup(journal->arena, name);
    journal->document_folder = arena_printf(journal->arena, "%s/document", journal->folder);
    char *bytes;
    size_t n_bytes;
    if (file_read(arena, arena_printf(arena, "%s/%s", journal->document_folder, name),
                  library_limits.file_bytes, &bytes, &n_bytes, err) < 0)
        return NULL;
    struct runbook *runbook = runbook_read(arena, arena_strdup(arena, name), bytes, n_bytes);
    sha256_hex(bytes, n_bytes, runbook->sha256);
    if (strcmp(runbook->sha256, about.sha256) != 0) {
        err_set(err, "its copy of the document was changed");
        return NULL;
    }
    list_each (procedure, &runbook->procedures)
        if (procedure->line == about.line) {
            struct walk *walk = walk_new(arena, runbook, procedure);
            walk->about = about;
            return walk;
        }
    err_set(err, "its document has no procedure on line %d", about.line);
    return NULL;
}

static int lines_read(struct walk_journal *journal, struct arena *arena, char *bytes, size_t n_bytes,
                      struct walk **ret_walk, struct strings *withheld, struct err *err)
{
    struct json_document *parser = json_document_new();
    struct walk *walk = NULL;
    int result = 0, n = 0;
    size_t at = 0;
    while (result == 0 && at < n_bytes) {
        const char *end = memchr(bytes + at, '\n', n_bytes - at);
        if (!end)
            break;
        struct json json;
        n++;
        result = json_parse(parser, bytes + at, (size_t)(end - (bytes + at)), JSON_DEPTH, &json, err);
        if (result == 0 && !walk)
            result = (walk = rows_read(journal, arena, json, err)) ? 0 : -1;
        else if (result == 0)
            result = entry_read(walk, json, withheld, err);
        at = (size_t)(end - bytes) + 1;
    }
    json_document_free(parser);
    if (result < 0)
        return err_prefix(err, "%s/" FILE_NAME ":%d: ", journal->folder, n);
    if (!walk)
        return err_set(err, "%s/" FILE_NAME ": nothing was recorded", journal->folder);
    if (at < n_bytes && ftruncate(journal->fd, (off_t)at) < 0)
        return err_set(err, "%s/" FILE_NAME ": %s", journal->folder, strerror(errno));
    *ret_walk = walk;
    return 0;
}

int walk_journal_open(struct arena *arena, const char *walks_dir, const char *id,
                      const struct redact_rules *rules, struct walk_journal **ret_journal,
                      struct walk **ret_walk, struct strings *ret_withheld, struct err *err)
{
    struct walk_journal *journal = journal_make(rules);
    struct stat st;
    char *bytes;
    size_t n_bytes;
    journal->folder = arena_printf(journal->arena, "%s/%s", walks_dir, id);
    const char *path = arena_printf(journal->arena, "%s/" FILE_NAME, journal->folder);
    int result = -1;
    if (!*id || strchr(id, '/') || *id == '.' || stat(path, &st) < 0)
        err_set(err, "There is no walk \"%s\" in %s.", id, walks_dir);
    else
        result = lock(journal, err);
    if (result == 0)
        result = file_read(arena, path, JOURNAL_BYTES, &bytes, &n_bytes, err);
    if (result == 0)
        result = lines_read(journal, arena, bytes, n_bytes, ret_walk, ret_withheld, err);
    if (result != 0) {
        walk_journal_close(journal);
        return result;
    }
    *ret_journal = journal;
    return 0;
}

/* ---- which there are ---- */

static int by_name_down(const void *a, const void *b)
{
    return strcmp(*(const char *const *)b, *(const char *const *)a);
}

void walk_journal_list(struct arena *arena, const char *walks_dir, struct strings *ret_ids)
{
    DIR *folder = opendir(walks_dir);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (entry->d_name[0] != '.')
            strings_add(arena, ret_ids, arena_strdup(arena, entry->d_name));
    if (folder)
        closedir(folder);
    if (ret_ids->n)
        qsort(ret_ids->at, ret_ids->n, sizeof *ret_ids->at, by_name_down);
}
