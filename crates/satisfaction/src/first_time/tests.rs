//! The rule by hand.

use guanxi_model::Amount;
use guanxi_model::fact::{Direction, Purchase};

use super::*;

/// The 1st of January 2026.
const FIRST: Day = Day(20_454);

fn question(group_by: Option<FirstTimeGrouping>) -> FirstTimeQuestion {
    let days = (FIRST, FIRST.plus_days(30));
    FirstTimeQuestion { days, period: Period::Month, window_days: 7, group_by, ewma: Ewma::USUAL }
}

/// So many hours after the 1st of January.
fn at(hours: i64) -> Timestamp {
    Timestamp(i64::from(FIRST.0) * 86_400_000_000 + hours * 3_600_000_000)
}

fn contact(purpose: InteractionPurpose, topic: &str) -> Interaction {
    Interaction {
        touchpoint: None,
        mode: None,
        channel: String::new(),
        direction: Direction::Inbound,
        purpose,
        topic: topic.into(),
        staff: Vec::new(),
        contact_ids: Vec::new(),
        emotion_start: None,
        emotion_end: None,
        outcome: None,
        next_step: None,
        duration_seconds: None,
        handling_cost: None,
    }
}

fn service(topic: &str) -> FactBody {
    FactBody::Interaction(contact(InteractionPurpose::Service, topic))
}

fn complaint(topic: &str) -> FactBody {
    FactBody::Interaction(contact(InteractionPurpose::Complaint, topic))
}

fn ended(outcome: InteractionOutcome) -> FactBody {
    FactBody::Interaction(Interaction { outcome: Some(outcome), ..contact(InteractionPurpose::Visit, "a") })
}

fn bought(r#type: PurchaseType) -> FactBody {
    FactBody::Purchase(Purchase {
        r#type,
        lines: Vec::new(),
        net: Amount(0),
        promotion: None,
        channel: String::new(),
        contact_id: None,
        due_date: None,
        original: None,
    })
}

/// What is counted of one customer, with all days over.
fn counted(facts: &[(i64, FactBody)]) -> FirstTimeCounts {
    counted_on(FIRST.plus_days(100), facts)
}

fn counted_on(today: Day, facts: &[(i64, FactBody)]) -> FirstTimeCounts {
    let (question, zone) = (question(None), Zone::utc());
    let mut count = FirstTime::new(&question, (&zone, today));
    facts.iter().for_each(|(hours, body)| count.add(at(*hours), body, |_| true));
    count.end_of_customer();
    count.finish().total[0]
}

/// Services, and those of them that were right.
fn right(facts: &[(i64, FactBody)]) -> (u64, u64) {
    let FirstTimeCounts { services, right, .. } = counted(facts);
    (services, right)
}

#[test]
fn who_does_not_come_again_was_served_right() {
    assert_eq!(right(&[(1, service("a"))]), (1, 1));
    // A complaint, a sale, an inquiry are no services.
    let inquiry = FactBody::Interaction(contact(InteractionPurpose::Inquiry, "a"));
    assert_eq!(right(&[(1, complaint("a")), (2, inquiry.clone()), (3, bought(PurchaseType::Sale))]), (0, 0));
    assert_eq!(right(&[(1, service("a")), (2, inquiry), (3, bought(PurchaseType::Sale))]), (1, 1));
}

#[test]
fn each_reason_is_counted_and_a_service_may_have_several() {
    let facts = [(1, ended(InteractionOutcome::Unresolved)), (2, bought(PurchaseType::Return)), (3, complaint("a"))];
    let expected = FirstTimeCounts { services: 1, unresolved: 1, returned: 1, complained: 1, ..Default::default() };
    assert_eq!(counted(&facts), expected);
    // The second service was right, the first one was not.
    let again = counted(&[(1, service("a")), (2, service("a"))]);
    assert_eq!(again, FirstTimeCounts { services: 2, right: 1, came_again: 1, ..Default::default() });
    assert_eq!(counted(&[(1, ended(InteractionOutcome::Escalated))]).unresolved, 1);
    assert_eq!(counted(&[(1, ended(InteractionOutcome::Resolved))]).right, 1);
}

#[test]
fn what_is_about_something_else_does_not_matter() {
    assert_eq!(right(&[(1, service("a")), (2, complaint("b")), (3, service("c"))]), (2, 2));
    // A return has no topic: it may be about anything.
    assert_eq!(right(&[(1, service("a")), (3, service("c")), (4, bought(PurchaseType::Return))]), (2, 0));
    // Where one of them does not say what it is about, it may be the same.
    assert_eq!(right(&[(1, service("a")), (2, complaint(""))]), (1, 0));
    assert_eq!(right(&[(1, service("")), (2, complaint("b"))]), (1, 0));
    assert_eq!(right(&[(1, service("")), (2, service(""))]), (2, 1));
}

