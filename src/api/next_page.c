/* When the next page of an incident falls, and to whom. The engine is asked, for the chain depends on who is
 * on call then; so it stands apart from the incident, which is read from the ledger alone. */
#include "engine/next_page.h"

#include "api/handlers.h"
#include "api/server.h"
#include "ledger/ledger.h"

struct question {
    struct arena *arena;
    int64_t number;
    bool found;
    struct next_page next;
};

static void find(void *context, const struct engine *engine)
{
    struct question *question = context;
    question->found = engine_next_page(question->arena, engine, question->number, &question->next);
}

static bool exists(struct request *request, int64_t number)
{
    struct incident incident;
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    int found = ledger ? ledger_incident(ledger, request->arena, number, &incident, &err) : -1;
    if (found == LEDGER_NOT_FOUND)
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no incident %lld", (long long)number);
    else if (ledger && found < 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
    return found == 0;
}

void get_next_page(struct request *request)
{
    struct question question = {.arena = request->arena, .number = request->parts.numbers[0]};
    if (!exists(request, question.number) || !request_ask(request, find, &question))
        return;
    const struct next_page *next = &question.next;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair_time(&writer, "at", question.found ? next->at_us : 0);
    jw_pair_int_or_null(&writer, "step", (int64_t)next->step, next->step > 0);
    jw_pair_int(&writer, "steps", (int64_t)next->n_steps);
    jw_pair_int_or_null(&writer, "round", next->round, next->round > 0);
    jw_pair_bool(&writer, "reminder", next->holder);
    jw_name(&writer, "people");
    jw_begin_array(&writer);
    list_each (person, &next->people)
        jw_string(&writer, *person);
    jw_end_array(&writer);
    jw_end_object(&writer);
}
