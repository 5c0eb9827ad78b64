//! The sums of a customer never leave 64 bits: the fact that would take them there is refused.

use guanxi::v1::{Purchase, PurchaseLine, PurchaseType, WithdrawFactRequest};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::facts::{least, replacing};
use super::kinds::{Kind, Recording, ever_listed, record};
use crate::support::{create_person, line, refusal, sale, shop, usd};

on_each_backend! {
    huge_amounts_are_refused_before_sums_overflow,
    returns_do_not_make_room_for_more,
    a_refused_fact_of_a_batch_stops_no_other,
    a_withdrawal_or_a_correction_makes_room_again,
}

/// The largest amount there is, in cents.
const LARGEST: i64 = 1_000_000_000_000_000;

/// A purchase of the largest amounts there are, all of them taken off again.
fn huge(source_id: &str) -> Purchase {
    let largest = Some(usd(LARGEST));
    let (list_amount, discount_amount) = (largest.clone(), largest.clone());
    let line = PurchaseLine { list_amount, discount_amount, cost_amount: largest, ..line(0) };
    Purchase { lines: vec![line; 200], ..least("ada", 1, source_id) }
}

/// Records huge purchases until one is refused; how many there are, and the refusal.
async fn fill(guanxi: &TestServer) -> (usize, Status) {
    for count in 0..100 {
        if let Err(refused) = record(&guanxi.activity(), huge(&format!("huge {count}"))).await {
            return (count, refused);
        }
    }
    panic!("100 purchases of 2e17 cents fit into 64 bits");
}

fn assert_out_of_range(status: &Status) {
    let refused = refusal(status);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "TOTALS_OUT_OF_RANGE"));
    assert_eq!(refused.metadata["resource"], "customers/ada");
}

async fn huge_amounts_are_refused_before_sums_overflow(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let (count, refused) = fill(&guanxi).await;
    assert_out_of_range(&refused);
    assert!(count >= 5, "only {count} purchases of 2e17 cents");
    assert_eq!(ever_listed::<Purchase>(&guanxi.activity(), "customers/-").await.len(), count);
    // Customers are not in each other's way, and a small fact still fits.
    create_person(&guanxi, "bob").await;
    record(&guanxi.activity(), sale("bob", "2026-01-01T00:00:00Z", "small", 1)).await.unwrap();
    record(&guanxi.activity(), sale("ada", "2026-01-01T00:00:00Z", "small", 1)).await.unwrap();
    assert_out_of_range(&record(&guanxi.activity(), huge("again")).await.unwrap_err());
}

/// Whether a fact is refused must not hang on the order in which returns and sales come.
async fn returns_do_not_make_room_for_more(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let (count, _) = fill(&guanxi).await;
    let back = Purchase { r#type: PurchaseType::Return.into(), ..huge("back") };
    assert_out_of_range(&record(&guanxi.activity(), back).await.unwrap_err());
    assert_eq!(ever_listed::<Purchase>(&guanxi.activity(), "customers/-").await.len(), count);
}

async fn a_refused_fact_of_a_batch_stops_no_other(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let (count, _) = fill(&guanxi).await;
    let small = sale("ada", "2026-01-01T00:00:00Z", "small", 1);
    let recordings = vec![Recording::of(huge("too much")), Recording::of(small), Recording::of(huge("as well"))];
    let results = Purchase::batch(guanxi.activity(), recordings, false).await.unwrap();
    assert_out_of_range(results[0].as_ref().unwrap_err());
    results[1].as_ref().unwrap();
    assert_out_of_range(results[2].as_ref().unwrap_err());
    assert_eq!(ever_listed::<Purchase>(&guanxi.activity(), "customers/-").await.len(), count + 1);
}

async fn a_withdrawal_or_a_correction_makes_room_again(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    fill(&guanxi).await;
    let request = WithdrawFactRequest {
        customer: "customers/ada".into(),
        kind: Purchase::KIND.into(),
        fact: Some(shop("huge 0")),
    };
    guanxi.activity().withdraw_fact(request).await.unwrap();
    record(&guanxi.activity(), huge("another")).await.unwrap();
    let correction = replacing(sale("ada", "2026-01-01T00:00:00Z", "small", 1), "huge 1");
    record(&guanxi.activity(), correction).await.unwrap();
    record(&guanxi.activity(), huge("yet another")).await.unwrap();
    assert_out_of_range(&record(&guanxi.activity(), huge("too much")).await.unwrap_err());
}
