#include <string.h>

#include "base/testing.h"
#include "runbook/way_back.h"

static void table_gives_what_its_examples_say(void **state)
{
    scoped_arena struct arena *arena = arena_new();
    struct strings complaints = {0};
    size_t n_examples;
    (void)state;
    changes_check(arena, &complaints, &n_examples);
    list_each (complaint, &complaints)
        print_message("%s\n", *complaint);
    assert_int_equal(complaints.n, 0);
    assert_true(n_examples > 80);
}

static void way_back_is_derived_only_where_it_is_exact(void **state)
{
    static const struct {
        const char *command, *back; /* NULL: none */
    } rows[] = {
        {"kubectl scale deployment web --replicas 3 --namespace=\"my shop\"",
         "kubectl scale deployment web --replicas=<earlier-value> --namespace=\"my shop\""},
        {"kubectl scale deployment $APP --replicas=3",
         "kubectl scale deployment $APP --replicas=<earlier-value>"},
        {"sudo systemctl stop <service-name>", "sudo systemctl start <service-name>"},
        {"systemctl stop web && rm -rf /var/cache/web", NULL},
        {"systemctl stop web > /dev/null", NULL},
        {"systemctl stop $(cat units)", NULL},
        {"systemctl stop 'web-*'", "systemctl start 'web-*'"},
        {"systemctl stop web-*", NULL},
        {"systemctl stop web &", NULL},
        {"LANG=C systemctl stop web", NULL},
        {"kubectl scale deployment web --replicas=3 --current-replicas=5", NULL},
        {"kubectl scale deployment web --replicas=3 --replicas=4", NULL},
        {"kubectl scale deployment web --replicas=", NULL},
        {"kubectl scale deployment --replicas=3 -l app=web", NULL},
        {"kubectl apply -f a.yaml -f b.yaml", NULL},
        {"kubectl delete pod web-1", NULL},
        {"ssh db-1 systemctl stop web", NULL},
        {"docker stop -- -x", NULL},
        {"systemctl stop", NULL},
        {"", NULL},
        {"'", NULL},
    };
    scoped_arena struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *back = way_back_of(arena, rows[i].command).back;
        if ((back != NULL) != (rows[i].back != NULL) || (back && strcmp(back, rows[i].back) != 0))
            fail_msg("%s gives %s", rows[i].command, back ? back : "nothing");
    }
}

static void look_before_goes_to_the_same_place(void **state)
{
    scoped_arena struct arena *arena = arena_new();
    (void)state;
    struct way_back way = way_back_of(arena, "kubectl --context prod -n <ns> scale sts/db --replicas=0");
    assert_string_equal(way.before, "kubectl get sts/db -o jsonpath={.spec.replicas} --context prod -n <ns>");
    assert_string_equal(way.back, "kubectl scale sts/db --replicas=<earlier-value> --context prod -n <ns>");
    assert_null(way_back_of(arena, "kubectl cordon n1").before);
}

static void change_names_what_it_is_done_to(void **state)
{
    static const struct {
        const char *command, *words;
    } rows[] = {
        {"ssh db-1 'sudo systemctl restart postgresql'",
         "works on host db-1; restarts or reloads service postgresql"},
        {"kubectl exec db-0 -n shop -- psql -c \"DELETE FROM jobs WHERE id=1\"",
         "works inside pod db-0 (-n shop); deletes rows of table jobs"},
        {"rm -f /tmp/a && docker restart web", "deletes /tmp/a; restarts container web"},
        {"echo x > /etc/web.conf", "writes the file /etc/web.conf"},
        {"curl -f -X POST http://web/restart", "sends POST to http://web/restart"},
        {"docker restart web; docker restart web", "restarts container web"},
        {"some-tool --now", ""},
    };
    scoped_arena struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(change_in_words(arena, rows[i].command), rows[i].words) != 0)
            fail_msg("%s: \"%s\"", rows[i].command, change_in_words(arena, rows[i].command));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_gives_what_its_examples_say),
        cmocka_unit_test(way_back_is_derived_only_where_it_is_exact),
        cmocka_unit_test(look_before_goes_to_the_same_place),
        cmocka_unit_test(change_names_what_it_is_done_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
