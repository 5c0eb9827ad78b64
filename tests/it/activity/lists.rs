//! Lists of facts: of one customer and across, the newest first, filtered, with and without what counts no more.

use guanxi::v1::{
    CustomerStage, DeleteCustomerRequest, Direction, Interaction, InteractionPurpose, Payment, Purchase, PurchaseType,
    StageChange,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;

use super::facts::{Sample, least, noon, replacing};
use super::kinds::{Kind, Query, list_all, listed, of_each_kind, record, source_ids};
use crate::support::{context, create_person, refusal, stage_change};

on_each_backend! {
    the_newest_by_occur_time_comes_first_of_one_customer_and_across,
    every_kind_is_filtered_by_time_and_source,
    purchases_are_filtered_by_channel_and_type,
    interactions_are_filtered_by_channel_and_purpose,
    stage_changes_are_filtered_by_stage,
    a_filter_that_is_none_is_refused,
    replaced_and_withdrawn_facts_are_shown_where_asked_for,
    facts_of_deleted_customers_are_not_listed_across,
    an_unknown_customer_is_not_found,
    a_parent_must_be_a_customer,
}

async fn are_newest_first<K: Sample>(guanxi: &TestServer) {
    for (customer, day, source_id) in [("ada", 3, "c"), ("ada", 1, "a"), ("bob", 2, "b"), ("ada", 4, "d")] {
        record(&guanxi.activity(), least::<K>(customer, day, source_id)).await.unwrap();
    }
    assert_eq!(source_ids(&listed::<K>(&guanxi.activity(), "customers/ada").await), ["d", "c", "a"]);
    assert_eq!(source_ids(&listed::<K>(&guanxi.activity(), "customers/bob").await), ["b"]);
    assert_eq!(source_ids(&listed::<K>(&guanxi.activity(), "customers/-").await), ["d", "c", "b", "a"]);
    assert_eq!(source_ids(&listed::<K>(&guanxi.activity(), "customers/cyd").await), [""; 0]);
}

async fn the_newest_by_occur_time_comes_first_of_one_customer_and_across(guanxi: TestServer) {
    for customer in ["ada", "bob", "cyd"] {
        create_person(&guanxi, customer).await;
    }
    of_each_kind!(are_newest_first, &guanxi);
}

/// What a filter lets through, the newest first, of one customer and across.
async fn check<K: Kind>(guanxi: &TestServer, filter: &str, expected: &[&str]) {
    for parent in ["customers/ada", "customers/-"] {
        let query = Query { parent: parent.into(), filter: filter.into(), ..Query::default() };
        let found = list_all::<K>(&guanxi.activity(), query).await;
        assert_eq!(source_ids(&found), expected, "{filter}");
    }
}

async fn are_filtered<K: Sample>(guanxi: &TestServer) {
    for day in 1..=4 {
        let mut fact = least::<K>("ada", day, &format!("d{day}"));
        fact.context_mut().source = if day % 2 == 0 { "till".into() } else { "shop".into() };
        record(&guanxi.activity(), fact).await.unwrap();
    }
    check::<K>(guanxi, "", &["d4", "d3", "d2", "d1"]).await;
    check::<K>(guanxi, r#"occur_time >= "2026-01-02T12:00:00Z""#, &["d4", "d3", "d2"]).await;
    check::<K>(guanxi, r#"occur_time > "2026-01-02T12:00:00Z""#, &["d4", "d3"]).await;
    check::<K>(guanxi, r#"occur_time = "2026-01-02T13:00:00+01:00""#, &["d2"]).await;
    check::<K>(guanxi, r#"occur_time < "2026-01-02T12:00:00.000001Z""#, &["d2", "d1"]).await;
    check::<K>(guanxi, r#"source = "till""#, &["d4", "d2"]).await;
    check::<K>(guanxi, r#"source != till AND occur_time > "2026-01-01T12:00:00Z""#, &["d3"]).await;
    check::<K>(guanxi, r#"source = till OR occur_time = "2026-01-01T12:00:00Z""#, &["d4", "d2", "d1"]).await;
    check::<K>(guanxi, r#"NOT source = "till""#, &["d3", "d1"]).await;
    check::<K>(guanxi, r#"source = "' OR 1=1 --""#, &[]).await;
}

async fn every_kind_is_filtered_by_time_and_source(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(are_filtered, &guanxi);
}

async fn purchases_are_filtered_by_channel_and_type(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let kinds = [("web", PurchaseType::Sale), ("store", PurchaseType::Return), ("", PurchaseType::Sale)];
    for (day, (channel, r#type)) in (1..).zip(kinds) {
        let fact = least::<Purchase>("ada", day, &format!("d{day}"));
        let fact = Purchase { channel: channel.into(), r#type: r#type.into(), ..fact };
        record(&guanxi.activity(), fact).await.unwrap();
    }
    check::<Purchase>(&guanxi, "type = SALE", &["d3", "d1"]).await;
    check::<Purchase>(&guanxi, r#"type = "return""#, &["d2"]).await;
    check::<Purchase>(&guanxi, "type != RETURN AND channel = web", &["d1"]).await;
    check::<Purchase>(&guanxi, r#"channel = "Web""#, &[]).await;
}

async fn interactions_are_filtered_by_channel_and_purpose(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    for (day, purpose) in (1..).zip(1..=10) {
        let fact = Interaction {
            purpose,
            direction: Direction::Inbound.into(),
            channel: if purpose < 3 { "phone".into() } else { "chat".into() },
            ..Interaction::least(context("ada", &noon(day), &format!("d{day}")))
        };
        record(&guanxi.activity(), fact).await.unwrap();
    }
    for purpose in 1..=10 {
        let name = InteractionPurpose::try_from(purpose).unwrap().as_str_name();
        let word = name.strip_prefix("INTERACTION_PURPOSE_").unwrap();
        check::<Interaction>(&guanxi, &format!("type = {word}"), &[&format!("d{purpose}")]).await;
    }
    check::<Interaction>(&guanxi, "channel = phone", &["d2", "d1"]).await;
    check::<Interaction>(&guanxi, "channel = phone AND type = COMPLAINT", &[]).await;
}

async fn stage_changes_are_filtered_by_stage(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    for number in 1..=5 {
        let stage = CustomerStage::try_from(number).unwrap();
        let fact = stage_change("ada", &noon(number.unsigned_abs()), &format!("d{number}"), stage);
        record(&guanxi.activity(), fact).await.unwrap();
    }
    for number in 1..=5 {
        let name = CustomerStage::try_from(number).unwrap().as_str_name();
        let word = name.strip_prefix("CUSTOMER_STAGE_").unwrap();
        check::<StageChange>(&guanxi, &format!("type = {word}"), &[&format!("d{number}")]).await;
    }
}

async fn refuses<K: Kind>(guanxi: &TestServer) {
    let mut wrong =
        vec!["amount > 5", "occur_time = yesterday", "source > a", "source", "(source = shop", "type = GIFT"];
    let too_long = format!("source = {}", "x".repeat(5000));
    wrong.push(&too_long);
    if !matches!(K::COLLECTION, "purchases" | "interactions") {
        wrong.push("channel = web");
    }
    for filter in wrong {
        let query = Query { parent: "customers/-".into(), filter: filter.into(), ..Query::default() };
        let refused = refusal(&K::list(guanxi.activity(), query).await.unwrap_err());
        assert_eq!((refused.code, refused.fields), (Code::InvalidArgument, vec!["filter".to_owned()]), "{filter}");
    }
}

async fn a_filter_that_is_none_is_refused(guanxi: TestServer) {
    of_each_kind!(refuses, &guanxi);
}

async fn are_shown<K: Sample>(guanxi: &TestServer) {
    let facts = [least::<K>("ada", 1, "a"), least("ada", 2, "b"), replacing(least("ada", 3, "c"), "a")];
    for fact in facts {
        record(&guanxi.activity(), fact).await.unwrap();
    }
    let request = guanxi::v1::WithdrawFactRequest {
        customer: "customers/ada".into(),
        kind: K::KIND.into(),
        fact: Some(crate::support::shop("b")),
    };
    guanxi.activity().withdraw_fact(request).await.unwrap();
    for parent in ["customers/ada", "customers/-"] {
        let query = Query { parent: parent.into(), ..Query::default() };
        assert_eq!(source_ids(&list_all::<K>(&guanxi.activity(), query.clone()).await), ["c"]);
        let query = Query { show_replaced: true, ..query };
        assert_eq!(source_ids(&list_all::<K>(&guanxi.activity(), query.clone()).await), ["c", "b", "a"]);
        let query = Query { filter: r#"occur_time < "2026-01-03T00:00:00Z""#.into(), ..query };
        assert_eq!(source_ids(&list_all::<K>(&guanxi.activity(), query).await), ["b", "a"]);
    }
}

async fn replaced_and_withdrawn_facts_are_shown_where_asked_for(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(are_shown, &guanxi);
}

async fn leave_the_list<K: Sample>(guanxi: &TestServer) {
    assert_eq!(source_ids(&listed::<K>(&guanxi.activity(), "customers/-").await), ["b"]);
}

async fn facts_of_deleted_customers_are_not_listed_across(guanxi: TestServer) {
    for customer in ["ada", "bob"] {
        create_person(&guanxi, customer).await;
    }
    for (customer, id) in [("ada", "a"), ("bob", "b")] {
        record(&guanxi.activity(), least::<Purchase>(customer, 1, id)).await.unwrap();
        record(&guanxi.activity(), least::<Interaction>(customer, 1, id)).await.unwrap();
        record(&guanxi.activity(), least::<Payment>(customer, 1, id)).await.unwrap();
        record(&guanxi.activity(), least::<StageChange>(customer, 1, id)).await.unwrap();
    }
    let request = DeleteCustomerRequest { name: "customers/ada".into(), ..DeleteCustomerRequest::default() };
    guanxi.customers().delete_customer(request).await.unwrap();
    of_each_kind!(leave_the_list, &guanxi);
}

async fn is_not_found<K: Kind>(guanxi: &TestServer) {
    let query = Query { parent: "customers/nobody".into(), ..Query::default() };
    let refused = refusal(&K::list(guanxi.activity(), query).await.unwrap_err());
    assert_eq!((refused.code, refused.metadata["resource"].as_str()), (Code::NotFound, "customers/nobody"));
}

async fn an_unknown_customer_is_not_found(guanxi: TestServer) {
    of_each_kind!(is_not_found, &guanxi);
}

async fn is_a_customer<K: Kind>(guanxi: &TestServer) {
    for parent in ["", "customers", "customers/", "customers/Ada", "touchpoints/desk", "customers/ada/purchases"] {
        let query = Query { parent: parent.into(), page_size: -1, ..Query::default() };
        let refused = refusal(&K::list(guanxi.activity(), query).await.unwrap_err());
        assert_eq!(refused.code, Code::InvalidArgument);
        assert_eq!(refused.fields, ["parent", "page_size"], "{parent}");
    }
}

async fn a_parent_must_be_a_customer(guanxi: TestServer) {
    of_each_kind!(is_a_customer, &guanxi);
}
