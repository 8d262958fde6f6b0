#include "base/testing.h"

#include "engine/incident.h"

/* Rows: from; columns: to. The whole matrix, so that no move becomes legal unseen. */
static const bool legal[N_INCIDENT_STATES][N_INCIDENT_STATES] = {
    /*                 trig ack  inv  iden mon  res  closed */
    /* triggered     */ {0, 1, 1, 1, 1, 1, 0},
    /* acknowledged  */ {0, 0, 1, 1, 1, 1, 0},
    /* investigating */ {0, 0, 0, 1, 1, 1, 0},
    /* identified    */ {0, 0, 1, 0, 1, 1, 0},
    /* monitoring    */ {1, 1, 1, 1, 0, 1, 0},
    /* resolved      */ {1, 0, 0, 0, 0, 0, 1},
    /* closed        */ {0, 0, 0, 0, 0, 0, 0},
};

static void moves_are_exactly_the_legal_ones(void **state)
{
    (void)state;
    for (int from = 0; from < N_INCIDENT_STATES; from++)
        for (int to = 0; to < N_INCIDENT_STATES; to++)
            assert_int_equal(incident_may_move((enum incident_state)from, (enum incident_state)to),
                             legal[from][to]);
}

static void names_read_back_as_the_same_state(void **state)
{
    (void)state;
    for (int s = 0; s < N_INCIDENT_STATES; s++)
        assert_int_equal(incident_state_of(incident_state_name((enum incident_state)s)), s);
    assert_int_equal(incident_state_of("forgotten"), -1);
}

static bool is_name(const char *title)
{
    return incident_title_is_name(&(struct incident){.title = title, .service = "web-shop"});
}

static void a_title_of_names_may_stand_on_any_screen(void **state)
{
    (void)state;
    assert_true(is_name("ShopDown on web-shop"));
    assert_true(is_name("Storm of service web-shop"));
    assert_true(is_name("Storm at once"));
    assert_false(is_name("Mary is ill on web-shop"));
    assert_false(is_name("Storm of ward Mary Smith"));
    assert_false(is_name("Storm of "));
    assert_false(is_name("Storm of ward"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_are_exactly_the_legal_ones),
        cmocka_unit_test(names_read_back_as_the_same_state),
        cmocka_unit_test(a_title_of_names_may_stand_on_any_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
