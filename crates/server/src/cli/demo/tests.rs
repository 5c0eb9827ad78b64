//! The company is the same whenever it is made, and grows without changing.

use std::collections::{BTreeMap, BTreeSet};

use guanxi::v1 as pb;

use super::*;

fn world(seed: u32, until: &str) -> World {
    World::new(seed, day(until).unwrap(), Currency::parse("USD").unwrap())
}

fn facts(world: &World, number: u32) -> record::Facts {
    life::facts(world, &people::person(world, number))
}

#[test]
fn a_seed_has_one_company() {
    let (one, two) = (world(1, "2025-12-31"), world(2, "2025-12-31"));
    let record = |world: &World, number| people::person(world, number).record;
    let mut differing = 0;
    for number in 1..=50 {
        assert_eq!(record(&one, number), record(&one, number));
        assert_eq!(facts(&one, number), facts(&one, number));
        differing += u32::from(record(&one, number) != record(&two, number));
    }
    assert_eq!(differing, 50, "another seed is another company");
}

#[test]
fn a_later_day_only_adds() {
    let (short, long) = (world(1, "2024-06-30"), world(1, "2025-12-31"));
    for number in 1..=200 {
        let (early, late) = (facts(&short, number), facts(&long, number));
        assert!(early.satisfaction_records.iter().all(|fact| late.satisfaction_records.contains(fact)), "{number}");
        assert!(early.invitation_events.iter().all(|fact| late.invitation_events.contains(fact)), "{number}");
        assert!(early.purchases.iter().all(|fact| late.purchases.contains(fact)), "{number}");
        assert!(early.payments.iter().all(|fact| late.payments.contains(fact)), "{number}");
        assert!(early.interactions.iter().all(|fact| late.interactions.contains(fact)), "{number}");
        assert!(early.stage_changes.iter().all(|fact| late.stage_changes.contains(fact)), "{number}");
    }
}

/// Of those who were asked about an order, how many answered: all, and those who had complained; and of the silent.
#[test]
fn who_complained_answers_more_and_who_is_asleep_less() {
    use pb::InvitationEventType::{Delivered, Expired, Opened, Refused, Sent};
    let world = world(1, "2025-12-31");
    let mut steps = BTreeMap::new();
    let [mut all, mut upset, mut silent] = [(0, 0); 3];
    for number in 1..=1000 {
        let facts = facts(&world, number);
        let answered: BTreeSet<_> = facts.satisfaction_records.iter().map(|one| one.invitation_id.as_str()).collect();
        let complaint = |order: &str| {
            let about = format!("About order {order}:");
            facts.interactions.iter().any(|one| one.context.as_ref().unwrap().note.starts_with(&about))
        };
        let sent: Vec<_> = facts.invitation_events.iter().filter(|one| one.r#type() == Sent).collect();
        for event in &facts.invitation_events {
            *steps.entry(event.r#type()).or_insert(0) += 1;
            assert!(sent.iter().any(|one| one.invitation_id == event.invitation_id), "{event:?}");
        }
        for one in &sent {
            let (order, again) = match one.invitation_id.strip_suffix("-again") {
                Some(order) => (order, true),
                None => (one.invitation_id.as_str(), false),
            };
            let counts = if again {
                &mut silent
            } else if complaint(order) {
                &mut upset
            } else {
                &mut all
            };
            counts.0 += 1;
            counts.1 += u32::from(answered.contains(one.invitation_id.as_str()));
        }
        assert!(answered.iter().all(|id| sent.iter().any(|one| one.invitation_id == *id)), "{number}");
    }
    let share = |(asked, answered): (u32, u32)| f64::from(answered) / f64::from(asked);
    assert!([Sent, Delivered, Opened, Refused, Expired].iter().all(|step| steps[step] > 50), "{steps:?}");
    assert!((0.2..0.4).contains(&share(all)), "{all:?}");
    assert!(share(upset) > 1.4 * share(all) && upset.0 > 50, "{upset:?} {all:?}");
    assert!(share(silent) < 0.5 * share(all) && silent.0 > 50, "{silent:?} {all:?}");
}

#[test]
fn the_company_shows_everything() {
    let world = world(1, "2025-12-31");
    let last = world::timestamp(20_454 * world::DAY);
    let (mut purposes, mut stages, mut ids) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut returned, mut withheld, mut promoted, mut bought) = (0, 0, 0, Vec::new());
    let (mut surveys, mut detractors) = (0, 0);
    for number in 1..=1000 {
        let facts = facts(&world, number);
        bought.push(facts.purchases.len());
        for purchase in &facts.purchases {
            returned += u32::from(purchase.r#type() == pb::PurchaseType::Return);
            promoted += u32::from(purchase.promotion.is_some());
            let context = purchase.context.as_ref().unwrap();
            assert!(context.occur_time.as_ref().unwrap().seconds < last.seconds);
            assert!(ids.insert((context.customer.clone(), context.source.clone(), context.source_id.clone())));
        }
        withheld += facts.payments.iter().filter(|payment| payment.amount_withheld.is_some()).count();
        surveys += facts.satisfaction_records.len();
        let recommended = facts.satisfaction_records.iter().flat_map(|record| &record.answers);
        detractors += recommended.filter(|answer| answer.item == "recommend" && answer.value < Some(7)).count();
        purposes.extend(facts.interactions.iter().map(|interaction| interaction.purpose));
        stages.extend(facts.stage_changes.iter().map(|change| change.stage));
    }
    assert_eq!(purposes.len(), 9, "every purpose but OTHER: {purposes:?}");
    assert_eq!(stages.len(), 4, "every stage but PROSPECT: {stages:?}");
    assert!(returned > 100 && withheld > 100 && promoted > 1000, "{returned} {withheld} {promoted}");
    assert!(surveys > 500 && detractors * 20 > surveys && detractors * 2 < surveys, "{surveys} {detractors}");
    bought.sort_unstable();
    assert_eq!(bought[0], 0, "some never buy");
    assert!(bought[999] > 10 * bought[500], "a few buy far more than most: {} {}", bought[999], bought[500]);
}
