//! The identity of a fact: customer, kind, source and source id, with the request id for what is not given.

use guanxi::v1::{Payment, Purchase};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;

use super::facts::{Sample, least};
use super::kinds::{Kind, Recording, listed, of_each_kind, record};
use crate::support::{create_person, refusal};

on_each_backend! {
    a_fact_without_any_id_is_that_of_its_request,
    a_source_id_that_is_not_given_is_the_request_id,
    a_fact_without_source_id_and_request_id_is_refused,
    a_source_id_of_no_source_is_refused,
    request_ids_are_uuids_in_either_case,
    a_source_id_goes_before_the_request_id,
    the_same_source_id_of_another_customer_kind_or_source_is_another_fact,
}

const REQUEST: &str = "6f1d2c3b-4a59-4687-9d0e-1f2a3b4c5d6e";

/// A fact of `ada` under these ids.
fn fact<K: Sample>(source: &str, source_id: &str) -> K {
    let mut fact = least::<K>("ada", 1, source_id);
    fact.context_mut().source = source.into();
    fact
}

async fn is_of_its_request<K: Sample>(guanxi: &TestServer) {
    let recording = Recording::of(fact::<K>("", "")).under(REQUEST);
    let first = K::record(guanxi.activity(), recording.clone()).await.unwrap();
    assert_eq!((first.context().source.as_str(), first.context().source_id.as_str()), ("request", REQUEST));
    assert_eq!(K::record(guanxi.activity(), recording).await.unwrap(), first);
    let mut other = Recording::of(least::<K>("ada", 2, "")).under(REQUEST);
    other.fact.context_mut().source = String::new();
    let refused = refusal(&K::record(guanxi.activity(), other).await.unwrap_err());
    assert_eq!(refused.reason, "FACT_DIFFERS");
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await, [first]);
}

async fn a_fact_without_any_id_is_that_of_its_request(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_of_its_request, &guanxi);
}

async fn takes_the_request_id<K: Sample>(guanxi: &TestServer) {
    let recording = Recording::of(fact::<K>("shop", "")).under(REQUEST);
    let first = K::record(guanxi.activity(), recording).await.unwrap();
    assert_eq!((first.context().source.as_str(), first.context().source_id.as_str()), ("shop", REQUEST));
    // The same identity, said in full.
    assert_eq!(record(&guanxi.activity(), fact::<K>("shop", REQUEST)).await.unwrap(), first);
}

async fn a_source_id_that_is_not_given_is_the_request_id(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(takes_the_request_id, &guanxi);
}

async fn needs_an_id<K: Sample>(guanxi: &TestServer) {
    for source in ["", "shop"] {
        let refused = refusal(&record(&guanxi.activity(), fact::<K>(source, "")).await.unwrap_err());
        assert_eq!(refused.code, Code::InvalidArgument);
        assert_eq!(refused.fields, [format!("{}.context.source_id", K::FIELD)]);
    }
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/-").await, []);
}

async fn a_fact_without_source_id_and_request_id_is_refused(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(needs_an_id, &guanxi);
}

async fn needs_a_source<K: Sample>(guanxi: &TestServer) {
    let recording = Recording::of(fact::<K>("", "o-1")).under(REQUEST);
    let refused = refusal(&K::record(guanxi.activity(), recording).await.unwrap_err());
    assert_eq!(refused.fields, [format!("{}.context.source", K::FIELD)]);
}

async fn a_source_id_of_no_source_is_refused(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(needs_a_source, &guanxi);
}

async fn request_ids_are_uuids_in_either_case(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let under = |id: &str| Recording::of(fact::<Payment>("", "")).under(id);
    for wrong in ["7", "6f1d2c3b4a5946879d0e1f2a3b4c5d6e", "{6f1d2c3b-4a59-4687-9d0e-1f2a3b4c5d6e}"] {
        let refused = refusal(&Payment::record(guanxi.activity(), under(wrong)).await.unwrap_err());
        assert!(refused.fields.contains(&"request_id".to_owned()), "{:?}", refused.fields);
    }
    let first = Payment::record(guanxi.activity(), under(REQUEST)).await.unwrap();
    assert_eq!(Payment::record(guanxi.activity(), under(&REQUEST.to_uppercase())).await.unwrap(), first);
}

async fn a_source_id_goes_before_the_request_id(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let one = Recording::of(fact::<Purchase>("shop", "o-1")).under(REQUEST);
    let two = Recording::of(fact::<Purchase>("shop", "o-2")).under(REQUEST);
    let one = Purchase::record(guanxi.activity(), one).await.unwrap();
    let two = Purchase::record(guanxi.activity(), two).await.unwrap();
    assert_eq!((one.context().source_id.as_str(), two.context().source_id.as_str()), ("o-1", "o-2"));
    assert_eq!(listed::<Purchase>(&guanxi.activity(), "customers/ada").await, [two, one]);
}

async fn the_same_source_id_of_another_customer_kind_or_source_is_another_fact(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    create_person(&guanxi, "bob").await;
    let of_bob = least::<Purchase>("bob", 2, "o-1");
    let of_till = Purchase { lines: vec![crate::support::line(1)], ..fact::<Purchase>("till", "o-1") };
    for fact in [fact::<Purchase>("shop", "o-1"), of_bob, of_till] {
        record(&guanxi.activity(), fact).await.unwrap();
    }
    record(&guanxi.activity(), fact::<Payment>("shop", "o-1")).await.unwrap();
    assert_eq!(listed::<Purchase>(&guanxi.activity(), "customers/-").await.len(), 3);
    assert_eq!(listed::<Payment>(&guanxi.activity(), "customers/-").await.len(), 1);
}
