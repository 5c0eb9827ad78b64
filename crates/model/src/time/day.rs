//! Days of the Gregorian calendar. Days know no time zone; which day a moment falls on is for `zone` to say.
//!
//! The arithmetic is Howard Hinnant's (<https://howardhinnant.github.io/date_algorithms.html>): it is total, so that a
//! day read from storage never fails to be shown.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{SECONDS_PER_DAY, TimeError, rfc3339};

/// The days of 400 years, after which the calendar repeats.
const DAYS_PER_ERA: i64 = 146_097;
/// The days from 0000-03-01, where the arithmetic begins, to 1970-01-01.
const EPOCH: i64 = 719_468;

/// A day: days since 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// The day of a date in the years 1 to 9999.
    ///
    /// # Errors
    ///
    /// If the calendar has no such day.
    pub fn from_date(year: i32, month: i32, day: i32) -> Result<Self, TimeError> {
        let known = (1..=9999).contains(&year) && (1..=12).contains(&month);
        if !known || !(1..=days_in_month(year, month)).contains(&day) {
            return Err(TimeError::Date { year, month, day });
        }
        Ok(Self::of_date(year, month, day))
    }

    /// The day of a text such as 2026-03-29.
    ///
    /// # Errors
    ///
    /// If it has another form, or the calendar no such day.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        rfc3339::parse_day(text)
    }

    /// Year, month and day of the month.
    pub fn date(self) -> (i32, i32, i32) {
        let days = i64::from(self.0) + EPOCH;
        let era = days.div_euclid(DAYS_PER_ERA);
        let day_of_era = days.rem_euclid(DAYS_PER_ERA);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year as i32, month as i32, day as i32)
    }

    /// The day so many days later, or earlier if negative; at most the last there is.
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The same day of the month so many months later, or earlier if negative; the month's last if it has no such day.
    /// At most the last there is, at least the first.
    ///
    /// Steps do not add up: 31 January, 28 February, 28 March. Reckon each from the first day.
    pub fn months_after(self, months: i32) -> Self {
        let (year, month, day) = self.date();
        let month_count = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(months);
        let year = month_count.div_euclid(12) as i32;
        let month = month_count.rem_euclid(12) as i32 + 1;
        Self::of_date(year, month, day.min(days_in_month(year, month)))
    }

    /// The first day of the month it lies in.
    pub fn first_of_month(self) -> Self {
        let (year, month, _) = self.date();
        Self::of_date(year, month, 1)
    }

    /// The Monday of the week it lies in.
    pub fn first_of_week(self) -> Self {
        // The first day of 1970 was a Thursday.
        self.plus_days(-(self.0.saturating_add(3)).rem_euclid(7))
    }

    /// The first day of the quarter it lies in.
    pub fn first_of_quarter(self) -> Self {
        let (year, month, _) = self.date();
        Self::of_date(year, (month - 1) / 3 * 3 + 1, 1)
    }

    /// The day of a date there is, in whatever year.
    fn of_date(year: i32, month: i32, day: i32) -> Self {
        // Years that begin in March have their leap day at the end.
        let year = i64::from(year) - i64::from(month <= 2);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = i64::from((month + 9) % 12);
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self::clamped(year.div_euclid(400) * DAYS_PER_ERA + day_of_era - EPOCH)
    }

    pub(super) fn of_epoch_seconds(seconds: i64) -> Self {
        Self::clamped(seconds.div_euclid(SECONDS_PER_DAY))
    }

    fn clamped(days: i64) -> Self {
        Self(days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }
}

/// ISO 8601: `2026-03-29`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A date that may lack its year, such as a birthday. Its serde form is `[year or null, month, day]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "(Option<i32>, i32, i32)", into = "(Option<i32>, i32, i32)")]
pub struct Date {
    year: Option<i32>,
    month: i32,
    day: i32,
}

impl Date {
    /// The date; without a year, 29 February is one.
    ///
    /// # Errors
    ///
    /// If the calendar has no such day, or the year is not in 1 to 9999.
    pub fn new(year: Option<i32>, month: i32, day: i32) -> Result<Self, TimeError> {
        const LEAP_YEAR: i32 = 2000;
        Day::from_date(year.unwrap_or(LEAP_YEAR), month, day).map_err(|_| TimeError::Date {
            year: year.unwrap_or_default(),
            month,
            day,
        })?;
        Ok(Self { year, month, day })
    }

