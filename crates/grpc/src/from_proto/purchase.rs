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
