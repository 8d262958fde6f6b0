/* One place where everything that depends on the state, the severity or the owner of an incident is brought
 * up to date. A clock is a row here and a file of its own. */
#include "engine/engine_priv.h"

static incident_clock *const clocks[] = {storm_follow, mute_follow,   flapping_follow, hold_down_follow,
                                         lease_follow, clocks_follow, review_follow,   chat_follow};

void incident_changed(struct turn *turn, struct incident_record *record, enum incident_change what)
{
    if (what != CHANGE_ALERTS) /* a storm is not written down alert by alert */
        turn_touch(turn, record);
    if (what != CHANGE_ALERTS && what != CHANGE_PROGRESS)
        dependency_changed(turn->engine, record->incident.service);
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++)
        clocks[i](turn, record, what);
}
