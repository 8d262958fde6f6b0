/* What bash and the programs really get is asked of bash: the filled commands run, with functions that print
 * their arguments in the place of the programs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/testing.h"
#include "runbook/exec_spy_priv.h"
#include "runbook/fill.h"
#include "runbook/fill_hostile_priv.h"

static struct filled fill_values(struct arena *arena, const char *command, const struct fill_value *values,
                                 size_t n_values)
{
    struct risk before = risk_of_command(arena, risk_rules_builtin(), command, strlen(command));
    return fill_command(arena, risk_rules_builtin(), command, &before, values, n_values);
}

static struct filled fill_one(struct arena *arena, const char *command, const char *name, const char *value)
{
    return fill_values(arena, command, &(struct fill_value){name, value}, 1);
}

/* ---- a table of what is filled how ---- */

static void value_is_written_as_its_place_wants_it(void **state)
{
    static const struct {
        const char *command, *name, *value, *filled;
    } rows[] = {
        {"kubectl logs <pod-name> -n shop", "<pod-name>", "web-1", "kubectl logs web-1 -n shop"},
        {"kubectl describe pod <pod-name>", "<pod-name>", "web-1", "kubectl describe pod web-1"},
        {"kubectl scale deployment shop --replicas=<new-count>", "<new-count>", "5",
         "kubectl scale deployment shop --replicas=5"},
        {"kubectl get pods -l app=<name> | grep -v Running", "<name>", "shop",
         "kubectl get pods -l app=shop | grep -v Running"},
        {"grep <message> /var/log/app.log", "<message>", "it's \"bad\" $(id)",
         "grep 'it'\\''s \"bad\" $(id)' /var/log/app.log"},
        {"grep \"<message>\" /var/log/app.log", "<message>", "a \"b\" $c",
         "grep \"a \\\"b\\\" \\$c\" /var/log/app.log"},
        {"grep '<message>' /var/log/app.log", "<message>", "it's", "grep 'it'\\''s' /var/log/app.log"},
        {"curl -X POST http://auth:8080/suspend -d '{\"user\": \"<user_id>\", \"reason\": \"x\"}'",
         "<user_id>", "u-17",
         "curl -X POST http://auth:8080/suspend -d '{\"user\": \"u-17\", \"reason\": \"x\"}'"},
        {"curl -d '{\"note\": \"<note>\"}' http://a/b", "<note>", "it's \"5\\6\"",
         "curl -d '{\"note\": \"it'\\''s \\\"5\\\\6\\\"\"}' http://a/b"},
        {"curl http://a/jobs/<job>/log?q=<words>", "<words>", NULL, NULL},
        {"psql -c \"SELECT * FROM jobs WHERE owner = '<owner>'\"", "<owner>", "O'Brien \"x\"",
         "psql -c \"SELECT * FROM jobs WHERE owner = 'O''Brien \\\"x\\\"'\""},
        {"kubectl exec db-0 -- psql -c \"SELECT * FROM jobs WHERE owner = '<owner>'\"", "<owner>", "O'Brien",
         "kubectl exec db-0 -- psql -c \"SELECT * FROM jobs WHERE owner = 'O''Brien'\""},
        {"ssh db1 'psql -c \"SELECT 1 FROM jobs WHERE owner = '\\''<owner>'\\''\"'", "<owner>", "x$y",
         "ssh db1 'psql -c \"SELECT 1 FROM jobs WHERE owner = '\\''x\\$y'\\''\"'"},
        {"ssh db1 grep <message> /var/log/app.log", "<message>", "a b",
         "ssh db1 grep ''\\''a b'\\''' /var/log/app.log"},
        {"ssh db1 'grep <message> /var/log/app.log'", "<message>", "a b",
         "ssh db1 'grep '\\''a b'\\'' /var/log/app.log'"},
        {"kubectl exec web-0 -- sh -c \"grep <message> /tmp/log\"", "<message>", "a $b",
         "kubectl exec web-0 -- sh -c \"grep 'a \\$b' /tmp/log\""},
        {"kubectl get secret app -o jsonpath='{.data.<key>}'", "<key>", "tls.crt",
         "kubectl get secret app -o jsonpath='{.data.tls\\.crt}'"},
        {"python3 -c \"print('<words>')\"", "<words>", "it's", "python3 -c \"print('it\\\\'s')\""},
        {"python3 -c \"print('at last: <words>!')\"", "<words>", "a; b",
         "python3 -c \"print('at last: a; b!')\""},
        {"python3 -c \"import os; os.system('echo <words>')\"", "<words>", "web-1.2",
         "python3 -c \"import os; os.system('echo web-1.2')\""},
        {"kubectl get pods -o json | jq '.items[] | select(.metadata.name == \"<words>\")'", "<words>",
         "a\"b", "kubectl get pods -o json | jq '.items[] | select(.metadata.name == \"a\\\"b\")'"},
        {"curl -s http://search:9200/<words>/_stats", "<words>", "a b/c?d",
         "curl -s http://search:9200/a%20b%2Fc%3Fd/_stats"},
        {"psql <<'EOF'\nSELECT 1 FROM jobs WHERE owner = '<owner>';\nEOF", "<owner>", "O'Brien",
         "psql <<'EOF'\nSELECT 1 FROM jobs WHERE owner = 'O''Brien';\nEOF"},
        {"psql <<EOF\nSELECT 1 FROM jobs WHERE owner = '<owner>';\nEOF", "<owner>", "a$b",
         "psql <<EOF\nSELECT 1 FROM jobs WHERE owner = 'a\\$b';\nEOF"},
        {"echo \"$(kubectl get pod <pod-name> -o wide)\"", "<pod-name>", "web-1",
         "echo \"$(kubectl get pod web-1 -o wide)\""},
        {"kubectl logs {{ $labels.pod }}", "{{ $labels.pod }}", "web-1", "kubectl logs web-1"},
        {"kubectl -n [NAMESPACE] get pods", "[NAMESPACE]", "shop", "kubectl -n shop get pods"},
        {"terraform workspace select <prod|test>", "<prod|test>", "test", "terraform workspace select test"},
        {"psql -c 'SELECT 1 FROM jobs WHERE id = <number>'", "<number>", "17",
         "psql -c 'SELECT 1 FROM jobs WHERE id = 17'"},
        {"psql -c 'SELECT count(*) FROM <table>'", "<table>", "jobs", "psql -c 'SELECT count(*) FROM jobs'"},
    };
    scoped_arena struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].value)
            continue;
        struct filled filled = fill_one(arena, rows[i].command, rows[i].name, rows[i].value);
        if (!filled.text || strcmp(filled.text, rows[i].filled) != 0)
            fail_msg("%s\n with %s\n gives  %s\n wanted %s", rows[i].command, rows[i].value,
                     filled.text ? filled.text : filled.why_not, rows[i].filled);
    }
}

