//! Where customers stand: one by one and in lists.

use std::collections::BTreeSet;
use std::time::Duration;

use guanxi::v1::{ListTierAssignmentsRequest, Population, PyramidRevision, TierAssignment, UnrankedReason};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{
    activate, active_pyramid, buys, by_revenue, crowd, customer_of, customer_shares, everybody, invalid, list_of,
    pages, places, rank, refused, scheme, standing, try_standing,
};
use crate::support::{cents, create_person, time};

on_each_backend! {
    assignment_tells_tier_score_value_and_since_when,
    unranked_customer_has_no_tier_and_a_reason,
    assignment_of_nobody_or_nothing_is_not_found,
    list_is_by_customer_page_by_page,
    tiers_are_a_partition_of_the_ranked,
    filter_other_than_one_tier_is_refused,
    token_of_another_list_is_refused,
    token_from_before_a_run_is_stale,
    paging_under_writes_skips_and_repeats_nobody,
}

fn of_tier(tier: &str) -> ListTierAssignmentsRequest {
    ListTierAssignmentsRequest { filter: format!("tier = \"{tier}\""), page_size: 7, ..list_of("value") }
}

async fn page(guanxi: &TestServer, list: ListTierAssignmentsRequest) -> Result<(Vec<TierAssignment>, String), Status> {
    let page = guanxi.segmentation().list_tier_assignments(list).await?.into_inner();
    Ok((page.tier_assignments, page.next_page_token))
}

async fn assignment_tells_tier_score_value_and_since_when(guanxi: TestServer) {
    buys(&guanxi, "ada", 43_210).await;
    let revision = active_pyramid(&guanxi, "value", by_revenue()).await;
    let seen = standing(&guanxi, "ada").await;
    assert_eq!(seen.name, "customers/ada/tierAssignments/value");
    assert_eq!(seen.pyramid_revision, revision);
    assert_eq!((seen.tier.as_str(), seen.tier_rank), ("silver", 2));
    assert!((seen.score.unwrap() - 43.21).abs() < 1e-9, "{:?}", seen.score);
    assert_eq!(cents(seen.value.as_ref().unwrap()), 43_210);
    assert_eq!((seen.assign_time, seen.unranked_reason()), (Some(time(START)), UnrankedReason::Unspecified));
    assert_eq!(everybody(&guanxi, "value").await, [seen]);
}

async fn unranked_customer_has_no_tier_and_a_reason(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    buys(&guanxi, "ben", -500).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    for customer in ["ada", "ben"] {
        let seen = standing(&guanxi, customer).await;
        assert_eq!((seen.tier.as_str(), seen.tier_rank, seen.score, &seen.value), ("", 0, None, &None));
        assert_eq!(seen.unranked_reason(), UnrankedReason::OutsidePopulation, "a return is no purchase");
    }
    assert_eq!(everybody(&guanxi, "value").await, []);
    let everyone = PyramidRevision { population: Population::AllCustomers.into(), ..by_revenue() };
    active_pyramid(&guanxi, "all", everyone).await;
    assert_eq!(places(&everybody(&guanxi, "all").await), [("ada", "bronze"), ("ben", "bronze")]);
    let seen = try_standing(&guanxi, "ada", "all").await.unwrap();
    assert_eq!((seen.score, cents(&seen.value.unwrap())), (Some(0.0), 0), "zero is not nothing");
}

