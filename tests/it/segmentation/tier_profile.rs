//! What the customers of each tier are like: figures by hand, whom they are about, and what is refused.

mod mixes;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use guanxi::v1::measure_figure::Figure;
use guanxi::v1::{
    DeleteCustomerRequest, Evidence, FigureBasis, GetTierProfileRequest, Interaction, InteractionPurpose,
    MeasureFigure, MeasureKind, MeasureProfile, RecordInteractionRequest, TierProfile, TierProfileReport, TierStrategy,
    Window, window,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{
    BEFORE, activate, active_pyramid, add_revision, buys, by_revenue, create_pyramid, crowd, invalid, linear, measure,
    member, new_source_id, refused, report, revenue, scheme, thresholds,
};
use crate::support::{create_person, inbound, time, usd};

on_each_backend! {
    measures_are_told_in_their_units,
    cost_to_serve_is_of_those_of_whom_it_is_known,
    sizes_are_those_of_the_report,
    every_page_is_read,
    profile_is_of_one_revision_while_readers_are_switched,
    every_fault_of_a_request_is_named_at_once,
    profile_of_nothing_is_refused,
}

async fn try_profile(guanxi: &TestServer, name: &str, labels: &[&str]) -> Result<TierProfileReport, Status> {
    let label_keys = labels.iter().map(|key| (*key).to_owned()).collect();
    let request = GetTierProfileRequest { name: name.into(), label_keys };
    Ok(guanxi.segmentation().get_tier_profile(request).await?.into_inner())
}

async fn profile(guanxi: &TestServer, labels: &[&str]) -> TierProfileReport {
    try_profile(guanxi, "pyramids/value", labels).await.unwrap()
}

/// The last of the three tiers, where everybody is who has spent less than 300 dollars.
async fn bronze(guanxi: &TestServer, labels: &[&str]) -> TierProfile {
    profile(guanxi, labels).await.tiers.remove(2)
}

/// An inquiry by telephone of so many seconds, at such a cost in cents.
async fn calls(guanxi: &TestServer, customer: &str, seconds: Option<i64>, cost: Option<i64>) {
    let interaction = Interaction {
        channel: "phone".into(),
        duration: seconds.map(|seconds| prost_types::Duration { seconds, nanos: 0 }),
        handling_cost: cost.map(usd),
        ..inbound(customer, BEFORE, &new_source_id(), InteractionPurpose::Inquiry)
    };
    let request = RecordInteractionRequest { interaction: Some(interaction), ..Default::default() };
    guanxi.activity().record_interaction(request).await.unwrap();
}

fn basis(known_count: i64, missing_count: i64) -> Option<FigureBasis> {
    let evidence = match known_count {
        ..5 => Evidence::Suppressed,
        5..30 => Evidence::Indicative,
        _ => Evidence::Sound,
    };
    Some(FigureBasis { known_count, missing_count, evidence: evidence.into() })
}

/// Quartiles from the first to the third, and the mean.
fn figures(of: &MeasureProfile) -> [Option<Figure>; 4] {
    let MeasureProfile { measure_id: _, kind: _, basis: _, first_quartile, median, third_quartile, mean } = of;
    [first_quartile, median, third_quartile, mean]
        .map(|one| one.clone().map(|MeasureFigure { figure }| figure.unwrap()))
}

async fn measures_are_told_in_their_units(guanxi: TestServer) {
    let spent = [1_000, 2_000, 3_002, 4_000, 5_000, 6_000];
    // One who never called, four who called for so many seconds, and one of whose call that is not known.
    let talked = [None, Some(Some(30)), Some(Some(61)), Some(Some(90)), Some(Some(120)), Some(None)];
    for (number, (cents, call)) in spent.into_iter().zip(talked).enumerate() {
        buys(&guanxi, &member(number), cents).await;
        if let Some(seconds) = call {
            calls(&guanxi, &member(number), seconds, None).await;
        }
    }
    buys(&guanxi, &member(0), 0).await;
    let mut fading = measure(MeasureKind::PurchaseCount, linear(0.0, 1e9));
    // Half a month before the clock.
    fading.window = Some(Window { span: Some(window::Span::HalfLifeDays(16)) });
    let others = [MeasureKind::PurchaseDayCount, MeasureKind::Recency, MeasureKind::ContactTime];
    let others = others.map(|kind| measure(kind, linear(0.0, 1e9)));
    let measures = [revenue(), fading].into_iter().chain(others).collect();
    active_pyramid(&guanxi, "value", scheme(measures, thresholds(&[60.0, 30.0]))).await;

    let bronze = bronze(&guanxi, &[]).await;
    assert_eq!((bronze.customer_count, bronze.label_mixes.len()), (6, 0), "no label was asked for");
    let [revenue, fading, days, recency, time] = bronze.measures.as_slice() else { panic!("{:?}", bronze.measures) };
    assert_eq!((revenue.measure_id.as_str(), revenue.kind()), ("net_revenue", MeasureKind::NetRevenue));
    assert_eq!(revenue.basis, basis(6, 0));
    // At places 1.25, 2.5 and 3.75 from 0: 2250.50, 3501 and 4750 cents; the mean is 21002 / 6.
    let amounts = [2_251, 3_501, 4_750, 3_500].map(|cents| Some(Figure::Amount(usd(cents))));
    assert_eq!(figures(revenue), amounts);
    let numbers = |figures: [f64; 4]| figures.map(|figure| Some(Figure::Number(figure)));
    assert_eq!(figures(fading), numbers([0.5, 0.5, 0.5, 3_500_000.0 / 6.0 / 1e6]));
    assert_eq!(figures(days), numbers([1.0; 4]));
    assert_eq!(figures(recency), numbers([16.0; 4]));
    // 0, 30, 61, 90 and 120 seconds.
    assert_eq!(time.basis, basis(5, 1));
    let duration = |seconds, nanos| Some(Figure::Duration(prost_types::Duration { seconds, nanos }));
    let durations = [duration(30, 0), duration(61, 0), duration(90, 0), duration(60, 200_000_000)];
    assert_eq!(figures(time), durations);
}

async fn cost_to_serve_is_of_those_of_whom_it_is_known(guanxi: TestServer) {
    for number in 0..6 {
        buys(&guanxi, &member(number), 100).await;
    }
    // Two who never called, two with a cost of every call, one with a cost of one of two, one of whom none is known.
    for (number, cost) in [(2, Some(300)), (3, Some(0)), (3, Some(152)), (4, Some(50)), (4, None), (5, None)] {
        calls(&guanxi, &member(number), None, cost).await;
    }
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let cost = bronze(&guanxi, &[]).await.cost_to_serve.unwrap();
    assert_eq!(cost.basis, basis(5, 1));
    // 502 cents of five customers; four of six calls.
    assert_eq!((cost.total_amount, cost.mean_amount), (Some(usd(502)), Some(usd(100))));
    assert_eq!(cost.coverage, Some(4.0 / 6.0));
}

async fn sizes_are_those_of_the_report(guanxi: TestServer) {
    for (number, dollars) in [900, 900, 700, 600, 599, 300, 299, 10, 0, 0].into_iter().enumerate() {
        buys(&guanxi, &member(number), dollars * 100).await;
    }
    for unranked in ["x", "y"] {
        create_person(&guanxi, unranked).await;
    }
    let delete = DeleteCustomerRequest { name: format!("customers/{}", member(0)), ..Default::default() };
    guanxi.customers().delete_customer(delete).await.unwrap();
    let mut revision = by_revenue();
    let strategy = TierStrategy { service_level: "hotline".into(), ..TierStrategy::default() };
    revision.tiers[2].strategy = Some(strategy.clone());
    let name = active_pyramid(&guanxi, "value", revision).await;
    guanxi.clock.advance(Duration::from_secs(60));

    let (profile, report) = (profile(&guanxi, &[]).await, report(&guanxi, "value").await);
    assert_eq!((profile.pyramid.as_str(), profile.pyramid_revision), ("pyramids/value", name));
    assert_eq!(profile.report_time, Some(time("2026-01-31T12:01:00Z")));
    assert_eq!((profile.unranked_count, report.unranked_count), (2, 2));
    let sizes = profile.tiers.iter().map(|one| (one.tier.clone(), one.customer_count, one.customer_share));
    let told: Vec<_> =
        report.tiers.iter().map(|one| (one.tier.clone(), one.customer_count, one.customer_share)).collect();
    assert_eq!(sizes.collect::<Vec<_>>(), told);
    assert_eq!(told[0], ("gold".to_owned(), 3, Some(3.0 / 9.0)));
    let strategies: Vec<_> = profile.tiers.into_iter().map(|one| one.strategy).collect();
    assert_eq!(strategies, [None, None, Some(strategy)]);
}

async fn every_page_is_read(guanxi: TestServer) {
    crowd(&guanxi, 5_500).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let bronze = bronze(&guanxi, &[]).await;
    assert_eq!((bronze.customer_count, bronze.measures[0].basis), (5_500, basis(5_500, 0)));
    // From 100 cents to 5599, at places 1374.75, 2749.5 and 4124.25.
    let amounts = [1_475, 2_850, 4_224, 2_850].map(|cents| Some(Figure::Amount(usd(cents))));
    assert_eq!(figures(&bronze.measures[0]), amounts);
    assert_eq!(bronze.stage_mix.unwrap().words[0].count, 5_500);
}

async fn profile_is_of_one_revision_while_readers_are_switched(guanxi: TestServer) {
    crowd(&guanxi, 5_500).await;
    let strict = active_pyramid(&guanxi, "value", by_revenue()).await;
    let generous = add_revision(&guanxi, "value", scheme(vec![revenue()], thresholds(&[0.1, 0.0]))).await;
    let stop = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn({
        let (mut segmentation, stop) = (guanxi.segmentation(), Arc::clone(&stop));
        let (strict, generous) = (strict.clone(), generous.clone());
        async move {
            while !stop.load(Ordering::Acquire) {
                let request = GetTierProfileRequest { name: "pyramids/value".into(), label_keys: Vec::new() };
                let profile = segmentation.get_tier_profile(request).await.unwrap().into_inner();
                let sizes: Vec<_> = profile.tiers.iter().map(|tier| tier.customer_count).collect();
                let expected = if profile.pyramid_revision == strict { [0, 0, 5_500] } else { [5_500, 0, 0] };
                assert_eq!((sizes, profile.unranked_count), (expected.to_vec(), 0));
                assert!([&strict, &generous].contains(&&profile.pyramid_revision));
            }
        }
    });
    for revision in [&generous, &strict, &generous] {
        assert_eq!(activate(&guanxi, revision).await.moved_count, 5_500);
        assert_eq!(profile(&guanxi, &[]).await.pyramid_revision, *revision);
    }
    stop.store(true, Ordering::Release);
    reader.await.unwrap();
}

async fn every_fault_of_a_request_is_named_at_once(guanxi: TestServer) {
    let wrong = try_profile(&guanxi, "value", &["region", "Region", "", "region"]).await;
    invalid(wrong, &["name", "label_keys[1]", "label_keys[2]", "label_keys[3]"]);
    let many: Vec<String> = (0..11).map(|number| format!("l{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    invalid(try_profile(&guanxi, "pyramids/value", &many).await, &["label_keys"]);
    active_pyramid(&guanxi, "value", by_revenue()).await;
    assert_eq!(bronze(&guanxi, &many[1..]).await.label_mixes.len(), 10);
}

async fn profile_of_nothing_is_refused(guanxi: TestServer) {
    let missing = refused(try_profile(&guanxi, "pyramids/value", &[]).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "pyramids/value");
    create_pyramid(&guanxi, "value").await;
    refused(try_profile(&guanxi, "pyramids/value", &[]).await, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
}
