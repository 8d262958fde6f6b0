#include "base/testing.h"

#include <pthread.h>
#include <string.h>

#include "runbook/risk_priv.h"

static struct risk risk_of(struct arena *arena, const char *command)
{
    return risk_of_command(arena, risk_rules_builtin(), command, strlen(command));
}

static struct risk_rules *rules_of(const char *text)
{
    struct risk_rules *rules;
    struct err err = {0};
    struct rules_file file = {.name = "site.rules", .bytes = text};
    if (risk_rules_load(&file, 1, &rules, &err) < 0)
        fail_msg("%s", err.text);
    return rules;
}

static void assert_refused(const char *text, const char *part)
{
    struct risk_rules *rules;
    struct err err = {0};
    struct rules_file file = {.name = "site.rules", .bytes = text};
    assert_int_equal(risk_rules_load(&file, 1, &rules, &err), -1);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" does not say \"%s\"", err.text, part);
}

static bool holds(const struct strings *list, const char *text)
{
    list_each (item, list)
        if (strcmp(*item, text) == 0)
            return true;
    return false;
}

static void the_reason_names_the_part_that_decided(void **state)
{
    static const struct {
        const char *command, *part, *tool;
    } rows[] = {
        {"ls; kubectl -n prod rollout restart deploy/web | cat", "kubectl rollout restart", "ls"},
        {"sudo timeout 5 systemctl restart web", "systemctl restart", "systemctl"},
        {"kubectl exec db-0 -- psql -c 'DROP TABLE t'", "drop table", "kubectl"},
        {"cat a > /etc/b", "> /etc/b", "cat"},
        {"curl -s -X DELETE http://web/x", "curl DELETE", "curl"},
        {"ssh host 'uptime; reboot'", "reboot", "uptime"},
        {"./deploy.sh", "./deploy.sh", "./deploy.sh"},
        {"find . -name x -delete", "find -delete", "find"},
        {"ls -l > seen-$(date +%s)", "ls", "ls"},
    };
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct risk risk = risk_of(arena, rows[i].command);
        assert_string_equal(risk.part, rows[i].part);
        assert_string_equal(risk.tool, rows[i].tool);
        assert_non_null(strstr(risk.why, rows[i].part));
    }
}

enum { ENDLESS = 1, TERMINAL = 2, SENSITIVE = 4, UNFILLED = 8, NO_SHELL = 16 };