async fn assignment_of_nobody_or_nothing_is_not_found(guanxi: TestServer) {
    buys(&guanxi, "ada", 100).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    for (customer, pyramid, missing) in [("bob", "value", "customers/bob"), ("ada", "other", "pyramids/other")] {
        let refusal = try_standing(&guanxi, customer, pyramid).await;
        let refusal = refused(refusal, Code::NotFound, "RESOURCE_NOT_FOUND");
        assert_eq!(refusal.metadata["resource"], missing);
    }
    invalid(try_standing(&guanxi, "Ada", "value").await, &["name"]);
    invalid(try_standing(&guanxi, "-", "value").await, &["name"]);
    let missing = refused(page(&guanxi, list_of("other")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "pyramids/other");
    let nowhere = ListTierAssignmentsRequest { parent: "value".into(), page_size: -1, ..list_of("") };
    invalid(page(&guanxi, nowhere).await, &["parent", "page_size"]);
}

async fn list_is_by_customer_page_by_page(guanxi: TestServer) {
    // By bytes, a hyphen comes before digits and letters.
    let ids = ["a", "a-b", "a0", "aa", "ab", "b", "z-1", "z1"];
    for id in ids.iter().rev() {
        buys(&guanxi, id, 100).await;
    }
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let (all, count) = pages(&guanxi, ListTierAssignmentsRequest { page_size: 3, ..list_of("value") }).await;
    assert_eq!(all.iter().map(customer_of).collect::<Vec<_>>(), ids);
    assert_eq!(count, 3);
    let (_, count) = pages(&guanxi, ListTierAssignmentsRequest { page_size: 4, ..list_of("value") }).await;
    assert_eq!(count, 2, "no empty page at the end");
    let (all, token) = page(&guanxi, ListTierAssignmentsRequest { page_size: 9000, ..list_of("value") }).await.unwrap();
    assert_eq!((all.len(), token.as_str()), (8, ""));
}

async fn tiers_are_a_partition_of_the_ranked(guanxi: TestServer) {
    crowd(&guanxi, 60).await;
    create_person(&guanxi, "zoe").await;
    active_pyramid(&guanxi, "value", scheme(vec![super::kit::revenue()], customer_shares(&[1000, 3000, 6000]))).await;
    let all: BTreeSet<String> = everybody(&guanxi, "value").await.iter().map(|one| customer_of(one).into()).collect();
    assert_eq!(all.len(), 60);
    let mut found = BTreeSet::new();
    for (tier, size) in [("gold", 6_usize), ("silver", 18), ("bronze", 36)] {
        let (members, count) = pages(&guanxi, of_tier(tier)).await;
        assert_eq!((members.len(), count), (size, size.div_ceil(7)));
        for one in &members {
            assert_eq!(one.tier, tier);
            assert_eq!(&standing(&guanxi, customer_of(one)).await, one);
            assert!(found.insert(customer_of(one).to_owned()), "{} stands in two tiers", one.name);
        }
    }
    assert_eq!(found, all);
    assert_eq!(pages(&guanxi, of_tier("lead")).await.0, [], "no tier of the scheme");
}

async fn filter_other_than_one_tier_is_refused(guanxi: TestServer) {
    buys(&guanxi, "ada", 100).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let bad = [
        "tier",
        "tier = ",
        "tier != gold",
        "tier > gold",
        "score = 3",
        "tier = gold OR tier = silver",
        "tier = \"Gold\"",
        "((",
    ];
    for filter in bad {
        let list = ListTierAssignmentsRequest { filter: filter.into(), ..list_of("value") };
        invalid(page(&guanxi, list).await, &["filter"]);
    }
    for filter in ["tier = bronze", "tier=\"bronze\"", "  tier   =   bronze "] {
        let list = ListTierAssignmentsRequest { filter: filter.into(), ..list_of("value") };
        assert_eq!(page(&guanxi, list).await.unwrap().0.len(), 1, "{filter}");
    }
}

async fn token_of_another_list_is_refused(guanxi: TestServer) {
    crowd(&guanxi, 20).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    active_pyramid(&guanxi, "other", by_revenue()).await;
    let first = || ListTierAssignmentsRequest { page_size: 5, ..list_of("value") };
    let (_, page_token) = page(&guanxi, first()).await.unwrap();
    let filtered = ListTierAssignmentsRequest { page_token: page_token.clone(), ..of_tier("bronze") };
    invalid(page(&guanxi, filtered).await, &["page_token"]);
    let elsewhere =
        ListTierAssignmentsRequest { parent: "pyramids/other".into(), page_token: page_token.clone(), ..first() };
    invalid(page(&guanxi, elsewhere).await, &["page_token"]);
    let altered = ListTierAssignmentsRequest { page_token: format!("{page_token}A"), ..first() };
    invalid(page(&guanxi, altered).await, &["page_token"]);
    let longer = ListTierAssignmentsRequest { page_token, page_size: 50, ..first() };
    assert_eq!(page(&guanxi, longer).await.unwrap().0.len(), 15, "the size may change");
}

async fn token_from_before_a_run_is_stale(guanxi: TestServer) {
    crowd(&guanxi, 20).await;
    let revision = active_pyramid(&guanxi, "value", by_revenue()).await;
    let first = ListTierAssignmentsRequest { page_size: 5, ..list_of("value") };
    let (_, page_token) = page(&guanxi, first.clone()).await.unwrap();
    let second = ListTierAssignmentsRequest { page_token, ..first.clone() };
    buys(&guanxi, "m-00003", 90_000).await;
    page(&guanxi, second.clone()).await.expect("facts make no token stale");
    guanxi.clock.advance(Duration::from_secs(1));
    activate(&guanxi, &revision).await;
    let refusal = refused(page(&guanxi, second).await, Code::Aborted, "PAGE_TOKEN_STALE");
    assert_eq!(refusal.metadata["pyramid"], "pyramids/value");
    assert_eq!(pages(&guanxi, first).await.0.len(), 20);
}

async fn paging_under_writes_skips_and_repeats_nobody(guanxi: TestServer) {
    crowd(&guanxi, 60).await;
    let by_rank =
        scheme(vec![super::kit::measure(guanxi::v1::MeasureKind::NetRevenue, rank())], customer_shares(&[5000, 5000]));
    active_pyramid(&guanxi, "value", by_rank).await;
    let mut list = ListTierAssignmentsRequest { page_size: 10, ..list_of("value") };
    let mut seen = Vec::new();
    for round in 0.. {
        let (members, token) = page(&guanxi, list.clone()).await.unwrap();
        seen.extend(members.iter().map(|one| customer_of(one).to_owned()));
        // Before, behind and among those already seen.
        for id in [format!("a-{round}"), format!("m-{:05}a", round * 7), format!("m-{:05}", round * 10)] {
            buys(&guanxi, &id, 50_000).await;
        }
        if token.is_empty() {
            break;
        }
        list.page_token = token;
    }
    let there_throughout: Vec<_> = seen.iter().filter(|id| id.len() == 7).cloned().collect();
    assert_eq!(there_throughout, (0..60).map(super::kit::member).collect::<Vec<_>>());
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
}
