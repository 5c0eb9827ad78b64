//! Facts to send: of each kind the least there can be, the most, and the same with one field changed.

use guanxi::google::r#type::{Date, Money};
use guanxi::v1::{
    CustomerStage, Direction, Emotion, FactContext, FactKey, Interaction, InteractionMode, InteractionOutcome,
    InteractionPurpose, NextStep, Payment, Promotion, PromotionPurpose, Purchase, PurchaseLine, PurchaseType,
    StageChange, StageReason, StageReasonBasis, StageReasonCause, StageReasonGroup, WithholdingReason,
};
use prost_types::Duration;

use super::kinds::Kind;
use crate::support::{context, line, shop, usd};

/// A kind whose facts can be made.
pub(crate) trait Sample: Kind {
    /// Only what is required.
    fn least(context: FactContext) -> Self;
    /// Everything that a fact can hold.
    fn full(context: FactContext) -> Self;
    /// The full fact with one field of the body changed, and the name of that field.
    fn changes(&self) -> Vec<(&'static str, Self)>;
}

/// The least fact of a customer at the noon of a day of January 2026.
pub(crate) fn least<K: Sample>(customer: &str, day: u32, source_id: &str) -> K {
    K::least(context(customer, &noon(day), source_id))
}

/// The noon of a day of January 2026.
pub(crate) fn noon(day: u32) -> String {
    format!("2026-01-{day:02}T12:00:00Z")
}

/// The same fact as a correction.
pub(crate) fn replacing<K: Kind>(mut fact: K, target: &str) -> K {
    fact.context_mut().replaces = Some(shop(target));
    fact
}

fn changed<K: Clone>(fact: &K, change: impl FnOnce(&mut K)) -> K {
    let mut fact = fact.clone();
    change(&mut fact);
    fact
}

pub(crate) fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

impl Sample for Purchase {
    fn least(context: FactContext) -> Self {
        Purchase {
            context: Some(context),
            r#type: PurchaseType::Sale.into(),
            lines: vec![line(1999)],
            ..Purchase::default()
        }
    }

    fn full(context: FactContext) -> Self {
        let costed = PurchaseLine {
            product: "compact disc".into(),
            quantity: 3,
            list_amount: Some(usd(3000)),
            discount_amount: Some(usd(101)),
            net_amount: Some(usd(2899)),
            cost_amount: Some(usd(1234)),
        };
        let gift = PurchaseLine {
            product: "关系 LP".into(),
            quantity: 1_000_000_000,
            list_amount: Some(usd(500)),
            discount_amount: Some(usd(500)),
            net_amount: Some(usd(0)),
            cost_amount: None,
        };
        Purchase {
            name: String::new(),
            context: Some(context),
            r#type: PurchaseType::Return.into(),
            lines: vec![costed, gift],
            net_amount: Some(usd(2899)),
            promotion: Some(Promotion { promotion_id: "spring".into(), purpose: PromotionPurpose::WinBack.into() }),
            channel: "web".into(),
            contact_id: "buyer".into(),
            due_date: date(2026, 3, 1),
            original_amount: Some(Money { currency_code: "JPY".into(), units: 4_300, nanos: 0 }),
        }
    }

