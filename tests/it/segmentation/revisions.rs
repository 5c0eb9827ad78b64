//! Revisions of pyramids: immutable, numbered from 1, listed from the newest.

use std::time::Duration;

use guanxi::v1::{
    CreatePyramidRevisionRequest, GetPyramidRevisionRequest, ListPyramidRevisionsRequest, Measure, MeasureDirection,
    MeasureKind, MissingValueRule, Population, PyramidRevision,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{
    add_revision, by_revenue, create_pyramid, customer_shares, invalid, linear, logarithmic, measure, rank, refused,
    scheme, thresholds, try_revision, value_shares,
};
use crate::support::time;

on_each_backend! {
    revision_comes_back_as_it_was_sent,
    every_rule_and_kind_of_measure_comes_back,
    what_is_not_given_comes_back_as_its_default,
    revisions_are_numbered_and_listed_from_the_newest,
    retried_revision_is_added_once,
    revisions_of_nothing_are_not_found,
}

async fn get(guanxi: &TestServer, name: &str) -> Result<PyramidRevision, Status> {
    let request = GetPyramidRevisionRequest { name: name.into() };
    Ok(guanxi.segmentation().get_pyramid_revision(request).await?.into_inner())
}

/// A scheme in which nothing is left to a default.
fn explicit() -> PyramidRevision {
    let margin = Measure {
        weight: 0.1,
        direction: MeasureDirection::HigherIsBetter.into(),
        missing_value_rule: MissingValueRule::Unranked.into(),
        min_coverage_basis_points: 9_999,
        ..measure(MeasureKind::ContributionMargin, linear(-0.01, 19.99))
    };
    let complaints = Measure {
        weight: 1e-300,
        direction: MeasureDirection::LowerIsBetter.into(),
        missing_value_rule: MissingValueRule::Lowest.into(),
        ..measure(MeasureKind::ComplaintCount, rank())
    };
    let units = Measure {
        weight: 1.0 / 3.0,
        direction: MeasureDirection::HigherIsBetter.into(),
        missing_value_rule: MissingValueRule::Skip.into(),
        ..measure(MeasureKind::UnitCount, logarithmic(0.1, 1e9))
    };
    PyramidRevision {
        description: "by margin\nand complaints".into(),
        population: Population::AllCustomers.into(),
        value_measure: MeasureKind::ContributionMargin.into(),
        ..scheme(vec![margin, complaints, units], thresholds(&[99.9, 33.333_333_333_333_336, 0.0]))
    }
}

async fn revision_comes_back_as_it_was_sent(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    let sent = PyramidRevision { name: "ignored".into(), ..explicit() };
    let created = try_revision(&guanxi, "value", sent).await.unwrap();
    let name = "pyramids/value/revisions/1";
    let expected = PyramidRevision { name: name.into(), create_time: Some(time(START)), ..explicit() };
    assert_eq!(created, expected);
    assert_eq!(get(&guanxi, name).await.unwrap(), expected);
    let guanxi = guanxi.restart().await;
    assert_eq!(get(&guanxi, name).await.unwrap(), expected);
}

async fn every_rule_and_kind_of_measure_comes_back(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    let kinds = (1..=30).filter_map(|number| MeasureKind::try_from(number).ok());
    let measures: Vec<Measure> = kinds
        .map(|kind| Measure {
            direction: MeasureDirection::LowerIsBetter.into(),
            missing_value_rule: MissingValueRule::Lowest.into(),
            ..measure(kind, linear(1.0, 2.0))
        })
        .collect();
    assert_eq!(measures.len(), 29);
    for rule in [customer_shares(&[100, 400, 1500, 8000]), value_shares(&[8000, 1500, 500]), thresholds(&[50.0])] {
        let sent = PyramidRevision {
            population: Population::AtLeastOnePurchase.into(),
            ..scheme(measures.clone(), rule.clone())
        };
        let created = try_revision(&guanxi, "value", sent.clone()).await.unwrap();
        assert_eq!(PyramidRevision { name: String::new(), create_time: None, ..created }, sent);
    }
}

async fn what_is_not_given_comes_back_as_its_default(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    let created = try_revision(&guanxi, "value", by_revenue()).await.unwrap();
    assert_eq!(created.population(), Population::AtLeastOnePurchase);
    assert_eq!(created.measures[0].direction(), MeasureDirection::HigherIsBetter);
    assert_eq!(created.measures[0].missing_value_rule(), MissingValueRule::Skip);
}

async fn revisions_are_numbered_and_listed_from_the_newest(guanxi: TestServer) {
    create_pyramid(&guanxi, "other").await;
    add_revision(&guanxi, "other", by_revenue()).await;
    create_pyramid(&guanxi, "value").await;
    for number in 1..=5 {
        guanxi.clock.advance(Duration::from_secs(1));
        assert_eq!(add_revision(&guanxi, "value", by_revenue()).await, format!("pyramids/value/revisions/{number}"));
    }
    let mut request =
        ListPyramidRevisionsRequest { parent: "pyramids/value".into(), page_size: 2, page_token: String::new() };
    let mut pages: Vec<Vec<String>> = Vec::new();
    loop {
        let page = guanxi.segmentation().list_pyramid_revisions(request.clone()).await.unwrap().into_inner();
        pages.push(page.pyramid_revisions.iter().map(|one| one.name.rsplit('/').next().unwrap().to_owned()).collect());
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(pages, [vec!["5", "4"], vec!["3", "2"], vec!["1"]]);
    let other = ListPyramidRevisionsRequest { parent: "pyramids/other".into(), ..request };
    invalid(guanxi.segmentation().list_pyramid_revisions(other).await, &["page_token"]);
}

async fn retried_revision_is_added_once(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    let request = CreatePyramidRevisionRequest {
        parent: "pyramids/value".into(),
        pyramid_revision: Some(by_revenue()),
        request_id: "0198c5a0-0000-7000-8000-000000000001".into(),
    };
    let first = guanxi.segmentation().create_pyramid_revision(request.clone()).await.unwrap().into_inner();
    let again = guanxi.segmentation().create_pyramid_revision(request.clone()).await.unwrap().into_inner();
    assert_eq!(again, first);
    let other = CreatePyramidRevisionRequest { pyramid_revision: Some(explicit()), ..request };
    let reused = guanxi.segmentation().create_pyramid_revision(other).await;
    refused(reused, Code::InvalidArgument, "REQUEST_ID_REUSED");
    assert_eq!(add_revision(&guanxi, "value", by_revenue()).await, "pyramids/value/revisions/2");
}

async fn revisions_of_nothing_are_not_found(guanxi: TestServer) {
    let missing = refused(try_revision(&guanxi, "value", by_revenue()).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "pyramids/value");
    create_pyramid(&guanxi, "value").await;
    let missing = get(&guanxi, "pyramids/value/revisions/1").await;
    let missing = refused(missing, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "pyramids/value/revisions/1");
    for name in ["pyramids/value/revisions/0", "pyramids/value/revisions/01", "pyramids/value", ""] {
        invalid(get(&guanxi, name).await, &["name"]);
    }
    let request = CreatePyramidRevisionRequest { parent: "value".into(), ..Default::default() };
    invalid(guanxi.segmentation().create_pyramid_revision(request).await, &["parent", "pyramid_revision"]);
}
