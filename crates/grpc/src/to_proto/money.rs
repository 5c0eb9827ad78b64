//! Amounts, in the currency of the deployment.

use guanxi::google::r#type::Money;
use guanxi_model::{Amount, Currency};

/// An amount.
pub(super) fn money(currency: &Currency, amount: Amount) -> Money {
    let (units, nanos) = currency.units_nanos(amount);
    Money { currency_code: currency.code().to_owned(), units, nanos }
}

/// A sum over many customers, in minor units. Beyond what the message holds, the largest it does.
pub(super) fn sum(currency: &Currency, minor: i128) -> Money {
    let per_unit = 10_i128.pow(u32::from(currency.digits()));
    let units = (minor / per_unit).clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    let (_, nanos) = currency.units_nanos(Amount((minor % per_unit) as i64));
    Money { currency_code: currency.code().to_owned(), units, nanos }
}

/// How many minor units are one unit of the currency, where amounts are doubles.
pub(crate) fn minor_units_per_unit(currency: &Currency) -> f64 {
    10_f64.powi(i32::from(currency.digits()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_keep_their_sign_and_every_digit() {
        let usd = Currency::parse("USD").unwrap();
        let parts = |minor: i128| (sum(&usd, minor).units, sum(&usd, minor).nanos);
        assert_eq!(parts(-12_345), (-123, -450_000_000));
        assert_eq!(parts(10_i128.pow(20) + 1), (10_i64.pow(18), 10_000_000));
        assert_eq!(parts(i128::MAX).0, i64::MAX);
        assert_eq!(sum(&usd, 1999), money(&usd, Amount(1999)));
    }
}
