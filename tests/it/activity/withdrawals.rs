//! Taking facts back, before and after they come.

use std::time::Duration;

use guanxi::v1::{DeleteCustomerRequest, FactKey, FactKind, FactState, WithdrawFactRequest, WithdrawFactResponse};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::{Code, Status};

use super::facts::{Sample, least, replacing};
use super::kinds::{Kind, ever_listed, listed, of_each_kind, record, source_ids};
use crate::support::{create_person, refusal, shop, time};

on_each_backend! {
    a_withdrawn_fact_counts_no_more_but_is_kept,
    a_withdrawal_may_come_before_its_fact,
    taking_back_twice_changes_nothing,
    a_replaced_fact_cannot_be_withdrawn,
    a_withdrawn_fact_cannot_be_replaced,
    a_withdrawn_correction_does_not_bring_its_target_back,
    only_facts_of_customers_that_are_there_are_withdrawn,
    every_wrong_field_of_a_withdrawal_is_named,
}

fn of<K: Kind>(source_id: &str) -> WithdrawFactRequest {
    WithdrawFactRequest { customer: "customers/ada".into(), kind: K::KIND.into(), fact: Some(shop(source_id)) }
}

pub(super) async fn withdraw(
    guanxi: &TestServer,
    request: WithdrawFactRequest,
) -> Result<WithdrawFactResponse, Status> {
    Ok(guanxi.activity().withdraw_fact(request).await?.into_inner())
}

async fn is_taken_back<K: Sample>(guanxi: &TestServer) {
    record(&guanxi.activity(), least::<K>("ada", 1, "o-1")).await.unwrap();
    record(&guanxi.activity(), least::<K>("ada", 2, "o-2")).await.unwrap();
    let answer = withdraw(guanxi, of::<K>("o-1")).await.unwrap();
    assert_eq!(answer, WithdrawFactResponse { known: true, withdraw_time: Some(time(START)) });
    assert_eq!(source_ids(&listed::<K>(&guanxi.activity(), "customers/ada").await), ["o-2"]);
    let ever = ever_listed::<K>(&guanxi.activity(), "customers/ada").await;
    let states: Vec<FactState> = ever.iter().map(|fact| fact.context().state()).collect();
    assert_eq!(states, [FactState::Active, FactState::Withdrawn]);
    // The repeat of a fact that was taken back does not bring it back.
    let repeat = record(&guanxi.activity(), least::<K>("ada", 1, "o-1")).await.unwrap();
    assert_eq!(repeat, ever[1]);
}

async fn a_withdrawn_fact_counts_no_more_but_is_kept(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_taken_back, &guanxi);
}

async fn is_taken_back_early<K: Sample>(guanxi: &TestServer) {
    let answer = withdraw(guanxi, of::<K>("o-1")).await.unwrap();
    assert_eq!(answer, WithdrawFactResponse { known: false, withdraw_time: Some(time(START)) });
    let late = record(&guanxi.activity(), least::<K>("ada", 1, "o-1")).await.unwrap();
    assert_eq!(late.context().state(), FactState::Withdrawn);
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await, []);
    assert_eq!(ever_listed::<K>(&guanxi.activity(), "customers/ada").await, [late]);
}

async fn a_withdrawal_may_come_before_its_fact(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_taken_back_early, &guanxi);
}

async fn is_taken_back_again<K: Sample>(guanxi: &TestServer) {
    record(&guanxi.activity(), least::<K>("ada", 1, "known")).await.unwrap();
    for (source_id, known) in [("known", true), ("not yet", false)] {
        let answer = withdraw(guanxi, of::<K>(source_id)).await.unwrap();
        assert_eq!(answer.known, known);
        guanxi.clock.advance(Duration::from_secs(7));
        assert_eq!(withdraw(guanxi, of::<K>(source_id)).await.unwrap(), answer);
        let fact = record(&guanxi.activity(), least::<K>("ada", 1, source_id)).await.unwrap();
        assert_eq!(fact.context().state(), FactState::Withdrawn);
        let again = withdraw(guanxi, of::<K>(source_id)).await.unwrap();
        assert_eq!(again, WithdrawFactResponse { known: true, ..answer });
    }
}

async fn taking_back_twice_changes_nothing(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_taken_back_again, &guanxi);
}

