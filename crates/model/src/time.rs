//! Time: moments, days, the reporting time zone, and the clock. The moments are here, the rest in a module each. The one
//! thing with an effect is [`Clock::system`]; all else takes the time as an argument.
//!
//! Moments are whole microseconds, the finest both databases keep, so that what is written equals what is read.

mod clock;
mod day;
mod period;
mod rfc3339;
mod zone;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use clock::{Clock, ManualClock};
pub use day::{Date, Day};
pub use period::Period;
pub use zone::Zone;

use crate::violation::clip;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the range of `google.protobuf.Timestamp`.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// What cannot be taken for a time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TimeError {
    /// Nanos that are no part of a second.
    #[error("nanos must be from 0 to 999999999, got {0}")]
    Nanos(i32),
    /// A time that other languages cannot represent.
    #[error("must lie in the years 1 to 9999")]
    Year,
    /// Not the text of a time.
    #[error("must be an RFC 3339 time such as 2026-03-29T09:30:00Z, got \"{}\"", clip(.0))]
    Text(String),
    /// Not the text of a day.
    #[error("must be a day such as 2026-03-29, got \"{}\"", clip(.0))]
    DayText(String),
    /// A day that no calendar has.
    #[error("must be a day of the calendar in the years 1 to 9999, got year {year}, month {month}, day {day}")]
    Date {
        /// The year; 0 where none is given.
        year: i32,
        /// The month.
        month: i32,
        /// The day of the month.
        day: i32,
    },
    /// A time zone that the database of zones does not have.
    #[error("must be an IANA time zone such as Europe/Vienna, got \"{}\"", clip(.0))]
    Zone(String),
    /// Before anything a customer of ours can have done.
    #[error("must not be before 1900-01-01, got {0}")]
    TooEarly(Timestamp),
    /// What has happened cannot lie ahead; a day is left for clocks and time zones gone wrong.
    #[error("must not be more than a day ahead of {now}, got {got}")]
    TooLate {
        /// Our time.
        now: Timestamp,
        /// The time given.
        got: Timestamp,
    },
}

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// 1900-01-01T00:00:00Z, the earliest time a fact may have.
    pub const EARLIEST_OCCURRED: Self = Self(-2_208_988_800 * MICROS_PER_SECOND);

    /// The moment of a `google.protobuf.Timestamp`. What is finer than a microsecond is cut off.
    ///
    /// # Errors
    ///
    /// If the nanos are no part of a second, or the year is not in 1 to 9999.
    pub fn from_seconds_nanos(seconds: i64, nanos: i32) -> Result<Self, TimeError> {
        if !(0..1_000_000_000).contains(&nanos) {
            return Err(TimeError::Nanos(nanos));
        }
        if !SECONDS.contains(&seconds) {
            return Err(TimeError::Year);
        }
        Ok(Self(seconds * MICROS_PER_SECOND + i64::from(nanos / 1000)))
    }

    /// The seconds and nanos of a `google.protobuf.Timestamp`.
    pub fn seconds_nanos(self) -> (i64, i32) {
        let micros = self.0.rem_euclid(MICROS_PER_SECOND) as i32;
        (self.0.div_euclid(MICROS_PER_SECOND), micros * 1000)
    }

    /// The moment of an RFC 3339 text. What is finer than a microsecond is cut off.
    ///
    /// # Errors
    ///
    /// If the text is none, or the year is not in 1 to 9999.
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimeError> {
        rfc3339::parse(text)
    }

    /// The moment so many seconds later, or earlier if negative; at most the last there is.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(MICROS_PER_SECOND)))
    }

    /// The moment a while later, unless it leaves 64 bits.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        let micros = i64::try_from(duration.as_micros()).ok()?;
        self.0.checked_add(micros).map(Self)
    }

    /// The moment, if something can have occurred then and be known now.
    ///
    /// # Errors
    ///
    /// If it lies before 1900 or more than a day after `now`.
    pub fn check_occurred(self, now: Timestamp) -> Result<Timestamp, TimeError> {
        if self < Self::EARLIEST_OCCURRED {
            return Err(TimeError::TooEarly(self));
        }
        if self > now.plus_seconds(SECONDS_PER_DAY) {
            return Err(TimeError::TooLate { now, got: self });
        }
        Ok(self)
    }
}