    fn changes(&self) -> Vec<(&'static str, Self)> {
        let promotion = Promotion { promotion_id: "spring".into(), purpose: PromotionPurpose::Reward.into() };
        vec![
            ("type", changed(self, |fact| fact.r#type = PurchaseType::Sale.into())),
            ("lines", changed(self, |fact| fact.lines[1].quantity -= 1)),
            ("promotion", changed(self, |fact| fact.promotion = Some(promotion))),
            ("channel", changed(self, |fact| fact.channel = "store".into())),
            ("contact_id", changed(self, |fact| fact.contact_id = String::new())),
            ("due_date", changed(self, |fact| fact.due_date = date(2026, 3, 2))),
            ("original_amount", changed(self, |fact| fact.original_amount.as_mut().unwrap().units += 1)),
        ]
    }
}

impl Sample for Interaction {
    fn least(context: FactContext) -> Self {
        Interaction {
            context: Some(context),
            direction: Direction::Outbound.into(),
            purpose: InteractionPurpose::Service.into(),
            ..Interaction::default()
        }
    }

    /// It needs the touchpoint `desk`.
    fn full(context: FactContext) -> Self {
        let next_step =
            NextStep { description: "send the spare part".into(), due_date: date(2026, 2, 28), owner: "mei".into() };
        Interaction {
            name: String::new(),
            context: Some(context),
            touchpoint: "touchpoints/desk".into(),
            mode: InteractionMode::InPerson.into(),
            channel: "shop floor".into(),
            direction: Direction::Inbound.into(),
            purpose: InteractionPurpose::CoCreation.into(),
            topic: "a lid that closes – ждём".into(),
            staff: vec!["mei".into(), "ivo".into()],
            contact_ids: vec!["owner".into(), "engineer".into()],
            emotion_start: Emotion::Disappointed.into(),
            emotion_end: Emotion::Happy.into(),
            outcome: InteractionOutcome::Escalated.into(),
            next_step: Some(next_step),
            duration: Some(Duration { seconds: 604_800, nanos: 0 }),
            handling_cost: Some(usd(0)),
        }
    }

    fn changes(&self) -> Vec<(&'static str, Self)> {
        vec![
            ("touchpoint", changed(self, |fact| fact.touchpoint = String::new())),
            ("mode", changed(self, |fact| fact.mode = 0)),
            ("channel", changed(self, |fact| fact.channel = "Shop floor".into())),
            ("direction", changed(self, |fact| fact.direction = Direction::Outbound.into())),
            ("purpose", changed(self, |fact| fact.purpose = InteractionPurpose::Sales.into())),
            ("topic", changed(self, |fact| fact.topic.push('.'))),
            ("staff", changed(self, |fact| fact.staff.reverse())),
            ("contact_ids", changed(self, |fact| fact.contact_ids.truncate(1))),
            ("emotion_start", changed(self, |fact| fact.emotion_start = Emotion::Angry.into())),
            ("emotion_end", changed(self, |fact| fact.emotion_end = Emotion::Calm.into())),
            ("outcome", changed(self, |fact| fact.outcome = InteractionOutcome::Order.into())),
            ("next_step", changed(self, |fact| fact.next_step.as_mut().unwrap().due_date = None)),
            ("duration", changed(self, |fact| fact.duration.as_mut().unwrap().seconds -= 1)),
            // Nothing spent is not the same as not known.
            ("handling_cost", changed(self, |fact| fact.handling_cost = None)),
        ]
    }
}

impl Sample for Payment {
    fn least(context: FactContext) -> Self {
        Payment { context: Some(context), amount_due: Some(usd(1000)), ..Payment::default() }
    }

    fn full(context: FactContext) -> Self {
        Payment {
            name: String::new(),
            context: Some(context),
            amount_due: Some(usd(10_000)),
            amount_paid: Some(usd(7_550)),
            amount_withheld: Some(usd(2_450)),
            withholding_reason: WithholdingReason::Retention.into(),
            due_date: date(2024, 2, 29),
            purchase: Some(FactKey { source: "erp".into(), source_id: "order 17".into() }),
        }
    }

    fn changes(&self) -> Vec<(&'static str, Self)> {
        vec![
            ("amount_due", changed(self, |fact| fact.amount_due = Some(usd(10_001)))),
            ("amount_paid", changed(self, |fact| fact.amount_paid = None)),
            ("amount_withheld", changed(self, |fact| fact.amount_withheld = Some(usd(1)))),
            ("withholding_reason", changed(self, |fact| fact.withholding_reason = WithholdingReason::Other.into())),
            ("due_date", changed(self, |fact| fact.due_date = None)),
            ("purchase", changed(self, |fact| fact.purchase = Some(shop("order 17")))),
        ]
    }
}

impl Sample for StageChange {
    fn least(context: FactContext) -> Self {
        StageChange { context: Some(context), stage: CustomerStage::Active.into(), ..StageChange::default() }
    }

    fn full(context: FactContext) -> Self {
        let reason = StageReason {
            group: StageReasonGroup::Preventable.into(),
            cause: StageReasonCause::Competitor.into(),
            competitor: "the shop across the street".into(),
            basis: StageReasonBasis::Told.into(),
        };
        StageChange {
            name: String::new(),
            context: Some(context),
            stage: CustomerStage::Churned.into(),
            reason: Some(reason),
        }
    }

    fn changes(&self) -> Vec<(&'static str, Self)> {
        let basis = StageReasonBasis::Assumed.into();
        vec![
            ("stage", changed(self, |fact| fact.stage = CustomerStage::Dormant.into())),
            ("reason", changed(self, |fact| fact.reason.as_mut().unwrap().basis = basis)),
        ]
    }
}
