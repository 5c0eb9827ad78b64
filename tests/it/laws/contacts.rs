//! The counts of a contact report are what the facts come to: whatever was recorded late, corrected before or after and taken
//! back, in whatever stage customers were and whoever was deleted and brought back meanwhile, each day tells as many contacts,
//! sales and active customers as follow from the facts that are listed.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use guanxi::google::r#type::Date;
use guanxi::v1::{
    ContactReason, ContactReport, CustomerStage, DeleteCustomerRequest, Direction, Emotion, FactContext, FactKey,
    FactKind, GetContactReportRequest, Interaction, InteractionPurpose, Purchase, PurchaseType, ReportPeriod,
    StageChange, UndeleteCustomerRequest,
};
use guanxi_model::{Day, Zone};
use guanxi_testkit::{TestServer, database, on_each_backend};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tokio::task::spawn_blocking;

use super::meetings::{CHANNELS, CUSTOMERS, Event, Replaces, Said, TOPICS, event};
use super::telling::{day_of, seconds, take_back, tell};
use super::trial::Law;
use crate::activity::kinds::{Activity, Kind, listed, record};
use crate::support::{create_person, inbound, sale, shop, stage_change};

on_each_backend! { counts_of_contacts_are_what_the_facts_come_to }

const LAW: Law = Law { seed: "contacts are what facts come to!", cases: 10, shrinks: 32 };
/// The 1st of January 2026. Facts are of that month, or of the days that pass.
const FIRST: Day = Day(20_454);
/// Days that are asked for.
const DAYS: i32 = 150;
/// What the facts come to: contacts by purpose and topic, sales and active customers, each by day; no day of nothing.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    contacts: BTreeMap<(i32, String), BTreeMap<Day, i64>>,
    /// Contacts that began badly, and those of them that ended well.
    feelings: BTreeMap<(i32, String), (i64, i64)>,
    sales: BTreeMap<Day, i64>,
    active: BTreeMap<Day, i64>,
}

/// A case: a server with nothing else in it.
struct Case {
    guanxi: TestServer,
    /// From which day until before which day customers were deleted; until further notice where the second is missing.
    absences: BTreeMap<usize, Vec<(Day, Option<Day>)>>,
    /// Whether anybody has come back who was active then.
    came_back: Cell<bool>,
}

impl Case {
    fn today(&self) -> Day {
        Zone::utc().day_of(self.guanxi.clock.now())
    }

