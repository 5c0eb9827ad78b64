//! What the records of a set mean together, read from the cells that are kept with them.

use guanxi::google::longrunning::operation;
use guanxi::google::r#type::Date;
use guanxi::v1::{
    AnalyzeSatisfactionRequest, CollectionMethod, FactKind, GetSatisfactionIndexRequest, SatisfactionBasis,
    SatisfactionEvidence, SatisfactionGrouping, SatisfactionIndex, SatisfactionIndexRow, SatisfactionPeriod,
    SatisfactionQuestion, SatisfactionRecord, SatisfactionWeighting, WithdrawFactRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use prost::Message as _;
use tonic::Status;

use super::kit::{answered, in_use, plain, rating, record};
use crate::segmentation::kit as pyramids;
use crate::support::{create_person, sale, shop, time};

on_each_backend! {
    months_and_tiers_have_rows_of_their_own,
}

pub(crate) fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-').map(|part| part.parse().unwrap());
    let mut part = || parts.next().unwrap();
    Some(Date { year: part(), month: part(), day: part() })
}

/// About a questionnaire, from one day to another.
pub(crate) fn asking(questionnaire: &str, from: &str, to: &str) -> SatisfactionQuestion {
    SatisfactionQuestion {
        questionnaire: questionnaire.into(),
        start_date: date(from),
        end_date: date(to),
        ..SatisfactionQuestion::default()
    }
}

pub(crate) async fn ask(guanxi: &TestServer, question: SatisfactionQuestion) -> Result<SatisfactionIndex, Status> {
    let request = GetSatisfactionIndexRequest { question: Some(question) };
    Ok(guanxi.satisfaction().get_satisfaction_index(request).await?.into_inner())
}

/// What an operation says of any set.
pub(crate) async fn analyze(guanxi: &TestServer, request: AnalyzeSatisfactionRequest) -> SatisfactionIndex {
    let asked = guanxi.satisfaction().analyze_satisfaction(request).await.unwrap().into_inner();
    let ended = pyramids::ended(guanxi, &asked.name).await;
    let Some(operation::Result::Response(response)) = &ended.result else { panic!("no success: {ended:?}") };
    assert_eq!(response.type_url, "type.googleapis.com/guanxi.v1.SatisfactionIndex");
    SatisfactionIndex::decode(response.value.as_slice()).unwrap()
}

/// A record of two ratings on some day.
pub(crate) fn rated_on(
    day: &str,
    (customer, source_id, revision): (&str, &str, &str),
    (speed, care): (i32, i32),
) -> SatisfactionRecord {
    let mut record = answered(customer, source_id, revision, vec![rating("speed", speed), rating("care", care)]);
    record.context.as_mut().unwrap().occur_time = Some(time(&format!("{day}T12:00:00Z")));
    record
}

fn mean(row: &SatisfactionIndexRow) -> Option<f64> {
    row.index.as_ref().and_then(|index| index.mean)
}

async fn months_and_tiers_have_rows_of_their_own(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    for (customer, cents) in [("ada", 90_000), ("bob", 100)] {
        create_person(&guanxi, customer).await;
        crate::support::record(&guanxi, sale(customer, pyramids::BEFORE, "o-1", cents)).await.unwrap();
    }
    pyramids::active_pyramid(&guanxi, "value", pyramids::by_revenue()).await;
    assert!(pyramids::get_pyramid(&guanxi, "value").await.unwrap().primary);
    // 100, 100, 75, 100, 100 in January of a golden customer; 0 five times of another one.
    let mut kept = Vec::new();
    for (number, (day, answers)) in [
        ("2026-01-01", (5, 5)),
        ("2026-01-02", (5, 5)),
        ("2026-01-30", (4, 4)),
        ("2026-01-31", (5, 5)),
        ("2026-01-31", (5, 5)),
    ]
    .into_iter()
    .enumerate()
    {
        let golden = rated_on(day, ("ada", &format!("a-{number}"), &revision), answers);
        kept.push(record(&guanxi, golden).await.unwrap());
        record(&guanxi, rated_on(day, ("bob", &format!("b-{number}"), &revision), (1, 1))).await.unwrap();
    }
    assert_eq!((kept[0].primary_pyramid.as_str(), kept[0].tier.as_str()), ("pyramids/value", "gold"));
    let question = SatisfactionQuestion {
        period: SatisfactionPeriod::Month.into(),
        group_by: SatisfactionGrouping::Tier.into(),
        ..asking("questionnaires/service", "2025-12-15", "2026-01-31")
    };
    let told = ask(&guanxi, question.clone()).await.unwrap();
    assert_eq!((told.questionnaire_revision.as_str(), told.basis()), (revision.as_str(), SatisfactionBasis::Cells));
    assert_eq!(told.weighting(), SatisfactionWeighting::PerResponse);
    let tiers: Vec<_> = told.rows.iter().map(|row| (row.tier.as_str(), row.record_count, mean(row))).collect();
    assert_eq!(tiers, [("bronze", 5, Some(0.0)), ("gold", 5, Some(95.0))]);
    let row = &told.rows[1];
    assert_eq!((row.start_date, row.end_date), (date("2026-01-01"), date("2026-01-31")));
    assert_eq!((row.collection_method(), row.pyramid.as_str()), (CollectionMethod::Phone, "pyramids/value"));
    assert_eq!(row.sample.unwrap().evidence(), SatisfactionEvidence::Indicative);
    let index = row.index.unwrap();
    // 25 points below once: a standard deviation of sqrt(500 / 4), by t of 4 degrees, 2.7764451052.
    assert!((index.standard_deviation.unwrap() - 125f64.sqrt()).abs() < 1e-12);
    assert_eq!(index.standard_error, Some(5.0));
    assert!((index.lower_bound.unwrap() - (95.0 - 5.0 * 2.776_445_105_197_79)).abs() < 1e-8, "{index:?}");
    let request = WithdrawFactRequest {
        customer: "customers/ada".into(),
        kind: FactKind::SatisfactionRecord.into(),
        fact: Some(shop("a-2")),
    };
    guanxi.activity().withdraw_fact(request).await.unwrap();
    let told = ask(&guanxi, question).await.unwrap();
    assert_eq!((told.rows[1].record_count, told.rows[1].index), (4, None), "too few to tell");
}