static void facts_are_told_beside_the_class(void **state)
{
    static const struct {
        const char *command;
        int facts;
    } rows[] = {
        {"kubectl logs -f deploy/web", ENDLESS},
        {"kubectl logs deploy/web", 0},
        {"kubectl get pods -w", ENDLESS},
        {"kubectl port-forward svc/web 8080:80", ENDLESS},
        {"timeout 10 kubectl logs -f deploy/web", 0},
        {"watch -n 5 df -h", ENDLESS},
        {"while true; do date; sleep 1; done", ENDLESS},
        {"while true; do date; break; done", 0},
        {"tail -f /var/log/syslog", ENDLESS},
        {"journalctl -fu web", ENDLESS},
        {"docker stats", ENDLESS},
        {"docker stats --no-stream", 0},
        {"docker compose up", ENDLESS},
        {"docker compose up -d", 0},
        {"docker compose -f app.yml logs --tail=100", 0},
        {"docker-compose -f app.yml logs -f", ENDLESS},
        {"ping host", ENDLESS},
        {"ping -c 3 host", 0},
        {"tcpdump -i eth0 port 80", ENDLESS},
        {"tcpdump -i eth0 -c 10 port 80", 0},
        {"vmstat 1", ENDLESS},
        {"vmstat 1 5", 0},
        {"redis-cli monitor", ENDLESS},
        {"aws logs tail /aws/x --follow", ENDLESS},
        {"ssh -N -L 1:h:1 bastion", ENDLESS},
        {"top", ENDLESS | TERMINAL},
        {"top -b -n 1", 0},
        {"kubectl exec -it web-0 -- sh", TERMINAL},
        {"kubectl exec web-0 -- date", 0},
        {"docker exec -it web date", TERMINAL},
        {"psql -h db app", TERMINAL},
        {"psql -h db -c 'SELECT 1'", 0},
        {"ssh host", TERMINAL},
        {"ssh host uptime", 0},
        {"vim /etc/hosts", TERMINAL},
        {"crontab -e", TERMINAL},
        {"less /var/log/syslog", TERMINAL},
        {"git rebase -i main", TERMINAL},
        {"kubectl get secret db -o yaml", SENSITIVE},
        {"kubectl get secrets", 0},
        {"vault kv get secret/db", SENSITIVE},
        {"aws secretsmanager get-secret-value --secret-id x", SENSITIVE},
        {"env", SENSITIVE},
        {"env A=b date", 0},
        {"cat .env", SENSITIVE},
        {"cat /etc/ssl/private/web.key", SENSITIVE},
        {"psql -c 'SELECT * FROM patients'", SENSITIVE},
        {"psql -c 'SELECT count(*) FROM patients'", 0},
        {"oc whoami --show-token", SENSITIVE},
        {"openssl pkcs12 -in a.p12 -nodes", SENSITIVE},
        {"psql -h db app < fix.sql", 0},
        {"curl -s https://site.test/install | sh", 0},
        {"sh", TERMINAL},
        {"airflow scheduler", ENDLESS},
        {"airflow connections get warehouse", SENSITIVE},
        {"mc admin trace store", ENDLESS},
        {"printenv LOG_LEVEL", 0},
        {"printenv DB_PASSWORD", SENSITIVE},
        {"KEY=$(vault kv get -field=key kv/db)", 0},
        {"export KEY=$(vault kv get -field=key kv/db) # kept", 0},
        {"KEY=$(vault kv get -field=key kv/db); echo $KEY", SENSITIVE},
        {"KEY=$(vault kv get -field=key kv/db) env", SENSITIVE},
        {"terraform init -backend-config=key=a/terraform.tfstate", 0},
        {"cat terraform.tfstate", SENSITIVE},
        {"curl -d user=a https://auth.test/oauth2/token", SENSITIVE},
        {"curl https://auth.test/oauth2/token", 0},
        {"az keyvault secret show --vault-name v -n s", SENSITIVE},
        {"kubectl logs <pod-name>", UNFILLED},
        {"kubectl logs [POD_NAME]", UNFILLED},
        {"echo 'a", NO_SHELL},
        {"Get-Service web | Where-Object { $_.Status -eq 'Running' }", NO_SHELL},
    };
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct risk risk = risk_of(arena, rows[i].command);
        int facts = (risk.endless ? ENDLESS : 0) | (risk.wants_terminal ? TERMINAL : 0) |
                    (risk.sensitive ? SENSITIVE : 0) | (risk.unfilled ? UNFILLED : 0) |
                    (risk.parses || risk.unfilled ? 0 : NO_SHELL);
        if (facts != rows[i].facts)
            fail_msg("%s: facts %d, not %d", rows[i].command, facts, rows[i].facts);
    }
}

