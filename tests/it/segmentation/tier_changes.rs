//! The changes of tier of a customer: in order, each with its reason and with what was read at the time.

use guanxi::v1::score_part::RawValue;
use guanxi::v1::{
    DeleteCustomerRequest, ListTierChangesRequest, MeasureKind, PyramidRevision, TierChange, UndeleteCustomerRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{
    activate, active_pyramid, add_revision, buys, by_revenue, create_pyramid, customer_shares, invalid, linear,
    measure, rank, revenue, scheme, standing, thresholds,
};
use super::passing::{assign_tiers, changes, clock, holding, steps};
use crate::support::{create_person, refused, time, usd};

on_each_backend! {
    each_change_keeps_what_was_read_at_the_time,
    changes_of_one_moment_are_listed_in_their_order,
    pages_hold_every_change_once,
    leaving_and_coming_back_are_changes,
    who_asks_wrongly_is_told,
}

async fn page(guanxi: &TestServer, request: ListTierChangesRequest) -> Result<(Vec<TierChange>, String), Status> {
    let page = guanxi.segmentation().list_tier_changes(request).await?.into_inner();
    Ok((page.tier_changes, page.next_page_token))
}

fn of(customer: &str) -> ListTierChangesRequest {
    let parent = format!("customers/{customer}/tierAssignments/value");
    ListTierChangesRequest { parent, ..ListTierChangesRequest::default() }
}

/// Revenue and purchases, each half of the score.
fn of_two_measures() -> PyramidRevision {
    let count = measure(MeasureKind::PurchaseCount, linear(0.0, 10.0));
    scheme(vec![revenue(), count], thresholds(&[60.0, 30.0]))
}

fn adds_up(change: &TierChange) {
    let sum = change.parts.iter().fold(0.0_f64, |sum, part| sum + part.points.unwrap());
    assert_eq!(sum.to_bits(), change.score.unwrap().to_bits(), "{change:?}");
    assert!(change.parts.iter().all(|part| part.coverage.is_none()), "coverage is not kept");
}

async fn each_change_keeps_what_was_read_at_the_time(guanxi: TestServer) {
    let first = active_pyramid(&guanxi, "value", of_two_measures()).await;
    buys(&guanxi, "ada", 30_000).await;
    clock(&guanxi, "2026-02-03T08:00:00Z");
    buys(&guanxi, "ada", 20_000).await;
    clock(&guanxi, "2026-02-05T08:00:00Z");
    let ranked = scheme(vec![measure(MeasureKind::NetRevenue, rank())], customer_shares(&[5_000, 4_000, 1_000]));
    let second = add_revision(&guanxi, "value", ranked).await;
    activate(&guanxi, &second).await;
    clock(&guanxi, "2026-02-07T08:00:00Z");
    buys(&guanxi, "ada", 90_000).await;
    let seen = changes(&guanxi, "ada").await;
    let expected =
        [("NEW_REVISION", "silver", "gold"), ("OWN_CHANGE", "bronze", "silver"), ("OWN_CHANGE", "", "bronze")];
    assert_eq!(steps(&seen), expected);
    seen.iter().for_each(adds_up);
    let known = |change: &TierChange| {
        (change.score.unwrap(), change.value.clone().unwrap(), change.change_time, change.calibrate_time)
    };
    let (start, third, fifth) =
        (time(guanxi_testkit::START), time("2026-02-03T08:00:00Z"), time("2026-02-05T08:00:00Z"));
    assert_eq!(known(&seen[2]), (20.0, usd(30_000), Some(start), Some(start)));
    assert_eq!(known(&seen[1]), (35.0, usd(50_000), Some(third), Some(start)));
    assert_eq!(known(&seen[0]), (100.0, usd(50_000), Some(fifth), Some(fifth)));
    let revisions: Vec<_> = seen.iter().map(|change| change.pyramid_revision.as_str()).collect();
    assert_eq!(revisions, [&second, &first, &first]);
    let raw: Vec<_> = seen[1].parts.iter().map(|part| part.raw_value.clone().unwrap()).collect();
    assert_eq!(raw, [RawValue::Amount(usd(50_000)), RawValue::Count(2)]);
}

/// The clock stands still for all of it.
async fn changes_of_one_moment_are_listed_in_their_order(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", by_revenue()).await;
    buys(&guanxi, "ada", 40_000).await;
    buys(&guanxi, "ada", 30_000).await;
    let stricter = add_revision(&guanxi, "value", scheme(vec![revenue()], thresholds(&[90.0, 50.0]))).await;
    activate(&guanxi, &stricter).await;
    buys(&guanxi, "ada", 20_000).await;
    guanxi.segmentation().set_tier_override(holding("ada", "bronze", None)).await.unwrap();
    assert_eq!(assign_tiers(&guanxi).await.moved_count, 0);
    guanxi.segmentation().set_tier_override(holding("ada", "silver", None)).await.unwrap();
    let expected = [
        ("OVERRIDE_SET", "bronze", "silver"),
        ("OVERRIDE_SET", "gold", "bronze"),
        ("OWN_CHANGE", "silver", "gold"),
        ("NEW_REVISION", "gold", "silver"),
        ("OWN_CHANGE", "silver", "gold"),
        ("OWN_CHANGE", "", "silver"),
    ];
    assert_eq!(steps(&changes(&guanxi, "ada").await), expected);
}

async fn pages_hold_every_change_once(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", by_revenue()).await;
    buys(&guanxi, "ada", 40_000).await;
    for number in 0..6_i64 {
        // Two at a time in one moment.
        clock(&guanxi, &format!("2026-02-0{}T08:00:00Z", 1 + number / 2));
        buys(&guanxi, "ada", if number % 2 == 0 { 20_000 } else { -20_000 }).await;
    }
    let all = changes(&guanxi, "ada").await;
    assert_eq!(all.len(), 7);
    assert!(all.windows(2).all(|pair| pair[0].from_tier == pair[1].to_tier), "each begins where the last one ended");
    for page_size in [1, 2, 3, 7, 8] {
        let (mut request, mut seen) = (ListTierChangesRequest { page_size, ..of("ada") }, Vec::new());
        loop {
            let (found, token) = page(&guanxi, request.clone()).await.unwrap();
            assert!(found.len() <= usize::try_from(page_size).unwrap() && !found.is_empty());
            seen.extend(found);
            if token.is_empty() {
                break;
            }
            request.page_token = token;
        }
        assert_eq!(seen, all, "by {page_size}");
    }
    // What comes in between shows on no later page.
    let (_, token) = page(&guanxi, ListTierChangesRequest { page_size: 2, ..of("ada") }).await.unwrap();
    buys(&guanxi, "ada", 90_000).await;
    let (rest, _) = page(&guanxi, ListTierChangesRequest { page_token: token, ..of("ada") }).await.unwrap();
    assert_eq!(rest, all[2..]);
}

async fn leaving_and_coming_back_are_changes(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", by_revenue()).await;
    buys(&guanxi, "ada", 40_000).await;
    let request = DeleteCustomerRequest { name: "customers/ada".into(), ..Default::default() };
    guanxi.customers().delete_customer(request).await.unwrap();
    let request = UndeleteCustomerRequest { name: "customers/ada".into(), ..Default::default() };
    guanxi.customers().undelete_customer(request).await.unwrap();
    assert_eq!(standing(&guanxi, "ada").await.tier, "silver");
    let seen = changes(&guanxi, "ada").await;
    let expected = [("OWN_CHANGE", "", "silver"), ("OWN_CHANGE", "silver", ""), ("OWN_CHANGE", "", "silver")];
    assert_eq!(steps(&seen), expected);
    assert_eq!(
        (seen[1].score, &seen[1].value, seen[1].parts.len()),
        (None, &None, 0),
        "nothing is read of the deleted"
    );
    adds_up(&seen[0]);
}

async fn who_asks_wrongly_is_told(guanxi: TestServer) {
    for customer in ["ada", "ben"] {
        create_person(&guanxi, customer).await;
    }
    refused(page(&guanxi, of("ada")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    create_pyramid(&guanxi, "value").await;
    assert_eq!(page(&guanxi, of("ada")).await.unwrap(), (vec![], String::new()), "not in force yet");
    let revision = add_revision(&guanxi, "value", by_revenue()).await;
    activate(&guanxi, &revision).await;
    assert_eq!(page(&guanxi, of("ada")).await.unwrap(), (vec![], String::new()));
    refused(page(&guanxi, of("nobody")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    for amount in [40_000, 30_000] {
        buys(&guanxi, "ada", amount).await;
    }
    let faulty = ListTierChangesRequest { page_size: -1, page_token: "?".into(), parent: "customers/ada".into() };
    invalid(page(&guanxi, faulty).await, &["parent", "page_size", "page_token"]);
    let (_, token) = page(&guanxi, ListTierChangesRequest { page_size: 1, ..of("ada") }).await.unwrap();
    let elsewhere = ListTierChangesRequest { page_token: token, ..of("ben") };
    invalid(page(&guanxi, elsewhere).await, &["page_token"]);
}