static void value_that_could_mean_more_is_refused_with_the_reason(void **state)
{
    static const struct {
        const char *command, *name, *value, *why;
    } rows[] = {
        {"kubectl delete pod <pod-name>", "<pod-name>", "--all", "option"},
        {"kubectl delete pod <pod-name>", "<pod-name>", "a b", "no name"},
        {"kubectl delete pod <pod-name>", "<pod-name>", "web\n1", "line break"},
        {"kubectl scale deploy/x --replicas=<count>", "<count>", "many", "no number"},
        {"psql -c 'SELECT 1 FROM jobs WHERE id = <job_id>'", "<job_id>", "id", "only a number"},
        {"psql -c \"SELECT 1 FROM jobs WHERE o = '<owner>'\"", "<owner>", "a\\", "backslash"},
        {"<tool> --version", "<tool>", "rm", "program"},
        {"kubectl exec web-0 -- <tool>", "<tool>", "rm", "program"},
        {"bash -c \"<words>\"", "<words>", "id", "program"},
        {"terraform workspace select <prod|test>", "<prod|test>", "dev", "none of those"},
        {"mysql -u root -p<password>", "<password>", "x", "secret"},
        {"kubectl get <kind> app -o yaml", "<kind>", "secret", "shows secrets"},
        {"cat <file>", "<file>", "../../etc/shadow", "no path"},
        {"curl http://<service>.shop/health", "<service>", "evil.example/x", "no name"},
        {"curl -s <url>", "<url>", "file:///etc/passwd", "http"},
        {"sed -n '<words>p' /var/log/x", "<words>", "1w/tmp/x;", "only a number"},
        {"mystery --name <words>", "<words>", "a b", "middle of something"},
        {"cat <<EOF\n<words>\nEOF", "<words>", "EOF", ""},
        {"kubectl logs <pod> ; kubectl get pods -n", "<container>", "x", "no placeholder"},
        {"X=<words>; kubectl get pods $X", "<words>", "a --all", ""},
        {"kubectl get pods `cat <words>`", "<words>", "a b", ""},
        {"sh -\x1e<rdo>lrdkarithmecio>logs ", "<rdo>", "a@b", "further program"},
        {"echo $((<words> + 1))", "<words>", "a[$(id)]", ""},
        {"python3 -c \"import os; os.system('echo <words>')\"", "<words>", ";id", "piece of code"},
        {"python3 -c \"import subprocess as s; s.run('<words>', shell=True)\"", "<words>", "a b", "code"},
        {"python3 -c \"eval('<words>')\"", "<words>", "open(1)", "piece of code"},
        {"python3 -c \"c.execute('SELECT 1 FROM t WHERE a = \\\"<words>\\\"')\"", "<words>", "a' or 1",
         "code"},
        {"python3 - <<'EOF'\nprint(loads('{\"a\": \"<words>\"}'))\nEOF", "<words>", "x\", \"b\": \"y",
         "code"},
        {"python3 -c \"print(open('/var/log/<words>').read())\"", "<words>", "../x", "piece of code"},
        {"python3 -c \"print(get('http://a/?q=<words>'))\"", "<words>", "x&y=1", "piece of code"},
        {"mongosh --eval 'db.t.find({$where: \"<words>\"})'", "<words>", "sleep(9)", "piece of code"},
        {"aws ssm send-command --parameters '{\"commands\": [\"echo <words>\"]}'", "<words>", ";id", "code"},
        {"kubectl patch deploy a -p '{\"a\": {\"x\": 1, \"args\": [\"-c\", \"<words>\"]}}'", "<words>", "a;b",
         "code"},
        {"curl -d '{\"id\": [1], \"query\": \"SELECT <words>\"}' http://a/b", "<words>", "1 or 1", "code"},
    };
    scoped_arena struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct filled filled = fill_one(arena, rows[i].command, rows[i].name, rows[i].value);
        if (filled.text || !filled.why_not || !strstr(filled.why_not, rows[i].why))
            fail_msg("%s\n with %s\n gives  %s", rows[i].command, rows[i].value,
                     filled.text ? filled.text : filled.why_not);
    }
}