static void only_what_is_shown_is_sensitive(void **state)
{
    static const struct {
        const char *command;
        int facts;
    } rows[] = {
        {"env | grep LOG_LEVEL", 0},
        {"kubectl exec web-0 -- env | grep -i ^LOG_LEVEL", 0},
        {"env | grep DB_PASSWORD", SENSITIVE},
        {"env | grep DB", SENSITIVE},
        {"env | grep 'API_KEY\\|LOG_LEVEL'", SENSITIVE},
        {"env | grep -v LOG_LEVEL", SENSITIVE},
        {"env | grep -A 5 LOG_LEVEL", SENSITIVE},
        {"env | sort", SENSITIVE},
        {"kubectl get secret db -o yaml | wc -l", 0},
        {"kubectl get secret db -o yaml | grep -c password", 0},
        {"for p in 1 2; do env | grep LOG_LEVEL; done", 0},
        {"env; date | grep LOG_LEVEL", SENSITIVE},
        {"kubectl get secret web -o jsonpath='{.data.tls\\.crt}' | base64 -d", 0},
        {"kubectl get secret web -o jsonpath='{.data.tls\\.key}' | base64 -d", SENSITIVE},
        {"curl --cert /etc/ssl/web.pem --key /etc/ssl/web.key https://api.test/health", 0},
        {"aws s3 ls s3://shop-tfstate/", 0},
        {"grep HOST .env.production", SENSITIVE},
        {"jq '.[].key' list.json", 0},
        {"psql -c 'SELECT relname FROM pg_stat_user_tables'", 0},
    };
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (risk_of(arena, rows[i].command).sensitive != (rows[i].facts == SENSITIVE))
            fail_msg("%s: sensitive is not %d", rows[i].command, rows[i].facts);
}

static void what_wants_more_than_a_confined_step_has_is_known(void **state)
{
    static const struct {
        const char *command;
        bool unconfined;
    } rows[] = {
        {"kubectl get pods -o wide | grep -v Running", false},
        {"curl -fsS http://web/health", false},
        {"cat /proc/meminfo", false},
        {"kubectl exec web-0 -- lsof -i", false}, /* there, not here */
        {"dig +short web; ip addr; df -h", false},
        {"sudo -n journalctl -u web", true},
        {"timeout 5 sudo -n ls", true},
        {"bash -c 'ping -c1 web'", true},
        {"df -h; lsof | wc -l", true},
        {"ls -l /proc/$(pgrep web)/fd", true},
        {"cat /proc/12/limits", true},
        {"kubectl -n front port-forward svc/web 8080:80", true},
        {"ip netns list", true},
    };
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (risk_of(arena, rows[i].command).unconfined != rows[i].unconfined)
            fail_msg("%s", rows[i].command);
}

static void a_site_can_say_that_a_tool_wants_more(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct risk_rules *rules = rules_of("tool kubectl\n    unconfined: get\n");
    static const char get[] = "kubectl get pods", logs[] = "kubectl logs web";
    assert_true(risk_of_command(arena, rules, get, sizeof get - 1).unconfined);
    assert_int_equal(risk_of_command(arena, rules, get, sizeof get - 1).class, RISK_READ);
    assert_false(risk_of_command(arena, rules, logs, sizeof logs - 1).unconfined);
    risk_rules_free(rules);
}

