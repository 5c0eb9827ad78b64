//! What the records of any set mean together, by an operation; and every number of a row.

use std::collections::HashMap;

use guanxi::google::longrunning::{DeleteOperationRequest, operation};
use guanxi::v1::{
    AnalyzeSatisfactionMetadata, AnalyzeSatisfactionRequest, CreateCustomerRequest, Customer, DeleteCustomerRequest,
    Emotion, Evidence, IndexForm, QuestionKind, QuestionnaireItem, QuestionnaireRevision, ReportPeriod,
    SatisfactionBasis, SatisfactionEstimate, SatisfactionGrouping, SatisfactionHandler, SatisfactionMetric,
    SatisfactionQuestion, SatisfactionRecord, SatisfactionSet, SatisfactionShare, SatisfactionView,
    SatisfactionWeighting,
};
use guanxi_testkit::{TestServer, on_each_backend};
use prost::Message as _;
use tonic::Code;

use super::index::{analyze, ask, asking, rated_on};
use super::kit::{
    answer, answered, asking as cumulative, dimension, in_use, item, near, pair, plain, rated, rating, record, scale,
    unrated, weighing, within,
};
use crate::segmentation::kit::ended;
use crate::support::{invalid, person, refused, request_id};

on_each_backend! {
    every_number_of_a_row_is_reckoned_by_hand,
    old_answers_weigh_less,
    labels_and_keys_together_are_analysed,
    each_customer_counts_once_where_that_is_asked_for,
    analysis_is_asked_for_once_and_kept,
    analysis_of_too_many_rows_says_so,
    every_fault_of_an_analysis_is_named,
}

async fn create(guanxi: &TestServer, id: &str, region: &str) {
    let labels: HashMap<_, _> = [("region".to_owned(), region.to_owned())].into();
    let customer = Some(Customer { labels, ..person(id) });
    let request = CreateCustomerRequest { customer, customer_id: id.into(), request_id: String::new() };
    guanxi.customers().create_customer(request).await.unwrap();
}

/// A mean of so many, with its standard deviation.
fn is(found: Option<&SatisfactionEstimate>, (count, mean, deviation): (i64, f64, f64)) {
    let found = found.unwrap();
    let sample = found.sample.unwrap();
    assert_eq!((sample.count, sample.effective_count), (count, Some(count as f64)));
    near(found.mean, mean);
    near(found.standard_deviation, deviation);
    near(found.standard_error, deviation / (count as f64).sqrt());
}

fn share(found: Option<&SatisfactionShare>) -> (i64, Option<f64>) {
    found.map_or((0, None), |found| (found.sample.unwrap().count, found.share))
}

/// A dimension of a rating, and one of a pair; beside them the questions of the metrics.
fn wide() -> QuestionnaireRevision {
    let metric = |id: &str, metric: SatisfactionMetric, (min, max): (i32, i32)| QuestionnaireItem {
        metric: metric.into(),
        ..weighing(0, item(id, scale(min, max), &[QuestionKind::Rating]))
    };
    QuestionnaireRevision {
        dimensions: vec![dimension("pace"), dimension("trust")],
        ..cumulative(
            IndexForm::Interval,
            vec![
                within("pace", rated("speed")),
                within("trust", pair("word")),
                metric("recommend", SatisfactionMetric::NetPromoter, (0, 10)),
                metric("content", SatisfactionMetric::Csat, (1, 5)),
                metric("easy", SatisfactionMetric::CustomerEffort, (1, 7)),
            ],
        )
    }
}

