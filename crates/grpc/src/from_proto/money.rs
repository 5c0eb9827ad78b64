//! Amounts, in the currency of the deployment.

use guanxi::google::r#type::Money;
use guanxi_model::{Amount, Currency, Violations};

use super::{Context, Path};

/// An amount of any sign.
pub(super) fn amount(ctx: &Context<'_>, v: &mut Violations, at: Path<'_>, money: Money) -> Option<Amount> {
    let Money { currency_code, units, nanos } = money;
    if currency_code != ctx.currency.code() {
        let got = guanxi_model::violation::clip(&currency_code);
        v.push(at.field("currency_code"), format!("must be {}, got \"{got}\"", ctx.currency));
        return None;
    }
    v.field(at, ctx.currency.amount(units, nanos))
}

/// An amount that takes nothing away.
pub(super) fn not_negative(ctx: &Context<'_>, v: &mut Violations, at: Path<'_>, money: Money) -> Option<Amount> {
    let amount = amount(ctx, v, at, money)?;
    if amount < Amount::ZERO {
        v.push(at, "must not be negative");
        return None;
    }
    Some(amount)
}

/// An amount that takes nothing away and may be left out.
pub(super) fn not_negative_if_given(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    money: Option<Money>,
) -> Option<Amount> {
    money.and_then(|money| not_negative(ctx, v, at, money))
}

/// An amount that was reckoned from others, if it could be given as well.
pub(super) fn reckoned(ctx: &Context<'_>, v: &mut Violations, at: Path<'_>, amount: Amount) -> Option<Amount> {
    let (units, nanos) = ctx.currency.units_nanos(amount);
    v.field(at, ctx.currency.amount(units, nanos))
}

/// An amount of another currency, kept as information: code, units, nanos.
pub(super) fn original(v: &mut Violations, at: Path<'_>, money: Money) -> Option<(String, i64, i32)> {
    let Money { currency_code, units, nanos } = money;
    let currency = v.field(at.field("currency_code"), Currency::parse(&currency_code))?;
    v.field(at, currency.amount(units, nanos))?;
    Some((currency_code, units, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ctx;

    fn money(code: &str, units: i64, nanos: i32) -> Money {
        Money { currency_code: code.into(), units, nanos }
    }

    fn fault(money: Money) -> String {
        let mut v = Violations::new();
        assert_eq!(not_negative(&ctx(), &mut v, Path::of("amount"), money), None);
        v.to_string()
    }

    #[test]
    fn amounts_are_of_the_deployment_and_of_whole_minor_units() {
        assert_eq!(fault(money("EUR", 1, 0)), "amount.currency_code: must be USD, got \"EUR\"");
        assert_eq!(fault(money("", 1, 0)), "amount.currency_code: must be USD, got \"\"");
        for money in [
            money("USD", 1, 5_000_000),
            money("USD", 1, -10_000_000),
            money("USD", 0, i32::MAX),
            money("USD", i64::MAX, 990_000_000),
            money("USD", -1, 0),
            money("USD", 0, -10_000_000),
        ] {
            assert!(
                fault(money.clone()).starts_with("amount: must") || fault(money.clone()).contains("nanos"),
                "{money:?}"
            );
        }
        let mut v = Violations::new();
        let read = not_negative(&ctx(), &mut v, Path::of("amount"), money("USD", 19, 990_000_000));
        assert_eq!((read, v.len()), (Some(Amount(1999)), 0));
    }

    #[test]
    fn an_original_amount_may_be_of_any_currency_there_is() {
        let mut v = Violations::new();
        let at = || Path::of("original_amount");
        assert_eq!(original(&mut v, at(), money("JPY", 100, 0)), Some(("JPY".into(), 100, 0)));
        assert!(v.is_empty());
        assert_eq!(original(&mut v, at(), money("XXX", 1, 0)), None);
        assert_eq!(original(&mut v, at(), money("JPY", 1, 500_000_000)), None);
        let paths: Vec<_> = v.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["original_amount.currency_code", "original_amount"]);
    }
}