static void files_written_and_needed_here_are_named(void **state)
{
    static const struct {
        const char *command, *writes, *needs;
    } rows[] = {
        {"kubectl logs web > web.log", "web.log", NULL},
        {"kubectl logs web | tee web.log", "web.log", NULL},
        {"curl -so page.html http://web/", "page.html", NULL},
        {"tcpdump -c 10 -w cap.pcap", "cap.pcap", NULL},
        {"openssl x509 -in a.pem -out b.txt", "b.txt", NULL},
        {"cp app.conf app.conf.old", "app.conf.old", NULL},
        {"mv -f app.conf app.conf.old", "app.conf.old", NULL},
        {"install -m 755 tool /usr/local/bin/tool", "/usr/local/bin/tool", NULL},
        {"dd if=/dev/zero of=/srv/blank bs=1M count=1", "/srv/blank", NULL},
        {"tar czf logs.tgz /var/log/app", "logs.tgz", NULL},
        {"tar -c -f logs.tar /var/log/app", "logs.tar", NULL},
        {"fallocate -l 1G /srv/blank", "/srv/blank", NULL},
        {"kubectl cp web-0:/tmp/heap.hprof heap.hprof", "heap.hprof", NULL},
        {"scp host:/var/log/app.log app.log", "app.log", NULL},
        {"kubectl apply -f deploy.yaml", NULL, "deploy.yaml"},
        {"psql -f fix.sql", NULL, "fix.sql"},
        {"curl -d @body.json http://web/", NULL, "body.json"},
        {"python3 check.py", NULL, "check.py"},
        {"scripts/check.sh", NULL, "scripts/check.sh"},
        {"helm upgrade web ./chart -f values.yaml", NULL, "values.yaml"},
        {"wc -l < list.txt", NULL, "list.txt"},
    };
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct risk risk = risk_of(arena, rows[i].command);
        if (rows[i].writes && !holds(&risk.writes_files, rows[i].writes))
            fail_msg("%s: does not write %s", rows[i].command, rows[i].writes);
        if (rows[i].needs && !holds(&risk.needs_files, rows[i].needs))
            fail_msg("%s: does not need %s", rows[i].command, rows[i].needs);
    }
    assert_int_equal(risk_of(arena, "kubectl cp heap.hprof web-0:/tmp/heap.hprof").writes_files.n, 0);
    assert_int_equal(risk_of(arena, "tar xzf logs.tgz").writes_files.n, 0);
    struct risk there = risk_of(arena, "kubectl exec db-0 -- sh -c 'date > /tmp/now.log'");
    assert_int_equal(there.writes_files.n, 0);
    assert_int_equal(there.class, RISK_MUTATE);
}

static void a_site_can_make_a_known_tool_stricter(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct risk_rules *rules =
        rules_of("tool kubectl\n    destructive: scale \"needs two people\"\n    unknown: delete\n"
                 "    mutate: exec payments-*\n    sensitive: logs\n");
    struct risk scale = risk_of_command(arena, rules, "kubectl scale deploy x --replicas=0", 35);
    assert_int_equal(scale.class, RISK_DESTRUCTIVE);
    assert_string_equal(scale.why, "`kubectl scale` needs two people");
    assert_int_equal(risk_of_command(arena, rules, "kubectl delete pod x", 20).class, RISK_DESTRUCTIVE);
    assert_int_equal(risk_of_command(arena, rules, "kubectl get pods", 16).class, RISK_READ);
    assert_int_equal(risk_of_command(arena, rules, "kubectl exec payments-0 -- date", 31).class, RISK_MUTATE);
    assert_int_equal(risk_of_command(arena, rules, "kubectl exec web-0 -- date", 26).class, RISK_READ);
    assert_true(risk_of_command(arena, rules, "kubectl logs x", 14).sensitive);
    risk_rules_free(rules);
}

static void a_site_cannot_make_a_known_tool_less_strict(void **state)
{
    (void)state;
    assert_refused("tool kubectl\n    read: delete\n", "site.rules:2: `kubectl` is built in");
    assert_refused("tool kubectl\n    value: --all\n", "`kubectl` is built in");
    assert_refused("tool rm\n    like: ls\n", "`rm` is built in");
    assert_refused("tool rm\n    is: shell word\n", "`rm` is built in");
    assert_refused("tool kubectl\n    runs: delete after 0\n", "`kubectl` is built in");
    assert_refused("tool logs, docker\n    not sensitive: *\n", "`docker` is built in");
    assert_refused("words python calls: remove\n", "a site can add words only to");
}

static void a_site_describes_its_own_tools_as_it_likes(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct risk_rules *rules = rules_of("tool deployctl\n    value: --region\n    read: status\n"
                                        "    destructive: purge\n    runs there: on after 1\n");
    assert_int_equal(risk_of_command(arena, rules, "deployctl --region purge status", 31).class, RISK_READ);
    assert_int_equal(risk_of_command(arena, rules, "deployctl purge", 15).class, RISK_DESTRUCTIVE);
    assert_int_equal(risk_of_command(arena, rules, "deployctl roll", 14).class, RISK_UNKNOWN);
    assert_int_equal(risk_of_command(arena, rules, "deployctl on web-1 uptime", 25).class, RISK_READ);
    assert_int_equal(risk_of_command(arena, rules, "deployctl on web-1 rm x", 23).class, RISK_DESTRUCTIVE);
    risk_rules_free(rules);
}

