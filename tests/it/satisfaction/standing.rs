//! How satisfied one customer is: by what is recent, with what cannot be compared told apart, and with figures that are
//! named.

use std::time::Duration;

use guanxi::v1::{
    CollectionMethod, CustomerSatisfaction, DeleteCustomerRequest, GetCustomerSatisfactionRequest, IndexForm,
    ListReferenceFiguresRequest, PromoterClass, QuestionKind, QuestionnaireItem, QuestionnaireRevision,
    QuestionnaireScope, SatisfactionBand, SatisfactionMetric, SatisfactionRecord, SatisfactionStanding,
};
use guanxi_model::Timestamp;
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{answer, answered, asking, in_use, item, near, plain, rated, rating, record, scale, weighing};
use crate::support::{context, create_person, invalid, refused, time};

on_each_backend! {
    what_is_recent_counts_more,
    scopes_and_methods_are_told_apart,
    metrics_are_those_of_the_newest_record_that_tells_them,
    what_others_hear_is_told_by_named_figures,
    what_has_not_occurred_or_counts_no_more_is_left_out,
    only_the_newest_records_are_looked_at,
    wrong_questions_are_refused,
}

const DAY: Duration = Duration::from_secs(86_400);

async fn told(guanxi: &TestServer, request: GetCustomerSatisfactionRequest) -> Result<CustomerSatisfaction, Status> {
    Ok(guanxi.satisfaction().get_customer_satisfaction(request).await?.into_inner())
}

fn of(customer: &str) -> GetCustomerSatisfactionRequest {
    GetCustomerSatisfactionRequest { customer: format!("customers/{customer}"), ..Default::default() }
}

/// One question whose answer is the index.
fn whole() -> QuestionnaireRevision {
    asking(IndexForm::Ratio, vec![item("whole", scale(0, 100), &[QuestionKind::Rating])])
}

/// The record of an answer, some days before the clock's start.
fn days_ago(days: i64, source_id: &str, record: SatisfactionRecord) -> SatisfactionRecord {
    let (seconds, nanos) = Timestamp::parse_rfc3339(START).unwrap().seconds_nanos();
    let occur_time = prost_types::Timestamp { seconds: seconds - days * 86_400, nanos };
    let context = guanxi::v1::FactContext { occur_time: Some(occur_time), ..context("ada", START, source_id) };
    SatisfactionRecord { context: Some(context), ..record }
}

/// Ages 0, 30, 90 and 365 days, answers 5, 4, 2 and 1, half-life 90 days: mean 3.9233520517 of 2.9415095905 effective
/// records; by weighted least squares 0.4815163195 a month, from -0.5292144036 to 1.4922470426.
async fn what_is_recent_counts_more(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let revision = in_use(&guanxi, "service", whole()).await;
    // They are 10 days younger when they are recorded, and the newest comes when the clock has moved.
    for (days, value) in [(20, 4), (80, 2), (355, 1)] {
        let id = format!("s-{days}");
        let kept = answered("ada", &id, &revision, vec![rating("whole", value)]);
        record(&guanxi, days_ago(days, &id, kept)).await.unwrap();
    }
    guanxi.clock.advance(DAY * 10);
    let newest = answered("ada", "s-0", &revision, vec![rating("whole", 5)]);
    let newest = record(&guanxi, days_ago(-10, "s-0", newest)).await.unwrap();
    let told = told(&guanxi, of("ada")).await.unwrap();
    assert_eq!((told.half_life_days, told.record_count, told.is_cut), (90, 4, false));
    assert_eq!((told.questionnaires.len(), told.scopes.len()), (1, 1));
    for standing in told.questionnaires.iter().chain(&told.scopes) {
        let index = standing.index.as_ref().unwrap();
        near(index.mean, 3.923_352_051_7);
        near(index.effective_count, 2.941_509_590_5);
        assert_eq!((index.count, standing.last_record.as_str()), (4, newest.name.as_str()));
        let (low, high) = (index.lower_bound.unwrap(), index.upper_bound.unwrap());
        near(Some(high - 3.923_352_051_7), 3.923_352_051_7 - low);
        let trend = standing.trend.as_ref().unwrap();
        near(trend.change_per_30_days, 0.481_516_319_5);
        near(trend.lower_bound, -4.562_393_665_4);
        near(trend.upper_bound, 5.525_426_304_4);
    }
    assert_eq!(told.questionnaires[0].last_result.as_ref().unwrap().index, Some(5.0));
    assert_eq!(told.scopes[0].last_result, None);
    let later = GetCustomerSatisfactionRequest { half_life_days: 3650, ..of("ada") };
    let index = self::told(&guanxi, later).await.unwrap().scopes[0].index.unwrap();
    assert!(index.mean.unwrap() < 3.1 && index.effective_count.unwrap() > 3.99, "nearly the plain mean: {index:?}");
}

