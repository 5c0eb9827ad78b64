//! A sale or a return.

use guanxi::google::r#type::Money;
use guanxi::v1 as pb;
use guanxi_model::fact::{FactBody, Promotion, Purchase, PurchaseLine};
use guanxi_model::{Amount, Violations, text};

use super::fact::{Parts, contact_id_if_given};
use super::{Context, Path, given, list, money, time, word, word_or_none};

const MAX_LINES: usize = 200;
const MAX_PRODUCT: usize = 200;
const MAX_QUANTITY: i64 = 1_000_000_000;
const MAX_PROMOTION: usize = 200;
const MAX_CHANNEL: usize = 100;

pub(super) fn parts(ctx: &Context<'_>, v: &mut Violations, at: Path<'_>, purchase: pb::Purchase) -> Parts {
    let pb::Purchase {
        name: _,
        context,
        r#type,
        lines,
        net_amount,
        promotion: offer,
        channel,
        contact_id,
        due_date,
        original_amount,
    } = purchase;
    let r#type = word(v, at.field("type"), r#type, pb::PurchaseType::as_str_name);
    let lines = self::lines(ctx, v, at.field("lines"), lines);
    let net = lines.as_deref().and_then(|lines| net(ctx, v, at, (lines, net_amount)));
    let promotion = offer.map(|offer| promotion(v, at.field("promotion"), offer));
    let channel = v.field(at.field("channel"), text::optional(channel, MAX_CHANNEL));
    let contact_id = contact_id_if_given(v, at.field("contact_id"), contact_id);
    let due_date = time::day_if_given(v, at.field("due_date"), due_date);
    let original = original_amount.and_then(|money| money::original(v, at.field("original_amount"), money));
    let body = || {
        Some(FactBody::Purchase(Purchase {
            r#type: r#type?,
            lines: lines?,
            net: net?,
            promotion: promotion.flatten(),
            channel: channel?,
            contact_id,
            due_date,
            original,
        }))
    };
    Parts { context, body: body() }
}

/// The lines, if all of them can be read.
fn lines(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    lines: Vec<pb::PurchaseLine>,
) -> Option<Vec<PurchaseLine>> {
    let count = lines.len();
    if count == 0 {
        v.push(at, format!("is required; 1 to {MAX_LINES} lines are allowed"));
    }
    let lines = list(v, at, (lines, MAX_LINES), |v, at, message| line(ctx, v, at, message));
    (count > 0 && lines.len() == count).then_some(lines)
}

fn line(ctx: &Context<'_>, v: &mut Violations, at: Path<'_>, line: pb::PurchaseLine) -> Option<PurchaseLine> {
    let pb::PurchaseLine { product, quantity, list_amount, discount_amount, net_amount, cost_amount } = line;
    let product = v.field(at.field("product"), text::optional(product, MAX_PRODUCT));
    // 0 is what a number that was not given reads as.
    let quantity = if quantity == 0 { 1 } else { quantity };
    if !(1..=MAX_QUANTITY).contains(&quantity) {
        v.push(at.field("quantity"), format!("must be from 1 to {MAX_QUANTITY}, got {quantity}"));
    }
    let faults_before = v.len();
    let list = money::not_negative_if_given(ctx, v, at.field("list_amount"), list_amount);
    let discount = money::not_negative_if_given(ctx, v, at.field("discount_amount"), discount_amount);
    let net = given(v, at.field("net_amount"), net_amount)
        .and_then(|net| money::not_negative(ctx, v, at.field("net_amount"), net));
    let amounts_are_sound = v.len() == faults_before;
    let cost = money::not_negative_if_given(ctx, v, at.field("cost_amount"), cost_amount);
    if !amounts_are_sound {
        return None;
    }
    let (list, discount) = v.field(at, PurchaseLine::amounts(list, discount, net?))?;
    let list = money::reckoned(ctx, v, at.field("list_amount"), list);
    Some(PurchaseLine { product: product?, quantity, list: list?, discount, net: net?, cost })
}

/// The sum of the lines, which the total must be where it is given.
fn net(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (lines, total): (&[PurchaseLine], Option<Money>),
) -> Option<Amount> {
    let at = at.field("net_amount");
    // At most 200 amounts of at most 10^15 each are within 64 bits.
    let sum = money::reckoned(ctx, v, at, Purchase::net_of(lines)?)?;
    let Some(total) = total else { return Some(sum) };
    if money::amount(ctx, v, at, total)? != sum {
        let (units, nanos) = ctx.currency.units_nanos(sum);
        v.push(at, format!("must be the sum of the lines' net amounts: units {units}, nanos {nanos}"));
    }
    Some(sum)
}

