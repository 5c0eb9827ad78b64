//! Moments, days and durations.

use guanxi::google::r#type::Date as PbDate;
use guanxi_model::{Date, Day, TimeError, Timestamp, Violations};
use prost_types::{Duration, Timestamp as PbTimestamp};

use super::{Context, Path, given};

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

/// A day before today that may be left out.
pub(super) fn past_day_if_given(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    date: Option<PbDate>,
) -> Option<Day> {
    let day = day_if_given(v, at, date);
    if day.is_some_and(|day| day >= ctx.today) {
        v.push(at, format!("must be a day that has passed, before {}", ctx.today));
    }
    day
}

/// The first and the last day, of a message that has both.
pub(super) fn days(v: &mut Violations, at: Path<'_>, dates: (Option<PbDate>, Option<PbDate>)) -> Option<(Day, Day)> {
    let (first, last) = days_in_any_order(v, at, dates)?;
    if last < first {
        v.push(at.field("end_date"), format!("must not be before start_date, {first}, got {last}"));
    }
    Some((first, last))
}

/// The same where somebody else sees to it that they are in order.
pub(super) fn days_in_any_order(
    v: &mut Violations,
    at: Path<'_>,
    (start_date, end_date): (Option<PbDate>, Option<PbDate>),
) -> Option<(Day, Day)> {
    let mut read = |at: Path<'_>, date| given(v, at, date).and_then(|date| day(v, at, date));
    let (first, last) = (read(at.field("start_date"), start_date), read(at.field("end_date"), end_date));
    first.zip(last)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, ctx};

    fn read(seconds: i64, nanos: i32) -> Result<Timestamp, String> {
        let mut v = Violations::new();
        let read = occurred(&ctx(), &mut v, Path::of("time"), PbTimestamp { seconds, nanos });
        read.ok_or_else(|| v.to_string())
    }

    #[test]
    fn nothing_has_occurred_before_1900_or_beyond_tomorrow() {
        let now = NOW.0 / 1_000_000;
        assert_eq!(read(now, 1_999), Ok(Timestamp(NOW.0 + 1)), "kept to the microsecond");
        assert!(read(now + 86_400, 0).is_ok() && read(-2_208_988_800, 0).is_ok());
        for (seconds, nanos) in [(now + 86_401, 0), (-2_208_988_801, 0), (now, -1), (i64::MAX, 0), (i64::MIN, 0)] {
            assert!(read(seconds, nanos).unwrap_err().starts_with("time: "), "{seconds} {nanos}");
        }
    }

    #[test]
    fn durations_are_whole_seconds_of_up_to_a_week() {
        let mut v = Violations::new();
        let mut read = |seconds, nanos| duration_seconds(&mut v, Path::of("duration"), Duration { seconds, nanos });
        assert_eq!((read(0, 0), read(604_800, 0)), (Some(0), Some(604_800)));
        assert_eq!([read(604_801, 0), read(-1, 0), read(1, 1), read(i64::MAX, 0)], [None; 4]);
    }

    #[test]
    fn a_date_may_lack_its_year_and_a_day_may_not() {
        let mut v = Violations::new();
        let birthday = PbDate { year: 0, month: 2, day: 29 };
        assert_eq!(date(&mut v, Path::of("date"), birthday).map(Date::year), Some(None));
        assert!(v.is_empty());
        assert_eq!(day(&mut v, Path::of("due_date"), birthday), None);
        assert_eq!(date(&mut v, Path::of("date"), PbDate { year: 2026, month: 2, day: 29 }), None);
        assert_eq!(v.len(), 2);
    }
}
