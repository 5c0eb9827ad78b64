//! `guanxi demo`: a company with something of everything, founded once.

use clap::Parser as _;
use guanxi::v1::compare_satisfaction_request::Against;
use guanxi::v1::{
    CollectionMethod, GetResponseReportRequest, GetSatisfactionTargetReportRequest, ListPyramidsRequest,
    ListSatisfactionRecordsRequest, ListTargetDecisionsRequest, ListTierAssignmentsRequest, SatisfactionDays,
    SatisfactionGrouping, SatisfactionQuestion, SatisfactionSet, SatisfactionTest,
};
use guanxi_server::cli::Cli;
use guanxi_testkit::{TestServer, on_each_backend};

use crate::satisfaction::comparisons::{against, compare};
use crate::satisfaction::index::{ask, asking, date};
use crate::segmentation::kit::{everybody, report};
use crate::support::time;

on_each_backend! { a_company_is_founded_once }

const CUSTOMERS: usize = 80;

/// What `guanxi demo` says.
async fn found(guanxi: &TestServer) -> String {
    let (address, customers) = (format!("http://{}", guanxi.address()), CUSTOMERS.to_string());
    let mut said = Vec::new();
    let line = ["guanxi", "demo", "--address", &address, "--customers", &customers];
    let code = Cli::parse_from(line).run_to(&mut said).await.unwrap();
    let said = String::from_utf8(said).unwrap();
    assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::SUCCESS), "{said}");
    said
}

async fn a_company_is_founded_once(guanxi: TestServer) {
    let first = found(&guanxi).await;
    assert!(first.contains(" 80 made") && first.contains("pyramids                      4 made"), "{first}");
    let second = found(&guanxi).await;
    assert!(second.contains("Nothing changed: all of it was there already."), "{second}");
    let pyramids = guanxi.segmentation().list_pyramids(ListPyramidsRequest::default()).await.unwrap().into_inner();
    assert_eq!(pyramids.pyramids.len(), 4);
    for pyramid in pyramids.pyramids {
        let id = pyramid.name.trim_start_matches("pyramids/");
        let report = report(&guanxi, id).await;
        let ranked: i64 = report.tiers.iter().map(|tier| tier.customer_count).sum();
        assert_eq!(ranked, i64::try_from(everybody(&guanxi, id).await.len()).unwrap(), "{id}");
        assert!(ranked > 50 && ranked + report.unranked_count == 80, "{id}: {ranked}");
    }
    let answered =
        ListSatisfactionRecordsRequest { parent: "customers/-".into(), page_size: 1000, ..Default::default() };
    let answered = guanxi.satisfaction().list_satisfaction_records(answered).await.unwrap().into_inner();
    let told = answered.satisfaction_records.iter().filter(|record| record.result.as_ref().unwrap().index.is_some());
    assert!(told.count() > 20, "{}", answered.satisfaction_records.len());
    let question = SatisfactionQuestion {
        group_by: SatisfactionGrouping::Tier.into(),
        ..asking("questionnaires/after-purchase", "2022-07-01", "2025-12-31")
    };
    let told = ask(&guanxi, question).await.unwrap().rows;
    let counted: i64 = told.iter().map(|row| row.record_count).sum();
    assert_eq!(counted, i64::try_from(answered.satisfaction_records.len()).unwrap());
    assert!(told.iter().all(|row| row.pyramid == "pyramids/curry" && !row.tier.is_empty()), "{told:#?}");
    told_of_satisfaction(&guanxi).await;
    invited(&guanxi, answered.satisfaction_records.len()).await;
    let focus = ListTierAssignmentsRequest {
        parent: "pyramids/potential".into(),
        filter: "tier = focus".into(),
        ..Default::default()
    };
    let focus = guanxi.segmentation().list_tier_assignments(focus).await.unwrap().into_inner().tier_assignments;
    assert!(focus.iter().any(|one| one.r#override.is_some()), "{focus:#?}");
    let decisions = ListTargetDecisionsRequest { parent: "pyramids/standing".into(), ..Default::default() };
    let decisions = guanxi.segmentation().list_target_decisions(decisions).await.unwrap().into_inner();
    assert_eq!(decisions.target_decisions.len(), 2);
}

/// Every answer comes from an invitation, of which all have been told of.
async fn invited(guanxi: &TestServer, answers: usize) {
    let request = GetResponseReportRequest {
        questionnaire: "questionnaires/after-purchase".into(),
        start_time: Some(time("2022-07-01T00:00:00Z")),
        ..Default::default()
    };
    let report = guanxi.satisfaction().get_response_report(request).await.unwrap().into_inner();
    let total = report.total.unwrap();
    assert_eq!(usize::try_from(total.answered_count).unwrap(), answers);
    assert!(total.sent_count > 2 * total.answered_count && total.expired_count > 0 && total.refused_count > 0);
    assert!(report.groups.iter().all(|group| group.wave.contains("-Q")), "{:?}", report.groups);
}

/// What is held against what.
async fn told_of_satisfaction(guanxi: &TestServer) {
    let set = Some(SatisfactionSet {
        collection_methods: vec![CollectionMethod::SelfCompletion.into()],
        ..SatisfactionSet::default()
    });
    let days = SatisfactionDays {
        questionnaire: "questionnaires/after-purchase".into(),
        start_date: date("2022-07-01"),
        end_date: date("2025-12-31"),
        set,
    };
    let benchmark = Against::Benchmark("satisfactionBenchmarks/roasters-2025".into());
    let compared = compare(guanxi, against(days, benchmark, Vec::new())).await.unwrap();
    assert_eq!(compared.differences[0].test(), SatisfactionTest::TwoPromoterScores);
    let request = GetSatisfactionTargetReportRequest {
        name: "satisfactionTargets/delivery-80".into(),
        start_date: date("2025-01-01"),
        end_date: date("2025-12-31"),
    };
    let report = guanxi.satisfaction().get_satisfaction_target_report(request).await.unwrap().into_inner();
    assert!(report.difference.unwrap().after.unwrap().value.is_some(), "{}", report.record_count);
}