    async fn take(&mut self, events: &[Event], index: usize) {
        let id = format!("e-{index}");
        let put = |context: &mut Option<FactContext>, replaces: Replaces| {
            context.as_mut().unwrap().replaces = replaces.map(|which| named(which.index(events.len())));
        };
        let activity = self.guanxi.activity();
        match events[index].clone() {
            Event::Meet { customer, day, said, replaces } => {
                let mut contact = contact(customer, &noon(FIRST.plus_days(day)), &id, &said);
                put(&mut contact.context, replaces);
                tell(&activity, contact).await;
            }
            Event::Buy { customer, day, back, replaces } => {
                let kind = if back { PurchaseType::Return } else { PurchaseType::Sale };
                let purchase = sale(&name(customer), &noon(FIRST.plus_days(day)), &id, 100);
                let mut purchase = Purchase { r#type: kind.into(), ..purchase };
                put(&mut purchase.context, replaces);
                tell(&activity, purchase).await;
            }
            Event::Step { customer, day, stage, replaces } => {
                let mut step = step(customer, &noon(FIRST.plus_days(day)), &id, stage);
                put(&mut step.context, replaces);
                tell(&activity, step).await;
            }
            Event::Turn { customer, stage } => {
                let mut step = step(customer, &noon(FIRST), &id, stage);
                let (seconds, nanos) = self.guanxi.clock.now().seconds_nanos();
                step.context.as_mut().unwrap().occur_time = Some(prost_types::Timestamp { seconds, nanos });
                let told = record(&activity, step).await;
                assert_eq!(told.is_ok(), self.is_there(customer, self.today()), "{told:?}");
            }
            Event::Withdraw(which) => withdraw(activity, events, which.index(events.len())).await,
            Event::ComeOrGo { customer } => self.come_or_go(customer).await,
            Event::Pass { hours } => self.guanxi.clock.advance(Duration::from_secs(hours * 3_600)),
        }
    }

    async fn come_or_go(&mut self, customer: usize) {
        let (today, name) = (self.today(), format!("customers/{}", name(customer)));
        let absences = self.absences.entry(customer).or_default();
        if let Some((_, end @ None)) = absences.last_mut() {
            *end = Some(today);
            let request = UndeleteCustomerRequest { name, ..Default::default() };
            self.guanxi.customers().undelete_customer(request).await.unwrap();
        } else {
            absences.push((today, None));
            let request = DeleteCustomerRequest { name, ..Default::default() };
            self.guanxi.customers().delete_customer(request).await.unwrap();
        }
    }

    /// Whether a customer was away over the end of a day before, until this one.
    fn is_back(&self, customer: usize, day: Day) -> bool {
        self.absences.get(&customer).is_some_and(|all| all.iter().any(|(from, to)| *from < day && *to == Some(day)))
    }

    fn is_there(&self, customer: usize, day: Day) -> bool {
        let is_in = |(from, to): &(Day, Option<Day>)| (*from..).contains(&day) && to.is_none_or(|to| day < to);
        !self.absences.get(&customer).is_some_and(|all| all.iter().any(is_in))
    }

    /// Reckons what the facts come to that are listed, of contacts those through one channel or all.
    async fn expected(&self, channel: &str) -> Counts {
        let (activity, mut counts) = (self.guanxi.activity(), Counts::default());
        for customer in 0..CUSTOMERS {
            // Contacts and sales stay what they were, also of those who are gone.
            let parent = format!("customers/{}", name(customer));
            for contact in listed::<Interaction>(&activity, &parent).await {
                if channel.is_empty() || contact.channel == channel {
                    counts.meet(&contact);
                }
            }
            for purchase in listed::<Purchase>(&activity, &parent).await {
                if purchase.r#type() == PurchaseType::Sale {
                    *counts.sales.entry(day_of(purchase.context())).or_default() += 1;
                }
            }
            let mut steps = listed::<StageChange>(&activity, &parent).await;
            steps.sort_by_key(|step| (seconds(step.context()), step.context().source_id.clone()));
            for day in (0..DAYS).map(|number| FIRST.plus_days(number)) {
                let stage = steps.iter().rfind(|step| day_of(step.context()) <= day).map(StageChange::stage);
                let is_active = matches!(stage, Some(CustomerStage::Active | CustomerStage::WonBack));
                if is_active && self.is_there(customer, day) {
                    *counts.active.entry(day).or_default() += 1;
                    self.came_back.set(self.came_back.get() || self.is_back(customer, day));
                }
            }
        }
        // Of fewer than five nothing is told.
        counts.feelings.retain(|_, (bad, _)| *bad >= 5);
        counts
    }

    async fn told(&self, channel: &str) -> Counts {
        let date = |day: Day| {
            let (year, month, day) = day.date();
            Some(Date { year, month, day })
        };
        let request = GetContactReportRequest {
            start_date: date(FIRST),
            end_date: date(FIRST.plus_days(DAYS - 1)),
            period: ReportPeriod::Day.into(),
            channel: channel.into(),
            by_topic: true,
            ..Default::default()
        };
        Counts::told(&self.guanxi.satisfaction().get_contact_report(request).await.unwrap().into_inner())
    }
}

impl Counts {
    fn meet(&mut self, contact: &Interaction) {
        if contact.direction() == Direction::Outbound {
            return;
        }
        let reason = (contact.purpose, contact.topic.clone());
        *self.contacts.entry(reason.clone()).or_default().entry(day_of(contact.context())).or_default() += 1;
        let is_bad = |feeling| matches!(feeling, Emotion::Disappointed | Emotion::Angry | Emotion::Afraid);
        let (start, end) = (contact.emotion_start(), contact.emotion_end());
        if is_bad(start) && end != Emotion::Unspecified {
            let (bad, recovered) = self.feelings.entry(reason).or_default();
            *bad += 1;
            *recovered += i64::from(!is_bad(end));
        }
    }

