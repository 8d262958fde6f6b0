/* `crashcart mail-reply`: what a mail server pipes a reply, or a bounce, to. The mail is taken apart here, by
 * a program that holds nothing and ends, and not by the server. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"
#include "intake/mail.h"

static const char usage[] =
    "usage: crashcart mail-reply [--data DIR] < MAIL\n"
    "\n"
    "  For a mail alias: crashcart: \"|crashcart mail-reply\"\n"
    "  The first line that is not quoted is done: ack, resolve or status. It counts\n"
    "  when it answers a page that went to its sender. A page that comes back as not\n"
    "  delivered has failed, and its person's next way is tried. Exit 0: the server has\n"
    "  it, also when it does not count; 75: try again later, as mail servers understand it.\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

enum { EXIT_TRY_AGAIN = 75 };

static void read_all(struct buf *out)
{
    ssize_t n;
    do {
        char *room = buf_room(out, 65536);
        n = read(STDIN_FILENO, room, 65536);
        if (n > 0)
            out->n_bytes += (size_t)n;
    } while (n > 0 && out->n_bytes <= MAIL_MOST_BYTES);
}

static void write_ids(struct json_writer *writer, const struct strings *ids)
{
    jw_name(writer, "references");
    jw_begin_array(writer);
    list_each (id, ids)
        jw_string(writer, *id);
    jw_end_array(writer);
}

static void write_reply(struct buf *body, const struct mail_reply *reply)
{
    struct json_writer writer = jw_start(body);
    jw_begin_object(&writer);
    jw_pair(&writer, "from", reply->from);
    jw_pair(&writer, "message_id", reply->message_id);
    write_ids(&writer, &reply->references);
    jw_pair(&writer, "text", reply->text);
    jw_end_object(&writer);
}

static void write_bounce(struct buf *body, const struct mail_bounce *bounce)
{
    struct json_writer writer = jw_start(body);
    jw_begin_object(&writer);
    jw_pair(&writer, "undelivered", bounce->why);
    jw_pair(&writer, "to", bounce->to);
    jw_pair(&writer, "recipient", bounce->recipient);
    write_ids(&writer, &bounce->ids);
    jw_end_object(&writer);
}

/* false: it is nothing that the server wants to hear of, and why is said. */
static bool read_mail(struct arena *arena, const struct buf *mail, struct buf *body)
{
    struct mail_bounce bounce;
    struct mail_reply reply;
    struct err err = {0};
    if (mail_bounce_read(arena, buf_text(mail), mail->n_bytes, &bounce)) {
        write_bounce(body, &bounce);
        return true;
    }
    if (mail_reply_read(arena, buf_text(mail), mail->n_bytes, &reply, &err) < 0) {
        error_print(err.text);
        return false;
    }
    if (!reply.automatic)
        write_reply(body, &reply);
    return !reply.automatic;
}

int cmd_mail_reply(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf mail = {0}, body = {0}, answer = {0};
    const char *data = NULL;
    struct strings words = {0};
    const struct command_option options[] = {{"--data", NULL, &data}, {0}};
    struct client client;
    struct err err = {0};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n)
        return usage_error(usage, "mail-reply %s: no such word", words.at[0]);
    read_all(&mail);
    if (!read_mail(arena, &mail, &body))
        return EXIT_DONE; /* no mail server can do better another time */
    if (client_open(arena, data, NULL, &client, &err) < 0) {
        error_print(err.text);
        return EXIT_USAGE;
    }
    int code = client_call(&client, "/reply/mail", buf_text(&body), &answer, &err);
    if (code != EXIT_DONE) {
        error_print(err.text);
        return EXIT_TRY_AGAIN;
    }
    printf("%s\n", buf_text(&answer));
    return EXIT_DONE;
}
