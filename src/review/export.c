/* HTML by cmark, after the tree was tamed: of tags only <br> is left, which our own tables use, and of
 * addresses those that a browser may follow. (What cmark itself calls safe would take that <br> out, and a
 * table cell may hold no line break of its own.) The policy of the page (CSP) holds even if something came
 * through. */
#include "review/export.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/must.h"
#include "review/sheet.h"

static const char head[] = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                           "style-src 'unsafe-inline'\">\n"
                           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                           "<meta name=\"referrer\" content=\"no-referrer\">\n<title>";

static const char style[] =
    "</title>\n<style>\n"
    "body{font:11pt/1.45 system-ui,sans-serif;color:#111;background:#fff;max-width:60em;margin:2em "
    "auto;padding:0 "
    "1em}\n"
    "h1{font-size:1.6em;line-height:1.2}h2{font-size:1.25em;border-bottom:1px solid #bbb;margin-top:1.6em}\n"
    "h1,h2,h3,h4{break-after:avoid}\n"
    "table{border-collapse:collapse;width:100%;font-size:.92em;margin:.8em 0}\n"
    "th,td{border:1px solid #bbb;padding:.25em "
    ".5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}\n"
    "th{background:#eee}thead{display:table-header-group}tr{break-inside:avoid}\n"
    "pre{background:#f4f4f4;border:1px solid #ccc;padding:.5em;white-space:pre-wrap;overflow-wrap:anywhere}\n"
    "code{font-family:ui-monospace,monospace;font-size:.92em;overflow-wrap:anywhere}\n"
    "blockquote{border-left:3px solid #bbb;margin-left:0;padding-left:1em}\n"
    "@page{size:auto;margin:18mm 15mm}\n"
    "@media print{body{max-width:none;margin:0;padding:0;font-size:10pt}a{color:inherit}"
    "a[href^=http]::after{content:\" (\" attr(href) \")\";font-size:.85em}pre{break-inside:auto}}\n"
    "</style>\n</head>\n<body>\n";

static void put_text(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            buf_puts(out, "&lt;");
        else if (*text == '&')
            buf_puts(out, "&amp;");
        else if (*text == '>')
            buf_puts(out, "&gt;");
        else
            buf_putc(out, *text);
    }
}

static void register_extensions(void)
{
    cmark_gfm_core_extensions_ensure_registered();
}

/* A tag of somebody else's is shown as what it is: text. */
static void show_tag(cmark_node *node)
{
    cmark_node *text = cmark_node_new(CMARK_NODE_TEXT), *shown = text;
    cmark_node_set_literal(text, cmark_node_get_literal(node));
    if (cmark_node_get_type(node) == CMARK_NODE_HTML_BLOCK) {
        shown = cmark_node_new(CMARK_NODE_PARAGRAPH);
        must(cmark_node_append_child(shown, text));
    }
    must(cmark_node_replace(node, shown));
    cmark_node_free(node);
}

/* An address that a browser may follow: of the web, of mail, or of this document. */
static bool may_be_followed(const char *url)
{
    static const char *const schemes[] = {"http://", "https://", "mailto:", "#"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

/* What it is called stays; it would be fetched from elsewhere. */
static void unwrap_image(cmark_node *node)
{
    for (cmark_node *child; (child = cmark_node_first_child(node));) {
        cmark_node_unlink(child);
        if (!cmark_node_insert_before(node, child))
            cmark_node_free(child);
    }
    cmark_node_unlink(node);
    cmark_node_free(node);
}

static bool is_break(cmark_node *node)
{
    const char *literal = cmark_node_get_literal(node);
    return cmark_node_get_type(node) == CMARK_NODE_HTML_INLINE && literal && strcmp(literal, "<br>") == 0;
}

static void tame_node(cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_IMAGE)
        unwrap_image(node);
    else if ((type == CMARK_NODE_HTML_INLINE || type == CMARK_NODE_HTML_BLOCK) && !is_break(node))
        show_tag(node);
    else if (type == CMARK_NODE_LINK && !may_be_followed(cmark_node_get_url(node)))
        cmark_node_set_url(node, "");
}

/* A node is changed when the walk is past it and all that is inside of it. */
static void tame(cmark_node *root)
{
    cmark_iter *iter = cmark_iter_new(root);
    cmark_node *left = NULL;
    for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);
        bool leaf = type == CMARK_NODE_HTML_INLINE || type == CMARK_NODE_HTML_BLOCK;
        if (left)
            tame_node(left);
        left = event == CMARK_EVENT_EXIT || leaf ? node : NULL;
    }
    cmark_iter_free(iter);
}

void export_html(struct buf *out, const char *title, const char *markdown, size_t n_bytes)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, register_extensions) == 0);
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8);
    cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension("table"));
    cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension("tasklist"));
    cmark_parser_feed(parser, markdown, n_bytes);
    cmark_node *root = cmark_parser_finish(parser);
    tame(root);
    char *body = cmark_render_html(root, CMARK_OPT_UNSAFE, cmark_parser_get_syntax_extensions(parser));
    buf_puts(out, head);
    put_text(out, title);
    buf_puts(out, style);
    buf_puts(out, body);
    buf_puts(out, "</body>\n</html>\n");
    free(body);
    cmark_node_free(root);
    cmark_parser_free(parser);
}

void export_timeline_csv(struct buf *out, const struct event_row *timeline, size_t n_timeline)
{
    static const char *const columns[] = {"n", "at", "actor", "kind", "summary", "body", "hash"};
    struct sheet sheet = {.out = out};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        sheet_text(&sheet, columns[i]);
    sheet_row_end(&sheet);
    for (size_t i = 0; i < n_timeline; i++) {
        const struct event_row *event = &timeline[i];
        sheet_int(&sheet, event->n);
        sheet_time(&sheet, event->at_us);
        sheet_text(&sheet, event->actor);
        sheet_text(&sheet, event->kind);
        sheet_text(&sheet, event->summary);
        sheet_text(&sheet, event->body);
        sheet_text(&sheet, event->hash);
        sheet_row_end(&sheet);
    }
}
