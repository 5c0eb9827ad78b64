//! Periods of the calendar that reports are told by.

use super::Day;

crate::words! {
    /// What days are gathered in.
    Period { Day = 1, Week = 2, Month = 3, Quarter = 4 }
}

impl Period {
    /// The first day of the period that a day is in. Weeks begin on Mondays.
    pub fn start_of(self, day: Day) -> Day {
        match self {
            Period::Day => day,
            Period::Week => day.first_of_week(),
            Period::Month => day.first_of_month(),
            Period::Quarter => day.first_of_quarter(),
        }
    }

    /// The first day of the next period, from the first day of one.
    pub fn after(self, start: Day) -> Day {
        match self {
            Period::Day => start.plus_days(1),
            Period::Week => start.plus_days(7),
            Period::Month => start.months_after(1),
            Period::Quarter => start.months_after(3),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Words;

    #[test]
    fn periods_begin_where_the_calendar_says() {
        let start = |period: Period, day: &str| period.start_of(Day::parse(day).unwrap()).to_string();
        assert_eq!(start(Period::Week, "2026-01-31"), "2026-01-26");
        assert_eq!(start(Period::Week, "2026-01-26"), "2026-01-26");
        assert_eq!(start(Period::Week, "1969-12-28"), "1969-12-22");
        assert_eq!(start(Period::Month, "2026-02-28"), "2026-02-01");
        assert_eq!(start(Period::Quarter, "2026-06-30"), "2026-04-01");
        assert_eq!(start(Period::Quarter, "2026-12-31"), "2026-10-01");
        assert_eq!(start(Period::Day, "2026-12-31"), "2026-12-31");
    }

    proptest! {
        #[test]
        fn every_day_is_in_one_period(days in -700_000_i32..=2_900_000) {
            for &(period, _) in Period::ALL {
                let start = period.start_of(Day(days));
                prop_assert!(start <= Day(days) && Day(days) < period.after(start));
                prop_assert_eq!(period.start_of(start), start);
                prop_assert_eq!(period.start_of(period.after(start)), period.after(start));
            }
        }
    }
}
