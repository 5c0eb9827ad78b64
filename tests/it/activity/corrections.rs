//! Corrections: a fact that names the one it replaces, of the same kind and customer, in whatever order they come.

use guanxi::v1::{FactState, Purchase};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;

use super::facts::{Sample, least, replacing};
use super::kinds::{Kind, Query, ever_listed, list_all, listed, of_each_kind, record, source_ids};
use crate::support::{create_person, refusal};

on_each_backend! {
    a_correction_takes_the_place_of_its_target,
    a_correction_may_come_before_its_target,
    a_correction_can_be_corrected_in_any_order,
    a_second_replacement_is_refused_naming_the_first,
    a_fact_cannot_replace_itself,
    two_facts_cannot_replace_each_other,
    a_correction_reaches_only_its_own_customer_kind_and_source,
}

/// The source ids and states of everything ever recorded of `ada`, the newest first.
async fn states<K: Kind>(guanxi: &TestServer) -> Vec<(String, FactState)> {
    let facts = ever_listed::<K>(&guanxi.activity(), "customers/ada").await;
    facts.iter().map(|fact| (fact.context().source_id.clone(), fact.context().state())).collect()
}

fn state(source_id: &str, state: FactState) -> (String, FactState) {
    (source_id.into(), state)
}

async fn is_replaced<K: Sample>(guanxi: &TestServer) {
    let wrong = record(&guanxi.activity(), least::<K>("ada", 1, "wrong")).await.unwrap();
    let right = record(&guanxi.activity(), replacing(least::<K>("ada", 2, "right"), "wrong")).await.unwrap();
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await, std::slice::from_ref(&right));
    assert_eq!(states::<K>(guanxi).await, [state("right", FactState::Active), state("wrong", FactState::Replaced)]);
    // Both are repeated as they are now.
    let mut replaced = wrong;
    replaced.context_mut().state = FactState::Replaced.into();
    assert_eq!(record(&guanxi.activity(), least::<K>("ada", 1, "wrong")).await.unwrap(), replaced);
    assert_eq!(record(&guanxi.activity(), replacing(least::<K>("ada", 2, "right"), "wrong")).await.unwrap(), right);
}

async fn a_correction_takes_the_place_of_its_target(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_replaced, &guanxi);
}

async fn comes_first<K: Sample>(guanxi: &TestServer) {
    record(&guanxi.activity(), replacing(least::<K>("ada", 2, "right"), "wrong")).await.unwrap();
    let late = record(&guanxi.activity(), least::<K>("ada", 3, "wrong")).await.unwrap();
    assert_eq!(late.context().state(), FactState::Replaced);
    assert_eq!(source_ids(&listed::<K>(&guanxi.activity(), "customers/ada").await), ["right"]);
}

async fn a_correction_may_come_before_its_target(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(comes_first, &guanxi);
}

async fn is_corrected_again<K: Sample>(guanxi: &TestServer) {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for (number, order) in orders.into_iter().enumerate() {
        let id = |name: &str| format!("{number}-{name}");
        let facts = [
            least::<K>("ada", 1, &id("first")),
            replacing(least::<K>("ada", 1, &id("second")), &id("first")),
            replacing(least::<K>("ada", 1, &id("third")), &id("second")),
        ];
        for index in order {
            record(&guanxi.activity(), facts[index].clone()).await.unwrap();
        }
        let left = listed::<K>(&guanxi.activity(), "customers/ada").await;
        assert_eq!(left.len(), number + 1, "of each three the third is left");
        assert!(source_ids(&left).contains(&id("third").as_str()), "{order:?}");
    }
}

async fn a_correction_can_be_corrected_in_any_order(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_corrected_again, &guanxi);
}

async fn is_replaced_once<K: Sample>(guanxi: &TestServer) {
    for (target, target_comes_first) in [("known", true), ("unknown", false)] {
        let first = format!("first of {target}");
        if target_comes_first {
            record(&guanxi.activity(), least::<K>("ada", 1, target)).await.unwrap();
        }
        record(&guanxi.activity(), replacing(least::<K>("ada", 2, &first), target)).await.unwrap();
        let before = states::<K>(guanxi).await;
        let second = replacing(least::<K>("ada", 3, "second"), target);
        let refused = refusal(&record(&guanxi.activity(), second).await.unwrap_err());
        assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "FACT_ALREADY_REPLACED"));
        assert_eq!(refused.metadata["source"], "shop");
        assert_eq!(refused.metadata["source_id"], first);
        assert_eq!(states::<K>(guanxi).await, before);
    }
}

async fn a_second_replacement_is_refused_naming_the_first(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_replaced_once, &guanxi);
}

async fn replaces_itself<K: Sample>(guanxi: &TestServer) {
    let refused = record(&guanxi.activity(), replacing(least::<K>("ada", 1, "own"), "own")).await.unwrap_err();
    let refused = refusal(&refused);
    assert_eq!(refused.code, Code::InvalidArgument);
    assert_eq!(refused.fields, [format!("{}.context.replaces", K::FIELD)]);
    assert_eq!(states::<K>(guanxi).await, []);
}

async fn a_fact_cannot_replace_itself(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(replaces_itself, &guanxi);
}

async fn replace_each_other<K: Sample>(guanxi: &TestServer) {
    record(&guanxi.activity(), replacing(least::<K>("ada", 1, "chicken"), "egg")).await.unwrap();
    let egg = replacing(least::<K>("ada", 2, "egg"), "chicken");
    let refused = refusal(&record(&guanxi.activity(), egg).await.unwrap_err());
    assert_eq!(refused.code, Code::InvalidArgument);
    assert_eq!(refused.fields, [format!("{}.context.replaces", K::FIELD)]);
    assert_eq!(states::<K>(guanxi).await, [state("chicken", FactState::Active)]);
}

async fn two_facts_cannot_replace_each_other(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(replace_each_other, &guanxi);
}

async fn reaches_its_own<K: Sample>(guanxi: &TestServer) {
    let mut elsewhere = least::<K>("ada", 1, "o-1");
    elsewhere.context_mut().source = "till".into();
    let facts = [elsewhere, least::<K>("bob", 2, "o-1"), replacing(least::<K>("ada", 3, "o-2"), "o-1")];
    for fact in facts {
        record(&guanxi.activity(), fact).await.unwrap();
    }
}

async fn a_correction_reaches_only_its_own_customer_kind_and_source(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    create_person(&guanxi, "bob").await;
    record(&guanxi.activity(), least::<Purchase>("ada", 4, "o-3")).await.unwrap();
    of_each_kind!(reaches_its_own, &guanxi);
    record(&guanxi.activity(), replacing(least::<guanxi::v1::Payment>("ada", 5, "o-4"), "o-3")).await.unwrap();
    let everything = Query { parent: "customers/-".into(), show_replaced: true, ..Query::default() };
    let purchases = list_all::<Purchase>(&guanxi.activity(), everything).await;
    assert_eq!(purchases.len(), 4);
    assert!(purchases.iter().all(|fact| fact.context().state() == FactState::Active), "{purchases:?}");
}
