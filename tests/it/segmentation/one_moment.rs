//! What one read says is of one moment, however much is written meanwhile: two measures that are equal at any moment, one of
//! the sums over the life and one of the days, are equal in every answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use guanxi::v1::activity_service_client::ActivityServiceClient;
use guanxi::v1::score_part::RawValue;
use guanxi::v1::segmentation_service_client::SegmentationServiceClient;
use guanxi::v1::{
    ExplainTierRequest, GetTierAssignmentRequest, Measure, MeasureDirection, MeasureKind, RecordPurchaseRequest,
    TierAssignment,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tokio::task::JoinSet;
use tonic::transport::Channel;

use super::kit::{active_pyramid, buys, deal, linear, list_of, measure, scheme, thresholds};
use super::passing::trailing;

on_each_backend! { what_is_read_is_of_one_moment_while_facts_arrive }

const CUSTOMERS: [&str; 2] = ["ada", "ben"];
const READERS: usize = 4;
/// Of each reader.
const ROUNDS: usize = 150;

/// The more sales the better, over ten years; the fewer the better, over the life: together always 50 points.
fn equal_measures() -> Vec<Measure> {
    let count = |id: &str| Measure { measure_id: id.into(), ..measure(MeasureKind::PurchaseCount, linear(0.0, 1e5)) };
    let lower = MeasureDirection::LowerIsBetter.into();
    vec![Measure { direction: lower, ..count("life") }, Measure { window: trailing(3660), ..count("days") }]
}

async fn write(channel: Channel, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Acquire) {
        for customer in CUSTOMERS {
            let request = RecordPurchaseRequest { purchase: Some(deal(customer, 100)), ..Default::default() };
            ActivityServiceClient::new(channel.clone()).record_purchase(request).await.unwrap();
        }
    }
}

async fn read(channel: Channel) {
    let mut segmentation = SegmentationServiceClient::new(channel);
    let name = format!("customers/{}/tierAssignments/value", CUSTOMERS[0]);
    for _ in 0..ROUNDS {
        let request = ExplainTierRequest { name: name.clone(), as_of_date: None };
        let why = segmentation.explain_tier(request).await.unwrap().into_inner();
        let counts: Vec<_> = why.parts.iter().map(|part| part.raw_value.clone()).collect();
        assert!(matches!(counts[0], Some(RawValue::Count(1..))), "{counts:?}");
        assert_eq!(counts[0], counts[1]);
        let request = GetTierAssignmentRequest { name: name.clone(), as_of_date: None };
        is_whole(&segmentation.get_tier_assignment(request).await.unwrap().into_inner());
        let listed = segmentation.list_tier_assignments(list_of("value")).await.unwrap().into_inner();
        assert_eq!(listed.tier_assignments.len(), CUSTOMERS.len());
        listed.tier_assignments.iter().for_each(is_whole);
    }
}

/// A sale that only one of the two measures knew of would be 0.0005 points.
fn is_whole(seen: &TierAssignment) {
    assert!((seen.score.unwrap() - 50.0).abs() < 1e-6, "{seen:?}");
}

async fn what_is_read_is_of_one_moment_while_facts_arrive(guanxi: TestServer) {
    for customer in CUSTOMERS {
        buys(&guanxi, customer, 100).await;
    }
    active_pyramid(&guanxi, "value", scheme(equal_measures(), thresholds(&[30.0]))).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for _ in 0..2 {
        writers.spawn(write(guanxi.channel(), Arc::clone(&stop)));
    }
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        readers.spawn(read(guanxi.channel()));
    }
    readers.join_all().await;
    stop.store(true, Ordering::Release);
    writers.join_all().await;
}
