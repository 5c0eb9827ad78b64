//! Any facts about a few customers: sales and returns, contacts, payments, steps in the life of the relationship, with
//! corrections and withdrawals. Whether something is refused never hangs on the order: nothing is replaced twice, and
//! nothing that is replaced is withdrawn.

use std::collections::BTreeSet;

use guanxi::v1::{
    CustomerStage, Direction, FactContext, FactKey, Interaction, InteractionPurpose, Payment, Promotion, Purchase,
    PurchaseLine, PurchaseType, StageChange, WithholdingReason,
};
use guanxi_model::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{line, usd};

/// How many customers the facts are about.
pub(super) const CUSTOMERS: usize = 3;

/// A fact of any kind.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    Purchase(Purchase),
    Interaction(Interaction),
    Payment(Payment),
    StageChange(StageChange),
}

/// What is sent.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Record(Fact),
    /// By the fact that is withdrawn, which may never come.
    Withdraw(Fact),
}

impl Fact {
    pub(super) fn context(&self) -> &FactContext {
        let context = match self {
            Fact::Purchase(fact) => &fact.context,
            Fact::Interaction(fact) => &fact.context,
            Fact::Payment(fact) => &fact.context,
            Fact::StageChange(fact) => &fact.context,
        };
        context.as_ref().unwrap()
    }

    pub(super) fn context_mut(&mut self) -> &mut FactContext {
        let context = match self {
            Fact::Purchase(fact) => &mut fact.context,
            Fact::Interaction(fact) => &mut fact.context,
            Fact::Payment(fact) => &mut fact.context,
            Fact::StageChange(fact) => &mut fact.context,
        };
        context.as_mut().unwrap()
    }

    /// Its place among the kinds.
    pub(super) fn kind(&self) -> i32 {
        match self {
            Fact::Purchase(_) => 1,
            Fact::Interaction(_) => 2,
            Fact::Payment(_) => 3,
            Fact::StageChange(_) => 4,
        }
    }

    pub(super) fn key(&self) -> FactKey {
        let context = self.context();
        FactKey { source: context.source.clone(), source_id: context.source_id.clone() }
    }
}

impl Event {
    pub(super) fn fact(&self) -> &Fact {
        match self {
            Event::Record(fact) | Event::Withdraw(fact) => fact,
        }
    }

    /// The same about the customer that plays the role in one play.
    pub(super) fn cast(&self, play: &str) -> Event {
        let mut event = self.clone();
        let (Event::Record(fact) | Event::Withdraw(fact)) = &mut event;
        let context = fact.context_mut();
        context.customer = customer(play, &context.customer);
        event
    }
}

/// The name of the customer that plays a role.
pub(super) fn customer(play: &str, role: &str) -> String {
    format!("customers/{play}-{role}")
}

fn lines() -> impl Strategy<Value = Vec<PurchaseLine>> {
    let amounts = (1_i64..6, 0_i64..20_000, 0_i64..500, proptest::option::of(0_i64..15_000));
    let line = amounts.prop_map(|(quantity, net, discount, cost)| PurchaseLine {
        quantity,
        discount_amount: Some(usd(discount)),
        cost_amount: cost.map(usd),
        ..line(net)
    });
    proptest::collection::vec(line, 1..4)
}

