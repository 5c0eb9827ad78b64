//! What may be asked of cells and what not, and whose tiers records are stamped with.

use guanxi::google::r#type::Date;
use guanxi::v1::{
    GetSatisfactionIndexRequest, ReportPeriod, SatisfactionGrouping, SatisfactionQuestion, SatisfactionSet,
    SetPrimaryPyramidRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;

use super::index::{ask, asking, rated_on};
use super::kit::{add_revision, create_questionnaire, in_use, plain, record};
use crate::segmentation::kit as pyramids;
use crate::support::{create_person, invalid, refused, sale, wrong_fields};

on_each_backend! {
    records_are_stamped_with_the_pyramid_that_is_primary,
    every_fault_of_a_question_is_named,
    index_of_what_is_not_there_is_not_found,
}

async fn records_are_stamped_with_the_pyramid_that_is_primary(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    crate::support::record(&guanxi, {
        create_person(&guanxi, "ada").await;
        sale("ada", pyramids::BEFORE, "o-1", 90_000)
    })
    .await
    .unwrap();
    let stamp = async |source_id: &str| {
        let kept = record(&guanxi, rated_on("2026-01-05", ("ada", source_id, &revision), (5, 5))).await.unwrap();
        (kept.primary_pyramid, kept.tier)
    };
    let is = |pyramid: &str, tier: &str| (pyramid.to_owned(), tier.to_owned());
    assert_eq!(stamp("s-1").await, is("", ""));
    pyramids::active_pyramid(&guanxi, "value", pyramids::by_revenue()).await;
    let other = pyramids::scheme(vec![pyramids::revenue()], pyramids::thresholds(&[95.0, 30.0]));
    pyramids::active_pyramid(&guanxi, "other", other).await;
    pyramids::create_pyramid(&guanxi, "draft").await;
    assert_eq!(stamp("s-2").await, is("pyramids/value", "gold"));
    let set = async |id: &str| {
        let request = SetPrimaryPyramidRequest { name: format!("pyramids/{id}"), request_id: String::new() };
        guanxi.segmentation().set_primary_pyramid(request).await.map(tonic::Response::into_inner)
    };
    assert!(set("other").await.unwrap().primary);
    assert_eq!(set("other").await.unwrap().etag, pyramids::get_pyramid(&guanxi, "other").await.unwrap().etag);
    assert!(!pyramids::get_pyramid(&guanxi, "value").await.unwrap().primary);
    assert_eq!(stamp("s-3").await, is("pyramids/other", "silver"));
    assert_eq!(stamp("s-2").await, is("pyramids/value", "gold"), "a repeat is what it was");
    refused(set("draft").await, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
    refused(set("none").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    invalid(set("").await, &["name"]);
    let gold = SatisfactionQuestion { set: of_tier("gold", ""), ..asking(&revision, "2026-01-01", "2026-01-31") };
    assert_eq!(ask(&guanxi, gold.clone()).await.unwrap().rows, [], "of the primary pyramid");
    let of_value = SatisfactionQuestion { set: of_tier("gold", "pyramids/value"), ..gold };
    assert_eq!(ask(&guanxi, of_value).await.unwrap().rows[0].record_count, 1);
}

fn of_tier(tier: &str, pyramid: &str) -> Option<SatisfactionSet> {
    Some(SatisfactionSet { tier: tier.into(), pyramid: pyramid.into(), ..SatisfactionSet::default() })
}

async fn every_fault_of_a_question_is_named(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    let bad = SatisfactionQuestion {
        questionnaire: "service".into(),
        start_date: Some(Date { year: 2026, month: 2, day: 30 }),
        end_date: None,
        period: 99,
        group_by: -1,
        set: Some(SatisfactionSet {
            collection_methods: vec![2, 2, 0],
            pyramid: "value".into(),
            channel: "x".repeat(101),
            touchpoint: "desk".into(),
            team: "x".repeat(201),
            respondent_role: 17,
            ..SatisfactionSet::default()
        }),
        half_life_days: Some(0),
        view: 4,
        ..SatisfactionQuestion::default()
    };
    let mut named = wrong_fields(ask(&guanxi, bad).await);
    named.sort();
    let fields = [
        "end_date",
        "group_by",
        "half_life_days",
        "period",
        "questionnaire",
        "set.channel",
        "set.collection_methods[1]",
        "set.collection_methods[2]",
        "set.pyramid",
        "set.respondent_role",
        "set.team",
        "set.touchpoint",
        "start_date",
        "view",
    ];
    assert_eq!(named, fields.map(|field| format!("question.{field}")));
    let empty = guanxi.satisfaction().get_satisfaction_index(GetSatisfactionIndexRequest::default()).await;
    invalid(empty, &["question"]);
    let turned = asking(&revision, "2026-01-02", "2026-01-01");
    invalid(ask(&guanxi, turned).await, &["question.end_date"]);
    let days =
        SatisfactionQuestion { period: ReportPeriod::Day.into(), ..asking(&revision, "2020-01-01", "2026-01-01") };
    invalid(ask(&guanxi, days.clone()).await, &["question.end_date"]);
    let months = SatisfactionQuestion { period: ReportPeriod::Month.into(), ..days };
    assert_eq!(ask(&guanxi, months).await.unwrap().rows, []);
    let crossed = SatisfactionQuestion {
        group_by: SatisfactionGrouping::Tier.into(),
        set: Some(SatisfactionSet { team: "red".into(), ..Default::default() }),
        ..asking(&revision, "2026-01-01", "2026-01-01")
    };
    let refusal = refused(ask(&guanxi, crossed).await, Code::InvalidArgument, "INVALID_FIELDS");
    assert_eq!(refusal.fields, ["question.group_by"]);
    assert!(refusal.faults[0].contains("AnalyzeSatisfaction"), "{refusal:?}");
    let no_primary = SatisfactionQuestion { set: of_tier("gold", ""), ..asking(&revision, "2026-01-01", "2026-01-01") };
    invalid(ask(&guanxi, no_primary).await, &["question.set.tier"]);
}

async fn index_of_what_is_not_there_is_not_found(guanxi: TestServer) {
    in_use(&guanxi, "service", plain()).await;
    create_questionnaire(&guanxi, "draft").await;
    add_revision(&guanxi, "draft", plain()).await;
    for (name, code, reason) in [
        ("questionnaires/none", Code::NotFound, "RESOURCE_NOT_FOUND"),
        ("questionnaires/service/revisions/2", Code::NotFound, "RESOURCE_NOT_FOUND"),
        ("questionnaires/draft", Code::FailedPrecondition, "QUESTIONNAIRE_NOT_ACTIVE"),
        ("questionnaires/draft/revisions/1", Code::FailedPrecondition, "QUESTIONNAIRE_NOT_ACTIVE"),
    ] {
        refused(ask(&guanxi, asking(name, "2026-01-01", "2026-01-31")).await, code, reason);
    }
}
