//! Batches: each item by itself in its own place, or all of them or none.

use guanxi::v1::{GetCustomerRequest, Purchase};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::facts::{Sample, least, replacing};
use super::kinds::{Kind, Recording, ever_listed, listed, of_each_kind, source_ids};
use crate::support::{create_person, refusal};

on_each_backend! {
    every_item_has_its_own_result_in_its_place,
    a_later_item_sees_what_an_earlier_one_did,
    all_or_nothing_records_all,
    one_refused_item_of_all_or_nothing_leaves_nothing_behind,
    one_unreadable_item_of_all_or_nothing_leaves_nothing_behind,
    a_batch_holds_1_to_500_items,
    a_retried_batch_gives_the_same_answers,
}

fn code_and_reason(result: &Result<impl Sized, Status>) -> Option<(Code, String)> {
    let refused = refusal(result.as_ref().err()?);
    Some((refused.code, refused.reason))
}

fn refused(code: Code, reason: &str) -> Option<(Code, String)> {
    Some((code, reason.into()))
}

async fn have_their_own_results<K: Sample>(guanxi: &TestServer) {
    let mut unreadable = least::<K>("ada", 1, "o-3");
    unreadable.context_mut().occur_time = None;
    let recordings = vec![
        Recording::of(least::<K>("ada", 1, "o-1")),
        Recording::of(least::<K>("nobody", 1, "o-2")),
        Recording::of(unreadable),
        Recording::of(least::<K>("ada", 2, "o-1")),
        Recording::creating(least::<K>("eve", 3, "o-4")),
        Recording::of(least::<K>("ada", 4, "o-5")),
    ];
    let results = K::batch(guanxi.activity(), recordings, false).await.unwrap();
    let outcomes: Vec<_> = results.iter().map(code_and_reason).collect();
    let expected = [
        None,
        refused(Code::NotFound, "RESOURCE_NOT_FOUND"),
        refused(Code::InvalidArgument, "INVALID_FIELDS"),
        refused(Code::AlreadyExists, "FACT_DIFFERS"),
        None,
        None,
    ];
    assert_eq!(outcomes, expected);
    let fields = refusal(results[2].as_ref().unwrap_err()).fields;
    assert!(fields.len() == 1 && fields[0].ends_with("context.occur_time"), "{fields:?}");
    let recorded: Vec<K> = results.into_iter().rev().filter_map(Result::ok).collect();
    assert_eq!(source_ids(&recorded), ["o-5", "o-4", "o-1"]);
    assert_eq!(ever_listed::<K>(&guanxi.activity(), "customers/-").await, recorded);
}

async fn every_item_has_its_own_result_in_its_place(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(have_their_own_results, &guanxi);
}

async fn see_each_other<K: Sample>(guanxi: &TestServer) {
    let recordings = vec![
        Recording::of(least::<K>("ada", 1, "wrong")),
        Recording::of(least::<K>("ada", 1, "wrong")),
        Recording::of(replacing(least::<K>("ada", 2, "right"), "wrong")),
        Recording::of(replacing(least::<K>("ada", 3, "too late"), "wrong")),
    ];
    let results = K::batch(guanxi.activity(), recordings, false).await.unwrap();
    assert_eq!(results[0].as_ref().unwrap().clone().name_mut(), results[1].as_ref().unwrap().clone().name_mut());
    let refused = refusal(results[3].as_ref().unwrap_err());
    assert_eq!((refused.reason.as_str(), refused.metadata["source_id"].as_str()), ("FACT_ALREADY_REPLACED", "right"));
    assert_eq!(source_ids(&listed::<K>(&guanxi.activity(), "customers/ada").await), ["right"]);
    assert_eq!(source_ids(&ever_listed::<K>(&guanxi.activity(), "customers/ada").await), ["right", "wrong"]);
}

async fn a_later_item_sees_what_an_earlier_one_did(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(see_each_other, &guanxi);
}

