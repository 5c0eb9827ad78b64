//! What was due, what was paid, what was withheld and why.

use guanxi::v1 as pb;
use guanxi_model::fact::{FactBody, FactKey, Payment, WithholdingReason};
use guanxi_model::{Amount, Violations};

use super::fact::{self, Parts};
use super::{Context, Path, given, money, time, word_or_none};

pub(super) fn parts(ctx: &Context<'_>, v: &mut Violations, at: Path<'_>, payment: pb::Payment) -> Parts {
    let pb::Payment {
        name: _,
        context,
        amount_due,
        amount_paid,
        amount_withheld,
        withholding_reason: number,
        due_date,
        purchase,
    } = payment;
    let due = given(v, at.field("amount_due"), amount_due)
        .and_then(|due| money::not_negative(ctx, v, at.field("amount_due"), due));
    let paid = money::not_negative_if_given(ctx, v, at.field("amount_paid"), amount_paid);
    let withheld = money::not_negative_if_given(ctx, v, at.field("amount_withheld"), amount_withheld);
    let withheld = withheld.unwrap_or(Amount::ZERO);
    let reason = withholding_reason(v, at.field("withholding_reason"), number, withheld);
    let due_date = time::day_if_given(v, at.field("due_date"), due_date);
    let purchase = purchase.and_then(|key| fact::key(v, at.field("purchase"), key));
    let body = due.map(|due| {
        FactBody::Payment(Payment {
            due,
            paid: paid.unwrap_or(Amount::ZERO),
            withheld,
            withholding_reason: reason,
            due_date,
            purchase: purchase.map(|FactKey { source, source_id }| (source, source_id)),
        })
    });
    Parts { context, body }
}

/// A reason is needed where something was withheld, and only there.
fn withholding_reason(v: &mut Violations, at: Path<'_>, number: i32, withheld: Amount) -> Option<WithholdingReason> {
    let reason = word_or_none(v, at, number, pb::WithholdingReason::as_str_name);
    if withheld > Amount::ZERO && number == 0 {
        v.push(at, "is required where something was withheld");
    }
    if withheld == Amount::ZERO && reason.is_some() {
        v.push(at, "must not be set where nothing was withheld");
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_proto::fact::read;
    use crate::from_proto::testing::{context, usd};
    use crate::kinds::Message;
    use crate::testing::{ctx, paths};

    fn payment(withheld: Option<i64>, reason: i32) -> Message {
        Message::Payment(pb::Payment {
            context: Some(context()),
            amount_due: Some(usd(100)),
            amount_withheld: withheld.map(usd),
            withholding_reason: reason,
            ..pb::Payment::default()
        })
    }

    #[test]
    fn withholding_has_a_reason_and_a_reason_has_withholding() {
        for sound in [payment(None, 0), payment(Some(0), 0), payment(Some(5), 1)] {
            assert!(read(&ctx(), sound).is_ok());
        }
        for (withheld, reason) in [(Some(5), 0), (None, 1), (Some(0), 1), (Some(5), 77)] {
            assert_eq!(paths(read(&ctx(), payment(withheld, reason))), ["fact.withholding_reason"]);
        }
    }

    #[test]
    fn what_was_due_is_required_and_nothing_is_negative() {
        let message = pb::Payment { context: Some(context()), amount_paid: Some(usd(-1)), ..pb::Payment::default() };
        assert_eq!(paths(read(&ctx(), Message::Payment(message))), ["fact.amount_due", "fact.amount_paid"]);
    }
}