fn promotion(v: &mut Violations, at: Path<'_>, promotion: pb::Promotion) -> Option<Promotion> {
    let pb::Promotion { promotion_id, purpose } = promotion;
    let id = v.field(at.field("promotion_id"), text::required(promotion_id, MAX_PROMOTION));
    let purpose = word_or_none(v, at.field("purpose"), purpose, pb::PromotionPurpose::as_str_name);
    Some(Promotion { id: id?, purpose })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_proto::fact::read;
    use crate::from_proto::testing::{context, usd};
    use crate::kinds::Message;
    use crate::testing::{ctx, paths};

    fn line(net: i64) -> pb::PurchaseLine {
        pb::PurchaseLine { net_amount: Some(usd(net)), ..pb::PurchaseLine::default() }
    }

    fn sale(lines: Vec<pb::PurchaseLine>) -> pb::Purchase {
        pb::Purchase { context: Some(context()), r#type: 1, lines, ..pb::Purchase::default() }
    }

    fn faults(purchase: pb::Purchase) -> Vec<String> {
        paths(read(&ctx(), Message::Purchase(purchase)))
    }

    fn purchase(purchase: pb::Purchase) -> Purchase {
        let FactBody::Purchase(purchase) = read(&ctx(), Message::Purchase(purchase)).unwrap().body else { panic!() };
        purchase
    }

    #[test]
    fn what_is_not_given_of_a_line_follows() {
        let discounted = pb::PurchaseLine { discount_amount: Some(usd(1)), quantity: 3, ..line(9) };
        let read = purchase(sale(vec![line(5), discounted]));
        assert_eq!((read.net, read.lines[0].quantity, read.lines[0].list), (Amount(1400), 1, Amount(500)));
        assert_eq!((read.lines[1].quantity, read.lines[1].list), (3, Amount(1000)));
    }

    #[test]
    fn amounts_of_a_line_must_go_together() {
        let at = "fact.lines[0]";
        let line = |spoil: fn(&mut pb::PurchaseLine)| {
            let mut one = line(9);
            spoil(&mut one);
            faults(sale(vec![one]))
        };
        assert_eq!(line(|one| one.net_amount = None), [format!("{at}.net_amount")]);
        assert_eq!(line(|one| one.net_amount = Some(usd(-9))), [format!("{at}.net_amount")]);
        assert_eq!(line(|one| one.list_amount = Some(usd(8))), [at]);
        assert_eq!(line(|one| (one.list_amount, one.discount_amount) = (Some(usd(9)), Some(usd(1)))), [at]);
        assert_eq!(line(|one| one.cost_amount = Some(usd(-1))), [format!("{at}.cost_amount")]);
        assert_eq!(line(|one| one.quantity = 1_000_000_001), [format!("{at}.quantity")]);
        assert_eq!(line(|one| one.quantity = -1), [format!("{at}.quantity")]);
        let both = line(|one| (one.list_amount, one.net_amount) = (Some(usd(-1)), Some(usd(-1))));
        assert_eq!(both, [format!("{at}.list_amount"), format!("{at}.net_amount")]);
        let huge = line(|one| {
            (one.net_amount, one.discount_amount) = (Some(usd(9_000_000_000_000)), Some(usd(9_000_000_000_000)))
        });
        assert_eq!(huge, [format!("{at}.list_amount")], "what follows is within the same limit");
    }

    #[test]
    fn lines_are_one_to_two_hundred_and_sum_to_the_total() {
        assert_eq!(faults(sale(vec![])), ["fact.lines"]);
        assert_eq!(faults(sale(vec![line(1); 201])), ["fact.lines"]);
        assert_eq!(purchase(sale(vec![line(1); 200])).net, Amount(20_000));
        let total = |units| pb::Purchase { net_amount: Some(usd(units)), ..sale(vec![line(1), line(2)]) };
        assert_eq!(faults(total(4)), ["fact.net_amount"]);
        assert_eq!(purchase(total(3)).net, Amount(300));
        assert_eq!(faults(sale(vec![line(9_000_000_000_000); 2])), ["fact.net_amount"]);
    }

    #[test]
    fn every_fault_of_a_purchase_is_told_at_once() {
        let spoiled = pb::Purchase {
            r#type: 9,
            promotion: Some(pb::Promotion { promotion_id: " ".into(), purpose: 77 }),
            channel: "x".repeat(101),
            contact_id: "Ada".into(),
            due_date: Some(guanxi::google::r#type::Date { year: 2026, month: 13, day: 1 }),
            original_amount: Some(Money { currency_code: "DM".into(), units: 1, nanos: 0 }),
            ..sale(vec![pb::PurchaseLine { product: "x".repeat(201), ..line(1) }])
        };
        let told = [
            "type",
            "lines[0].product",
            "promotion.promotion_id",
            "promotion.purpose",
            "channel",
            "contact_id",
            "due_date",
            "original_amount.currency_code",
        ];
        assert_eq!(faults(spoiled), told.map(|path| format!("fact.{path}")));
    }
}
