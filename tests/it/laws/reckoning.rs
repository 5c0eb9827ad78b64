//! What a customer comes to, reckoned from all facts at once, without the server: the sums and the stage.

use std::collections::{BTreeMap, BTreeSet};

use guanxi::google::r#type::Money;
use guanxi::v1::{CustomerStage, Interaction, InteractionPurpose, Payment, Purchase, PurchaseType};
use guanxi_model::{Counter, Tally};

use super::facts::{Event, Fact};
use crate::support::cents;

/// Kind, source and source id of a fact within its customer.
type Key = (i32, String, String);

/// What one customer comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reckoned {
    pub(super) tally: Tally,
    pub(super) stage: CustomerStage,
}

/// What each customer comes to by everything that was sent, as often as it may have been.
pub(super) fn reckon<'a>(events: impl IntoIterator<Item = &'a Event>) -> BTreeMap<String, Reckoned> {
    let mut customers: BTreeMap<String, (BTreeMap<Key, &Fact>, BTreeSet<Key>)> = BTreeMap::new();
    for event in events {
        let fact = event.fact();
        let (facts, gone) = customers.entry(fact.context().customer.clone()).or_default();
        match event {
            Event::Withdraw(fact) => drop(gone.insert(key(fact))),
            Event::Record(fact) => {
                facts.insert(key(fact), fact);
                if let Some(target) = &fact.context().replaces {
                    gone.insert((fact.kind(), target.source.clone(), target.source_id.clone()));
                }
            }
        }
    }
    let reckoned = |(facts, gone): (BTreeMap<Key, &Fact>, BTreeSet<Key>)| {
        let counting = || facts.iter().filter(|(key, _)| !gone.contains(*key)).map(|(_, fact)| *fact);
        let tally = counting().fold(Tally::default(), |sum, fact| sum.plus(&tally(fact)).unwrap());
        Reckoned { tally, stage: stage(counting()) }
    };
    customers.into_iter().map(|(customer, known)| (customer, reckoned(known))).collect()
}

fn key(fact: &Fact) -> Key {
    let key = fact.key();
    (fact.kind(), key.source, key.source_id)
}

/// That of the latest change; the identity decides between equal times.
fn stage<'a>(facts: impl Iterator<Item = &'a Fact>) -> CustomerStage {
    let changes = facts.filter_map(|fact| match fact {
        Fact::StageChange(change) => Some((fact.context().occur_time.unwrap().seconds, key(fact), change.stage())),
        _ => None,
    });
    changes.max_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1))).map_or(CustomerStage::Prospect, |latest| latest.2)
}

fn tally(fact: &Fact) -> Tally {
    match fact {
        Fact::Purchase(purchase) => of_purchase(purchase),
        Fact::Interaction(interaction) => of_interaction(interaction),
        Fact::Payment(payment) => of_payment(payment),
        Fact::StageChange(_) => Tally::default(),
    }
}

fn amount(money: Option<&Money>) -> i64 {
    money.map_or(0, cents)
}

fn of_purchase(purchase: &Purchase) -> Tally {
    let sale = purchase.r#type() == PurchaseType::Sale;
    let sign = if sale { 1 } else { -1 };
    let mut tally = Tally::default();
    for line in &purchase.lines {
        let (net, discount) = (amount(line.net_amount.as_ref()), amount(line.discount_amount.as_ref()));
        tally[Counter::Lines] += 1;
        tally[Counter::Units] += sign * line.quantity;
        tally[Counter::NetRevenue] += sign * net;
        tally[Counter::DiscountAmount] += sign * discount;
        tally[Counter::ListAmount] += sign * (net + discount);
        if line.cost_amount.is_some() {
            tally[Counter::CostedLines] += 1;
            tally[Counter::CostedRevenue] += sign * net;
            tally[Counter::CostOfGoods] += sign * amount(line.cost_amount.as_ref());
        }
    }
    tally[Counter::Purchases] = i64::from(sale);
    tally[Counter::Returns] = i64::from(!sale);
    tally[Counter::PromotedPurchases] = i64::from(sale && purchase.promotion.is_some());
    tally
}

fn of_interaction(interaction: &Interaction) -> Tally {
    let mut tally = Tally::default();
    tally[Counter::Interactions] = 1;
    tally[Counter::Complaints] = i64::from(interaction.purpose() == InteractionPurpose::Complaint);
    tally[Counter::Praises] = i64::from(interaction.purpose() == InteractionPurpose::Praise);
    if let Some(duration) = &interaction.duration {
        tally[Counter::TimedInteractions] = 1;
        tally[Counter::ContactSeconds] = duration.seconds;
    }
    if interaction.handling_cost.is_some() {
        tally[Counter::CostedInteractions] = 1;
        tally[Counter::HandlingCost] = amount(interaction.handling_cost.as_ref());
    }
    tally
}

fn of_payment(payment: &Payment) -> Tally {
    let mut tally = Tally::default();
    tally[Counter::Payments] = 1;
    tally[Counter::AmountDue] = amount(payment.amount_due.as_ref());
    tally[Counter::AmountPaid] = amount(payment.amount_paid.as_ref());
    tally[Counter::AmountWithheld] = amount(payment.amount_withheld.as_ref());
    tally
}
