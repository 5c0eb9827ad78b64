//! The real purchases of 23,570 customers (CDNOW 1997-98; Fader & Hardie 2001), streamed in through the service; the
//! pyramids that come out are equal to figures computed independently.

use std::time::Instant;

use guanxi::v1::{ImportProgress, ImportPurchasesRequest, MissingCustomer, Purchase, PyramidReport, PyramidRevision};
use guanxi_testkit::{TestServer, data_file, on_each_backend};

use super::kit::{
    activate, active_pyramid, customer_shares, measure, rank, report, revenue, scheme, thresholds, value_shares,
};
use crate::support::{self, cents};

on_each_backend! { real_purchases_make_the_pyramids_computed_elsewhere }

const CUSTOMERS: i64 = 23_570;
const PURCHASES: i32 = 69_659;

/// The rows of `id,date,units,dollars` as purchases.
pub(super) fn purchases(csv: &str) -> Vec<Purchase> {
    let rows = csv.lines().skip(1).enumerate();
    rows.map(|(row, text)| {
        let fields: Vec<&str> = text.split(',').collect();
        let (whole, part) = fields[3].split_once('.').unwrap();
        let cents = whole.parse::<i64>().unwrap() * 100 + format!("{part:0<2}").parse::<i64>().unwrap();
        let mut purchase = support::sale(
            &format!("c-{}", fields[0]),
            &format!("{}T12:00:00Z", fields[1]),
            &format!("row-{row}"),
            cents,
        );
        purchase.lines[0].quantity = fields[2].parse().unwrap();
        purchase
    })
    .collect()
}

/// Streams everything in; how many were recorded, and how many were there already.
pub(super) async fn import(guanxi: &TestServer, purchases: &[Purchase]) -> (i32, i32) {
    let chunks: Vec<_> = purchases.chunks(500).map(<[Purchase]>::to_vec).enumerate().collect();
    let requests = chunks.into_iter().map(|(index, purchases)| ImportPurchasesRequest {
        first_index: i64::try_from(index * 500).unwrap(),
        purchases,
        missing_customer: MissingCustomer::Create.into(),
    });
    let mut answers = guanxi.activity().import_purchases(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let (mut recorded, mut unchanged, mut last) = (0, 0, -1);
    while let Some(ImportProgress { last_index, recorded_count, unchanged_count, rejections }) =
        answers.message().await.unwrap()
    {
        assert_eq!(rejections, []);
        assert_eq!(last_index - last, i64::from(recorded_count + unchanged_count));
        (recorded, unchanged, last) = (recorded + recorded_count, unchanged + unchanged_count, last_index);
    }
    (recorded, unchanged)
}

fn near(actual: Option<f64>, golden: f64, within: f64) {
    assert!((actual.unwrap() - golden).abs() <= within, "{actual:?} is not {golden}");
}

fn counts(report: &PyramidReport) -> Vec<i64> {
    report.tiers.iter().map(|tier| tier.customer_count).collect()
}

fn curry() -> PyramidRevision {
    let by_rank = measure(guanxi::v1::MeasureKind::NetRevenue, rank());
    scheme(vec![by_rank], customer_shares(&[100, 400, 1500, 8000]))
}

fn is_curry_as_computed(report: &PyramidReport) {
    assert_eq!(counts(report), [236, 943, 3_535, 18_856]);
    let golden = [(0.158_757_62, 919.24), (0.208_150_02, 381.00), (0.310_866_18, 133.95), (0.322_226_17, 0.0)];
    for (tier, (share, cut_off)) in report.tiers.iter().zip(golden) {
        near(tier.value_share, share, 1e-8);
        assert_eq!(cents(tier.lowest_value.as_ref().unwrap()) as f64 / 100.0, cut_off);
    }
    assert_eq!((report.ranked_count, report.unranked_count, report.negative_value_count), (CUSTOMERS, 0, 0));
    assert_eq!(cents(report.total_value.as_ref().unwrap()), 250_031_563);
    near(report.gini, 0.634_571_184_581_595_9, 1e-10);
    let top_fifth = report.lorenz_points.iter().find(|point| point.customer_share == Some(0.8)).unwrap();
    near(top_fifth.value_share, 1.0 - 0.677_773_829_7, 1e-8);
}

async fn reports(guanxi: &TestServer) -> [PyramidReport; 3] {
    [report(guanxi, "curry").await, report(guanxi, "abc").await, report(guanxi, "early").await]
}

async fn real_purchases_make_the_pyramids_computed_elsewhere(guanxi: TestServer) {
    let Some(file) = data_file("cdnow/transactions.csv") else { return };
    let begun = Instant::now();
    let purchases = purchases(&std::fs::read_to_string(file).unwrap());
    // In force before anybody has bought: everybody is placed by facts alone.
    let early = active_pyramid(&guanxi, "early", scheme(vec![revenue()], thresholds(&[91.924, 38.1, 13.395]))).await;
    assert_eq!(import(&guanxi, &purchases).await, (PURCHASES, 0));
    let imported = begun.elapsed();
    active_pyramid(&guanxi, "curry", curry()).await;
    active_pyramid(&guanxi, "abc", scheme(vec![revenue()], value_shares(&[8000, 1500, 500]))).await;
    let before = reports(&guanxi).await;
    is_curry_as_computed(&before[0]);
    assert_eq!(counts(&before[1]), [7_695, 8_044, 7_831]);
    assert_eq!(before[1].gini, before[0].gini);
    assert_eq!(before[2].ranked_count, CUSTOMERS);
    let again = Instant::now();
    assert_eq!(import(&guanxi, &purchases).await, (0, PURCHASES), "the second time changes nothing and says so");
    let repeated = again.elapsed();
    assert_eq!(reports(&guanxi).await, before);
    for (revision, ranked) in [(early.as_str(), CUSTOMERS), ("pyramids/curry/revisions/1", CUSTOMERS)] {
        let renewed = activate(&guanxi, revision).await;
        assert_eq!((renewed.ranked_count, renewed.moved_count), (ranked, 0));
    }
    super::rfm::codes_are_those_computed_elsewhere(&guanxi).await;
    println!("{:?}: imported in {imported:?}, again in {repeated:?}, all in {:?}", guanxi.backend(), begun.elapsed());
}
