#include "engine/texts.h"

#include <stdlib.h>
#include <string.h>

#include "engine/access.h"
#include "engine/action.h"
#include "engine/checklist.h"
#include "engine/clock.h"
#include "engine/delivery.h"
#include "engine/duty.h"
#include "engine/incident.h"
#include "engine/proof.h"
#include "engine/role.h"
#include "engine/run.h"
#include "engine/silence.h"
#include "engine/subscription.h"
#include "engine/update.h"

#define TEXTS(name, ...)                                                                                     \
    static const size_t name##_offsets[] = {__VA_ARGS__};                                                    \
    const struct texts name = {name##_offsets, sizeof name##_offsets / sizeof *name##_offsets}

#define IN_INCIDENT(member) offsetof(struct incident, member)
#define IN_DELIVERY(member) offsetof(struct delivery, member)
#define IN_STEP(member)     offsetof(struct run_step, member)
#define IN_SILENCE(member)  offsetof(struct silence, member)
#define IN_ROLE(member)     offsetof(struct role_holder, member)
#define IN_CHECK(member)    offsetof(struct check_item, member)

TEXTS(incident_texts, IN_INCIDENT(trouble), IN_INCIDENT(sender_key), IN_INCIDENT(title), IN_INCIDENT(service),
      IN_INCIDENT(severity), IN_INCIDENT(severity_why), IN_INCIDENT(severity_by),
      IN_INCIDENT(patient_safety_why), IN_INCIDENT(patient_safety_by), IN_INCIDENT(closed_by),
      IN_INCIDENT(runbook_file), IN_INCIDENT(runbook_sha256), IN_INCIDENT(procedure_title),
      IN_INCIDENT(procedure_why), IN_INCIDENT(acknowledged_by), IN_INCIDENT(resolved_by),
      IN_INCIDENT(muted_by), IN_INCIDENT(muted_why), IN_INCIDENT(hold_by), IN_INCIDENT(hold_why),
      IN_INCIDENT(told), IN_INCIDENT(chat_name), IN_INCIDENT(chat_id), IN_INCIDENT(chat_topic),
      IN_INCIDENT(chat_people), IN_INCIDENT(chain), IN_INCIDENT(paged));

TEXTS(delivery_texts, IN_DELIVERY(key), IN_DELIVERY(person), IN_DELIVERY(channel), IN_DELIVERY(address),
      IN_DELIVERY(why), IN_DELIVERY(detail));

TEXTS(step_texts, IN_STEP(file), IN_STEP(sha256), IN_STEP(phase), IN_STEP(text), IN_STEP(risk_why),
      IN_STEP(why), IN_STEP(approved_by), IN_STEP(given), IN_STEP(repairs), IN_STEP(prepared),
      IN_STEP(service), IN_STEP(target), IN_STEP(place), IN_STEP(missing), IN_STEP(output),
      IN_STEP(condition), IN_STEP(answer), IN_STEP(done_by), IN_STEP(note), IN_STEP(verdict_why),
      IN_STEP(changes), IN_STEP(way_back));

TEXTS(silence_texts, IN_SILENCE(id), IN_SILENCE(matchers), IN_SILENCE(created_by), IN_SILENCE(comment));
TEXTS(role_texts, IN_ROLE(role), IN_ROLE(person), IN_ROLE(assigned_by));

TEXTS(check_texts, IN_CHECK(text), IN_CHECK(file), IN_CHECK(checked_by), IN_CHECK(note));

#define IN_CLOCK(member) offsetof(struct runbook_clock, member)

TEXTS(clock_texts, IN_CLOCK(what), IN_CLOCK(audience), IN_CLOCK(file), IN_CLOCK(rule));

#define IN_ACTION(member) offsetof(struct action_item, member)

TEXTS(action_texts, IN_ACTION(what), IN_ACTION(owner), IN_ACTION(file), IN_ACTION(sha256), IN_ACTION(made_by),
      IN_ACTION(ended_by), IN_ACTION(note));
#define IN_ACCOUNT(member) offsetof(struct account, member)
#define IN_KEY(member)     offsetof(struct access_key, member)

TEXTS(account_texts, IN_ACCOUNT(person), IN_ACCOUNT(services), IN_ACCOUNT(password), IN_ACCOUNT(second_key),
      IN_ACCOUNT(changed_by));
TEXTS(access_key_texts, IN_KEY(id), IN_KEY(sha256), IN_KEY(person), IN_KEY(name), IN_KEY(services),
      IN_KEY(source), IN_KEY(given_by));

#define IN_OVERRIDE(member) offsetof(struct duty_override, member)

TEXTS(duty_override_texts, IN_OVERRIDE(schedule), IN_OVERRIDE(person), IN_OVERRIDE(made_by),
      IN_OVERRIDE(why));

#define IN_PROOF(member) offsetof(struct channel_proof, member)

TEXTS(proof_texts, IN_PROOF(person), IN_PROOF(channel), IN_PROOF(address), IN_PROOF(detail),
      IN_PROOF(asked_by), IN_PROOF(notice));
#define IN_SUBSCRIPTION(member) offsetof(struct push_subscription, member)

TEXTS(subscription_texts, IN_SUBSCRIPTION(person), IN_SUBSCRIPTION(name), IN_SUBSCRIPTION(endpoint),
      IN_SUBSCRIPTION(p256dh), IN_SUBSCRIPTION(auth), IN_SUBSCRIPTION(given_by));

#define IN_UPDATE(member) offsetof(struct update, member)

TEXTS(update_texts, IN_UPDATE(audience), IN_UPDATE(status), IN_UPDATE(subject), IN_UPDATE(text),
      IN_UPDATE(sent_by), IN_UPDATE(behind), IN_UPDATE(withheld));

static const char **text_at(void *value, size_t offset)
{
    return (const char **)(void *)((char *)value + offset);
}

void texts_to_heap(const struct texts *texts, void *value)
{
    for (size_t i = 0; i < texts->n; i++) {
        const char **text = text_at(value, texts->offsets[i]);
        *text = heap_strdup(text_or(*text, ""));
    }
}

void texts_to_arena(const struct texts *texts, void *value, struct arena *arena)
{
    for (size_t i = 0; i < texts->n; i++) {
        const char **text = text_at(value, texts->offsets[i]);
        *text = arena_strdup(arena, text_or(*text, ""));
    }
}

void texts_free(const struct texts *texts, void *value)
{
    for (size_t i = 0; i < texts->n; i++) {
        const char **text = text_at(value, texts->offsets[i]);
        free((void *)(uintptr_t)*text);
        *text = NULL;
    }
}

void text_keep(const char **field, const char *text)
{
    const char *old = *field;
    *field = heap_strdup(text_or(text, ""));
    free((void *)(uintptr_t)old);
}

size_t utf8_cut(const char *text, size_t n_bytes)
{
    size_t n = strnlen(text, n_bytes);
    while (n == n_bytes && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

char *text_head(struct arena *arena, const char *text, size_t n_bytes)
{
    char *head = arena_strndup(arena, text, utf8_cut(text, n_bytes));
    for (char *c = head; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    return head;
}
