//! Sales and returns.

use guanxi::google::r#type::Money;
use guanxi::v1 as pb;
use guanxi_model::Currency;
use guanxi_model::fact::{Promotion, Purchase, PurchaseLine};

use super::{money, number, number_or_zero, time};

pub(super) fn resource(
    currency: &Currency,
    name: String,
    context: pb::FactContext,
    purchase: Purchase,
) -> pb::Purchase {
    let Purchase { r#type, lines, net, promotion: offer, channel, contact_id, due_date, original } = purchase;
    pb::Purchase {
        name,
        context: Some(context),
        r#type: number(r#type),
        lines: lines.into_iter().map(|one| line(currency, one)).collect(),
        net_amount: Some(money::money(currency, net)),
        promotion: offer.map(promotion),
        channel,
        contact_id: contact_id.map(String::from).unwrap_or_default(),
        due_date: due_date.map(time::day),
        original_amount: original.map(|(currency_code, units, nanos)| Money { currency_code, units, nanos }),
    }
}

fn line(currency: &Currency, line: PurchaseLine) -> pb::PurchaseLine {
    let PurchaseLine { product, quantity, list, discount, net, cost } = line;
    pb::PurchaseLine {
        product,
        quantity,
        list_amount: Some(money::money(currency, list)),
        discount_amount: Some(money::money(currency, discount)),
        net_amount: Some(money::money(currency, net)),
        cost_amount: cost.map(|cost| money::money(currency, cost)),
    }
}

fn promotion(promotion: Promotion) -> pb::Promotion {
    let Promotion { id, purpose } = promotion;
    pb::Promotion { promotion_id: id, purpose: number_or_zero(purpose) }
}