async fn has_a_replacement<K: Sample>(guanxi: &TestServer) {
    record(&guanxi.activity(), least::<K>("ada", 1, "wrong")).await.unwrap();
    record(&guanxi.activity(), replacing(least::<K>("ada", 2, "right"), "wrong")).await.unwrap();
    let refused = refusal(&withdraw(guanxi, of::<K>("wrong")).await.unwrap_err());
    assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "FACT_ALREADY_REPLACED"));
    assert_eq!((refused.metadata["source"].as_str(), refused.metadata["source_id"].as_str()), ("shop", "right"));
    assert_eq!(source_ids(&listed::<K>(&guanxi.activity(), "customers/ada").await), ["right"]);
}

async fn a_replaced_fact_cannot_be_withdrawn(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(has_a_replacement, &guanxi);
}

async fn is_gone<K: Sample>(guanxi: &TestServer) {
    record(&guanxi.activity(), least::<K>("ada", 1, "wrong")).await.unwrap();
    for target in ["wrong", "never came"] {
        withdraw(guanxi, of::<K>(target)).await.unwrap();
        let correction = replacing(least::<K>("ada", 2, "right"), target);
        let refused = refusal(&record(&guanxi.activity(), correction).await.unwrap_err());
        assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "FACT_ALREADY_REPLACED"));
        assert!(!refused.metadata.contains_key("source_id"), "nothing replaced it: {:?}", refused.metadata);
    }
    assert_eq!(source_ids(&ever_listed::<K>(&guanxi.activity(), "customers/ada").await), ["wrong"]);
}

async fn a_withdrawn_fact_cannot_be_replaced(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_gone, &guanxi);
}

async fn stays_replaced<K: Sample>(guanxi: &TestServer) {
    record(&guanxi.activity(), least::<K>("ada", 1, "wrong")).await.unwrap();
    record(&guanxi.activity(), replacing(least::<K>("ada", 2, "right"), "wrong")).await.unwrap();
    withdraw(guanxi, of::<K>("right")).await.unwrap();
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await, []);
    // The same when the withdrawal is the first to come.
    withdraw(guanxi, of::<K>("right 2")).await.unwrap();
    record(&guanxi.activity(), replacing(least::<K>("ada", 2, "right 2"), "wrong 2")).await.unwrap();
    record(&guanxi.activity(), least::<K>("ada", 1, "wrong 2")).await.unwrap();
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await, []);
}

async fn a_withdrawn_correction_does_not_bring_its_target_back(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(stays_replaced, &guanxi);
}

async fn needs_a_customer<K: Sample>(guanxi: &TestServer) {
    let nobody = WithdrawFactRequest { customer: "customers/nobody".into(), ..of::<K>("o-1") };
    let refused = refusal(&withdraw(guanxi, nobody).await.unwrap_err());
    assert_eq!((refused.code, refused.metadata["resource"].as_str()), (Code::NotFound, "customers/nobody"));
    let refused = refusal(&withdraw(guanxi, of::<K>("o-1")).await.unwrap_err());
    assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "CUSTOMER_DELETED"));
}

async fn only_facts_of_customers_that_are_there_are_withdrawn(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let request = DeleteCustomerRequest { name: "customers/ada".into(), ..DeleteCustomerRequest::default() };
    guanxi.customers().delete_customer(request).await.unwrap();
    of_each_kind!(needs_a_customer, &guanxi);
}

async fn every_wrong_field_of_a_withdrawal_is_named(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let fact = Some(FactKey { source: "Shop!".into(), source_id: "x".repeat(201) });
    let wrong = WithdrawFactRequest { customer: "customers/-".into(), kind: 99, fact };
    let none = WithdrawFactRequest { kind: FactKind::Unspecified.into(), ..WithdrawFactRequest::default() };
    let wrong = refusal(&withdraw(&guanxi, wrong).await.unwrap_err());
    assert_eq!(wrong.code, Code::InvalidArgument);
    assert_eq!(wrong.fields, ["customer", "kind", "fact.source", "fact.source_id"]);
    assert_eq!(refusal(&withdraw(&guanxi, none).await.unwrap_err()).fields, ["customer", "kind", "fact"]);
}