static enum risk_class class_of(struct arena *arena, const struct risk_rules *rules, const char *command)
{
    return risk_of_command(arena, rules, command, strlen(command)).class;
}

static void a_tool_is_like_another_as_far_as_it_was_described_above(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct risk_rules *rules = rules_of("tool one\n    value: --in\n    read: show\n"
                                        "tool two\n    like: one\n    mutate: turn\n"
                                        "tool one\n    read: late\n"
                                        "tool three\n    like: two\n");
    assert_int_equal(class_of(arena, rules, "three --in turn show"), RISK_READ);
    assert_int_equal(class_of(arena, rules, "three turn"), RISK_MUTATE);
    assert_int_equal(class_of(arena, rules, "two late"), RISK_UNKNOWN);
    assert_int_equal(class_of(arena, rules, "one late"), RISK_READ);
    assert_int_equal(class_of(arena, rules, "one turn"), RISK_UNKNOWN);
    risk_rules_free(rules);
    assert_refused("tool one\n    like: two\ntool two\n    read: show\n", "no line above describes");
}

static void *class_all(void *rules)
{
    static const char *const commands[] = {"kubectl get pods", "psql -c 'select 1'", "rm x", "df -h"};
    struct arena *arena = arena_new();
    uintptr_t classes = 0;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        classes = classes * 10 + class_of(arena, rules, commands[i]);
    arena_free(arena);
    return (void *)classes;
}

static void threads_may_be_the_first_to_ask_for_a_tool(void **state)
{
    (void)state;
    struct risk_rules *rules = rules_of("");
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, class_all, rules), 0);
    for (size_t i = 0; i < 4; i++) {
        void *classes;
        pthread_join(threads[i], &classes);
        assert_int_equal((uintptr_t)classes, RISK_DESTRUCTIVE * 10);
    }
    risk_rules_free(rules);
}

static void an_expectation_that_is_not_met_is_told_with_its_line(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct risk_rules *rules = rules_of("expect read: ls\n"
                                        "expect mutate or destructive: rm x\n"
                                        "expect not read: sh <<EOF\xe2\x90\xa4rm x\xe2\x90\xa4"
                                        "EOF\n"
                                        "expect read: rm x\n"
                                        "tool deployctl\n"
                                        "    endless: watch\n");
    struct strings complaints = {0};
    size_t n_expectations;
    risk_rules_check(arena, rules, &complaints, &n_expectations);
    assert_int_equal(n_expectations, 4);
    assert_int_equal(complaints.n, 2);
    assert_non_null(strstr(complaints.at[0], "site.rules:5: no line says what `deployctl` does"));
    assert_string_equal(complaints.at[1],
                        "site.rules:4: `rm x` is destructive, not read: `rm` deletes files");
    risk_rules_free(rules);
}

static void a_line_that_is_no_rule_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_refused("tool x\n    raed: y\n", "site.rules:2: no such kind of line");
    assert_refused("read: y\n", "before the first `tool` line");
    assert_refused("expect safe: ls\n", "`expect` wants read, unknown, mutate or destructive");
    assert_refused("expect read:\n", "write `expect CLASS: COMMAND`");
    assert_refused("tool x\n    runs: itself\n", "`itself` wants the word");
}

static void an_option_without_its_value_is_answered(void **state)
{
    static const char *const commands[] = {
        "curl -X",          "curl --request", "wget --method",    "kubectl get -o",
        "find . -exec",     "psql -c",        "sed -e",           "xargs -I",
        "docker exec c",    "ssh -o",         "tar --to-command", "awk -f",
        "redis-cli --eval", "git -c",         "curl -o",          "python3 -c"};
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        assert_non_null(risk_of(arena, commands[i]).why);
}