    /// The year, if known.
    pub fn year(self) -> Option<i32> {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i32 {
        self.month
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> i32 {
        self.day
    }
}

impl TryFrom<(Option<i32>, i32, i32)> for Date {
    type Error = TimeError;

    fn try_from((year, month, day): (Option<i32>, i32, i32)) -> Result<Self, TimeError> {
        Self::new(year, month, day)
    }
}

impl From<Date> for (Option<i32>, i32, i32) {
    fn from(date: Date) -> Self {
        (date.year, date.month, date.day)
    }
}

fn days_in_month(year: i32, month: i32) -> i32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_days() {
        assert_eq!(Day::from_date(1970, 1, 1), Ok(Day(0)));
        assert_eq!(Day::from_date(2000, 2, 29), Ok(Day(11_016)));
        assert_eq!(Day::from_date(1, 1, 1), Ok(Day(-719_162)));
        assert_eq!(Day::from_date(9999, 12, 31), Ok(Day(2_932_896)));
        assert_eq!(Day(-1).to_string(), "1969-12-31");
    }

    #[test]
    fn days_no_calendar_has_are_refused() {
        for (year, month, day) in [(2026, 2, 29), (1900, 2, 29), (2026, 4, 31), (2026, 13, 1), (2026, 0, 1)] {
            assert_eq!(Day::from_date(year, month, day), Err(TimeError::Date { year, month, day }));
            assert!(Date::new(Some(year), month, day).is_err());
        }
        for (year, month, day) in [(0, 1, 1), (10_000, 1, 1), (2026, 1, 0), (i32::MIN, i32::MIN, i32::MIN)] {
            assert!(Day::from_date(year, month, day).is_err());
        }
    }

    #[test]
    fn without_a_year_the_leap_day_is_a_date() {
        let leap_day = Date::new(None, 2, 29).unwrap();
        assert_eq!((leap_day.year(), leap_day.month(), leap_day.day()), (None, 2, 29));
        assert!(Date::new(None, 2, 30).is_err());
        assert!(Date::new(Some(0), 2, 28).is_err());
        assert_eq!(Date::new(None, 4, 31), Err(TimeError::Date { year: 0, month: 4, day: 31 }));
    }

    #[test]
    fn months_end_on_their_last_day() {
        let day = |year, month, day| Day::from_date(year, month, day).unwrap();
        assert_eq!(day(2026, 1, 31).months_after(1), day(2026, 2, 28));
        assert_eq!(day(2024, 1, 31).months_after(1), day(2024, 2, 29));
        assert_eq!(day(2026, 1, 31).months_after(2), day(2026, 3, 31));
        assert_eq!(day(2024, 2, 29).months_after(12), day(2025, 2, 28));
        assert_eq!(day(2026, 11, 15).months_after(3), day(2027, 2, 15));
        assert_eq!(day(2026, 1, 31).months_after(-2), day(2025, 11, 30));
        assert_eq!(day(2026, 1, 31).months_after(0), day(2026, 1, 31));
    }

    #[test]
    fn months_past_the_calendar_end_at_its_ends() {
        assert_eq!(Day(i32::MAX).months_after(i32::MAX), Day(i32::MAX));
        assert_eq!(Day(i32::MIN).months_after(i32::MIN), Day(i32::MIN));
    }

    proptest! {
        #[test]
        fn months_are_those_of_another_calendar(days in -100_000_i32..=100_000, months in -2_400_i32..=2_400) {
            let epoch = jiff::civil::date(1970, 1, 1);
            let theirs = epoch + jiff::Span::new().days(days) + jiff::Span::new().months(months);
            let ours = Day(days).months_after(months).date();
            prop_assert_eq!(ours, (i32::from(theirs.year()), i32::from(theirs.month()), i32::from(theirs.day())));
        }

        #[test]
        fn days_and_dates_are_one(days in -719_162_i32..=2_932_896) {
            let (year, month, day) = Day(days).date();
            prop_assert_eq!(Day::from_date(year, month, day), Ok(Day(days)));
            let theirs = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(days);
            let ours = (i32::from(theirs.year()), i32::from(theirs.month()), i32::from(theirs.day()));
            prop_assert_eq!((year, month, day), ours);
        }

        #[test]
        fn every_day_has_a_date(days: i32) {
            let (_, month, day) = Day(days).date();
            prop_assert!((1..=12).contains(&month) && (1..=31).contains(&day));
            prop_assert!(Day(days).plus_days(1).date() > Day(days).date() || days == i32::MAX);
        }
    }
}