async fn every_number_of_a_row_is_reckoned_by_hand(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", wide()).await;
    create(&guanxi, "ada", "north").await;
    let (perceived, desired) = (QuestionKind::Perception, QuestionKind::DesiredExpectation);
    // Speed, word perceived and desired, recommend, content, easy.
    let said = [[5, 7, 7, 10, 5, 7], [5, 4, 7, 9, 4, 6], [3, 7, 4, 8, 3, 5], [1, 1, 4, 6, 2, 4], [1, 1, 7, 0, 1, 1]];
    for (number, [speed, word, wish, recommend, content, easy]) in said.into_iter().enumerate() {
        let answers = vec![
            rating("speed", speed),
            answer("word", perceived, word),
            answer("word", desired, wish),
            rating("recommend", recommend),
            rating("content", content),
            rating("easy", easy),
        ];
        record(&guanxi, answered("ada", &format!("s-{number}"), &revision, answers)).await.unwrap();
    }
    // One who did not rate, and left the rest out: no index.
    record(&guanxi, answered("ada", "s-9", &revision, vec![unrated("speed")])).await.unwrap();
    let question =
        SatisfactionQuestion { view: SatisfactionView::Items.into(), ..asking(&revision, "2026-01-01", "2026-01-31") };
    let told = ask(&guanxi, question).await.unwrap();
    let row = &told.rows[0];
    assert_eq!((row.record_count, row.sample.unwrap().evidence()), (6, Evidence::Indicative));
    // Pace 100, 100, 50, 0, 0; trust 100, 50, 100, 0, 0; the index is the mean of both.
    is(row.index.as_ref(), (5, 50.0, 2187.5_f64.sqrt()));
    let interval = row.index.unwrap();
    near(interval.lower_bound, 50.0 - 2.776_445_105_197_79 * (2187.5_f64 / 5.0).sqrt());
    near(interval.upper_bound, 50.0 + 2.776_445_105_197_79 * (2187.5_f64 / 5.0).sqrt());
    let [pace, trust] = &row.dimensions[..] else { panic!("{:?}", row.dimensions) };
    assert_eq!((pace.dimension.as_str(), trust.dimension.as_str()), ("pace", "trust"));
    is(pace.score.as_ref(), (5, 50.0, 2500.0_f64.sqrt()));
    is(trust.score.as_ref(), (5, 50.0, 2500.0_f64.sqrt()));
    // Gaps 0, -3, 3, -3, -6: a mean of -9 / 5, squares of 63.
    for comparison in [&row.comparison, &trust.comparison, &Some(row.items[1].comparisons[0])] {
        let comparison = comparison.as_ref().unwrap();
        assert_eq!(comparison.expectation_kind(), desired);
        is(comparison.gap.as_ref(), (5, -1.8, ((63.0_f64 - 81.0 / 5.0) / 4.0).sqrt()));
        near(comparison.perception, 4.0);
        near(comparison.expectation, 5.8);
        near(comparison.ratio, 4.0 / 5.8);
        let bands = [&comparison.dissatisfied, &comparison.satisfied, &comparison.delighted];
        assert_eq!(bands.map(|band| share(band.as_ref())), [(5, Some(0.6)), (5, Some(0.2)), (5, Some(0.2))]);
    }
    assert_eq!(pace.comparison.as_ref().unwrap().gap.unwrap().sample.unwrap().count, 0);
    let promoters = row.net_promoter.as_ref().unwrap();
    assert_eq!([promoters.promoters, promoters.passives, promoters.detractors], [Some(0.4), Some(0.2), Some(0.4)]);
    near(promoters.score, 0.0);
    near(promoters.standard_error, 100.0 * (0.8_f64 / 5.0).sqrt());
    // 2.75 of 8 on either side.
    near(promoters.upper_bound, 1.959_963_984_540_054 * 100.0 * (5.5_f64 / 64.0).sqrt());
    assert_eq!((share(row.csat.as_ref()), share(row.effort_easy.as_ref())), ((5, Some(0.4)), (5, Some(0.6))));
    let ids: Vec<_> = row.items.iter().map(|item| item.item.as_str()).collect();
    assert_eq!(ids, ["speed", "word", "recommend", "content", "easy"]);
    is(row.items[0].answer.as_ref(), (5, 3.0, 4.0_f64.sqrt()));
    is(row.items[0].score.as_ref(), (5, 50.0, 2500.0_f64.sqrt()));
    near(row.items[4].answer.unwrap().mean, 23.0 / 5.0);
    let asked = &row.items[0].questions[0];
    assert_eq!(
        (share(asked.not_rated.as_ref()), share(asked.missing.as_ref())),
        ((6, Some(1.0 / 6.0)), (6, Some(0.0)))
    );
    let asked = &row.items[1].questions[1];
    assert_eq!((asked.question(), share(asked.missing.as_ref()).1), (desired, Some(1.0 / 6.0)));
}

