//! Filters of ListCustomers: every field, every operator, how they combine, and what is refused with which words.

use std::time::Duration;

use guanxi::v1::{Customer, CustomerKind, CustomerStage, ListCustomersRequest, RecordStageChangeRequest};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;

use super::{all, create, delete, list};
use crate::support::{person, refused, stage_change};

on_each_backend! {
    every_field_and_operator_finds_its_customers,
    restrictions_combine,
    a_filter_holds_on_every_page,
    what_is_not_allowed_is_refused_with_what_is,
    all_words_of_the_contract_are_known,
}

fn filtered(filter: &str) -> ListCustomersRequest {
    ListCustomersRequest { filter: filter.into(), ..ListCustomersRequest::default() }
}

/// Id, kind, display name, labels.
type Person = (&'static str, CustomerKind, &'static str, &'static [(&'static str, &'static str)]);

/// Four customers, made an hour apart from noon on.
async fn four(guanxi: &TestServer) {
    let people: [Person; 4] = [
        ("ada", CustomerKind::Person, "Ada", &[("region", "north"), ("vip", "")]),
        ("bob", CustomerKind::Person, "Bob*", &[("region", "south")]),
        ("cyd", CustomerKind::Organization, "ada", &[("region", "north"), ("size", "xl")]),
        ("dan", CustomerKind::Unknown, "50% \"off\"", &[]),
    ];
    for (id, kind, display_name, labels) in people {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let customer = Customer { kind: kind.into(), display_name: display_name.into(), labels, ..person("") };
        create(guanxi, id, customer).await.unwrap();
        guanxi.clock.advance(Duration::from_secs(3600));
    }
    for (id, stage) in [("bob", CustomerStage::Active), ("dan", CustomerStage::WonBack)] {
        let change = stage_change(id, "2026-01-30T12:00:00Z", "s-1", stage);
        let request = RecordStageChangeRequest { stage_change: Some(change), ..Default::default() };
        guanxi.activity().record_stage_change(request).await.unwrap();
    }
}

async fn check(guanxi: &TestServer, cases: &[(&str, &[&str])]) {
    for (filter, expected) in cases {
        assert_eq!(all(guanxi, filtered(filter)).await, *expected, "{filter}");
    }
}

async fn every_field_and_operator_finds_its_customers(guanxi: TestServer) {
    four(&guanxi).await;
    let cases: &[(&str, &[&str])] = &[
        ("", &["ada", "bob", "cyd", "dan"]),
        ("kind = PERSON", &["ada", "bob"]),
        ("kind = organization", &["cyd"]),
        ("kind != PERSON", &["cyd", "dan"]),
        ("stage = ACTIVE", &["bob"]),
        ("stage = WON_BACK", &["dan"]),
        ("stage != PROSPECT", &["bob", "dan"]),
        ("display_name = Ada", &["ada"]),
        ("display_name = \"ada\"", &["cyd"]),
        ("display_name != ada", &["ada", "bob", "dan"]),
        ("display_name = 'Bob*'", &["bob"]),
        ("display_name = '50% \"off\"'", &["dan"]),
        ("display_name = \"50% \\\"off\\\"\"", &["dan"]),
        ("display_name = '%'", &[]),
        ("display_name = ''", &[]),
        ("create_time = 2026-01-31T13:00:00Z", &["bob"]),
        ("create_time = 2026-01-31T15:00:00+02:00", &["bob"]),
        ("create_time != 2026-01-31T13:00:00Z", &["ada", "cyd", "dan"]),
        ("create_time < 2026-01-31T13:00:00Z", &["ada"]),
        ("create_time <= '2026-01-31T13:00:00Z'", &["ada", "bob"]),
        ("create_time > 2026-01-31T13:00:00Z", &["cyd", "dan"]),
        ("create_time >= 2026-01-31T13:00:00.000001Z", &["cyd", "dan"]),
        ("labels.region = north", &["ada", "cyd"]),
        ("labels.region = \"North\"", &[]),
        ("labels.region != north", &["bob", "dan"]),
        ("labels:vip", &["ada"]),
        ("labels.vip = ''", &["ada"]),
        ("labels.region:*", &["ada", "bob", "cyd"]),
        ("labels.\"size\" : xl", &["cyd"]),
        ("labels:nothing", &[]),
    ];
    check(&guanxi, cases).await;
}

async fn restrictions_combine(guanxi: TestServer) {
    four(&guanxi).await;
    let cases: &[(&str, &[&str])] = &[
        ("kind = PERSON AND labels.region = north", &["ada"]),
        ("kind = PERSON labels.region = north", &["ada"]),
        ("kind = ORGANIZATION OR labels:vip", &["ada", "cyd"]),
        ("NOT labels.region = north", &["bob", "dan"]),
        ("-kind = PERSON -kind = UNKNOWN", &["cyd"]),
        ("NOT (kind = PERSON OR kind = UNKNOWN)", &["cyd"]),
        ("kind = UNKNOWN OR kind = PERSON AND labels:region", &["ada", "bob"]),
        ("kind = UNKNOWN OR (kind = PERSON AND labels:vip)", &["ada", "dan"]),
        ("labels.region = north AND labels:size", &["cyd"]),
        ("labels.region = north AND labels.region = south", &[]),
        ("stage = ACTIVE OR stage = WON_BACK OR labels:size", &["bob", "cyd", "dan"]),
        ("create_time > 2026-01-31T12:30:00Z AND create_time < 2026-01-31T14:30:00Z", &["bob", "cyd"]),
    ];
    check(&guanxi, cases).await;
    delete(&guanxi, "cyd").await.unwrap();
    check(&guanxi, &[("labels.region = north", &["ada"])]).await;
}

async fn a_filter_holds_on_every_page(guanxi: TestServer) {
    four(&guanxi).await;
    let orders = [("name desc", ["dan", "bob", "ada"]), ("create_time", ["ada", "bob", "dan"])];
    for (order_by, expected) in orders {
        let request = ListCustomersRequest {
            filter: "NOT labels:size".into(),
            page_size: 1,
            order_by: order_by.into(),
            ..ListCustomersRequest::default()
        };
        assert_eq!(all(&guanxi, request).await, expected, "{order_by}");
    }
}

async fn what_is_not_allowed_is_refused_with_what_is(guanxi: TestServer) {
    let fields = "kind, stage, display_name, create_time, labels";
    let long = format!("display_name = '{}'", "x".repeat(5000));
    let many = "kind = PERSON ".repeat(51);
    let cases = [
        ("name = ada", fields),
        ("update_time > 2026-01-31T12:00:00Z", fields),
        ("attributes.size = 1", fields),
        ("Kind = PERSON", fields),
        ("kind > PERSON", "= !="),
        ("display_name : a", "= !="),
        ("stage : ACTIVE", "= !="),
        ("kind = ROBOT", "PERSON, ORGANIZATION, UNKNOWN"),
        ("kind = CUSTOMER_KIND_PERSON", "PERSON, ORGANIZATION, UNKNOWN"),
        ("stage = GONE", "PROSPECT, ACTIVE, DORMANT, CHURNED, WON_BACK"),
        ("create_time > yesterday", "RFC 3339"),
        ("labels = north", "labels:KEY"),
        ("labels.region > north", "= != :"),
        ("display_name = A*", "wildcards"),
        ("display_name = 'a", "never closed"),
        ("(kind = PERSON", "closing parenthesis"),
        ("kind = PERSON) OR TRUE", "AND, OR"),
        ("kind = PERSON; DROP TABLE customers", "not PERSON;"),
        (long.as_str(), "4096"),
        (many.as_str(), "50"),
    ];
    for (filter, told) in cases {
        let refusal = refused(list(&guanxi, filtered(filter)).await, Code::InvalidArgument, "INVALID_FIELDS");
        assert_eq!(refusal.fields, ["filter"], "{filter}");
        assert!(refusal.faults[0].contains(told), "{filter}: {}", refusal.faults[0]);
    }
}

/// A word added to the contract must be one to filter by.
async fn all_words_of_the_contract_are_known(guanxi: TestServer) {
    let kinds = (1..).map_while(|number| CustomerKind::try_from(number).ok());
    let kinds = kinds.map(|kind| format!("kind = {}", &kind.as_str_name()["CUSTOMER_KIND_".len()..]));
    let stages = (1..).map_while(|number| CustomerStage::try_from(number).ok());
    let stages = stages.map(|stage| format!("stage = {}", &stage.as_str_name()["CUSTOMER_STAGE_".len()..]));
    for filter in kinds.chain(stages) {
        assert!(all(&guanxi, filtered(&filter)).await.is_empty(), "{filter}");
    }
}
