//! Money: whole minor units of one currency, the deployment's. Only amounts and currencies live here; there are no
//! rates, since amounts of two currencies are never added.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::violation::clip;

/// The largest amount accepted, in minor units. A customer's sums then stay within 64 bits for 9000 such facts, and any
/// real customer's for ever.
const MAX_MINOR_UNITS: i64 = 1_000_000_000_000_000;

/// Billionths of the major unit, as `google.type.Money` counts them.
const NANOS_PER_UNIT: i64 = 1_000_000_000;

/// The active alphabetic codes of ISO 4217 by the digits of their minor unit. Metals, bond-market units and test codes
/// have no minor unit and are not here.
#[rustfmt::skip]
const CODES: [(u8, &[&str]); 4] = [
    (0, &["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
        "XOF", "XPF"]),
    (2, &["AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD", "BND", "BOB",
        "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CNY", "COP", "COU", "CRC",
        "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP",
        "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW",
        "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR",
        "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP",
        "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD",
        "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "USN",
        "UYU", "UZS", "VED", "VES", "WST", "XAD", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG"]),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

/// What cannot be taken for money.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Not a code of the list.
    #[error("must be an active ISO 4217 code of three capital letters, got \"{}\"", clip(.0))]
    Currency(String),
    /// More than a unit in nanos.
    #[error("nanos must be from -999999999 to 999999999, got {0}")]
    Nanos(i32),
    /// Units and nanos that point apart.
    #[error("units and nanos must have the same sign, got {units} and {nanos}")]
    Signs {
        /// The whole units.
        units: i64,
        /// The billionths.
        nanos: i32,
    },
    /// A fraction that the currency cannot pay.
    #[error("{code} has {digits} decimal digits, so nanos must be a multiple of {step}, got {nanos}")]
    Fraction {
        /// The currency.
        code: &'static str,
        /// The digits of its minor unit.
        digits: u8,
        /// The minor unit in billionths.
        step: i64,
        /// The billionths given.
        nanos: i32,
    },
    /// Beyond what sums can bear.
    #[error("must be within plus and minus {MAX_MINOR_UNITS} minor units")]
    Size,
}

/// A currency of ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Currency {
    code: &'static str,
    digits: u8,
}

impl Currency {
    /// The currency of an alphabetic code.
    ///
    /// # Errors
    ///
    /// If there is no active currency of that code.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        let in_row = |&(digits, codes): &(u8, &'static [&'static str])| {
            codes.iter().find(|known| **known == code).map(|known| Currency { code: known, digits })
        };
        CODES.iter().find_map(in_row).ok_or_else(|| MoneyError::Currency(code.to_owned()))
    }

    /// The alphabetic code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// How many decimal digits the minor unit has.
    pub fn digits(&self) -> u8 {
        self.digits
    }

    /// The amount of whole units and billionths, as `google.type.Money` has them.
    ///
    /// # Errors
    ///
    /// If the two are no amount, or one that is finer than the minor unit or beyond 10^15 minor units.
    pub fn amount(&self, units: i64, nanos: i32) -> Result<Amount, MoneyError> {
        let nanos_wide = i64::from(nanos);
        if nanos_wide.abs() >= NANOS_PER_UNIT {
            return Err(MoneyError::Nanos(nanos));
        }
        if units.signum() * nanos_wide.signum() < 0 {
            return Err(MoneyError::Signs { units, nanos });
        }
        let step = self.nanos_per_minor_unit();
        if nanos_wide % step != 0 {
            return Err(MoneyError::Fraction { code: self.code, digits: self.digits, step, nanos });
        }
        units
            .checked_mul(NANOS_PER_UNIT / step)
            .and_then(|minor| minor.checked_add(nanos_wide / step))
            .filter(|minor| (-MAX_MINOR_UNITS..=MAX_MINOR_UNITS).contains(minor))
            .map(Amount)
            .ok_or(MoneyError::Size)
    }

    /// The whole units and billionths of an amount, both of its sign.
    pub fn units_nanos(&self, amount: Amount) -> (i64, i32) {
        let step = self.nanos_per_minor_unit();
        let per_unit = NANOS_PER_UNIT / step;
        (amount.0 / per_unit, (amount.0 % per_unit * step) as i32)
    }

    fn nanos_per_minor_unit(&self) -> i64 {
        10_i64.pow(9 - u32::from(self.digits))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(code: String) -> Result<Self, MoneyError> {
        Self::parse(&code)
    }
}