async fn old_answers_weigh_less(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    create(&guanxi, "ada", "north").await;
    // Two of now, and three times as many of a half-life before, which weigh 1 and 0.5.
    for (number, day) in [30, 30, 20, 20, 20, 20, 20, 20].into_iter().enumerate() {
        let answers = if day == 30 { (5, 5) } else { (1, 1) };
        let one = rated_on(&format!("2026-01-{day}"), ("ada", &format!("s-{number}"), &revision), answers);
        record(&guanxi, one).await.unwrap();
    }
    let question = SatisfactionQuestion { half_life_days: Some(10), ..asking(&revision, "2026-01-01", "2026-01-31") };
    let told = ask(&guanxi, question.clone()).await.unwrap();
    assert_eq!(told.half_life_days, Some(10));
    let (index, sample) = (told.rows[0].index.unwrap(), told.rows[0].sample.unwrap());
    near(index.mean, 40.0);
    // (2 + 3)^2 / (2 + 6 / 4).
    let effective = 25.0 / 3.5;
    near(sample.effective_count, effective);
    near(index.standard_deviation, (2400.0 * effective / (effective - 1.0)).sqrt());
    let request = AnalyzeSatisfactionRequest { question: Some(question), ..Default::default() };
    assert_eq!(analyze(&guanxi, request).await.rows, told.rows);
}

async fn labels_and_keys_together_are_analysed(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    create(&guanxi, "ada", "north").await;
    create(&guanxi, "bob", "south").await;
    create(&guanxi, "cid", "north").await;
    for (customer, value) in [("ada", 5), ("bob", 1), ("cid", 3)] {
        for number in 0..6 {
            let source_id = format!("{customer}-{number}");
            let team = if number == 0 { "blue" } else { "red" };
            let handlers =
                vec![SatisfactionHandler { handler: "mei".into(), team: team.into(), branch: String::new() }];
            let one = rated_on("2026-01-05", (customer, &source_id, &revision), (value, value));
            let one = SatisfactionRecord { handlers, emotion: Emotion::Happy.into(), channel: "web".into(), ..one };
            record(&guanxi, one).await.unwrap();
        }
    }
    let told = async |filter: &str, question: SatisfactionQuestion| {
        let request =
            AnalyzeSatisfactionRequest { question: Some(question), filter: filter.into(), ..Default::default() };
        let told = analyze(&guanxi, request).await;
        assert_eq!(
            (told.basis(), told.questionnaire_revision.as_str()),
            (SatisfactionBasis::Records, revision.as_str())
        );
        told.rows.iter().map(|row| (row.record_count, row.index.and_then(|index| index.mean))).collect::<Vec<_>>()
    };
    let whole = asking(&revision, "2026-01-01", "2026-01-31");
    assert_eq!(told("labels.region = \"north\"", whole.clone()).await, [(12, Some(75.0))]);
    assert_eq!(told("labels.region != \"north\"", whole.clone()).await, [(6, Some(0.0))]);
    assert_eq!(told("labels:region AND NOT labels.region = \"south\"", whole.clone()).await, [(12, Some(75.0))]);
    assert_eq!(told("labels:size", whole.clone()).await, []);
    assert_eq!(told("team = red emotion = HAPPY respondent_role != USER", whole.clone()).await, [(15, Some(50.0))]);
    assert_eq!(told("wave = spring OR touchpoint = desk OR branch = x OR tier = gold", whole.clone()).await, []);
    assert_eq!(told("channel = web source = shop handler = mei", whole.clone()).await, [(18, Some(50.0))]);
    let crossed = SatisfactionQuestion {
        group_by: SatisfactionGrouping::Channel.into(),
        set: Some(SatisfactionSet { team: "red".into(), ..Default::default() }),
        ..whole.clone()
    };
    assert_eq!(told("", crossed).await, [(15, Some(50.0))]);
    // What was answered stays what it was.
    let request = DeleteCustomerRequest { name: "customers/bob".into(), ..Default::default() };
    guanxi.customers().delete_customer(request).await.unwrap();
    assert_eq!(told("", whole.clone()).await, [(18, Some(50.0))]);
    assert_eq!(ask(&guanxi, whole).await.unwrap().rows[0].record_count, 18);
}

async fn each_customer_counts_once_where_that_is_asked_for(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    for (number, customer) in ["ada", "bob", "cid", "dan", "eve"].into_iter().enumerate() {
        create(&guanxi, customer, "north").await;
        for answer in 0..if number == 0 { 9 } else { 1 } {
            let answers = if number == 0 { (5, 5) } else { (2, 2) };
            let source_id = format!("{customer}-{answer}");
            record(&guanxi, rated_on("2026-01-05", (customer, &source_id, &revision), answers)).await.unwrap();
        }
    }
    let mut request = AnalyzeSatisfactionRequest {
        question: Some(asking(&revision, "2026-01-01", "2026-01-31")),
        weighting: SatisfactionWeighting::PerCustomer.into(),
        ..Default::default()
    };
    let told = analyze(&guanxi, request.clone()).await;
    assert_eq!(told.weighting(), SatisfactionWeighting::PerCustomer);
    let row = &told.rows[0];
    assert_eq!((row.record_count, row.sample.unwrap().count), (13, 5));
    near(row.index.unwrap().mean, (100.0 + 4.0 * 25.0) / 5.0);
    near(row.index.unwrap().standard_deviation, 1125.0_f64.sqrt());
    request.weighting = SatisfactionWeighting::PerResponse.into();
    let told = analyze(&guanxi, request).await;
    near(told.rows[0].index.unwrap().mean, (900.0 + 4.0 * 25.0) / 13.0);
}

