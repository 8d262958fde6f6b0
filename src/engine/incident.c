/* The states of an incident and the moves between them. Closed is the end. A resolved incident is opened
 * again by a person, or by the same trouble within the reopen window; later the trouble is an incident of its
 * own that names the earlier one. */
#include "engine/incident.h"

#include <string.h>

#include "base/words.h"
#include "engine/names.h"

static const char *const names[N_INCIDENT_STATES] = {
    [INCIDENT_TRIGGERED] = "triggered",
    [INCIDENT_ACKNOWLEDGED] = "acknowledged",
    [INCIDENT_INVESTIGATING] = "investigating",
    [INCIDENT_IDENTIFIED] = "identified",
    [INCIDENT_MONITORING] = "monitoring",
    [INCIDENT_RESOLVED] = "resolved",
    [INCIDENT_CLOSED] = "closed",
};

#define TO(state) (1u << INCIDENT_##state)

static const unsigned moves[N_INCIDENT_STATES] = {
    [INCIDENT_TRIGGERED] =
        TO(ACKNOWLEDGED) | TO(INVESTIGATING) | TO(IDENTIFIED) | TO(MONITORING) | TO(RESOLVED),
    [INCIDENT_ACKNOWLEDGED] = TO(INVESTIGATING) | TO(IDENTIFIED) | TO(MONITORING) | TO(RESOLVED),
    [INCIDENT_INVESTIGATING] = TO(IDENTIFIED) | TO(MONITORING) | TO(RESOLVED),
    [INCIDENT_IDENTIFIED] = TO(INVESTIGATING) | TO(MONITORING) | TO(RESOLVED),
    [INCIDENT_MONITORING] =
        TO(TRIGGERED) | TO(ACKNOWLEDGED) | TO(INVESTIGATING) | TO(IDENTIFIED) | TO(RESOLVED),
    [INCIDENT_RESOLVED] = TO(TRIGGERED) | TO(CLOSED),
    [INCIDENT_CLOSED] = 0,
};

const char *incident_state_name(enum incident_state state)
{
    return names[state];
}

int incident_state_of(const char *name)
{
    return name_find(names, N_INCIDENT_STATES, name);
}

bool incident_may_move(enum incident_state from, enum incident_state to)
{
    return moves[from] & (1u << to);
}

/* "Storm of service web-shop", "Storm at once" (storm.c) */
static bool is_storm_of_names(const char *title)
{
    static const char start[] = "Storm of ";
    if (strcmp(title, "Storm at once") == 0)
        return true;
    if (strncmp(title, start, sizeof start - 1) != 0)
        return false;
    const char *label = title + sizeof start - 1, *blank = strchr(label, ' ');
    scoped_buf struct buf name = {0};
    buf_add(&name, label, blank ? (size_t)(blank - label) : 0);
    return blank && words_are_name(buf_text(&name)) && words_are_name(blank + 1);
}

/* "ShopDown on web-shop" (trouble_title) */
bool incident_title_is_name(const struct incident *incident)
{
    const char *title = incident->title ? incident->title : "";
    const char *service = incident->service ? incident->service : "";
    size_t n_title = strlen(title), n_service = strlen(service), n_end = n_service + strlen(" on ");
    if (n_title > n_end && strcmp(title + n_title - n_service, service) == 0 &&
        strncmp(title + n_title - n_end, " on ", strlen(" on ")) == 0) {
        scoped_buf struct buf name = {0};
        buf_add(&name, title, n_title - n_end);
        return words_are_name(buf_text(&name)) && words_are_name(service);
    }
    return words_are_name(title) || is_storm_of_names(title);
}
