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
