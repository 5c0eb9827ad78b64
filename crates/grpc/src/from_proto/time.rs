//! Moments, days and durations.

use guanxi::google::r#type::Date as PbDate;
use guanxi_model::{Date, Day, TimeError, Timestamp, Violations};
use prost_types::{Duration, Timestamp as PbTimestamp};

use super::{Context, Path};

/// The longest duration of an interaction.
const MAX_DURATION_SECONDS: i64 = 7 * 86_400;

/// A moment.
pub(super) fn timestamp(v: &mut Violations, at: Path<'_>, time: PbTimestamp) -> Option<Timestamp> {
    let PbTimestamp { seconds, nanos } = time;
    v.field(at, Timestamp::from_seconds_nanos(seconds, nanos))
}

/// A moment at which something has happened.
pub(super) fn occurred(ctx: &Context<'_>, v: &mut Violations, at: Path<'_>, time: PbTimestamp) -> Option<Timestamp> {
    let time = timestamp(v, at, time)?;
    v.field(at, time.check_occurred(ctx.now))
}

/// A day; a year is needed.
pub(super) fn day(v: &mut Violations, at: Path<'_>, date: PbDate) -> Option<Day> {
    let PbDate { year, month, day } = date;
    v.field(at, Day::from_date(year, month, day))
}

/// A day that may be left out.
pub(super) fn day_if_given(v: &mut Violations, at: Path<'_>, date: Option<PbDate>) -> Option<Day> {
    date.and_then(|date| day(v, at, date))
}

/// A date whose year may not be known.
pub(super) fn date(v: &mut Violations, at: Path<'_>, date: PbDate) -> Option<Date> {
    let PbDate { year, month, day } = date;
    let date: Result<Date, TimeError> = Date::new((year != 0).then_some(year), month, day);
    v.field(at, date)
}

/// How long an interaction took, in whole seconds.
pub(super) fn duration_seconds(v: &mut Violations, at: Path<'_>, duration: Duration) -> Option<i64> {
    let Duration { seconds, nanos } = duration;
    if nanos != 0 || !(0..=MAX_DURATION_SECONDS).contains(&seconds) {
        v.push(at, format!("must be whole seconds from 0 to {MAX_DURATION_SECONDS} (7 days)"));
        return None;
    }
    Some(seconds)
}