#[test]
fn days_after_it_count_to_the_end_of_the_last() {
    // Of the first day; the 8th of January is the seventh day after it, the 9th is not.
    assert_eq!(right(&[(1, service("a")), (7 * 24 + 23, complaint("a"))]), (1, 0));
    assert_eq!(right(&[(1, service("a")), (8 * 24, complaint("a"))]), (1, 1));
    // The next one decides, also where one follows that comes too late.
    assert_eq!(right(&[(1, service("a")), (30, complaint("a")), (300, complaint("a"))]), (1, 0));
    // What came before it, or at the same moment, does not follow it.
    assert_eq!(right(&[(5, service("a")), (4, complaint("a")), (5, complaint("a"))]), (1, 1));
}

#[test]
fn a_service_is_pending_until_its_days_are_over_whatever_follows() {
    let facts = [(1, service("a")), (2, complaint("a"))];
    let pending = FirstTimeCounts { services: 1, pending: 1, ..Default::default() };
    assert_eq!(counted_on(FIRST.plus_days(7), &facts), pending);
    assert_eq!(counted_on(FIRST.plus_days(8), &facts).complained, 1);
}

#[test]
fn services_of_other_days_are_not_asked_about_but_may_follow() {
    // The 31st of January and the 1st of February.
    assert_eq!(right(&[(30 * 24, service("a")), (31 * 24, service("a"))]), (1, 0));
    assert_eq!(right(&[(-1, service("a"))]), (0, 0));
    assert_eq!(counted(&[(1, ended(InteractionOutcome::NotReached))]), FirstTimeCounts::default());
}

#[test]
fn customers_do_not_come_again_for_each_other_and_groups_hold_all_staff() {
    let (question, zone) = (question(Some(FirstTimeGrouping::Staff)), Zone::utc());
    let mut count = FirstTime::new(&question, (&zone, FIRST.plus_days(100)));
    let by = |staff: &[&str]| {
        let staff = staff.iter().map(|one| (*one).to_owned()).collect();
        FactBody::Interaction(Interaction { staff, ..contact(InteractionPurpose::Service, "a") })
    };
    count.add(at(1), &by(&["mei", "bo", "mei"]), |_| true);
    count.end_of_customer();
    count.add(at(2), &by(&["bo"]), |_| true);
    count.add(at(3), &by(&[]), |_| true);
    count.add(at(4), &by(&["eve"]), |contact| contact.staff.is_empty());
    count.end_of_customer();
    let FirstTimeCounted { total, groups } = count.finish();
    assert_eq!((total[0].services, total[0].right, total[0].came_again), (3, 1, 2));
    let told: Vec<_> = groups.iter().map(|(key, rows)| (key.as_str(), rows[0].services, rows[0].right)).collect();
    assert_eq!(told, [("", 1, 0), ("bo", 2, 1), ("mei", 1, 1)]);
}

#[test]
fn shares_and_charts_are_those_of_services_that_are_settled() {
    let days = (FIRST, FIRST.plus_days(20));
    let question = FirstTimeQuestion { days, period: Period::Day, ..question(None) };
    // 20 days with 9 right of 10, and one with 4 settled of which nothing is told.
    let mut total =
        vec![FirstTimeCounts { services: 12, pending: 2, right: 9, came_again: 1, ..Default::default() }; 20];
    total.push(FirstTimeCounts { services: 6, pending: 2, right: 4, ..Default::default() });
    let told = report::report(&question, FirstTimeCounted { total, groups: BTreeMap::new() });
    assert_eq!((told.total.whole.services, told.total.whole.settled(), told.total.whole.right), (246, 204, 184));
    assert_eq!(told.periods.len(), 21);
    assert_eq!(told.total.periods[20].share(), None);
    let chart = told.total.chart.unwrap();
    assert!((chart.centre - 0.9).abs() < 1e-12, "{chart:?}");
    assert!(chart.points[20].is_none() && chart.points[..20].iter().all(Option::is_some));
    // 0.9 - 3 * sqrt(.09 / 10).
    let limits = chart.points[0].and_then(|point| point.limits).unwrap();
    assert!((limits.low - (0.9 - 3.0 * 0.009_f64.sqrt())).abs() < 1e-12 && limits.high == 1.0, "{limits:?}");
}
