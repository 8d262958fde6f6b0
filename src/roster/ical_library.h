/* libical, loaded when it is first used: it brings ICU along, and only a site with schedules, time zones or
 * calendars needs it. Include this instead of <libical/ical.h>; to use another function, add it to the list.
 */
#pragma once

#include <libical/ical.h>

#define ICAL_FUNCTIONS(F)                                                                                    \
    F(array_element_at)                                                                                      \
    F(component_free)                                                                                        \
    F(component_get_first_component)                                                                         \
    F(component_get_first_property)                                                                          \
    F(component_get_next_component)                                                                          \
    F(component_get_next_property)                                                                           \
    F(component_get_status)                                                                                  \
    F(component_get_summary)                                                                                 \
    F(component_get_uid)                                                                                     \
    F(component_isa)                                                                                         \
    F(durationtype_as_int)                                                                                   \
    F(parameter_get_tzid)                                                                                    \
    F(parameter_get_range)                                                                                   \
    F(parser_parse_string)                                                                                   \
    F(property_get_attendee)                                                                                 \
    F(property_get_dtend)                                                                                    \
    F(property_get_dtstart)                                                                                  \
    F(property_get_duration)                                                                                 \
    F(property_get_exdate)                                                                                   \
    F(property_get_first_parameter)                                                                          \
    F(property_get_rdate)                                                                                    \
    F(property_get_recurrenceid)                                                                             \
    F(property_get_rrule)                                                                                    \
    F(recur_iterator_free)                                                                                   \
    F(recur_iterator_new)                                                                                    \
    F(recur_iterator_next)                                                                                   \
    F(recurrencetype_from_string)                                                                            \
    F(time_as_timet)                                                                                         \
    F(time_days_in_month)                                                                                    \
    F(time_from_timet_with_zone)                                                                             \
    F(time_is_null_time)                                                                                     \
    F(time_null_time)                                                                                        \
    F(timezone_get_builtin_timezone)                                                                         \
    F(timezone_get_builtin_timezones)                                                                        \
    F(timezone_get_location)                                                                                 \
    F(timezone_get_tznames)                                                                                  \
    F(timezone_get_utc_offset_of_utc_time)                                                                   \
    F(timezone_get_utc_timezone)

struct ical_library {
#define ICAL_MEMBER(name) typeof(ical##name) *(name);
    ICAL_FUNCTIONS(ICAL_MEMBER)
#undef ICAL_MEMBER
};

/* Any thread. Ends the program when the library is not installed. */
const struct ical_library *ical_library(void);

#define icalarray_element_at                    ical_library()->array_element_at
#define icalcomponent_free                      ical_library()->component_free
#define icalcomponent_get_first_component       ical_library()->component_get_first_component
#define icalcomponent_get_first_property        ical_library()->component_get_first_property
#define icalcomponent_get_next_component        ical_library()->component_get_next_component
#define icalcomponent_get_next_property         ical_library()->component_get_next_property
#define icalcomponent_get_status                ical_library()->component_get_status
#define icalcomponent_get_summary               ical_library()->component_get_summary
#define icalcomponent_get_uid                   ical_library()->component_get_uid
#define icalcomponent_isa                       ical_library()->component_isa
#define icaldurationtype_as_int                 ical_library()->durationtype_as_int
#define icalparameter_get_tzid                  ical_library()->parameter_get_tzid
#define icalparameter_get_range                 ical_library()->parameter_get_range
#define icalparser_parse_string                 ical_library()->parser_parse_string
#define icalproperty_get_attendee               ical_library()->property_get_attendee
#define icalproperty_get_dtend                  ical_library()->property_get_dtend
#define icalproperty_get_dtstart                ical_library()->property_get_dtstart
#define icalproperty_get_duration               ical_library()->property_get_duration
#define icalproperty_get_exdate                 ical_library()->property_get_exdate
#define icalproperty_get_first_parameter        ical_library()->property_get_first_parameter
#define icalproperty_get_rdate                  ical_library()->property_get_rdate
#define icalproperty_get_recurrenceid           ical_library()->property_get_recurrenceid
#define icalproperty_get_rrule                  ical_library()->property_get_rrule
#define icalrecur_iterator_free                 ical_library()->recur_iterator_free
#define icalrecur_iterator_new                  ical_library()->recur_iterator_new
#define icalrecur_iterator_next                 ical_library()->recur_iterator_next
#define icalrecurrencetype_from_string          ical_library()->recurrencetype_from_string
#define icaltime_as_timet                       ical_library()->time_as_timet
#define icaltime_days_in_month                  ical_library()->time_days_in_month
#define icaltime_from_timet_with_zone           ical_library()->time_from_timet_with_zone
#define icaltime_is_null_time                   ical_library()->time_is_null_time
#define icaltime_null_time                      ical_library()->time_null_time
#define icaltimezone_get_builtin_timezone       ical_library()->timezone_get_builtin_timezone
#define icaltimezone_get_builtin_timezones      ical_library()->timezone_get_builtin_timezones
#define icaltimezone_get_location               ical_library()->timezone_get_location
#define icaltimezone_get_tznames                ical_library()->timezone_get_tznames
#define icaltimezone_get_utc_offset_of_utc_time ical_library()->timezone_get_utc_offset_of_utc_time
#define icaltimezone_get_utc_timezone           ical_library()->timezone_get_utc_timezone
