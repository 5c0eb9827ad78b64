//! What the tests of this crate share: a context, and domain values of every kind.

use std::sync::LazyLock;

use guanxi_model::{Amount, Currency, Date, Day, SourceName, Timestamp, Violations, Words};
use proptest::prelude::*;

use crate::from_proto::Context;

/// 2026-01-31T12:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_769_860_800_000_000);

static USD: LazyLock<Currency> = LazyLock::new(|| Currency::parse("USD").unwrap());

/// A deployment in dollars.
pub(crate) fn ctx() -> Context<'static> {
    Context { currency: &USD, now: NOW, today: Day(20_484) }
}

/// The paths of the faults, in the order found.
#[track_caller]
pub(crate) fn paths<T: std::fmt::Debug>(result: Result<T, Violations>) -> Vec<String> {
    result.unwrap_err().iter().map(|fault| fault.path.clone()).collect()
}

/// Currencies with every number of digits there is.
pub(crate) fn currencies() -> impl Strategy<Value = Currency> {
    prop::sample::select(&["JPY", "USD", "KWD", "CLF"][..]).prop_map(|code| Currency::parse(code).unwrap())
}

pub(crate) fn words<W: Words + std::fmt::Debug>() -> impl Strategy<Value = W> {
    prop::sample::select(W::ALL).prop_map(|(word, _)| word)
}

/// Text that is there.
pub(crate) fn line() -> impl Strategy<Value = String> {
    "[a-zA-Zß界][a-zA-Z0-9 ß界'.-]{0,19}"
}

/// Text that may be missing.
pub(crate) fn optional_line() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), line()]
}

pub(crate) fn ids() -> impl Strategy<Value = SourceName> {
    "[a-z][a-z0-9-]{0,20}".prop_map(|id| SourceName::parse(id).unwrap())
}

/// Moments from 1900 to now.
pub(crate) fn past() -> impl Strategy<Value = Timestamp> {
    (Timestamp::EARLIEST_OCCURRED.0..=NOW.0).prop_map(Timestamp)
}

/// Any day of the years 1 to 9999.
pub(crate) fn days() -> impl Strategy<Value = Day> {
    (-719_162..=2_932_896).prop_map(Day)
}

/// Days with and without a year.
pub(crate) fn dates() -> impl Strategy<Value = Date> {
    (days(), any::<bool>()).prop_map(|(day, has_year)| {
        let (year, month, day) = day.date();
        Date::new(has_year.then_some(year), month, day).unwrap()
    })
}

/// Amounts of which a few can be added.
pub(crate) fn amounts() -> impl Strategy<Value = Amount> {
    prop_oneof![0..1_000_i64, 0..100_000_000_000_000_i64].prop_map(Amount)
}
