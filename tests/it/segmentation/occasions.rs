//! The occasions of the days to come: what returns every year, what happens once, what ends; by day and page by page.

use std::time::Duration;

use guanxi::google::r#type::Date;
use guanxi::v1::occasion::Kind;
use guanxi::v1::{
    Contact, CreateCustomerRequest, Customer, DeleteCustomerRequest, LifeEvent, LifeEventKind,
    ListUpcomingOccasionsRequest, LockIn, LockInKind, Occasion, Relationship, TierStrategy, UndeleteCustomerRequest,
    UpdateCustomerRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{activate, active_pyramid, add_revision, buys, by_revenue, create_pyramid, invalid, refused};
use crate::support::person;

on_each_backend! {
    occasions_tell_whose_when_and_what_is_done,
    window_is_thirty_days_from_today,
    leap_day_falls_on_the_last_of_february,
    yearly_event_returns_within_a_window_of_a_year_and_not_before_it_began,
    filter_leaves_one_tier_and_follows_the_facts,
    pages_follow_each_other_without_gap_or_repeat,
    occasions_follow_the_record,
    every_fault_is_named_at_once,
    occasions_need_a_pyramid_in_force,
}

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

fn event(kind: LifeEventKind, on: Option<Date>, yearly: bool) -> LifeEvent {
    LifeEvent { kind: kind.into(), title: String::new(), date: on, yearly, ..LifeEvent::default() }
}

fn birthday(year: i32, month: i32, day: i32) -> LifeEvent {
    event(LifeEventKind::Birthday, date(year, month, day), true)
}

async fn create(guanxi: &TestServer, id: &str, life_events: Vec<LifeEvent>) -> Customer {
    let customer = Customer { life_events, ..person(id) };
    let request = CreateCustomerRequest { customer: Some(customer), customer_id: id.into(), request_id: String::new() };
    guanxi.customers().create_customer(request).await.unwrap().into_inner()
}

fn all() -> ListUpcomingOccasionsRequest {
    ListUpcomingOccasionsRequest { parent: "pyramids/value".into(), ..Default::default() }
}

fn from(start_date: Option<Date>, days: i32) -> ListUpcomingOccasionsRequest {
    ListUpcomingOccasionsRequest { start_date, days, ..all() }
}

async fn try_list(guanxi: &TestServer, request: ListUpcomingOccasionsRequest) -> Result<Vec<Occasion>, Status> {
    Ok(guanxi.segmentation().list_upcoming_occasions(request).await?.into_inner().occasions)
}

async fn list(guanxi: &TestServer, request: ListUpcomingOccasionsRequest) -> Vec<Occasion> {
    try_list(guanxi, request).await.unwrap()
}

/// Month and day of each, with its customer.
fn places(occasions: &[Occasion]) -> Vec<(i32, i32, &str)> {
    let place = |one: &'_ Occasion| one.date.map(|date| (date.month, date.day)).unwrap();
    occasions.iter().map(|one| (place(one).0, place(one).1, one.customer.strip_prefix("customers/").unwrap())).collect()
}

async fn occasions_tell_whose_when_and_what_is_done(guanxi: TestServer) {
    let contact = Contact { contact_id: "bob".into(), display_name: "Bob".into(), ..Contact::default() };
    let wedding = LifeEvent {
        title: "Silver wedding".into(),
        contact_id: "bob".into(),
        ..event(LifeEventKind::Anniversary, date(2001, 2, 5), false)
    };
    let plant = LifeEvent {
        title: "Second plant opens".into(),
        contact_id: "eve".into(),
        ..event(LifeEventKind::Other, date(2026, 2, 9), false)
    };
    let term = LockIn {
        kind: LockInKind::ContractTerm.into(),
        start_date: date(2024, 2, 15),
        end_date: date(2026, 2, 14),
        switching_cost: None,
    };
    let customer = Customer {
        contacts: vec![contact],
        life_events: vec![plant, wedding, birthday(0, 2, 5)],
        relationship: Some(Relationship { lock_ins: vec![term], ..Relationship::default() }),
        ..person("Ada")
    };
    let request =
        CreateCustomerRequest { customer: Some(customer), customer_id: "ada".into(), request_id: String::new() };
    guanxi.customers().create_customer(request).await.unwrap();
    create(&guanxi, "ben", vec![birthday(1986, 2, 5)]).await;
    buys(&guanxi, "ada", 70_000).await;
    let strategy = TierStrategy { service_level: "Named contact".into(), ..TierStrategy::default() };
    let mut revision = by_revenue();
    revision.tiers[0].strategy = Some(strategy.clone());
    active_pyramid(&guanxi, "value", revision).await;

    let ada = |day, kind| Occasion {
        customer: "customers/ada".into(),
        display_name: "Ada".into(),
        date: date(2026, 2, day),
        tier: "gold".into(),
        tier_rank: 1,
        strategy: Some(strategy.clone()),
        kind: Some(kind),
        ..Occasion::default()
    };
    let life = |kind: LifeEventKind| Kind::LifeEvent(kind.into());
    let expected = [
        Occasion {
            title: "Silver wedding".into(),
            contact_id: "bob".into(),
            contact_display_name: "Bob".into(),
            years: Some(25),
            ..ada(5, life(LifeEventKind::Anniversary))
        },
        ada(5, life(LifeEventKind::Birthday)),
        Occasion {
            customer: "customers/ben".into(),
            display_name: "ben".into(),
            date: date(2026, 2, 5),
            kind: Some(life(LifeEventKind::Birthday)),
            years: Some(40),
            ..Occasion::default()
        },
        Occasion { title: "Second plant opens".into(), contact_id: "eve".into(), ..ada(9, life(LifeEventKind::Other)) },
        ada(14, Kind::LockInEnd(LockInKind::ContractTerm.into())),
    ];
    assert_eq!(list(&guanxi, all()).await, expected);
}

async fn window_is_thirty_days_from_today(guanxi: TestServer) {
    let days = [(1, 30), (1, 31), (3, 1), (3, 2), (12, 31)];
    let events = days.map(|(month, day)| birthday(0, month, day)).to_vec();
    create(&guanxi, "ada", events).await;
    create(
        &guanxi,
        "ben",
        vec![event(LifeEventKind::Move, date(2025, 2, 1), false), event(LifeEventKind::Move, date(2026, 2, 1), false)],
    )
    .await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let found = list(&guanxi, all()).await;
    assert_eq!(places(&found), [(1, 31, "ada"), (2, 1, "ben"), (3, 1, "ada")], "31 January to 1 March");
    assert_eq!(places(&list(&guanxi, from(date(2026, 1, 30), 1)).await), [(1, 30, "ada")]);
    let over_new_year = list(&guanxi, from(date(2026, 12, 31), 31)).await;
    assert_eq!(places(&over_new_year), [(12, 31, "ada"), (1, 30, "ada")]);
    assert_eq!(over_new_year[1].date, date(2027, 1, 30));
}

async fn leap_day_falls_on_the_last_of_february(guanxi: TestServer) {
    create(&guanxi, "ada", vec![birthday(2000, 2, 29)]).await;
    create(&guanxi, "ben", vec![birthday(2000, 2, 28)]).await;
    create(&guanxi, "cy", vec![birthday(0, 2, 29)]).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let common = list(&guanxi, from(date(2027, 2, 1), 30)).await;
    assert_eq!(places(&common), [(2, 28, "ada"), (2, 28, "ben"), (2, 28, "cy")]);
    assert_eq!((common[0].years, common[2].years), (Some(27), None));
    let leap = list(&guanxi, from(date(2028, 2, 1), 30)).await;
    assert_eq!(places(&leap), [(2, 28, "ben"), (2, 29, "ada"), (2, 29, "cy")]);
    let both = list(&guanxi, from(date(2028, 2, 29), 366)).await;
    assert_eq!(places(&both), [(2, 29, "ada"), (2, 29, "cy"), (2, 28, "ada"), (2, 28, "ben"), (2, 28, "cy")]);
}

async fn yearly_event_returns_within_a_window_of_a_year_and_not_before_it_began(guanxi: TestServer) {
    create(&guanxi, "ada", vec![event(LifeEventKind::Founding, date(2026, 5, 1), true)]).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let twice = list(&guanxi, from(date(2026, 5, 1), 366)).await;
    let seen: Vec<_> = twice.iter().map(|one| (one.date.unwrap().year, one.years)).collect();
    assert_eq!(seen, [(2026, Some(0)), (2027, Some(1))]);
    assert_eq!(list(&guanxi, from(date(2025, 1, 1), 365)).await, [], "it had not begun");
}

async fn filter_leaves_one_tier_and_follows_the_facts(guanxi: TestServer) {
    for id in ["ada", "ben", "cy"] {
        create(&guanxi, id, vec![birthday(0, 2, 10)]).await;
    }
    buys(&guanxi, "ada", 70_000).await;
    buys(&guanxi, "ben", 40_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let of_tier = |tier: &str| ListUpcomingOccasionsRequest { filter: format!("tier = {tier}"), ..all() };
    assert_eq!(places(&list(&guanxi, of_tier("gold")).await), [(2, 10, "ada")]);
    assert_eq!(places(&list(&guanxi, of_tier("silver")).await), [(2, 10, "ben")]);
    assert_eq!(list(&guanxi, of_tier("lead")).await, []);
    let tiers: Vec<_> = list(&guanxi, all()).await.into_iter().map(|one| (one.tier, one.tier_rank)).collect();
    assert_eq!(tiers, [("gold".into(), 1), ("silver".into(), 2), (String::new(), 0)]);
    buys(&guanxi, "ben", 40_000).await;
    assert_eq!(places(&list(&guanxi, of_tier("gold")).await), [(2, 10, "ada"), (2, 10, "ben")]);
    // Another revision turns the tiers round for all readers at once.
    let mut renamed = by_revenue();
    renamed.tiers[0].tier_id = "platinum".into();
    let second = add_revision(&guanxi, "value", renamed).await;
    activate(&guanxi, &second).await;
    assert_eq!(list(&guanxi, of_tier("gold")).await, []);
    assert_eq!(places(&list(&guanxi, of_tier("platinum")).await), [(2, 10, "ada"), (2, 10, "ben")]);
}

async fn pages_follow_each_other_without_gap_or_repeat(guanxi: TestServer) {
    let mut expected = Vec::new();
    for (id, days) in [("ada", [2, 2, 9]), ("ben", [2, 9, 20]), ("cy", [1, 2, 28])] {
        create(&guanxi, id, days.map(|day| birthday(0, 2, day)).to_vec()).await;
        expected.extend(days.map(|day| (2, day, id)));
    }
    expected.sort_unstable();
    active_pyramid(&guanxi, "value", by_revenue()).await;
    for page_size in [1, 2, 4, 9] {
        let mut request = ListUpcomingOccasionsRequest { page_size, ..all() };
        let mut found = Vec::new();
        loop {
            let page = guanxi.segmentation().list_upcoming_occasions(request.clone()).await.unwrap().into_inner();
            assert!(page.occasions.len() <= usize::try_from(page_size).unwrap());
            found.extend(page.occasions);
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(places(&found), expected, "{page_size}");
    }
    // The window is that of the first page, though midnight passes.
    let mut request = ListUpcomingOccasionsRequest { page_size: 8, ..all() };
    let first = guanxi.segmentation().list_upcoming_occasions(request.clone()).await.unwrap().into_inner();
    create(&guanxi, "dee", vec![birthday(0, 3, 1), birthday(0, 3, 2)]).await;
    guanxi.clock.advance(Duration::from_secs(86_400));
    request.page_token = first.next_page_token;
    assert_eq!(places(&list(&guanxi, request.clone()).await), [(2, 28, "cy"), (3, 1, "dee")]);
    let other = ListUpcomingOccasionsRequest { days: 31, ..request };
    invalid(try_list(&guanxi, other).await, &["page_token"]);
}

async fn occasions_follow_the_record(guanxi: TestServer) {
    create(&guanxi, "ada", vec![birthday(0, 2, 10), birthday(0, 2, 11)]).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let customer = Customer { name: "customers/ada".into(), life_events: vec![birthday(0, 2, 12)], ..person("Ada") };
    let update_mask = Some(prost_types::FieldMask { paths: vec!["life_events".into()] });
    let request = UpdateCustomerRequest { customer: Some(customer), update_mask, request_id: String::new() };
    guanxi.customers().update_customer(request).await.unwrap();
    assert_eq!(places(&list(&guanxi, all()).await), [(2, 12, "ada")]);
    let delete = DeleteCustomerRequest { name: "customers/ada".into(), ..Default::default() };
    guanxi.customers().delete_customer(delete).await.unwrap();
    assert_eq!(list(&guanxi, all()).await, []);
    let undelete = UndeleteCustomerRequest { name: "customers/ada".into(), ..Default::default() };
    guanxi.customers().undelete_customer(undelete).await.unwrap();
    assert_eq!(places(&list(&guanxi, all()).await), [(2, 12, "ada")]);
}

async fn every_fault_is_named_at_once(guanxi: TestServer) {
    let spoiled = ListUpcomingOccasionsRequest {
        parent: "value".into(),
        start_date: date(2026, 2, 29),
        days: 367,
        page_size: -1,
        page_token: "made up".into(),
        filter: "tier != gold".into(),
    };
    let told = ["parent", "start_date", "days", "filter", "page_size", "page_token"];
    invalid(try_list(&guanxi, spoiled).await, &told);
    invalid(try_list(&guanxi, from(None, -1)).await, &["days"]);
}

async fn occasions_need_a_pyramid_in_force(guanxi: TestServer) {
    let missing = refused(try_list(&guanxi, all()).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "pyramids/value");
    create_pyramid(&guanxi, "value").await;
    refused(try_list(&guanxi, all()).await, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
}
