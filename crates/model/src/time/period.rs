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

    /// The periods from one day to another, the first and the last cut to these.
    pub fn parts(self, (first, last): (Day, Day)) -> impl Iterator<Item = (Day, Day)> {
        let end = move |start: Day| self.after(self.start_of(start)).plus_days(-1).min(last);
        let starts = std::iter::successors(Some(first), move |start| Some(end(*start).plus_days(1)));
        starts.take_while(move |start| *start <= last).map(move |start| (start, end(start)))
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

    #[test]
    fn parts_are_cut_to_the_days() {
        let day = |text: &str| Day::parse(text).unwrap();
        let parts = |period: Period, first: &str, last: &str| {
            period.parts((day(first), day(last))).map(|(from, to)| format!("{from} {to}")).collect::<Vec<_>>()
        };
        assert_eq!(
            parts(Period::Month, "2026-01-30", "2026-03-01"),
            ["2026-01-30 2026-01-31", "2026-02-01 2026-02-28", "2026-03-01 2026-03-01"]
        );
        assert_eq!(parts(Period::Week, "2026-01-30", "2026-03-01").len(), 5);
        assert_eq!(parts(Period::Day, "2026-03-01", "2026-02-28"), [""; 0]);
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
