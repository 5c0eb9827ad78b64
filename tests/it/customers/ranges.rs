//! Days, moments and amounts of a customer: what lies in range is kept, what does not is refused by path.

use guanxi::google::r#type::{Date, Money};
use guanxi::v1::attribute_value::Value;
use guanxi::v1::{AttributeValue, Consent, Customer, LifeEvent, LockIn, Provenance, Relationship, ValueType};
use guanxi_testkit::{TestServer, on_each_backend};
use prost_types::Timestamp;

use super::{create, define};
use crate::support::{person, time, usd, wrong_fields};

on_each_backend! {
    days_of_life_events_may_lack_the_year,
    lock_ins_run_from_a_day_to_a_later_one,
    switching_costs_are_amounts_of_the_deployment,
    what_was_said_lies_between_1900_and_tomorrow,
    any_moment_may_be_an_attribute,
}

fn date((year, month, day): (i32, i32, i32)) -> Date {
    Date { year, month, day }
}

/// Whether a customer is taken, under a path of its own faults.
async fn check(guanxi: &TestServer, customer: Customer, path: &str, right: bool) {
    let answer = create(guanxi, "", customer.clone()).await;
    if !right {
        assert_eq!(wrong_fields(answer), [path], "{customer:?}");
        return;
    }
    let kept = answer.unwrap_or_else(|status| panic!("{status}: {customer:?}"));
    assert_eq!((kept.life_events, kept.consents), (customer.life_events, customer.consents));
    assert_eq!((kept.relationship, kept.attributes), (customer.relationship, customer.attributes));
}

async fn days_of_life_events_may_lack_the_year(guanxi: TestServer) {
    let with = |day| {
        let event = LifeEvent { kind: 1, date: Some(date(day)), ..LifeEvent::default() };
        Customer { life_events: vec![event], ..person("Ada") }
    };
    for right in [(0, 1, 1), (0, 2, 29), (0, 12, 31), (1, 1, 1), (9999, 12, 31), (2024, 2, 29), (2400, 2, 29)] {
        check(&guanxi, with(right), "", true).await;
    }
    let none = [(0, 0, 0), (2024, 0, 0), (2024, 5, 0), (0, 2, 30), (0, 13, 1), (2023, 2, 29), (1900, 2, 29)];
    let beyond =
        [(-1, 1, 1), (10_000, 1, 1), (2024, 4, 31), (2024, -1, 1), (2024, 1, -1), (i32::MAX, i32::MAX, i32::MAX)];
    for wrong in none.into_iter().chain(beyond) {
        check(&guanxi, with(wrong), "customer.life_events[0].date", false).await;
    }
}

fn tied(lock_in: LockIn) -> Customer {
    let relationship = Relationship { lock_ins: vec![lock_in], ..Relationship::default() };
    Customer { relationship: Some(relationship), ..person("Ada") }
}

async fn lock_ins_run_from_a_day_to_a_later_one(guanxi: TestServer) {
    let from_to = |start, end| {
        tied(LockIn { kind: 2, start_date: Some(date(start)), end_date: Some(date(end)), ..LockIn::default() })
    };
    check(&guanxi, from_to((2024, 2, 29), (2024, 2, 29)), "", true).await;
    check(&guanxi, from_to((1, 1, 1), (9999, 12, 31)), "", true).await;
    let at = "customer.relationship.lock_ins[0]";
    check(&guanxi, from_to((2024, 3, 1), (2024, 2, 29)), &format!("{at}.end_date"), false).await;
    check(&guanxi, from_to((2024, 1, 1), (0, 2, 1)), &format!("{at}.end_date"), false).await;
    check(&guanxi, from_to((0, 1, 1), (2024, 1, 1)), &format!("{at}.start_date"), false).await;
    check(&guanxi, from_to((2024, 1, 32), (2024, 2, 1)), &format!("{at}.start_date"), false).await;
}

async fn switching_costs_are_amounts_of_the_deployment(guanxi: TestServer) {
    let costing = |cost| {
        tied(LockIn { kind: 3, start_date: Some(date((2024, 1, 1))), switching_cost: Some(cost), ..LockIn::default() })
    };
    for right in [usd(0), usd(1), usd(99), usd(1_000_000_000_000_000)] {
        check(&guanxi, costing(right), "", true).await;
    }
    let at = "customer.relationship.lock_ins[0].switching_cost";
    let dollars = |units, nanos| Money { currency_code: "USD".into(), units, nanos };
    for wrong in [
        usd(-1),
        usd(1_000_000_000_000_001),
        dollars(-1, 0),
        dollars(0, 1),
        dollars(1, 5_000_000),
        dollars(1, -10_000_000),
        dollars(0, 1_000_000_000),
        dollars(i64::MAX, 0),
        dollars(i64::MIN, 0),
    ] {
        check(&guanxi, costing(wrong), at, false).await;
    }
    for code in ["EUR", "usd", "", "US", "USDX"] {
        let foreign = Money { currency_code: code.into(), units: 1, nanos: 0 };
        check(&guanxi, costing(foreign), &format!("{at}.currency_code"), false).await;
    }
}

async fn what_was_said_lies_between_1900_and_tomorrow(guanxi: TestServer) {
    let said = |time: Timestamp| {
        let consent = Consent { purpose: "news".into(), basis: 1, state: 1, time: Some(time), ..Consent::default() };
        Customer { consents: vec![consent], ..person("Ada") }
    };
    for right in ["1900-01-01T00:00:00Z", "2026-01-31T12:00:00Z", "2026-02-01T12:00:00Z"] {
        check(&guanxi, said(time(right)), "", true).await;
    }
    let odd = |seconds, nanos| Timestamp { seconds, nanos };
    let mut wrong: Vec<_> = ["1899-12-31T23:59:59.999999Z", "2026-02-01T12:00:00.000001Z"].map(time).into();
    wrong.extend([odd(0, -1), odd(0, 1_000_000_000), odd(i64::MAX, 0), odd(i64::MIN, 0), odd(253_402_300_800, 0)]);
    for wrong in wrong {
        check(&guanxi, said(wrong), "customer.consents[0].time", false).await;
        let provenance = Some(Provenance { source: String::new(), verify_time: Some(wrong) });
        check(&guanxi, Customer { provenance, ..person("Ada") }, "customer.provenance.verify_time", false).await;
    }
}

/// A contract may end in a hundred years, and a city be founded two thousand years ago.
async fn any_moment_may_be_an_attribute(guanxi: TestServer) {
    define(&guanxi, "since", ValueType::Time).await.unwrap();
    let since = |time| {
        let value = AttributeValue { value: Some(Value::Time(time)), provenance: None };
        Customer { attributes: [("since".to_owned(), value)].into(), ..person("Ada") }
    };
    for right in ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"] {
        check(&guanxi, since(time(right)), "", true).await;
    }
    for (seconds, nanos) in [(0, -1), (0, 1_000_000_000), (253_402_300_800, 0), (-62_135_596_801, 999_999_999)] {
        let path = "customer.attributes[\"since\"].time";
        check(&guanxi, since(Timestamp { seconds, nanos }), path, false).await;
    }
}