fn key(standing: &SatisfactionStanding) -> (&str, QuestionnaireScope, CollectionMethod, i32) {
    (&standing.questionnaire, standing.scope(), standing.collection_method(), standing.record_count)
}

async fn scopes_and_methods_are_told_apart(guanxi: TestServer) {
    use {CollectionMethod::*, QuestionnaireScope::*};
    create_person(&guanxi, "ada").await;
    let service = in_use(&guanxi, "service", whole()).await;
    let visit = in_use(&guanxi, "visit", QuestionnaireRevision { scope: Transaction.into(), ..whole() }).await;
    let pair = weighing(1, item("help", scale(1, 7), &[QuestionKind::Perception, QuestionKind::DesiredExpectation]));
    let gaps = in_use(&guanxi, "gaps", asking(IndexForm::Gap, vec![pair])).await;
    let whole = |value| vec![rating("whole", value)];
    let help = vec![answer("help", QuestionKind::Perception, 3), answer("help", QuestionKind::DesiredExpectation, 6)];
    for (number, (revision, method, answers)) in [
        (&service, Phone, whole(80)),
        (&service, MysteryShopper, whole(20)),
        (&visit, Phone, whole(60)),
        (&gaps, Phone, help),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("s-{number}");
        let kept = SatisfactionRecord { collection_method: method.into(), ..answered("ada", &id, revision, answers) };
        record(&guanxi, days_ago(1, &id, kept)).await.unwrap();
    }
    let apart = told(&guanxi, of("ada")).await.unwrap();
    let keys: Vec<_> = apart.questionnaires.iter().map(key).collect();
    assert_eq!(
        keys,
        [
            ("questionnaires/gaps", Cumulative, Phone, 1),
            ("questionnaires/service", Cumulative, Phone, 1),
            ("questionnaires/service", Cumulative, MysteryShopper, 1),
            ("questionnaires/visit", Transaction, Phone, 1),
        ]
    );
    near(apart.questionnaires[0].index.unwrap().mean, -3.0);
    assert_eq!(apart.questionnaires[0].index_form(), IndexForm::Gap);
    assert_eq!((apart.questionnaires[0].dissatisfied_count, apart.questionnaires[1].dissatisfied_count), (1, 0));
    let keys: Vec<_> = apart.scopes.iter().map(key).collect();
    let scopes = [("", Transaction, Phone, 1), ("", Cumulative, Phone, 1), ("", Cumulative, MysteryShopper, 1)];
    assert_eq!(keys, scopes, "and the gap is in none");
    let pooled = GetCustomerSatisfactionRequest { pool_collection_methods: true, ..of("ada") };
    let pooled = told(&guanxi, pooled).await.unwrap();
    let keys: Vec<_> = pooled.scopes.iter().map(key).collect();
    let unspecified = CollectionMethod::Unspecified;
    assert_eq!(keys, [("", Transaction, unspecified, 1), ("", Cumulative, unspecified, 2)]);
    near(pooled.scopes[1].index.unwrap().mean, 50.0);
}

async fn metrics_are_those_of_the_newest_record_that_tells_them(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let recommend = QuestionnaireItem {
        metric: SatisfactionMetric::NetPromoter.into(),
        ..item("recommend", scale(0, 10), &[QuestionKind::Rating])
    };
    let revision = in_use(&guanxi, "service", asking(IndexForm::Interval, vec![rated("speed"), recommend])).await;
    for (days, answers) in
        [(1, vec![rating("speed", 5)]), (2, vec![rating("recommend", 3)]), (3, vec![rating("recommend", 9)])]
    {
        let id = format!("s-{days}");
        record(&guanxi, days_ago(days, &id, answered("ada", &id, &revision, answers))).await.unwrap();
    }
    let told = told(&guanxi, of("ada")).await.unwrap();
    assert_eq!(told.scopes[0].promoter_class(), PromoterClass::Detractor);
    assert_eq!((told.scopes[0].csat_satisfied, told.scopes[0].effort_easy), (None, None));
    // Half of the weight is too little for an index.
    assert_eq!((told.scopes[0].record_count, told.scopes[0].index), (3, None));
    assert_eq!(told.scopes[0].trend, None);
}