    fn told(report: &ContactReport) -> Counts {
        let days = || (0..DAYS).map(|number| FIRST.plus_days(number));
        assert_eq!(report.periods.len(), days().count());
        let some = |counts: &mut dyn Iterator<Item = i64>| -> BTreeMap<Day, i64> {
            days().zip(counts).filter(|(_, count)| *count != 0).collect()
        };
        let reason = |one: &ContactReason| (one.purpose, one.topic.clone());
        let contacts =
            |one: &ContactReason| some(&mut one.periods.iter().map(|period| period.rate.unwrap().contact_count));
        let recovery = |one: &ContactReason| one.recovery.map(|told| (told.bad_start_count, told.recovered_count));
        Counts {
            contacts: report.reasons.iter().map(|one| (reason(one), contacts(one))).collect(),
            feelings: report.reasons.iter().filter_map(|one| Some((reason(one), recovery(one)?))).collect(),
            sales: some(&mut report.periods.iter().map(|period| period.purchase_count)),
            active: some(&mut report.periods.iter().map(|period| period.active_customer_count as i64)),
        }
    }
}

fn name(customer: usize) -> String {
    format!("c-{customer}")
}

fn named(index: usize) -> FactKey {
    shop(&format!("e-{index}"))
}

fn noon(day: Day) -> String {
    format!("{day}T12:00:00Z")
}

fn contact(customer: usize, time: &str, id: &str, said: &Said) -> Interaction {
    let [emotion_start, emotion_end] = said.feelings;
    let purpose = InteractionPurpose::try_from(said.purpose).unwrap();
    let direction = if said.by_customer { Direction::Inbound } else { Direction::Outbound };
    Interaction {
        direction: direction.into(),
        channel: CHANNELS[said.channel].into(),
        topic: TOPICS[said.topic].into(),
        emotion_start,
        emotion_end,
        ..inbound(&name(customer), time, id, purpose)
    }
}

fn step(customer: usize, time: &str, id: &str, stage: i32) -> StageChange {
    stage_change(&name(customer), time, id, CustomerStage::try_from(stage).unwrap())
}

async fn withdraw(activity: Activity, events: &[Event], index: usize) {
    let (customer, kind) = match &events[index] {
        Event::Meet { customer, .. } => (*customer, FactKind::Interaction),
        Event::Buy { customer, .. } => (*customer, FactKind::Purchase),
        Event::Step { customer, .. } => (*customer, FactKind::StageChange),
        Event::Turn { .. } | Event::Withdraw(_) | Event::ComeOrGo { .. } | Event::Pass { .. } => return,
    };
    take_back(activity, &name(customer), kind, named(index)).await;
}

async fn counts_of_contacts_are_what_the_facts_come_to(guanxi: TestServer) {
    let (backend, ever) = (guanxi.backend(), RefCell::new(BTreeSet::new()));
    LAW.holds(&prop::collection::vec(event(), 20..120), async |_, events| {
        let own = spawn_blocking(move || database(backend)).await.unwrap().expect("the database of the test");
        let mut case =
            Case { guanxi: TestServer::start(own).await, absences: BTreeMap::new(), came_back: Cell::new(false) };
        for customer in 0..CUSTOMERS {
            create_person(&case.guanxi, &name(customer)).await;
        }
        for index in 0..events.len() {
            case.take(&events, index).await;
        }
        for channel in CHANNELS {
            let expected = case.expected(channel).await;
            ever.borrow_mut().extend(seen(&expected));
            prop_assert_eq!(case.told(channel).await, expected, "through {:?}", channel);
        }
        ever.borrow_mut().extend(case.came_back.get().then_some("back"));
        Ok::<(), TestCaseError>(())
    });
    // Who tries a few cases only may not see everything.
    if std::env::var_os("GUANXI_LAW_CASES").is_none() {
        assert_eq!(
            ever.take(),
            BTreeSet::from(["contacts", "feelings", "sales", "active", "back"]),
            "cases of everything"
        );
    }
}

/// What there is at all.
fn seen(counts: &Counts) -> impl Iterator<Item = &'static str> {
    let Counts { contacts, feelings, sales, active } = counts;
    let all = [
        ("contacts", contacts.is_empty()),
        ("feelings", feelings.is_empty()),
        ("sales", sales.is_empty()),
        ("active", active.is_empty()),
    ];
    all.into_iter().filter(|(_, is_empty)| !is_empty).map(|(what, _)| what)
}
