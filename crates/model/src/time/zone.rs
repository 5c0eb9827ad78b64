//! The time zone in which days are reckoned. The rules of the zones are jiff's, compiled in, so that every server of a
//! deployment reckons alike whatever its operating system.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{Day, MICROS_PER_SECOND, SECONDS_PER_DAY, TimeError, Timestamp};

/// A time zone by its IANA name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of that name, in any case.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn parse(name: &str) -> Result<Self, TimeError> {
        TimeZone::get(name).map(Self).map_err(|_| TimeError::Zone(name.to_owned()))
    }

    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The day on which a moment falls. One look-up of the offset, no calendar: it runs for every fact.
    pub fn day_of(&self, at: Timestamp) -> Day {
        let seconds = at.0.div_euclid(MICROS_PER_SECOND);
        let offset = match jiff::Timestamp::from_second(seconds) {
            Ok(moment) => i64::from(self.0.to_offset(moment).seconds()),
            // Beyond the years -9999 to 9999 no zone has rules; `start_of` goes by UTC there too.
            Err(_) => 0,
        };
        Day::of_epoch_seconds(seconds + offset)
    }

    /// The first moment of a day. Where a change of the clocks left the midnight out, the moment after it.
    pub fn start_of(&self, day: Day) -> Timestamp {
        let utc = i64::from(day.0).saturating_mul(SECONDS_PER_DAY * MICROS_PER_SECOND);
        midnight(day)
            .and_then(|midnight| self.0.to_ambiguous_timestamp(midnight).compatible())
            .map_or(Timestamp(utc), |moment| Timestamp(moment.as_microsecond()))
    }

    /// The last moment of a day.
    pub fn end_of(&self, day: Day) -> Timestamp {
        Timestamp(self.start_of(day.plus_days(1)).0 - 1)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The midnight with which a day begins; an error beyond the years that jiff knows.
fn midnight(day: Day) -> Result<DateTime, jiff::Error> {
    jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0).checked_add(jiff::Span::new().try_days(day.0)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn day(year: i32, month: i32, day: i32) -> Day {
        Day::from_date(year, month, day).unwrap()
    }

    #[test]
    fn zones_have_names() {
        assert_eq!(zone("europe/vienna").name(), "Europe/Vienna");
        assert_eq!(Zone::utc().name(), "UTC");
        for wrong in ["", "Vienna", "+01:00", "Europe/Atlantis"] {
            assert_eq!(Zone::parse(wrong), Err(TimeError::Zone(wrong.to_owned())));
        }
    }

    #[test]
    fn days_follow_the_clocks() {
        let vienna = zone("Europe/Vienna");
        assert_eq!(vienna.day_of(at("2026-03-28T22:59:59.999999Z")), day(2026, 3, 28));
        assert_eq!(vienna.day_of(at("2026-03-28T23:00:00Z")), day(2026, 3, 29));
        assert_eq!(vienna.day_of(at("2026-03-29T22:00:00Z")), day(2026, 3, 30));
        assert_eq!(vienna.start_of(day(2026, 3, 30)), at("2026-03-29T22:00:00Z"));
        assert_eq!(zone("Pacific/Kiritimati").day_of(at("2026-03-28T10:00:00Z")), day(2026, 3, 29));
    }

    #[test]
    fn days_begin_where_midnight_is_missing() {
        assert_eq!(zone("America/Sao_Paulo").start_of(day(2018, 11, 4)), at("2018-11-04T03:00:00Z"));
        // Samoa went without 30 December 2011.
        let samoa = zone("Pacific/Apia");
        assert_eq!(samoa.start_of(day(2011, 12, 30)), samoa.start_of(day(2011, 12, 31)));
    }

    #[test]
    fn times_beyond_all_calendars_have_days() {
        let vienna = zone("Europe/Vienna");
        for extreme in [Timestamp(i64::MIN), Timestamp(i64::MAX)] {
            let day = vienna.day_of(extreme);
            assert!(vienna.start_of(day) <= extreme && vienna.start_of(day.plus_days(1)) >= extreme);
        }
    }

    proptest! {
        #[test]
        fn days_hold_what_lies_between_their_starts(
            seconds in -2_208_988_800_i64..4_102_444_800,
            name in proptest::sample::select(vec!["UTC", "Europe/Vienna", "America/New_York", "Asia/Kathmandu"]),
        ) {
            let (zone, moment) = (zone(name), Timestamp(seconds * MICROS_PER_SECOND));
            let day = zone.day_of(moment);
            prop_assert!(zone.start_of(day) <= moment && moment < zone.start_of(day.plus_days(1)));
            prop_assert_eq!(zone.day_of(zone.start_of(day)), day);
        }
    }
}