fn body() -> impl Strategy<Value = Fact> {
    let purchase = (prop::bool::weighted(0.25), any::<bool>(), lines()).prop_map(|(back, promoted, lines)| {
        let r#type = if back { PurchaseType::Return } else { PurchaseType::Sale };
        let promotion = promoted.then(|| Promotion { promotion_id: "spring".into(), purpose: 0 });
        Fact::Purchase(Purchase { r#type: r#type.into(), promotion, lines, ..Purchase::default() })
    });
    let known = |max| proptest::option::of(0_i64..max);
    let interaction = (1..=10, known(7200), known(3000)).prop_map(|(purpose, seconds, cost)| {
        Fact::Interaction(Interaction {
            direction: Direction::Inbound.into(),
            purpose: InteractionPurpose::try_from(purpose).unwrap().into(),
            duration: seconds.map(|seconds| prost_types::Duration { seconds, nanos: 0 }),
            handling_cost: cost.map(usd),
            ..Interaction::default()
        })
    });
    let payment = (0_i64..50_000, 0_i64..50_000, 0_i64..9_000).prop_map(|(due, paid, withheld)| {
        let reason = if withheld > 0 { WithholdingReason::Quality } else { WithholdingReason::Unspecified };
        Fact::Payment(Payment {
            amount_due: Some(usd(due)),
            amount_paid: Some(usd(paid)),
            amount_withheld: Some(usd(withheld)),
            withholding_reason: reason.into(),
            ..Payment::default()
        })
    });
    let stage_change = (1..=5).prop_map(|stage| {
        let stage = CustomerStage::try_from(stage).unwrap();
        Fact::StageChange(StageChange { stage: stage.into(), ..StageChange::default() })
    });
    prop_oneof![4 => purchase, 2 => interaction, 1 => payment, 2 => stage_change]
}

/// A fact, and whom it is about, where it comes from, when it happened, what it corrects and whether it is withdrawn.
#[derive(Clone, Debug)]
struct Draft {
    body: Fact,
    role: usize,
    till: bool,
    hour: i64,
    corrects: Option<Index>,
    withdrawn: bool,
}

fn draft() -> impl Strategy<Value = Draft> {
    let corrects = prop::option::weighted(0.3, any::<Index>());
    // Few hours, so that many facts have the same time.
    (body(), 0..CUSTOMERS, any::<bool>(), 0_i64..40, corrects, prop::bool::weighted(0.15))
        .prop_map(|(body, role, till, hour, corrects, withdrawn)| Draft { body, role, till, hour, corrects, withdrawn })
}

/// All that is to be sent, each once.
pub(super) fn events() -> impl Strategy<Value = Vec<Event>> {
    proptest::collection::vec(draft(), 4..24).prop_map(linked)
}

/// Gives facts their identities, and links corrections to facts of the same customer and kind, or to one that never comes.
fn linked(drafts: Vec<Draft>) -> Vec<Event> {
    let mut facts: Vec<Fact> = Vec::new();
    let mut withdrawn = BTreeSet::new();
    let mut targets = BTreeSet::new();
    for (number, draft) in drafts.into_iter().enumerate() {
        let mut fact = draft.body;
        set_context(&mut fact, number, (draft.role, draft.till, draft.hour));
        let own = (fact.kind(), fact.context().customer.clone());
        let candidates = facts.iter().enumerate().filter(|(index, other)| {
            (other.kind(), other.context().customer.clone()) == own
                && !targets.contains(index)
                && !withdrawn.contains(index)
        });
        let candidates: Vec<usize> = candidates.map(|(index, _)| index).collect();
        let target = draft.corrects.map(|index| index.index(candidates.len() + 1));
        if let Some(&target) = target.and_then(|place| candidates.get(place)) {
            targets.insert(target);
            fact.context_mut().replaces = Some(facts[target].key());
        } else if target.is_some() {
            fact.context_mut().replaces = Some(FactKey { source: "shop".into(), source_id: format!("never {number}") });
        }
        if draft.withdrawn {
            withdrawn.insert(number);
        }
        facts.push(fact);
    }
    let withdrawals = withdrawn.iter().map(|&index| Event::Withdraw(facts[index].clone()));
    let withdrawals: Vec<Event> = withdrawals.collect();
    facts.into_iter().map(Event::Record).chain(withdrawals).collect()
}

fn set_context(fact: &mut Fact, number: usize, (role, till, hour): (usize, bool, i64)) {
    let context = FactContext {
        customer: role.to_string(),
        occur_time: Some(prost_types::Timestamp { seconds: hours(hour), nanos: 0 }),
        source: if till { "till".into() } else { "shop".into() },
        // Not in the order of the numbers.
        source_id: format!("{}-{number}", number * 7 % 10),
        ..FactContext::default()
    };
    match fact {
        Fact::Purchase(fact) => fact.context = Some(context),
        Fact::Interaction(fact) => fact.context = Some(context),
        Fact::Payment(fact) => fact.context = Some(context),
        Fact::StageChange(fact) => fact.context = Some(context),
    }
}

/// So many times six hours into the year.
fn hours(count: i64) -> i64 {
    Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap().plus_seconds(count * 6 * 3600).seconds_nanos().0
}
