//! Paging through lists of facts: nothing is skipped or repeated, whatever is written meanwhile.

use std::collections::BTreeSet;

use guanxi::v1::{Payment, Purchase};
use guanxi_testkit::{TestServer, on_each_backend};
use prost::Message as _;
use tonic::Code;

use super::facts::{Sample, least};
use super::kinds::{Kind, Query, Recording, of_each_kind, record, source_ids};
use crate::support::{create_person, refusal};

on_each_backend! {
    pages_of_any_size_hold_every_fact_once,
    paging_while_others_write_skips_and_repeats_nothing,
    a_page_has_50_facts_unless_told_and_never_more_than_1000,
    a_page_is_closed_at_2_mib,
    a_page_token_belongs_to_its_list,
}

/// Every page of a list.
async fn pages<K: Kind>(guanxi: &TestServer, query: Query) -> Vec<Vec<K>> {
    let mut query = query;
    let mut pages = Vec::new();
    loop {
        let (page, next) = K::list(guanxi.activity(), query.clone()).await.unwrap();
        pages.push(page);
        if next.is_empty() {
            return pages;
        }
        query.page_token = next;
    }
}

/// Records many facts of one moment each, several at each of them.
async fn record_many<K: Sample>(guanxi: &TestServer, customer: &str, count: u32) {
    let fact = |number: u32| Recording::of(least::<K>(customer, 1 + number % 7, &format!("{number:04}")));
    let recordings: Vec<_> = (0..count).map(fact).collect();
    for part in recordings.chunks(500) {
        let results = K::batch(guanxi.activity(), part.to_vec(), true).await.unwrap();
        assert!(results.iter().all(Result::is_ok));
    }
}

async fn hold_all<K: Sample>(guanxi: &TestServer) {
    record_many::<K>(guanxi, "ada", 20).await;
    record_many::<K>(guanxi, "bob", 20).await;
    for (parent, count) in [("customers/ada", 20), ("customers/-", 40)] {
        let query = |page_size| Query { parent: parent.into(), page_size, ..Query::default() };
        let (whole, _) = K::list(guanxi.activity(), query(1000)).await.unwrap();
        assert_eq!(whole.len(), count);
        assert!(whole.is_sorted_by_key(|fact| std::cmp::Reverse(fact.context().occur_time.unwrap().seconds)));
        for page_size in [1, 3, 7, 20, 39, 40, 41] {
            let pages = pages::<K>(guanxi, query(page_size)).await;
            assert!(pages.iter().all(|page| page.len() <= usize::try_from(page_size).unwrap()));
            assert_eq!(pages.concat(), whole, "pages of {page_size}");
        }
    }
}

async fn pages_of_any_size_hold_every_fact_once(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    create_person(&guanxi, "bob").await;
    of_each_kind!(hold_all, &guanxi);
}

async fn are_exact_under_writes<K: Sample>(guanxi: &TestServer) {
    record_many::<K>(guanxi, "ada", 30).await;
    let mut query = Query { parent: "customers/-".into(), page_size: 4, ..Query::default() };
    let mut seen = Vec::new();
    for round in 0.. {
        let (page, next) = K::list(guanxi.activity(), query.clone()).await.unwrap();
        seen.extend(source_ids(&page).into_iter().filter(|id| !id.starts_with("new")).map(str::to_owned));
        if next.is_empty() {
            break;
        }
        query.page_token = next;
        // Before, beside and behind the place that the reader is at.
        for day in 1..=8 {
            record(&guanxi.activity(), least::<K>("bob", day, &format!("new {round} {day}"))).await.unwrap();
        }
        assert!(round < 500, "the list does not end");
    }
    let once: BTreeSet<String> = seen.iter().cloned().collect();
    assert_eq!((seen.len(), once.len()), (30, 30), "{seen:?}");
}

async fn paging_while_others_write_skips_and_repeats_nothing(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    create_person(&guanxi, "bob").await;
    of_each_kind!(are_exact_under_writes, &guanxi);
}

async fn a_page_has_50_facts_unless_told_and_never_more_than_1000(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    record_many::<Payment>(&guanxi, "ada", 1001).await;
    for (asked, got) in [(0, 50), (51, 51), (1000, 1000), (1001, 1000), (i32::MAX, 1000)] {
        let query = Query { parent: "customers/-".into(), page_size: asked, ..Query::default() };
        let (page, next) = Payment::list(guanxi.activity(), query).await.unwrap();
        assert_eq!((page.len(), next.is_empty()), (got, false), "asked for {asked}");
    }
}

async fn a_page_is_closed_at_2_mib(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    // 16 KB each.
    let note = "注\u{1f600}".repeat(2000);
    for number in 0..180 {
        let mut fact = least::<Purchase>("ada", 1 + number % 28, &number.to_string());
        fact.context_mut().note.clone_from(&note);
        record(&guanxi.activity(), fact).await.unwrap();
    }
    let query = Query { parent: "customers/ada".into(), page_size: 1000, ..Query::default() };
    let pages = pages::<Purchase>(&guanxi, query).await;
    for page in &pages {
        let bytes: usize = page.iter().map(prost::Message::encoded_len).sum();
        assert!(bytes <= 2 << 20, "a page of {bytes} bytes");
    }
    let all = pages.concat();
    let ids: BTreeSet<_> = source_ids(&all).into_iter().collect();
    assert_eq!((all.len(), ids.len()), (180, 180));
    assert!(all.iter().all(|fact| fact.context().note == note && fact.encoded_len() > 14_000));
}

async fn belongs_to_its_list<K: Sample>(guanxi: &TestServer) {
    record_many::<K>(guanxi, "ada", 5).await;
    let query = Query { parent: "customers/ada".into(), page_size: 2, ..Query::default() };
    let (_, page_token) = K::list(guanxi.activity(), query.clone()).await.unwrap();
    let query = Query { page_token: page_token.clone(), ..query };
    let others = [
        Query { parent: "customers/-".into(), ..query.clone() },
        Query { filter: "source = shop".into(), ..query.clone() },
        Query { show_replaced: true, ..query.clone() },
        Query { page_token: format!("{page_token}A"), ..query.clone() },
        Query { page_token: "made up".into(), ..query.clone() },
    ];
    for other in others {
        let refused = refusal(&K::list(guanxi.activity(), other.clone()).await.unwrap_err());
        assert_eq!((refused.code, refused.fields), (Code::InvalidArgument, vec!["page_token".to_owned()]), "{other:?}");
    }
    // Another size is no other list.
    let (rest, next) = K::list(guanxi.activity(), Query { page_size: 100, ..query }).await.unwrap();
    assert_eq!((rest.len(), next.as_str()), (3, ""));
}

async fn a_page_token_belongs_to_its_list(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(belongs_to_its_list, &guanxi);
}