/* Work must stay in proportion to the length, whatever the nesting. */
static void hostile_nesting_is_answered(void **state)
{
    static const char *const pieces[] = {
        "(",     "$(",  "'",   "\"",  "`",  "{ ",  "| ls ",      "<<E\n", "a\xff <<'EO\n", "sudo ",
        "${x:-", "[[ ", "ls;", "$((", "<(", "if ", "case x in ", "\\",    "-c '"};
    enum { N_BYTES = 16 * 1024 };
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char *text = arena_alloc(arena, N_BYTES);
        size_t n = strlen(pieces[i]), n_bytes = 0;
        for (; n_bytes + n < N_BYTES; n_bytes += n)
            memcpy(text + n_bytes, pieces[i], n);
        struct risk risk = risk_of_command(arena, risk_rules_builtin(), text, n_bytes);
        assert_non_null(risk.why);
    }
    assert_int_equal(risk_of_command(arena, risk_rules_builtin(), "ls\0rm", 5).class, RISK_UNKNOWN);
}

/* A here-document without its end was remembered by the scanner; some hundred of them, and it knew none any
 * more. */
static void a_command_is_read_alike_whatever_was_read_before_it(void **state)
{
    static const char *const commands[] = {
        "psql <<E\nSELECT 1;\nE",
        "bash <<E\nrm -rf a\nE",
        "cat <<E > /etc/a\n$(ls)\nE",
        "ls; rm a",
    };
    enum { N_COMMANDS = sizeof commands / sizeof *commands };
    struct risk alone[N_COMMANDS];
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < N_COMMANDS; i++)
        alone[i] = risk_of(arena, commands[i]);
    for (size_t i = 0; i < 300; i++)
        risk_of(arena, "cat <<A\na");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        struct risk after = risk_of(arena, commands[i]);
        assert_string_equal(risk_name(after.class), risk_name(alone[i].class));
        assert_true(after.parses && alone[i].parses);
    }
}

/* With `:;` behind it a text always goes to the parser. */
static void assert_read_as_parsed(struct arena *arena, const char *command)
{
    const char *longer = arena_printf(arena, "%s\n:;", command);
    struct trace plain = {0}, parsed = {0};
    struct risk a = risk_traced(arena, risk_rules_builtin(), command, strlen(command), &plain);
    struct risk b = risk_traced(arena, risk_rules_builtin(), longer, strlen(longer), &parsed);
    if (!a.parses)
        return;
    if (!b.parses || a.class != b.class || a.sensitive != b.sensitive || a.endless != b.endless ||
        a.wants_terminal != b.wants_terminal || a.unfilled != b.unfilled ||
        (a.tool && strcmp(a.tool, b.tool) != 0))
        fail_msg("%s: %s alone, %s parsed", command, risk_name(a.class), risk_name(b.class));
    assert_int_equal(plain.list.n + 1, parsed.list.n);
    for (size_t i = 0; i < plain.list.n; i++) {
        const struct traced *left = &plain.list.at[i], *right = &parsed.list.at[i];
        if (left->n_words != right->n_words)
            fail_msg("%s: %zu words alone, %zu parsed", command, left->n_words, right->n_words);
        for (size_t k = 0; k < left->n_words; k++) {
            if (strcmp(left->words[k].text, right->words[k].text) != 0)
                fail_msg("%s: \"%s\" alone, \"%s\" parsed", command, left->words[k].text,
                         right->words[k].text);
            if (left->words[k].placeholder != right->words[k].placeholder ||
                left->words[k].dynamic != right->words[k].dynamic)
                fail_msg("%s: \"%s\" is not the same kind of word parsed", command, left->words[k].text);
        }
    }
}

