//! What all stories have in common: the seed, when they begin and end, and the money.

use guanxi::google::r#type::{Date, Money};
use guanxi_model::{Amount, Currency, Day};
use prost_types::Timestamp;

use super::dice::Dice;

/// The first day anybody is known: 2022-07-01.
pub(super) const FIRST_DAY: i64 = 19_174;
/// The last day on which somebody new comes: 2025-09-30.
pub(super) const LAST_NEW_DAY: i64 = 20_361;
pub(super) const DAY: i64 = 86_400;

#[derive(Clone, Copy, Debug)]
pub(super) struct World {
    pub(super) seed: u32,
    until: Day,
    currency: Currency,
}

/// A moment: seconds since 1970.
pub(super) type Moment = i64;

impl World {
    pub(super) fn new(seed: u32, until: Day, currency: Currency) -> Self {
        Self { seed, until, currency }
    }

    pub(super) fn dice(&self, number: u32, matter: u8) -> Dice {
        Dice::new(self.seed, number, matter)
    }

    /// Whether it has happened by the last day of the story.
    pub(super) fn has_come(&self, moment: Moment) -> bool {
        moment < self.end()
    }

    /// The end of the last day of the story.
    pub(super) fn end(&self) -> Moment {
        (i64::from(self.until.0) + 1) * DAY
    }

    /// An amount that is thought of in hundredths. Where money has no hundredths, a unit is worth less: they are units.
    pub(super) fn money(&self, hundredths: i64) -> Money {
        let scale = 10_i64.pow(u32::from(self.currency.digits()).saturating_sub(2));
        let (units, nanos) = self.currency.units_nanos(Amount(hundredths * scale));
        Money { currency_code: self.currency.code().to_owned(), units, nanos }
    }
}

pub(super) fn timestamp(moment: Moment) -> Timestamp {
    Timestamp { seconds: moment, nanos: 0 }
}

/// The day of a moment.
pub(super) fn date(moment: Moment) -> Date {
    let (year, month, day) = civil(moment);
    Date { year, month, day }
}

/// The month of a moment, from 1.
pub(super) fn month(moment: Moment) -> i32 {
    civil(moment).1
}

fn civil(moment: Moment) -> (i32, i32, i32) {
    Day(i32::try_from(moment.div_euclid(DAY)).unwrap_or_default()).date()
}

/// Some time of a working day, so many days after.
pub(super) fn working_hours(dice: &mut Dice, from: Moment, days: i64) -> Moment {
    (from.div_euclid(DAY) + days) * DAY + dice.between(8 * 3600, 18 * 3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_has_its_days() {
        assert_eq!(date(FIRST_DAY * DAY), Date { year: 2022, month: 7, day: 1 });
        assert_eq!(date(LAST_NEW_DAY * DAY), Date { year: 2025, month: 9, day: 30 });
    }

    #[test]
    fn money_is_of_any_currency() {
        let amounts = ["JPY", "USD", "KWD"].map(|code| {
            let money = World::new(1, Day(0), Currency::parse(code).unwrap()).money(1250);
            (money.units, money.nanos)
        });
        assert_eq!(amounts, [(1250, 0), (12, 500_000_000), (12, 500_000_000)]);
    }
}
