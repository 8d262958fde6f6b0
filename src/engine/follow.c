/* Services that keep the incident as an alert of their own (PagerDuty, Opsgenie) hear what becomes of it: one
 * that was acknowledged or resolved here must not go on ringing there. */
#include "engine/engine_priv.h"

void followers_tell(struct turn *turn, struct incident_record *record, const char *what)
{
    if (record->incident.escalation_step == 0) /* nobody was paged for it */
        return;
    list_each (person, &turn->engine->config->people)
        for (size_t way = 0; way < person->contacts.n; way++) {
            const struct contact_channel *channel = contact_channel_find(person->contacts.at[way].channel);
            if (channel && channel->follows)
                page_notice(turn, record, person, (int)way, what);
        }
}