async fn what_others_hear_is_told_by_named_figures(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let pair = item("help", scale(1, 7), &[QuestionKind::Perception, QuestionKind::PredictiveExpectation]);
    let revision = in_use(&guanxi, "service", asking(IndexForm::Interval, vec![pair])).await;
    assert_eq!(told(&guanxi, of("ada")).await.unwrap().word_of_mouth, [], "nothing was compared");
    let kept = |days, method: CollectionMethod, perception| {
        let answers = vec![
            answer("help", QuestionKind::Perception, perception),
            answer("help", QuestionKind::PredictiveExpectation, 4),
        ];
        let id = format!("s-{days}");
        let record = answered("ada", &id, &revision, answers);
        days_ago(days, &id, SatisfactionRecord { collection_method: method.into(), ..record })
    };
    let own = record(&guanxi, kept(2, CollectionMethod::Phone, 2)).await.unwrap();
    record(&guanxi, kept(1, CollectionMethod::MysteryShopper, 7)).await.unwrap();
    let heard = told(&guanxi, of("ada")).await.unwrap().word_of_mouth;
    let people: Vec<_> = heard.iter().map(|it| (it.band(), it.people.unwrap(), it.is_at_least)).collect();
    assert_eq!(people, [(SatisfactionBand::Dissatisfied, 22.0, false), (SatisfactionBand::Dissatisfied, 16.0, false)]);
    assert!(heard.iter().all(|it| it.satisfaction_record == own.name), "what a shopper finds says nothing of it");
    record(&guanxi, kept(0, CollectionMethod::Phone, 6)).await.unwrap();
    let heard = told(&guanxi, of("ada")).await.unwrap().word_of_mouth;
    assert_eq!((heard.len(), heard[0].people, heard[0].is_at_least), (1, Some(10.0), true));
    let listed = guanxi.satisfaction().list_reference_figures(ListReferenceFiguresRequest {}).await.unwrap();
    let listed = listed.into_inner().reference_figures;
    assert!(listed.contains(heard[0].reference_figure.as_ref().unwrap()));
    assert!(listed.iter().all(|it| !it.said_by.is_empty() && !it.caveat.is_empty() && it.low.is_some()));
    assert!(listed.len() >= 12);
}

async fn what_has_not_occurred_or_counts_no_more_is_left_out(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let revision = in_use(&guanxi, "service", whole()).await;
    let kept = |days, id: &str, value| days_ago(days, id, answered("ada", id, &revision, vec![rating("whole", value)]));
    record(&guanxi, kept(1, "s-1", 90)).await.unwrap();
    let mut tomorrow = kept(0, "s-2", 10);
    tomorrow.context.as_mut().unwrap().occur_time = Some(time("2026-01-31T18:00:00Z"));
    record(&guanxi, tomorrow).await.unwrap();
    let mut corrected = kept(1, "s-3", 70);
    corrected.context.as_mut().unwrap().replaces = Some(crate::support::shop("s-1"));
    record(&guanxi, corrected).await.unwrap();
    let told_now = told(&guanxi, of("ada")).await.unwrap();
    assert_eq!(told_now.record_count, 1);
    near(told_now.scopes[0].index.unwrap().mean, 70.0);
    guanxi.clock.advance(DAY);
    assert_eq!(told(&guanxi, of("ada")).await.unwrap().record_count, 2);
}

async fn only_the_newest_records_are_looked_at(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let revision = in_use(&guanxi, "service", whole()).await;
    for number in 0..201 {
        let id = format!("s-{number}");
        let value = if number == 200 { 0 } else { 50 };
        let kept = answered("ada", &id, &revision, vec![rating("whole", value)]);
        record(&guanxi, days_ago(number, &id, kept)).await.unwrap();
    }
    let told = told(&guanxi, of("ada")).await.unwrap();
    assert_eq!((told.record_count, told.is_cut), (200, true));
    near(told.scopes[0].index.unwrap().mean, 50.0);
}

async fn wrong_questions_are_refused(guanxi: TestServer) {
    let wrong = GetCustomerSatisfactionRequest { customer: "ada".into(), half_life_days: 3651, ..Default::default() };
    invalid(told(&guanxi, wrong).await, &["customer", "half_life_days"]);
    let negative = GetCustomerSatisfactionRequest { half_life_days: -1, ..of("ada") };
    invalid(told(&guanxi, negative).await, &["half_life_days"]);
    refused(told(&guanxi, of("nobody")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    create_person(&guanxi, "ada").await;
    in_use(&guanxi, "service", plain()).await;
    let nothing = told(&guanxi, of("ada")).await.unwrap();
    assert_eq!((nothing.record_count, nothing.questionnaires, nothing.scopes), (0, vec![], vec![]));
    let delete = DeleteCustomerRequest { name: "customers/ada".into(), ..Default::default() };
    guanxi.customers().delete_customer(delete).await.unwrap();
    refused(told(&guanxi, of("ada")).await, Code::FailedPrecondition, "CUSTOMER_DELETED");
}