static void a_text_that_needs_no_parser_is_read_as_the_parser_reads_it(void **state)
{
    static const char *const commands[] = {
        "kubectl delete pod web-0 -n \"my team\" | grep 'a b'",
        "kubectl get pods \\\n  -n prod \\\n  --sort-by=.x\nrm -rf a",
        "ls # rm -rf a\n# rm b\n\nrm c",
        "ls a#b | cat c# d",
        "echo 'rm -rf a' | sh",
        "echo rm -rf a | sudo bash -s",
        "echo a | cat | sh",
        "printf 'DROP TABLE t' | psql",
        "echo \"x\"'y'z \"\" '' --a='b c'",
        "if true\nthen rm a\nfi",
        "while read x\ndo rm a\ndone",
        "A=b rm a",
        "export A=b",
        "a=b",
        "rm a ==b",
        "test -f a",
        "time rm a",
        "! rm a",
        "ls || rm a",
        "ls |& rm a",
        "ls |\nrm a",
        "ls \\\n",
        "ls \\\n# x\nrm a",
        "ls\\\n-l",
        "read A\nrm a",
        "sh -c 'rm -rf a'",
        "kubectl exec <pod-name> -- rm -rf \"<the dir>\" {{ .Values.x }}",
        "<tool> delete all",
        "5 a\n-n b",
        "find . -name a -delete",
        "echo \"a\\\"b\" rm",
        "echo 'a\nb' rm",
    };
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        assert_read_as_parsed(arena, commands[i]);
}

/* What may stand in such a text and next to it, in any order. */
static void any_text_of_words_and_quotes_is_read_as_the_parser_reads_it(void **state)
{
    static const char *const pieces[] = {
        "rm", "echo", "ls",      "sh",   "-rf",  "-n", "a",    "/etc/b",  "x=y",    "1",
        "if", "do",   "test",    "read", "psql", "=",  "<a>",  "[NAME]",  "+",      "%1",
        ":",  "'a'",  "\"b c\"", "'",    "\"",   "#",  "|",    "\\\n",    "\n",     " ",
        " ",  " ",    " ",       "\t",   "@x",   ",",  "time", "kubectl", "delete", "pod"};
    unsigned seed = 1;
    (void)state;
    for (size_t i = 0; i < 4000; i++) {
        scoped_arena struct arena *arena = arena_new();
        const char *text = i % 2 ? "echo " : "rm ";
        for (size_t n = 1 + i % 12; n > 0; n--) {
            seed = seed * 1664525 + 1013904223;
            text = arena_printf(arena, "%s%s", text, pieces[(seed >> 8) % (sizeof pieces / sizeof *pieces)]);
        }
        assert_read_as_parsed(arena, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reason_names_the_part_that_decided),
        cmocka_unit_test(facts_are_told_beside_the_class),
        cmocka_unit_test(only_what_is_shown_is_sensitive),
        cmocka_unit_test(what_wants_more_than_a_confined_step_has_is_known),
        cmocka_unit_test(a_site_can_say_that_a_tool_wants_more),
        cmocka_unit_test(files_written_and_needed_here_are_named),
        cmocka_unit_test(a_site_can_make_a_known_tool_stricter),
        cmocka_unit_test(a_site_cannot_make_a_known_tool_less_strict),
        cmocka_unit_test(a_site_describes_its_own_tools_as_it_likes),
        cmocka_unit_test(a_tool_is_like_another_as_far_as_it_was_described_above),
        cmocka_unit_test(threads_may_be_the_first_to_ask_for_a_tool),
        cmocka_unit_test(an_expectation_that_is_not_met_is_told_with_its_line),
        cmocka_unit_test(a_line_that_is_no_rule_is_refused_with_its_place),
        cmocka_unit_test(an_option_without_its_value_is_answered),
        cmocka_unit_test(hostile_nesting_is_answered),
        cmocka_unit_test(a_command_is_read_alike_whatever_was_read_before_it),
        cmocka_unit_test(a_text_that_needs_no_parser_is_read_as_the_parser_reads_it),
        cmocka_unit_test(any_text_of_words_and_quotes_is_read_as_the_parser_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
