//! Payments.

use guanxi::v1 as pb;
use guanxi_model::Currency;
use guanxi_model::fact::Payment;

use super::{money, number_or_zero, time};

pub(super) fn resource(currency: &Currency, name: String, context: pb::FactContext, payment: Payment) -> pb::Payment {
    let Payment { due, paid, withheld, withholding_reason, due_date, purchase } = payment;
    pb::Payment {
        name,
        context: Some(context),
        amount_due: Some(money::money(currency, due)),
        amount_paid: Some(money::money(currency, paid)),
        amount_withheld: Some(money::money(currency, withheld)),
        withholding_reason: number_or_zero(withholding_reason),
        due_date: due_date.map(time::day),
        purchase: purchase.map(|(source, source_id)| pb::FactKey { source: source.into(), source_id }),
    }
}