impl From<Currency> for &'static str {
    fn from(currency: Currency) -> Self {
        currency.code
    }
}

/// An amount in minor units of the deployment's currency. A sum may exceed what is accepted of one fact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(pub i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The sum, unless it leaves 64 bits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, unless it leaves 64 bits.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The same amount the other way, unless it leaves 64 bits.
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn codes_are_distinct_and_have_their_digits() {
        let mut codes: Vec<&str> = CODES.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert!(codes.iter().all(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
        let digits = ["JPY", "EUR", "KWD", "CLF"].map(|code| currency(code).digits());
        assert_eq!(digits, [0, 2, 3, 4]);
    }

    #[test]
    fn unknown_codes_are_refused() {
        for code in ["", "eur", "EURO", "XXX", "DEM", "HRK", "BGN"] {
            assert_eq!(Currency::parse(code), Err(MoneyError::Currency(code.to_owned())));
        }
    }

    #[test]
    fn amounts_are_minor_units() {
        assert_eq!(currency("EUR").amount(12, 340_000_000), Ok(Amount(1234)));
        assert_eq!(currency("EUR").amount(-12, -340_000_000), Ok(Amount(-1234)));
        assert_eq!(currency("EUR").amount(0, -10_000_000), Ok(Amount(-1)));
        assert_eq!(currency("JPY").amount(500, 0), Ok(Amount(500)));
        assert_eq!(currency("KWD").amount(1, 1_000_000), Ok(Amount(1001)));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        let euro = currency("EUR");
        assert_eq!(euro.amount(0, 1_000_000_000), Err(MoneyError::Nanos(1_000_000_000)));
        assert_eq!(euro.amount(0, i32::MIN), Err(MoneyError::Nanos(i32::MIN)));
        assert_eq!(euro.amount(1, -10_000_000), Err(MoneyError::Signs { units: 1, nanos: -10_000_000 }));
        assert_eq!(euro.amount(-1, 10_000_000), Err(MoneyError::Signs { units: -1, nanos: 10_000_000 }));
        let fraction = euro.amount(1, 5_000_000).unwrap_err();
        let said = "EUR has 2 decimal digits, so nanos must be a multiple of 10000000, got 5000000";
        assert_eq!(fraction.to_string(), said);
        assert!(currency("JPY").amount(1, 500_000_000).is_err());
    }

    #[test]
    fn size_is_bounded_on_both_sides() {
        let euro = currency("EUR");
        assert_eq!(euro.amount(10_000_000_000_000, 0), Ok(Amount(MAX_MINOR_UNITS)));
        assert_eq!(euro.amount(-10_000_000_000_000, 0), Ok(Amount(-MAX_MINOR_UNITS)));
        assert_eq!(euro.amount(10_000_000_000_000, 10_000_000), Err(MoneyError::Size));
        assert_eq!(euro.amount(i64::MIN, 0), Err(MoneyError::Size));
        assert_eq!(MoneyError::Size.to_string(), "must be within plus and minus 1000000000000000 minor units");
    }

    #[test]
    fn sums_beyond_64_bits_are_none() {
        assert_eq!(Amount(i64::MAX).checked_add(Amount(1)), None);
        assert_eq!(Amount(i64::MIN).checked_sub(Amount(1)), None);
        assert_eq!(Amount(i64::MIN).checked_neg(), None);
        assert_eq!(Amount(3).checked_sub(Amount(5)).and_then(Amount::checked_neg), Some(Amount(2)));
    }

    proptest! {
        #[test]
        fn amounts_survive_the_wire(
            minor in -MAX_MINOR_UNITS..=MAX_MINOR_UNITS,
            code in proptest::sample::select(vec!["JPY", "EUR", "KWD", "CLF"]),
        ) {
            let (units, nanos) = currency(code).units_nanos(Amount(minor));
            prop_assert_eq!(currency(code).amount(units, nanos), Ok(Amount(minor)));
        }

        #[test]
        fn every_wire_value_is_answered(units: i64, nanos: i32) {
            if let Ok(amount) = currency("EUR").amount(units, nanos) {
                prop_assert_eq!(currency("EUR").units_nanos(amount), (units, nanos));
            }
        }
    }
}