/// RFC 3339 in UTC, with as many groups of three decimals as are needed.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = self.seconds_nanos();
        let second = seconds.rem_euclid(SECONDS_PER_DAY);
        let day = Day::of_epoch_seconds(seconds);
        write!(f, "{day}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)?;
        match nanos / 1000 {
            0 => f.write_str("Z"),
            micros if micros % 1000 == 0 => write!(f, ".{:03}Z", micros / 1000),
            micros => write!(f, ".{micros:06}Z"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn wire_range_has_edges() {
        assert_eq!(Timestamp::from_seconds_nanos(-1, 999_999_999), Ok(Timestamp(-1)));
        assert_eq!(Timestamp(-1).seconds_nanos(), (-1, 999_999_000));
        assert_eq!(Timestamp::from_seconds_nanos(0, -1), Err(TimeError::Nanos(-1)));
        assert_eq!(Timestamp::from_seconds_nanos(0, 1_000_000_000), Err(TimeError::Nanos(1_000_000_000)));
        let (first, last) = (*SECONDS.start(), *SECONDS.end());
        assert_eq!(Timestamp::from_seconds_nanos(first, 0), Ok(at("0001-01-01T00:00:00Z")));
        assert_eq!(Timestamp::from_seconds_nanos(last, 999_999_999), Ok(at("9999-12-31T23:59:59.999999Z")));
        for beyond in [first - 1, last + 1, i64::MIN, i64::MAX] {
            assert_eq!(Timestamp::from_seconds_nanos(beyond, 0), Err(TimeError::Year));
        }
    }

    #[test]
    fn text_has_the_decimals_needed() {
        for text in ["2026-03-29T09:30:00Z", "2026-03-29T09:30:00.120Z", "1899-12-31T23:59:59.000001Z"] {
            assert_eq!(at(text).to_string(), text);
        }
    }

    #[test]
    fn facts_occurred_between_1900_and_tomorrow() {
        let now = at("2026-03-29T09:30:00Z");
        let tomorrow = now.plus_seconds(SECONDS_PER_DAY);
        assert_eq!(tomorrow.check_occurred(now), Ok(tomorrow));
        let late = Timestamp(tomorrow.0 + 1).check_occurred(now).unwrap_err();
        assert!(late.to_string().starts_with("must not be more than a day ahead of 2026-03-29T09:30:00Z, got"));
        let earliest = at("1900-01-01T00:00:00Z");
        assert_eq!(earliest.check_occurred(now), Ok(earliest));
        let early = Timestamp(earliest.0 - 1);
        assert_eq!(early.check_occurred(now), Err(TimeError::TooEarly(early)));
    }

    #[test]
    fn sums_stay_within_64_bits() {
        assert_eq!(Timestamp(i64::MAX).plus_seconds(1), Timestamp(i64::MAX));
        assert_eq!(Timestamp(0).plus_seconds(i64::MIN), Timestamp(i64::MIN));
        assert_eq!(Timestamp(i64::MAX).checked_add(Duration::from_micros(1)), None);
        assert_eq!(Timestamp(1).checked_add(Duration::from_millis(2)), Some(Timestamp(2001)));
        assert_eq!(Timestamp(1).checked_add(Duration::MAX), None);
    }

    proptest! {
        #[test]
        fn moments_survive_wire_and_text(seconds in SECONDS, micros in 0_i32..1_000_000) {
            let moment = Timestamp::from_seconds_nanos(seconds, micros * 1000).unwrap();
            prop_assert_eq!(moment.seconds_nanos(), (seconds, micros * 1000));
            prop_assert_eq!(Timestamp::parse_rfc3339(&moment.to_string()), Ok(moment));
        }

        #[test]
        fn every_moment_has_a_text(micros: i64) {
            prop_assert!(Timestamp(micros).to_string().ends_with('Z'));
        }
    }
}
