#include "cmd/lint_sarif.h"

#include <ctype.h>
#include <string.h>

static const char *level_of(const char *level)
{
    return strcmp(level, "info") == 0 ? "note" : level;
}

static void write_text(struct json_writer *w, const char *name, const char *text)
{
    jw_name(w, name);
    jw_begin_object(w);
    jw_pair(w, "text", text);
    jw_end_object(w);
}

/* A path as an URI reference (RFC 3986): the bytes that mean something else there are escaped. */
static void write_uri(struct json_writer *w, const char *path)
{
    scoped_buf struct buf uri = {0};
    buf_puts(&uri, path[0] == '/' ? "file://" : "");
    for (; *path; path++)
        if (isalnum((unsigned char)*path) || strchr("-._~/", *path))
            buf_putc(&uri, *path);
        else
            buf_printf(&uri, "%%%02X", (unsigned char)*path);
    jw_pair(w, "uri", buf_text(&uri));
}

void sarif_begin(struct json_writer *w)
{
    jw_begin_object(w);
    jw_pair(w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    jw_pair(w, "version", "2.1.0");
    jw_name(w, "runs");
    jw_begin_array(w);
    jw_begin_object(w);
    jw_pair(w, "columnKind", "unicodeCodePoints");
    jw_name(w, "results");
    jw_begin_array(w);
}

void sarif_result(struct json_writer *w, const char *file, const struct defect *defect)
{
    jw_begin_object(w);
    jw_pair(w, "ruleId", defect->code);
    jw_pair(w, "level", level_of(defect->level));
    write_text(w, "message", defect->message);
    jw_name(w, "locations");
    jw_begin_array(w);
    jw_begin_object(w);
    jw_name(w, "physicalLocation");
    jw_begin_object(w);
    jw_name(w, "artifactLocation");
    jw_begin_object(w);
    write_uri(w, file);
    jw_end_object(w);
    jw_name(w, "region");
    jw_begin_object(w);
    jw_pair_int(w, "startLine", defect->line > 0 ? defect->line : 1);
    jw_pair_int(w, "startColumn", defect->column > 0 ? defect->column : 1);
    jw_end_object(w);
    jw_end_object(w);
    jw_end_object(w);
    jw_end_array(w);
    jw_end_object(w);
}

static void write_rule(struct json_writer *w, const struct lint_code *code)
{
    jw_begin_object(w);
    jw_pair(w, "id", code->code);
    write_text(w, "shortDescription", code->explain);
    write_text(w, "fullDescription", code->explain);
    jw_name(w, "help");
    jw_begin_object(w);
    scoped_buf struct buf help = {0};
    buf_puts(&help, code->explain);
    if (code->wrong)
        buf_printf(&help, "\n\nWrong:\n\n%s", code->wrong);
    if (code->right)
        buf_printf(&help, "\n\nRight:\n\n%s", code->right);
    jw_pair(w, "text", buf_text(&help));
    jw_end_object(w);
    jw_name(w, "defaultConfiguration");
    jw_begin_object(w);
    jw_pair(w, "level", level_of(code->level));
    jw_end_object(w);
    jw_name(w, "properties");
    jw_begin_object(w);
    jw_name(w, "tags");
    jw_begin_array(w);
    jw_string(w, code->group);
    jw_end_array(w);
    jw_end_object(w);
    jw_end_object(w);
}

void sarif_end(struct json_writer *w, const struct lint_codes *codes)
{
    jw_end_array(w);
    jw_name(w, "tool");
    jw_begin_object(w);
    jw_name(w, "driver");
    jw_begin_object(w);
    jw_pair(w, "name", "crashcart");
    jw_pair(w, "version", CRASHCART_VERSION);
    jw_name(w, "rules");
    jw_begin_array(w);
    list_each (code, codes)
        write_rule(w, code);
    jw_end_array(w);
    jw_end_object(w);
    jw_end_object(w);
    jw_end_object(w);
    jw_end_array(w);
    jw_end_object(w);
}