async fn are_all_recorded<K: Sample>(guanxi: &TestServer) {
    let recordings = vec![
        Recording::of(least::<K>("ada", 1, "o-1")),
        Recording::creating(least::<K>("zoe", 2, "o-2")),
        Recording::of(least::<K>("zoe", 3, "o-3")),
    ];
    let results = K::batch(guanxi.activity(), recordings, true).await.unwrap();
    let mut recorded: Vec<K> = results.into_iter().map(Result::unwrap).collect();
    recorded.reverse();
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/-").await, recorded);
}

async fn all_or_nothing_records_all(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(are_all_recorded, &guanxi);
}

/// Nothing of a batch whose second item was refused for `reason` is there.
async fn is_given_up<K: Sample>(guanxi: &TestServer, second: Recording<K>, reason: &str) {
    let recordings =
        vec![Recording::creating(least::<K>("eve", 1, "o-1")), second, Recording::of(least::<K>("ada", 3, "o-3"))];
    let results = K::batch(guanxi.activity(), recordings, true).await.unwrap();
    assert_eq!(refusal(results[1].as_ref().unwrap_err()).reason, reason);
    for index in [0, 2] {
        let aborted = refusal(results[index].as_ref().unwrap_err());
        assert_eq!((aborted.code, aborted.reason.as_str()), (Code::Aborted, "BATCH_ABORTED"));
        assert_eq!(aborted.metadata["item"], "1");
    }
    let eve = GetCustomerRequest { name: "customers/eve".into() };
    assert_eq!(guanxi.customers().get_customer(eve).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(ever_listed::<K>(&guanxi.activity(), "customers/-").await, []);
}

async fn is_given_up_for_a_refusal<K: Sample>(guanxi: &TestServer) {
    is_given_up::<K>(guanxi, Recording::of(least("nobody", 2, "o-2")), "RESOURCE_NOT_FOUND").await;
}

async fn one_refused_item_of_all_or_nothing_leaves_nothing_behind(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_given_up_for_a_refusal, &guanxi);
}

async fn is_given_up_for_a_fault<K: Sample>(guanxi: &TestServer) {
    is_given_up::<K>(guanxi, Recording::of(least("ada", 2, "")), "INVALID_FIELDS").await;
}

async fn one_unreadable_item_of_all_or_nothing_leaves_nothing_behind(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_given_up_for_a_fault, &guanxi);
}

async fn holds_1_to_500<K: Sample>(guanxi: &TestServer) {
    let many = |count: usize| -> Vec<Recording<K>> {
        (0..count).map(|number| Recording::of(least("ada", 1, &format!("o-{number:03}")))).collect()
    };
    for (count, all_or_nothing) in [(0, false), (0, true), (501, false), (501, true)] {
        let refused = refusal(&K::batch(guanxi.activity(), many(count), all_or_nothing).await.unwrap_err());
        assert_eq!((refused.code, refused.fields), (Code::InvalidArgument, vec!["requests".to_owned()]), "{count}");
    }
    assert_eq!(ever_listed::<K>(&guanxi.activity(), "customers/-").await, []);
    for all_or_nothing in [true, false] {
        let results = K::batch(guanxi.activity(), many(500), all_or_nothing).await.unwrap();
        assert!(results.len() == 500 && results.iter().all(Result::is_ok));
        assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await.len(), 500);
    }
}

async fn a_batch_holds_1_to_500_items(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(holds_1_to_500, &guanxi);
}

async fn a_retried_batch_gives_the_same_answers(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let request = |number| format!("6f1d2c3b-4a59-4687-9d0e-00000000000{number}");
    let item = |number| {
        let mut fact = least::<Purchase>("ada", number, "");
        fact.context_mut().source = String::new();
        Recording::of(fact).under(&request(number))
    };
    let items: Vec<_> = (1..=9).map(item).collect();
    let first = Purchase::batch(guanxi.activity(), items.clone(), false).await.unwrap();
    let again = Purchase::batch(guanxi.activity(), items, true).await.unwrap();
    let facts = |results: Vec<Result<Purchase, Status>>| results.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    let first = facts(first);
    assert_eq!(facts(again), first);
    assert_eq!(listed::<Purchase>(&guanxi.activity(), "customers/-").await.len(), 9);
}
