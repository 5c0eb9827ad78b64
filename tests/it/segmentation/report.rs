//! The pyramid as a whole.

use std::time::Duration;

use guanxi::v1::simulate_pyramid_request::Candidate;
use guanxi::v1::{
    GetDataQualityReportRequest, GetTierProfileRequest, LorenzPoint, MeasureKind, Purchase, PurchaseLine,
    PyramidRevision, TierReport, UnrankedReason,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::Code;

use super::kit::{
    active_pyramid, buys, by_revenue, creating, customer_shares, deal, everybody, invalid, places, populate, refused,
    report, revenue, scheme, standing, value_shares,
};
use super::passing::holding;
use super::simulation::{self, of, simulate};
use crate::support::{cents, create_person, line, time, usd};

on_each_backend! {
    report_tells_counts_shares_values_and_cut_offs,
    shares_asked_for_are_told_beside_those_there_are,
    gini_and_lorenz_are_of_the_values,
    negative_values_are_told_apart,
    who_is_held_without_a_value_counts_in_every_report,
    report_on_nobody_has_no_shares,
    report_is_of_the_facts_as_they_are_now,
    report_on_nothing_is_not_found,
}

fn tier(id: &str, (count, share): (i64, f64), (value, value_share, lowest): (i64, f64, Option<i64>)) -> TierReport {
    TierReport {
        tier: id.into(),
        customer_count: count,
        customer_share: Some(share),
        value: Some(usd(value)),
        value_share: Some(value_share),
        lowest_value: lowest.map(usd),
        negative_value_count: 0,
        target_basis_points: None,
    }
}

async fn report_tells_counts_shares_values_and_cut_offs(guanxi: TestServer) {
    let spent = [("a", 80_000), ("b", 60_000), ("c", 40_000), ("d", 20_000), ("e", 0)];
    populate(&guanxi, spent.map(|(customer, cents)| (customer.to_owned(), cents))).await;
    for customer in ["x", "y", "z"] {
        create_person(&guanxi, customer).await;
    }
    let revision = active_pyramid(&guanxi, "value", by_revenue()).await;
    guanxi.clock.advance(Duration::from_secs(60));
    let report = report(&guanxi, "value").await;
    assert_eq!((report.pyramid.as_str(), report.pyramid_revision), ("pyramids/value", revision));
    assert_eq!(report.report_time, Some(time("2026-01-31T12:01:00Z")));
    assert_eq!((report.ranked_count, report.unranked_count), (5, 3));
    assert_eq!((report.total_value, report.negative_value_count), (Some(usd(200_000)), 0));
    assert_eq!(cents(&report.negative_value.unwrap()), 0);
    let expected = [
        tier("gold", (2, 0.4), (140_000, 0.7, Some(60_000))),
        tier("silver", (1, 0.2), (40_000, 0.2, Some(40_000))),
        tier("bronze", (2, 0.4), (20_000, 0.1, Some(0))),
    ];
    assert_eq!(report.tiers, expected);
    assert_ne!(report.report_time, Some(time(START)));
}

/// Four customers are cut as the rule asks; four who come later are all where they were not asked for.
async fn shares_asked_for_are_told_beside_those_there_are(guanxi: TestServer) {
    let spent = [("a", 40_000), ("b", 30_000), ("c", 20_000), ("d", 10_000)];
    populate(&guanxi, spent.map(|(customer, cents)| (customer.to_owned(), cents))).await;
    for (pyramid, rule) in [("value", customer_shares(&[2500, 7500])), ("abc", value_shares(&[8000, 2000]))] {
        active_pyramid(&guanxi, pyramid, scheme(vec![revenue()], rule)).await;
    }
    populate(&guanxi, ["e", "f", "g", "h"].map(|customer| (customer.to_owned(), 50_000))).await;
    let by_customers = report(&guanxi, "value").await.tiers;
    let told = |tier: &TierReport| (tier.target_basis_points, tier.customer_share);
    assert_eq!(
        by_customers.iter().map(told).collect::<Vec<_>>(),
        [(Some(2500), Some(0.625)), (Some(7500), Some(0.375))]
    );
    let by_value = report(&guanxi, "abc").await.tiers;
    // Of 3,000 dollars all but the 100 of the last one.
    let told = |tier: &TierReport| (tier.target_basis_points, cents(tier.value.as_ref().unwrap()));
    assert_eq!(by_value.iter().map(told).collect::<Vec<_>>(), [(Some(8000), 290_000), (Some(2000), 10_000)]);
    let request = simulation::revision("pyramids/value/revisions/1");
    for tier in simulate(&guanxi, request).await.baseline_tiers {
        assert_eq!(tier.report.unwrap().target_basis_points, tier.target_basis_points);
    }
}

async fn gini_and_lorenz_are_of_the_values(guanxi: TestServer) {
    let spent = [("a", 40_000), ("b", 30_000), ("c", 20_000), ("d", 10_000)];
    populate(&guanxi, spent.map(|(customer, cents)| (customer.to_owned(), cents))).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let report = report(&guanxi, "value").await;
    // ((2*1-5)*1 + (2*2-5)*2 + (2*3-5)*3 + (2*4-5)*4) / (4 * 10)
    assert!((report.gini.unwrap() - 0.25).abs() < 1e-15);
    let point = |customers, value| LorenzPoint { customer_share: Some(customers), value_share: Some(value) };
    let points = &report.lorenz_points;
    assert_eq!((points.first(), points.last()), (Some(&point(0.0, 0.0)), Some(&point(1.0, 1.0))));
    for (customers, value) in [(0.25, 0.1), (0.5, 0.3), (0.75, 0.6)] {
        let found = points.iter().find(|one| one.customer_share == Some(customers)).unwrap();
        assert!((found.value_share.unwrap() - value).abs() < 1e-12, "{found:?}");
    }
    assert!(points.windows(2).all(|pair| pair[0].customer_share < pair[1].customer_share));
    assert!(points.windows(2).all(|pair| pair[0].value_share <= pair[1].value_share));
    assert!(points.iter().all(|one| one.value_share <= one.customer_share), "the poorest come first");
}

async fn negative_values_are_told_apart(guanxi: TestServer) {
    let spent = [("a", 30_000), ("b", 10_000), ("c", 100), ("d", 100)];
    populate(&guanxi, spent.map(|(customer, cents)| (customer.to_owned(), cents))).await;
    buys(&guanxi, "c", -5_100).await;
    buys(&guanxi, "d", -600).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let report = report(&guanxi, "value").await;
    assert_eq!((report.ranked_count, report.negative_value_count), (4, 2));
    assert_eq!((report.total_value, report.negative_value), (Some(usd(40_000)), Some(usd(-5_500))));
    let [gold, silver, bronze] = report.tiers.try_into().unwrap();
    assert_eq!((gold.customer_count, gold.value_share, gold.lowest_value), (0, Some(0.0), None), "an empty tier");
    assert_eq!((silver.customer_count, silver.value_share), (1, Some(0.75)));
    assert_eq!((bronze.customer_count, bronze.negative_value_count), (3, 2));
    assert_eq!((bronze.value, bronze.value_share), (Some(usd(10_000)), Some(0.25)));
    assert_eq!((bronze.customer_share, bronze.lowest_value), (Some(0.75), Some(usd(10_000))));
    // Of 300 and 100 dollars only.
    assert!((report.gini.unwrap() - 0.25).abs() < 1e-15);
}

/// Nothing is known of the costs of these purchases, so of the margins only what is not there is known.
async fn who_is_held_without_a_value_counts_in_every_report(guanxi: TestServer) {
    buys(&guanxi, "ada", 30_000).await;
    buys(&guanxi, "ben", 30_000).await;
    let costed = PurchaseLine { cost_amount: Some(usd(10_000)), ..line(90_000) };
    let purchase = Purchase { lines: vec![costed], ..deal("cyd", 1) };
    guanxi.activity().record_purchase(creating(purchase)).await.unwrap();
    let by_margin = PyramidRevision { value_measure: MeasureKind::ContributionMargin.into(), ..by_revenue() };
    active_pyramid(&guanxi, "value", by_margin.clone()).await;
    assert_eq!(standing(&guanxi, "ada").await.unranked_reason(), UnrankedReason::ValueMissing);
    guanxi.segmentation().set_tier_override(holding("ada", "gold", None)).await.unwrap();
    assert_eq!(places(&everybody(&guanxi, "value").await), [("ada", "gold"), ("cyd", "gold")]);
    let told = report(&guanxi, "value").await;
    assert_eq!((told.ranked_count, told.unranked_count), (2, 1));
    assert_eq!(told.total_value, Some(usd(80_000)));
    let gold = &told.tiers[0];
    assert_eq!((gold.customer_count, gold.customer_share), (2, Some(1.0)));
    assert_eq!(
        (&gold.value, gold.value_share, &gold.lowest_value),
        (&Some(usd(80_000)), Some(1.0), &Some(usd(80_000)))
    );
    assert_eq!(told.gini, Some(0.0), "of one customer");
    let request = GetDataQualityReportRequest { name: "pyramids/value".into(), max_age_days: 0 };
    let quality = guanxi.segmentation().get_data_quality_report(request).await.unwrap().into_inner();
    let request = GetTierProfileRequest { name: "pyramids/value".into(), label_keys: Vec::new() };
    let profile = guanxi.segmentation().get_tier_profile(request).await.unwrap().into_inner();
    let counts: Vec<_> = told.tiers.iter().map(|tier| tier.customer_count).collect();
    assert_eq!(quality.tiers.iter().map(|tier| tier.customer_count).collect::<Vec<_>>(), counts);
    assert_eq!(profile.tiers.iter().map(|tier| tier.customer_count).collect::<Vec<_>>(), counts);
    assert_eq!(profile.unranked_count, told.unranked_count);
    let made = simulate(&guanxi, of(Candidate::Draft(by_margin))).await;
    for side in [made.baseline_tiers, made.tiers] {
        assert_eq!(side.into_iter().filter_map(|one| one.report).collect::<Vec<_>>(), told.tiers);
    }
}

async fn report_on_nobody_has_no_shares(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let empty = report(&guanxi, "value").await;
    assert_eq!((empty.ranked_count, empty.unranked_count, empty.gini), (0, 0, None));
    assert_eq!((empty.lorenz_points.len(), empty.total_value), (0, Some(usd(0))));
    assert_eq!(empty.tiers.len(), 3);
    for tier in empty.tiers {
        assert_eq!((tier.customer_count, tier.customer_share, tier.value_share), (0, None, None));
        assert_eq!((tier.value, tier.lowest_value), (Some(usd(0)), None));
    }
    buys(&guanxi, "ada", 0).await;
    let worthless = report(&guanxi, "value").await;
    assert_eq!((worthless.ranked_count, worthless.gini, worthless.lorenz_points.len()), (1, None, 0));
    let bronze = &worthless.tiers[2];
    assert_eq!(
        (bronze.customer_share, bronze.value_share, bronze.lowest_value.clone()),
        (Some(1.0), None, Some(usd(0)))
    );
}

async fn report_is_of_the_facts_as_they_are_now(guanxi: TestServer) {
    buys(&guanxi, "ada", 10_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    buys(&guanxi, "ada", 60_000).await;
    buys(&guanxi, "ben", 5_000).await;
    let report = report(&guanxi, "value").await;
    assert_eq!((report.ranked_count, report.total_value), (2, Some(usd(75_000))));
    let counts: Vec<_> = report.tiers.iter().map(|one| (one.customer_count, one.lowest_value.clone())).collect();
    assert_eq!(counts, [(1, Some(usd(70_000))), (0, None), (1, Some(usd(5_000)))]);
}

async fn report_on_nothing_is_not_found(guanxi: TestServer) {
    let ask = async |name: &str| {
        let request = guanxi::v1::GetPyramidReportRequest { name: name.into(), ..Default::default() };
        guanxi.segmentation().get_pyramid_report(request).await
    };
    let missing = refused(ask("pyramids/value").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "pyramids/value");
    invalid(ask("pyramids/value/revisions/1").await, &["name"]);
}
