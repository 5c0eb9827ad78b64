//! Moments, days and durations.

use guanxi::google::r#type::Date as PbDate;
use guanxi_model::{Date, Day, Timestamp};
use prost_types::{Duration, Timestamp as PbTimestamp};

/// A moment.
pub(super) fn timestamp(time: Timestamp) -> PbTimestamp {
    let (seconds, nanos) = time.seconds_nanos();
    PbTimestamp { seconds, nanos }
}

/// A day.
pub(super) fn day(day: Day) -> PbDate {
    let (year, month, day) = day.date();
    PbDate { year, month, day }
}

/// A date whose year may not be known.
pub(super) fn date(date: Date) -> PbDate {
    PbDate { year: date.year().unwrap_or(0), month: date.month(), day: date.day() }
}

/// Whole seconds.
pub(super) fn seconds(seconds: i64) -> Duration {
    Duration { seconds, nanos: 0 }
}

/// Seconds that need not be whole, to the nearest nanosecond.
pub(super) fn fractional_seconds(seconds: f64) -> Duration {
    let nanos = (seconds * 1e9).round() as i128;
    Duration { seconds: (nanos / 1_000_000_000) as i64, nanos: (nanos % 1_000_000_000) as i32 }
}