static void what_is_missing_is_named_and_nothing_is_filled_by_halves(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *command = "kubectl logs <pod-name> -n <namespace>";
    struct filled filled = fill_one(arena, command, "<namespace>", "shop");
    assert_null(filled.text);
    assert_int_equal(filled.missing.n, 1);
    assert_string_equal(filled.missing.at[0], "<pod-name>");
    struct fill_value both[] = {{"<namespace>", "shop"}, {"<pod-name>", "web-1"}};
    filled = fill_values(arena, command, both, 2);
    assert_string_equal(filled.text, "kubectl logs web-1 -n shop");
    assert_int_equal(filled.missing.n, 0);
    assert_false(filled.free_value);
}

static void command_without_placeholders_stays_as_it_is(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_string_equal(fill_values(arena, "docker ps", NULL, 0).text, "docker ps");
    assert_non_null(fill_one(arena, "docker ps", "<x>", "y").why_not);
}

static void names_of_labels_and_people_mean_the_slot(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const struct {
        const char *command, *name;
        bool means;
    } rows[] = {
        {"kubectl logs <pod-name>", "pod", true},
        {"kubectl logs <pod-name>", "pod_name", true},
        {"kubectl logs <pod-name>", "POD-NAME", true},
        {"kubectl logs <pod-name>", "<pod-name>", true},
        {"kubectl logs <pod-name>", "podium", false},
        {"kubectl cordon <affected-node>", "node", true},
        {"kubectl get ns <ns>", "namespace", true},
        {"kubectl logs <name>", "pod", false},
        {"kubectl logs {{ $labels.pod }}", "pod", true},
        {"kubectl logs {{ $labels.pod }}", "pod_name", false},
        {"kubectl scale x --replicas=<new-count>", "new count", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fill_slots slots = {0};
        fill_slots(arena, rows[i].command, &slots);
        assert_int_equal(slots.n, 1);
        if (fill_names_slot(rows[i].name, &slots.at[0]) != rows[i].means)
            fail_msg("%s and %s", rows[i].command, rows[i].name);
    }
}

/* ---- hostile values through every place ---- */

enum reading { AS_IT_IS, OF_JSON, OF_JSON_TWICE, OF_SQL, OF_SQL_NAME, OF_PYTHON, OF_URL };

/* The program that gets the value, and the arguments it must get; @ stands for the value. */
static const struct position {
    const char *command, *gets;
    enum reading reading;
} positions[] = {
    {"grep <words> f", "grep|@|f", AS_IT_IS},
    {"grep \"<words>\" f", "grep|@|f", AS_IT_IS},
    {"grep '<words>' f", "grep|@|f", AS_IT_IS},
    {"grep -e \"x: <words>!\" f", "grep|-e|x: @!|f", AS_IT_IS},
    {"grep --regexp=<words> f", "grep|--regexp=@|f", AS_IT_IS},
    {"cat f | grep <words>", "grep|@", AS_IT_IS},
    {"cat f && grep <words> f || true", "grep|@|f", AS_IT_IS},
    {"(grep <words> f)", "grep|@|f", AS_IT_IS},
    {"for i in 1; do grep <words> f; done", "grep|@|f", AS_IT_IS},
    {"if true; then grep \"<words>\" f; fi", "grep|@|f", AS_IT_IS},
    {"cat \"$(grep <words> f)\"", "grep|@|f", AS_IT_IS},
    {"cat $(grep \"<words>\" f)", "grep|@|f", AS_IT_IS},
    {"kubectl logs <pod-name> -n shop", "kubectl|logs|@|-n|shop", AS_IT_IS},
    {"kubectl get pods -l app=<service> -o wide", "kubectl|get|pods|-l|app=@|-o|wide", AS_IT_IS},
    {"kubectl scale deployment/<service> --replicas=<count>", "kubectl|scale|deployment/x|--replicas=@",
     AS_IT_IS},
    {"kubectl exec <pod> -- grep x f", "kubectl|exec|@|--|grep|x|f", AS_IT_IS},
    {"kubectl exec db-0 -- grep <words> f", "grep|@|f", AS_IT_IS},
    {"kubectl exec db-0 -- sh -c \"grep <words> f\"", "grep|@|f", AS_IT_IS},
    {"kubectl exec db-0 -- sh -c 'grep \"<words>\" f'", "grep|@|f", AS_IT_IS},
    {"ssh db1 grep <words> f", "grep|@|f", AS_IT_IS},
    {"ssh db1 'grep <words> f'", "grep|@|f", AS_IT_IS},
    {"ssh db1 \"grep '<words>' f\"", "grep|@|f", AS_IT_IS},
    {"ssh db1 \"sudo sh -c 'grep <words> f'\"", "grep|@|f", AS_IT_IS},
    {"psql -c \"SELECT '<words>'\"", "psql|-c|SELECT '@'", OF_SQL},
    {"psql -c 'SELECT * FROM t WHERE \"<words>\" = 1'", "psql|-c|SELECT * FROM t WHERE \"@\" = 1",
     OF_SQL_NAME},
    {"psql -c 'SELECT 1 WHERE id = <count>'", "psql|-c|SELECT 1 WHERE id = @", AS_IT_IS},
    {"kubectl exec db-0 -- psql -c \"SELECT '<words>'\"", "psql|-c|SELECT '@'", OF_SQL},
    {"ssh db1 \"psql -c \\\"SELECT '<words>'\\\"\"", "psql|-c|SELECT '@'", OF_SQL},
    {"curl -d '{\"a\": \"<words>\"}' http://a/b", "curl|-d|{\"a\": \"@\"}|http://a/b", OF_JSON},
    {"curl -d \"{\\\"a\\\": \\\"<words>\\\"}\" http://a/b", "curl|-d|{\"a\": \"@\"}|http://a/b", OF_JSON},
    {"curl -d '{\"cmd\": [1], \"a\": [\"<words>\"]}' http://a/b",
     "curl|-d|{\"cmd\": [1], \"a\": [\"@\"]}|http://a/b", OF_JSON},
    {"curl -d '{\"a\": <count>}' http://a/b", "curl|-d|{\"a\": @}|http://a/b", AS_IT_IS},
    {"curl -d '{\"m\": \"{\\\"a\\\": \\\"<words>\\\"}\"}' http://a/b",
     "curl|-d|{\"m\": \"{\\\"a\\\": \\\"@\\\"}\"}|http://a/b", OF_JSON_TWICE},
    {"curl -s http://a/<words>/b", "curl|-s|http://a/@/b", OF_URL},
    {"curl -s \"http://a/b?q=<words>&n=1\"", "curl|-s|http://a/b?q=@&n=1", OF_URL},
    {"curl -s http://<host>:9090/x", "curl|-s|http://@:9090/x", AS_IT_IS},
    {"python3 -c \"print('<words>')\"", "python3|-c|print('@')", OF_PYTHON},
    {"python3 -c 'print(\"<words>\")'", "python3|-c|print(\"@\")", OF_PYTHON},
    {"kubectl get x -o jsonpath='{.data.<words>}'", "kubectl|get|x|-o|jsonpath={.data.@}", OF_PYTHON},
    {"jq 'map(select(.a == \"<words>\"))' f", "jq|map(select(.a == \"@\"))|f", OF_JSON},
    {"awk '$1 == \"<words>\"' f", "awk|$1 == \"@\"|f", AS_IT_IS},
    {"sed -n '/<words>/p' f", "sed|-n|/@/p|f", AS_IT_IS},
    {"mystery \"<words>\"", "mystery|@", AS_IT_IS},
    {"cat <file> | head -5", "cat|@", AS_IT_IS},
    {"LC_ALL=C grep <words> f", "grep|@|f", AS_IT_IS},
    {"A=<words>; grep \"$A\" f", "grep|@|f", AS_IT_IS},
    {"case <words> in a) cat f;; *) cat g;; esac", "", AS_IT_IS},
    {"[[ a == <words> ]] && cat f", "", AS_IT_IS},
    {"cat <<EOF\nx <words> y\nEOF", "", AS_IT_IS},
    {"cat <<'EOF'\n{\"a\": \"<words>\"}\nEOF", "", AS_IT_IS},
};
enum { N_POSITIONS = sizeof positions / sizeof *positions };

/* Each program prints itself and its arguments; ssh, kubectl exec, sudo and sh run what they are told. */
static const char stand_ins[] =
    "show() { local r; printf -v r '%s\\037' \"$@\"; printf '%s\\036' \"$r\" >&9; }\n"
    "for p in grep psql curl python3 jq awk sed cat head mystery; do eval \"$p() { show $p \\\"\\$@\\\"; "
    "}\"; done\n"
    "kubectl() { show kubectl \"$@\"; [ \"$1\" = exec ] && { shift 3; \"$@\"; }; :; }\n"
    "ssh() { shift; bash -c \"$*\"; }\n"
    "sudo() { \"$@\"; }\n"
    "sh() { bash \"$@\"; }\n"
    "export -f show grep psql curl python3 jq awk sed cat head mystery kubectl ssh sudo sh\n"
    "while IFS= read -r -d '' command; do eval \"$command\" </dev/null; printf '\\035' >&9; done <&8\n";

static const char *slot_of(struct arena *arena, const char *command, const char **ret_other)
{
    struct fill_slots slots = {0};
    fill_slots(arena, command, &slots);
    *ret_other = slots.n > 1 ? slots.at[0].name : NULL;
    return slots.at[slots.n - 1].name;
}

/* An independent reading of the text that a program got: what does its language make of it? */
static bool decoded(const char *text, size_t n_bytes, enum reading reading, struct buf *out)
{
    char quote = reading == OF_SQL ? '\'' : reading == OF_SQL_NAME ? '"' : '\0';
    bool guards = reading == OF_JSON || reading == OF_JSON_TWICE || reading == OF_PYTHON;
    for (size_t i = 0; i < n_bytes; i++) {
        char c = text[i];
        if (guards && c == '"')
            return false;
        if (guards && c == '\\' && i + 1 < n_bytes) {
            buf_putc(out, text[++i]);
        } else if (c == quote && i + 1 < n_bytes && text[i + 1] == c) {
            buf_putc(out, text[++i]);
        } else if (reading == OF_URL && c == '%' && i + 2 < n_bytes) {
            buf_putc(out, (char)strtoul((char[]){text[i + 1], text[i + 2], '\0'}, NULL, 16));
            i += 2;
        } else {
            buf_putc(out, c);
        }
    }
    return true;
}

static bool reads_as(const char *text, size_t n_bytes, enum reading reading, const char *value)
{
    scoped_buf struct buf once = {0}, twice = {0};
    if (!decoded(text, n_bytes, reading, &once))
        return false;
    if (reading != OF_JSON_TWICE)
        return strcmp(buf_text(&once), value) == 0;
    return decoded(buf_text(&once), once.n_bytes, OF_JSON, &twice) && strcmp(buf_text(&twice), value) == 0;
}

/* "grep|@|f" against "grep 037 ... 037": @ is the value as the reading has it. */
static bool got(const char *record, const char *gets, enum reading reading, const char *value)
{
    const char *at = strchr(gets, '@');
    scoped_buf struct buf before = {0}, after = {0};
    for (const char *c = gets; c < at; c++)
        buf_putc(&before, *c == '|' ? '\037' : *c);
    for (const char *c = at + 1; *c; c++)
        buf_putc(&after, *c == '|' ? '\037' : *c);
    buf_putc(&after, '\037');
    size_t n_record = strlen(record);
    if (n_record < before.n_bytes + after.n_bytes || memcmp(record, buf_text(&before), before.n_bytes) != 0 ||
        strcmp(record + n_record - after.n_bytes, buf_text(&after)) != 0)
        return false;
    size_t n_value = n_record - before.n_bytes - after.n_bytes;
    scoped_heap char *text = heap_alloc(n_value + 1);
    memcpy(text, record + before.n_bytes, n_value);
    return reads_as(text, n_value, reading, value);
}

/* Exit status of a bash that runs the line, $1 in it is the folder. */
static int bash(const char *line, const char *folder)
{
    int status = -1;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execl("/bin/bash", "bash", "--norc", "-c", line, "bash", folder, (char *)NULL);
        _exit(126);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* ---- what they execute ---- */

struct executed {
    size_t n, n_others;
    char other[200]; /* the first that is none of ours */
};

/* All programs of the positions are functions of the shell: nothing but bash, which ssh and sh stand for, may
 * ever be executed. */
static void see_executed(void *context, const char *path)
{
    struct executed *executed = context;
    const char *slash = strrchr(path, '/');
    executed->n++;
    if (strcmp(slash ? slash + 1 : path, "bash") == 0)
        return;
    if (!executed->n_others++)
        snprintf(executed->other, sizeof executed->other, "%s", path);
}

static char *run_all(const char *commands, size_t n_bytes, struct executed *executed)
{
    char folder[] = "/tmp/crashcart-fill-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char script[64], input[64], output[64];
    snprintf(script, sizeof script, "%s/script", folder);
    snprintf(input, sizeof input, "%s/input", folder);
    snprintf(output, sizeof output, "%s/output", folder);
    FILE *f = fopen(script, "w");
    assert_non_null(f);
    fputs(stand_ins, f);
    assert_int_equal(fclose(f), 0);
    f = fopen(input, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(commands, 1, n_bytes, f), n_bytes);
    assert_int_equal(fclose(f), 0);
    /* and no value has made a file */
    static const char line[] = "cd \"$1\" && bash --norc script 8<input 9>>output >/dev/null 2>errors; "
                               "test \"$(echo *)\" = 'errors input output script'";
    const char *const arguments[] = {"/bin/bash", "--norc", "-c", line, "bash", folder, NULL};
    int status = spy_run(arguments, see_executed, executed);
    if (status == -1)
        status = bash(line, folder);
    assert_int_equal(status, 0);
    f = fopen(output, "r");
    assert_non_null(f);
    struct buf text = {0};
    char piece[65536];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
        buf_add(&text, piece, n);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(bash("rm -r \"$1\"", folder), 0);
    return buf_steal(&text);
}

/* The words that the programs of one run got: the one that the position is about must have got the value. */
static bool run_is_good(char *records, const struct position *position, const char *value)
{
    if (!*position->gets)
        return true;
    char *rest = records;
    for (char *record; (record = strsep(&rest, "\036")) && *record;)
        if (got(record, position->gets, position->reading, value))
            return true;
    return false;
}

static void hostile_value_never_becomes_more_than_data(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct hostile values = {0};
    struct {
        const struct position *position;
        const char *value, *text;
    } * runs;
    size_t n_runs = 0, n_refused = 0;
    scoped_buf struct buf commands = {0};
    hostile_gather(arena, &values);
    assert_true(values.n >= 500);
    runs = arena_alloc(arena, values.n * N_POSITIONS * sizeof *runs);
    for (size_t p = 0; p < N_POSITIONS; p++) {
        const char *other, *name = slot_of(arena, positions[p].command, &other);
        size_t n_before = n_runs;
        for (size_t v = 0; v < values.n; v++) {
            scoped_arena struct arena *trial = arena_new();
            struct fill_value given[] = {{name, values.at[v]}, {other, "x"}};
            struct filled filled = fill_values(trial, positions[p].command, given, other ? 2 : 1);
            assert_true((filled.text != NULL) != (filled.why_not != NULL));
            n_refused += filled.text == NULL;
            if (!filled.text)
                continue;
            runs[n_runs].position = &positions[p];
            runs[n_runs].value = values.at[v];
            runs[n_runs++].text = arena_strdup(arena, filled.text);
            buf_add(&commands, filled.text, strlen(filled.text) + 1);
        }
        if (n_runs == n_before)
            fail_msg("no value at all can stand in: %s", positions[p].command);
    }
    struct executed executed = {0};
    char *output = run_all(commands.at, commands.n_bytes, &executed), *rest = output;
    for (size_t i = 0; i < n_runs; i++) {
        char *records = strsep(&rest, "\035");
        if (!records || !rest || !run_is_good(records, runs[i].position, runs[i].value))
            fail_msg("%s\n with %s\n runs %s\n and gets %s", runs[i].position->command, runs[i].value,
                     runs[i].text, records ? records : "nothing");
    }
    free(output);
    if (executed.n_others)
        fail_msg("%zu programs were executed that no command names, the first is %s", executed.n_others,
                 executed.other);
    print_message("%zu executions were seen%s\n", executed.n,
                  executed.n ? ", all of bash" : ": this kernel does not tell of them");
    print_message("%zu values in %d places: %zu ran and were data, %zu were refused\n", values.n, N_POSITIONS,
                  n_runs, n_refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(value_is_written_as_its_place_wants_it),
        cmocka_unit_test(value_that_could_mean_more_is_refused_with_the_reason),
        cmocka_unit_test(what_is_missing_is_named_and_nothing_is_filled_by_halves),
        cmocka_unit_test(command_without_placeholders_stays_as_it_is),
        cmocka_unit_test(names_of_labels_and_people_mean_the_slot),
        cmocka_unit_test(hostile_value_never_becomes_more_than_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