async fn analysis_is_asked_for_once_and_kept(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    create(&guanxi, "ada", "north").await;
    for number in 0..5 {
        record(&guanxi, rated_on("2026-01-05", ("ada", &number.to_string(), &revision), (5, 5))).await.unwrap();
    }
    let request = AnalyzeSatisfactionRequest {
        question: Some(asking("questionnaires/service", "2026-01-01", "2026-01-31")),
        filter: "labels.region=north".into(),
        request_id: request_id(1),
        ..Default::default()
    };
    let first = guanxi.satisfaction().analyze_satisfaction(request.clone()).await.unwrap().into_inner();
    let done = ended(&guanxi, &first.name).await;
    let metadata = AnalyzeSatisfactionMetadata::decode(done.metadata.as_ref().unwrap().value.as_slice()).unwrap();
    assert_eq!((metadata.questionnaire_revision, metadata.done_count), (revision.clone(), 5));
    assert_eq!(metadata.filter, "labels.region = \"north\"");
    let again = guanxi.satisfaction().analyze_satisfaction(request).await.unwrap().into_inner();
    assert_eq!(again, done);
    let guanxi = guanxi.restart().await;
    assert_eq!(ended(&guanxi, &first.name).await, done);
    guanxi.operations().delete_operation(DeleteOperationRequest { name: first.name }).await.unwrap();
}

async fn analysis_of_too_many_rows_says_so(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    create(&guanxi, "ada", "north").await;
    // 300 days of four handlers each.
    for number in 0..300 {
        let day = guanxi_model::Day(20_100 + number).to_string();
        let handlers = (0..4).map(|one| SatisfactionHandler { handler: format!("h-{one}"), ..Default::default() });
        let one = rated_on(&day, ("ada", &number.to_string(), &revision), (5, 5));
        record(&guanxi, SatisfactionRecord { handlers: handlers.collect(), ..one }).await.unwrap();
    }
    let question = SatisfactionQuestion {
        period: ReportPeriod::Day.into(),
        group_by: SatisfactionGrouping::Handler.into(),
        ..asking(&revision, "2025-01-01", "2026-01-01")
    };
    invalid(ask(&guanxi, question.clone()).await, &["question.group_by"]);
    let request = AnalyzeSatisfactionRequest { question: Some(question.clone()), ..Default::default() };
    let asked = guanxi.satisfaction().analyze_satisfaction(request).await.unwrap().into_inner();
    let Some(operation::Result::Error(error)) = ended(&guanxi, &asked.name).await.result else { panic!("it succeeds") };
    assert_eq!(error.code, Code::InvalidArgument as i32);
    assert!(error.message.contains("1000 rows"), "{}", error.message);
    let one =
        SatisfactionQuestion { set: Some(SatisfactionSet { handler: "h-1".into(), ..Default::default() }), ..question };
    assert_eq!(ask(&guanxi, one).await.unwrap().rows.len(), 300);
}

async fn every_fault_of_an_analysis_is_named(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    let call = async |request| guanxi.satisfaction().analyze_satisfaction(request).await;
    let bad = AnalyzeSatisfactionRequest {
        question: Some(SatisfactionQuestion {
            half_life_days: Some(3),
            ..asking(&revision, "2026-01-01", "2026-01-31")
        }),
        filter: "colour = red".into(),
        weighting: SatisfactionWeighting::PerCustomer.into(),
        request_id: "one".into(),
    };
    invalid(call(bad).await, &["request_id", "filter", "question.half_life_days"]);
    invalid(call(AnalyzeSatisfactionRequest { weighting: 9, ..Default::default() }).await, &["weighting", "question"]);
    let none = Some(asking("questionnaires/none", "2026-01-01", "2026-01-31"));
    let none = AnalyzeSatisfactionRequest { question: none, ..Default::default() };
    refused(call(none).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}
