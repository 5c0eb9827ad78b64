//! What satisfaction is held against: benchmarks of others, and targets of our own.

use guanxi::v1::compare_satisfaction_request::Against;
use guanxi::v1::{
    CollectionMethod, CreateSatisfactionBenchmarkRequest, CreateSatisfactionTargetRequest,
    DeleteSatisfactionBenchmarkRequest, DeleteSatisfactionTargetRequest, GetSatisfactionBenchmarkRequest,
    GetSatisfactionTargetReportRequest, GetSatisfactionTargetRequest, IndexForm, ListSatisfactionBenchmarksRequest,
    ListSatisfactionTargetsRequest, SatisfactionAttainment, SatisfactionBenchmark, SatisfactionMetric,
    SatisfactionQuantityKind, SatisfactionRecord, SatisfactionSet, SatisfactionTarget, SatisfactionTargetReport,
    SatisfactionTest, SatisfactionVerdict, UpdateSatisfactionBenchmarkRequest, UpdateSatisfactionTargetRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use prost_types::FieldMask;
use tonic::{Code, Status};

use super::comparisons::{against, compare};
use super::goal_kit::{days, metric, ones, score, whole};
use super::index::date;
use super::kit::{create_questionnaire, in_use, near, plain, record_all};
use crate::support::{create_person, invalid, refused, request_id};

on_each_backend! {
    benchmark_is_created_listed_changed_and_deleted,
    parts_of_a_benchmark_fit_each_other,
    a_set_is_tested_against_a_benchmark_by_what_that_says,
    target_is_created_listed_changed_and_deleted,
    a_target_is_of_what_is_asked,
    a_report_says_whether_what_is_missing_is_real,
}

/// The promoter score of a trade in 2025.
pub(super) fn trade() -> SatisfactionBenchmark {
    SatisfactionBenchmark {
        display_name: "Trade".into(),
        industry: "Coffee".into(),
        start_date: date("2025-01-01"),
        end_date: date("2025-12-31"),
        quantity: Some(whole(SatisfactionQuantityKind::NetPromoter)),
        value: Some(15.0),
        source: "A survey".into(),
        ..SatisfactionBenchmark::default()
    }
}

async fn create(guanxi: &TestServer, id: &str, new: SatisfactionBenchmark) -> Result<SatisfactionBenchmark, Status> {
    let request = CreateSatisfactionBenchmarkRequest {
        satisfaction_benchmark: Some(new),
        satisfaction_benchmark_id: id.into(),
        request_id: String::new(),
    };
    Ok(guanxi.satisfaction().create_satisfaction_benchmark(request).await?.into_inner())
}

async fn change(
    guanxi: &TestServer,
    new: SatisfactionBenchmark,
    mask: &[&str],
) -> Result<SatisfactionBenchmark, Status> {
    let paths = mask.iter().map(ToString::to_string).collect();
    let request = UpdateSatisfactionBenchmarkRequest {
        satisfaction_benchmark: Some(new),
        update_mask: Some(FieldMask { paths }),
        request_id: request_id(7),
    };
    Ok(guanxi.satisfaction().update_satisfaction_benchmark(request).await?.into_inner())
}

async fn benchmark_is_created_listed_changed_and_deleted(guanxi: TestServer) {
    let created = create(&guanxi, "trade", trade()).await.unwrap();
    assert_eq!((created.name.as_str(), created.value), ("satisfactionBenchmarks/trade", Some(15.0)));
    refused(create(&guanxi, "trade", trade()).await, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS");
    let other = create(&guanxi, "other", SatisfactionBenchmark { value: Some(0.0), ..trade() }).await.unwrap();
    let name = created.name.clone();
    let get = GetSatisfactionBenchmarkRequest { name: name.clone() };
    let got = guanxi.satisfaction().get_satisfaction_benchmark(get.clone()).await.unwrap().into_inner();
    assert_eq!(got, created);
    let list = ListSatisfactionBenchmarksRequest { page_size: 1, page_token: String::new() };
    let page = guanxi.satisfaction().list_satisfaction_benchmarks(list.clone()).await.unwrap().into_inner();
    assert_eq!(page.satisfaction_benchmarks, [other]);
    let next = ListSatisfactionBenchmarksRequest { page_token: page.next_page_token, ..list };
    let page = guanxi.satisfaction().list_satisfaction_benchmarks(next).await.unwrap().into_inner();
    assert_eq!((page.satisfaction_benchmarks, page.next_page_token), (vec![created.clone()], String::new()));
    let new = SatisfactionBenchmark { value: Some(20.0), competitor: "Bean".into(), ..created.clone() };
    let changed = change(&guanxi, new.clone(), &["value"]).await.unwrap();
    assert_eq!((changed.value, changed.competitor.as_str()), (Some(20.0), ""));
    assert_eq!(change(&guanxi, new, &["value"]).await.unwrap(), changed, "a retry");
    let delete = |etag: &str| DeleteSatisfactionBenchmarkRequest {
        name: name.clone(),
        etag: etag.into(),
        request_id: String::new(),
    };
    let stale = guanxi.satisfaction().delete_satisfaction_benchmark(delete(&created.etag)).await;
    refused(stale, Code::Aborted, "ETAG_MISMATCH");
    guanxi.satisfaction().delete_satisfaction_benchmark(delete(&changed.etag)).await.unwrap();
    let gone = guanxi.satisfaction().get_satisfaction_benchmark(get).await;
    refused(gone, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn parts_of_a_benchmark_fit_each_other(guanxi: TestServer) {
    let field = |name: &str| format!("satisfaction_benchmark.{name}");
    let nothing = create(&guanxi, "Trade", SatisfactionBenchmark::default()).await;
    let told = ["display_name", "industry", "start_date", "end_date", "quantity", "value", "source"].map(field);
    let told: Vec<&str> = ["satisfaction_benchmark_id"].into_iter().chain(told.iter().map(String::as_str)).collect();
    invalid(nothing, &told);
    let spoiled = SatisfactionBenchmark {
        value: Some(101.0),
        index_form: IndexForm::Ratio.into(),
        response_count: Some(1),
        end_date: date("2024-12-31"),
        ..trade()
    };
    let told = ["end_date", "index_form", "value", "response_count"].map(field);
    invalid(create(&guanxi, "trade", spoiled).await, &told.each_ref().map(String::as_str));
    // What is followed over time alone is nobody's benchmark.
    let rate = whole(SatisfactionQuantityKind::DissatisfiedItems);
    let rate = SatisfactionBenchmark { quantity: Some(rate), index_form: 0, ..trade() };
    invalid(create(&guanxi, "trade", rate).await, &["satisfaction_benchmark.quantity.kind"]);
    // What fits alone must also fit what is there.
    create(&guanxi, "trade", trade()).await.unwrap();
    let alone = SatisfactionBenchmark {
        name: "satisfactionBenchmarks/trade".into(),
        standard_deviation: Some(80.0),
        ..SatisfactionBenchmark::default()
    };
    let told = field("standard_deviation");
    invalid(change(&guanxi, alone, &["standard_deviation"]).await, &[told.as_str()]);
}

async fn a_set_is_tested_against_a_benchmark_by_what_that_says(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", metric(SatisfactionMetric::NetPromoter, (0, 10))).await;
    create_person(&guanxi, "ada").await;
    record_all(&guanxi, ones("2026-01-10", ("ada", &revision), &[(9, 50), (7, 30), (6, 20)])).await;
    create(&guanxi, "bare", trade()).await.unwrap();
    // 45/25/30 of 100, whose variance is .7275.
    let spread = Some(100.0 * 0.7275_f64.sqrt());
    let whole_story = SatisfactionBenchmark { response_count: Some(100), standard_deviation: spread, ..trade() };
    create(&guanxi, "whole", whole_story).await.unwrap();
    let asked = |id: &str, quantities| {
        let benchmark = Against::Benchmark(format!("satisfactionBenchmarks/{id}"));
        against(days("questionnaires/service", "2026-01-01", "2026-01-31"), benchmark, quantities)
    };
    let told = compare(&guanxi, asked("whole", Vec::new())).await.unwrap();
    assert_eq!((told.benchmark.unwrap().display_name.as_str(), told.before_revision.as_str()), ("Trade", ""));
    let difference = &told.differences[0];
    assert_eq!(
        (difference.test(), difference.verdict()),
        (SatisfactionTest::TwoPromoterScores, SatisfactionVerdict::NotReal)
    );
    assert!((difference.statistic.unwrap() - 1.297_013_1).abs() < 5e-8, "{difference:?}");
    // 15 by a standard error of 7.8102497 alone.
    let told = compare(&guanxi, asked("bare", Vec::new())).await.unwrap();
    let difference = &told.differences[0];
    assert_eq!((difference.test(), difference.before.unwrap().sample), (SatisfactionTest::OnePromoterScore, None));
    near(difference.statistic, 15.0 / 61.0_f64.sqrt());
    near(difference.lower_bound, 15.0 - 1.959_963_984_540_054 * 61.0_f64.sqrt());
    let index = vec![whole(SatisfactionQuantityKind::Index)];
    invalid(compare(&guanxi, asked("bare", index)).await, &["quantities"]);
    let ratio = SatisfactionBenchmark {
        quantity: Some(whole(SatisfactionQuantityKind::Index)),
        index_form: IndexForm::Ratio.into(),
        ..trade()
    };
    create(&guanxi, "ratio", ratio).await.unwrap();
    invalid(compare(&guanxi, asked("ratio", Vec::new())).await, &["benchmark"]);
}

/// A promoter score by the end of 2026.
pub(super) fn target(value: f64) -> SatisfactionTarget {
    SatisfactionTarget {
        display_name: "Recommended".into(),
        questionnaire: "questionnaires/service".into(),
        quantity: Some(whole(SatisfactionQuantityKind::NetPromoter)),
        value: Some(value),
        due_date: date("2026-12-31"),
        owner: "Head of sales".into(),
        ..SatisfactionTarget::default()
    }
}

async fn aim(guanxi: &TestServer, id: &str, new: SatisfactionTarget) -> Result<SatisfactionTarget, Status> {
    let request = CreateSatisfactionTargetRequest {
        satisfaction_target: Some(new),
        satisfaction_target_id: id.into(),
        request_id: String::new(),
    };
    Ok(guanxi.satisfaction().create_satisfaction_target(request).await?.into_inner())
}

async fn change_target(
    guanxi: &TestServer,
    new: SatisfactionTarget,
    mask: &[&str],
) -> Result<SatisfactionTarget, Status> {
    let paths = mask.iter().map(ToString::to_string).collect();
    let request = UpdateSatisfactionTargetRequest {
        satisfaction_target: Some(new),
        update_mask: Some(FieldMask { paths }),
        request_id: String::new(),
    };
    Ok(guanxi.satisfaction().update_satisfaction_target(request).await?.into_inner())
}

async fn target_is_created_listed_changed_and_deleted(guanxi: TestServer) {
    in_use(&guanxi, "service", metric(SatisfactionMetric::NetPromoter, (0, 10))).await;
    let set = SatisfactionSet {
        tier: "gold".into(),
        pyramid: "pyramids/value".into(),
        channel: "web".into(),
        ..SatisfactionSet::default()
    };
    let created = aim(&guanxi, "north", SatisfactionTarget { set: Some(set), ..target(40.0) }).await.unwrap();
    let get = GetSatisfactionTargetRequest { name: "satisfactionTargets/north".into() };
    let got = guanxi.satisfaction().get_satisfaction_target(get.clone()).await.unwrap().into_inner();
    assert_eq!((&got, got.set.as_ref().unwrap().channel.as_str()), (&created, "web"));
    let listed = guanxi.satisfaction().list_satisfaction_targets(ListSatisfactionTargetsRequest::default()).await;
    assert_eq!(listed.unwrap().into_inner().satisfaction_targets, std::slice::from_ref(&created));
    let new = SatisfactionTarget { value: Some(45.0), set: None, ..created.clone() };
    let changed = change_target(&guanxi, new.clone(), &["value", "set"]).await.unwrap();
    assert_eq!((changed.value, changed.set.clone()), (Some(45.0), None));
    refused(change_target(&guanxi, new, &["value"]).await, Code::Aborted, "ETAG_MISMATCH");
    let delete = DeleteSatisfactionTargetRequest { name: created.name, ..DeleteSatisfactionTargetRequest::default() };
    guanxi.satisfaction().delete_satisfaction_target(delete).await.unwrap();
    refused(guanxi.satisfaction().get_satisfaction_target(get).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn a_target_is_of_what_is_asked(guanxi: TestServer) {
    let field = |name: &str| format!("satisfaction_target.{name}");
    let nothing = aim(&guanxi, "north", SatisfactionTarget::default()).await;
    let told = ["display_name", "questionnaire", "quantity", "value", "due_date", "owner"].map(field);
    invalid(nothing, &told.each_ref().map(String::as_str));
    invalid(aim(&guanxi, "north", target(40.0)).await, &["satisfaction_target.questionnaire"]);
    create_questionnaire(&guanxi, "service").await;
    refused(aim(&guanxi, "north", target(40.0)).await, Code::FailedPrecondition, "QUESTIONNAIRE_NOT_ACTIVE");
    in_use(&guanxi, "plain", plain()).await;
    let plain = |value| SatisfactionTarget { questionnaire: "questionnaires/plain".into(), ..target(value) };
    let told = ["quantity.kind", "value"].map(field);
    invalid(aim(&guanxi, "north", plain(101.0)).await, &told.each_ref().map(String::as_str));
    let rate = Some(whole(SatisfactionQuantityKind::DissatisfiedItems));
    let rate = SatisfactionTarget { quantity: rate, ..plain(1.0) };
    invalid(aim(&guanxi, "north", rate).await, &["satisfaction_target.quantity.kind"]);
    let set = SatisfactionSet { team: "one".into(), wave: "spring".into(), ..SatisfactionSet::default() };
    let speed = SatisfactionTarget { quantity: Some(score("speed")), ..plain(80.0) };
    let apart = SatisfactionTarget { set: Some(set), ..speed.clone() };
    invalid(aim(&guanxi, "north", apart).await, &["satisfaction_target.set"]);
    assert!(aim(&guanxi, "north", speed).await.is_ok());
}

async fn report(guanxi: &TestServer, id: &str) -> Result<SatisfactionTargetReport, Status> {
    let request = GetSatisfactionTargetReportRequest {
        name: format!("satisfactionTargets/{id}"),
        start_date: date("2026-01-01"),
        end_date: date("2026-01-31"),
    };
    Ok(guanxi.satisfaction().get_satisfaction_target_report(request).await?.into_inner())
}

async fn a_report_says_whether_what_is_missing_is_real(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", metric(SatisfactionMetric::NetPromoter, (0, 10))).await;
    create_person(&guanxi, "ada").await;
    for (id, value) in [("low", 10.0), ("near", 40.0), ("far", 60.0)] {
        aim(&guanxi, id, target(value)).await.unwrap();
    }
    let past = SatisfactionTarget { due_date: date("2026-01-01"), ..target(40.0) };
    aim(&guanxi, "past", past).await.unwrap();
    let empty = report(&guanxi, "far").await.unwrap();
    assert_eq!((empty.record_count, empty.attainment()), (0, SatisfactionAttainment::Unspecified));
    // A score of 30 with a standard error of 7.8102497.
    record_all(&guanxi, ones("2026-01-10", ("ada", &revision), &[(9, 50), (7, 30), (6, 20)])).await;
    for (id, attainment, verdict, off) in [
        ("low", SatisfactionAttainment::Reached, SatisfactionVerdict::Better, 20.0),
        ("near", SatisfactionAttainment::Open, SatisfactionVerdict::NotReal, -10.0),
        ("far", SatisfactionAttainment::Open, SatisfactionVerdict::Worse, -30.0),
        ("past", SatisfactionAttainment::Missed, SatisfactionVerdict::NotReal, -10.0),
    ] {
        let told = report(&guanxi, id).await.unwrap();
        let difference = told.difference.as_ref().unwrap();
        assert_eq!((told.attainment(), difference.verdict(), told.record_count), (attainment, verdict, 100), "{id}");
        near(difference.statistic, off / 61.0_f64.sqrt());
        near(difference.after.unwrap().upper_bound, 44.201_297_0);
        assert_eq!(difference.test(), SatisfactionTest::OnePromoterScore);
        assert_eq!(told.questionnaire_revision, revision);
    }
    let (near, past) = (report(&guanxi, "near").await.unwrap(), report(&guanxi, "past").await.unwrap());
    // From the 1st of January to the 31st of December.
    assert_eq!(near.days_left - past.days_left, 364);
    assert!(past.days_left < 0 && near.target.unwrap().value == Some(40.0));
    refused(report(&guanxi, "none").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    // Records that were come by in two ways are not one set, and the request has nothing but the name.
    let asked = ones("2026-01-11", ("ada", &revision), &[(9, 1)]).into_iter();
    let by_interviewer = |one| SatisfactionRecord { collection_method: CollectionMethod::Interviewer.into(), ..one };
    record_all(&guanxi, asked.map(by_interviewer).collect()).await;
    invalid(report(&guanxi, "far").await, &["name"]);
}
