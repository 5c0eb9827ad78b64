//! What the records of a set mean together, read from the cells that are kept with them.

use guanxi::google::longrunning::{Operation, operation};
use guanxi::google::r#type::Date;
use guanxi::v1::{
    AnalyzeSatisfactionRequest, CollectionMethod, ContactRole, Evidence, FactKind, GetSatisfactionIndexRequest,
    ReportPeriod, Respondent, SatisfactionBasis, SatisfactionGrouping, SatisfactionHandler, SatisfactionIndex,
    SatisfactionIndexRow, SatisfactionQuestion, SatisfactionRecord, SatisfactionSet, SatisfactionWeighting,
    WithdrawFactRequest,
};
use guanxi_testkit::{TestServer, empty_database, on_each_backend};
use prost::Message as _;
use tonic::Status;

use super::kit::{add_revision, answered, create_touchpoint, in_use, plain, rating, record};
use crate::segmentation::kit as pyramids;
use crate::support::{create_person, sale, shop, time};

on_each_backend! {
    months_and_tiers_have_rows_of_their_own,
    methods_are_never_pooled_unless_that_is_asked_for,
    range_begins_and_ends_within_months,
    days_are_those_of_the_deployment,
    records_are_in_the_row_of_all_that_they_name,
    correction_counts_where_it_belongs,
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
    analyzed(&pyramids::ended(guanxi, &asked.name).await)
}

/// What an operation that has succeeded says.
pub(crate) fn analyzed(ended: &Operation) -> SatisfactionIndex {
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

/// Records what somebody rated, a thing with its answers and a day each.
async fn rate(guanxi: &TestServer, revision: &str, rated: &[(&str, (i32, i32))]) {
    for (number, (day, answers)) in rated.iter().enumerate() {
        let source_id = format!("{day}-{number}");
        record(guanxi, rated_on(day, ("ada", &source_id, revision), *answers)).await.unwrap();
    }
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
        period: ReportPeriod::Month.into(),
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
    assert_eq!(row.sample.unwrap().evidence(), Evidence::Indicative);
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

async fn methods_are_never_pooled_unless_that_is_asked_for(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    create_person(&guanxi, "ada").await;
    for (number, method) in [CollectionMethod::Phone, CollectionMethod::Inspection].iter().cycle().take(10).enumerate()
    {
        let value = if number % 2 == 0 { 5 } else { 1 };
        let one = rated_on("2026-01-05", ("ada", &number.to_string(), &revision), (value, value));
        record(&guanxi, SatisfactionRecord { collection_method: (*method).into(), ..one }).await.unwrap();
    }
    let question = asking(&revision, "2026-01-01", "2026-01-31");
    let rows = ask(&guanxi, question.clone()).await.unwrap().rows;
    let methods: Vec<_> = rows.iter().map(|row| (row.collection_method(), mean(row))).collect();
    assert_eq!(methods, [(CollectionMethod::Phone, Some(100.0)), (CollectionMethod::Inspection, Some(0.0))]);
    let pooled = SatisfactionQuestion { pool_collection_methods: true, ..question.clone() };
    let rows = ask(&guanxi, pooled.clone()).await.unwrap().rows;
    assert_eq!((rows.len(), rows[0].collection_method, mean(&rows[0])), (1, 0, Some(50.0)));
    let by = |method: CollectionMethod| {
        Some(SatisfactionSet { collection_methods: vec![method.into()], ..SatisfactionSet::default() })
    };
    let one = SatisfactionQuestion { set: by(CollectionMethod::Phone), ..pooled };
    let rows = ask(&guanxi, one).await.unwrap().rows;
    assert_eq!((rows.len(), rows[0].record_count, mean(&rows[0])), (1, 5, Some(100.0)));
    let none = SatisfactionQuestion { set: by(CollectionMethod::Interviewer), ..question };
    assert_eq!(ask(&guanxi, none).await.unwrap().rows, []);
}

async fn range_begins_and_ends_within_months(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    create_person(&guanxi, "ada").await;
    let days = ["2025-10-31", "2025-11-15", "2025-11-16", "2025-12-01", "2025-12-31", "2026-01-01", "2026-01-15"];
    let rated: Vec<_> = days.iter().map(|day| (*day, (5, 5))).collect();
    rate(&guanxi, &revision, &rated).await;
    for (from, to, expected) in [
        ("2025-10-31", "2026-01-15", 7),
        ("2025-11-01", "2025-12-31", 4),
        ("2025-11-16", "2026-01-14", 4),
        ("2025-11-16", "2025-11-16", 1),
        ("2025-12-02", "2025-12-30", 0),
        ("2026-01-01", "2026-01-15", 2),
    ] {
        let told = ask(&guanxi, asking(&revision, from, to)).await.unwrap();
        let found = told.rows.first().map_or(0, |row| row.record_count);
        assert_eq!(found, expected, "{from} to {to}");
    }
    let quarters =
        SatisfactionQuestion { period: ReportPeriod::Quarter.into(), ..asking(&revision, "2025-11-01", "2026-02-15") };
    let rows = ask(&guanxi, quarters.clone()).await.unwrap().rows;
    let told: Vec<_> = rows.iter().map(|row| (row.start_date, row.end_date, row.record_count)).collect();
    let fourth = (date("2025-11-01"), date("2025-12-31"), 4);
    assert_eq!(told, [fourth, (date("2026-01-01"), date("2026-02-15"), 2)], "as far as they were asked for");
    let weeks = SatisfactionQuestion { period: ReportPeriod::Week.into(), ..quarters };
    let rows = ask(&guanxi, weeks).await.unwrap().rows;
    // The 15th of November 2025 is a Saturday, the 31st of December a Wednesday.
    let told: Vec<_> = rows.iter().map(|row| (row.start_date, row.record_count)).collect();
    let weeks = [("2025-11-10", 2), ("2025-12-01", 1), ("2025-12-29", 2), ("2026-01-12", 1)];
    assert_eq!(told, weeks.map(|(monday, count)| (date(monday), count)));
}

async fn days_are_those_of_the_deployment(guanxi: TestServer) {
    let Some(database) = empty_database(guanxi.backend()) else { return };
    let zone = |config: &mut guanxi_server::Config| config.deployment.time_zone = "Asia/Shanghai".into();
    let guanxi = TestServer::start_with(database, zone).await;
    let revision = in_use(&guanxi, "service", plain()).await;
    create_person(&guanxi, "ada").await;
    let mut late = rated_on("2025-12-31", ("ada", "s-1", &revision), (5, 5));
    late.context.as_mut().unwrap().occur_time = Some(time("2025-12-31T16:00:00Z"));
    record(&guanxi, late).await.unwrap();
    let question =
        SatisfactionQuestion { period: ReportPeriod::Day.into(), ..asking(&revision, "2025-12-01", "2026-01-31") };
    let rows = ask(&guanxi, question).await.unwrap().rows;
    assert_eq!((rows.len(), rows[0].start_date), (1, date("2026-01-01")), "midnight in Shanghai");
}

async fn records_are_in_the_row_of_all_that_they_name(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    create_person(&guanxi, "ada").await;
    create_touchpoint(&guanxi, "desk").await;
    let handler = |handler: &str, team: &str| SatisfactionHandler {
        handler: handler.into(),
        team: team.into(),
        branch: "north".into(),
    };
    let plain = rated_on("2026-01-05", ("ada", "s-0", &revision), (5, 5));
    record(&guanxi, plain).await.unwrap();
    for number in 1..=5 {
        let one = rated_on("2026-01-05", ("ada", &format!("s-{number}"), &revision), (3, 3));
        let one = SatisfactionRecord {
            channel: "web".into(),
            touchpoint: "touchpoints/desk".into(),
            wave: "spring".into(),
            handlers: vec![handler("mei", "red"), handler("lin", "red"), handler("tao", "")],
            respondent: Some(Respondent { role: ContactRole::User.into(), contact_id: String::new() }),
            ..one
        };
        record(&guanxi, one).await.unwrap();
    }
    let by = async |group_by: SatisfactionGrouping| {
        let question =
            SatisfactionQuestion { group_by: group_by.into(), ..asking(&revision, "2026-01-01", "2026-01-31") };
        ask(&guanxi, question).await.unwrap().rows
    };
    use SatisfactionGrouping as By;
    let counts = async |group_by, word: fn(&SatisfactionIndexRow) -> String| {
        by(group_by).await.iter().map(|row| (word(row), row.record_count)).collect::<Vec<_>>()
    };
    let one = |word: &str| vec![(word.to_owned(), 5)];
    assert_eq!(counts(By::Channel, |row| row.channel.clone()).await, [(String::new(), 1), ("web".into(), 5)]);
    assert_eq!(counts(By::Touchpoint, |row| row.touchpoint.clone()).await, one("touchpoints/desk"));
    assert_eq!(counts(By::Wave, |row| row.wave.clone()).await, one("spring"));
    let both = |row: &SatisfactionIndexRow| format!("{} {}", row.touchpoint, row.wave);
    assert_eq!(counts(By::TouchpointAndWave, both).await, one("touchpoints/desk spring"));
    assert_eq!(counts(By::Team, |row| row.team.clone()).await, one("red"), "once, though two were of it");
    assert_eq!(counts(By::Branch, |row| row.branch.clone()).await, one("north"));
    let each = ["lin", "mei", "tao"].map(|handler| (handler.to_owned(), 5));
    assert_eq!(counts(By::Handler, |row| row.handler.clone()).await, each);
    assert_eq!(
        counts(By::RespondentRole, |row| row.respondent_role().as_str_name().into()).await,
        one("CONTACT_ROLE_USER")
    );
    let unranked = by(By::Tier).await;
    assert_eq!((unranked[0].pyramid.as_str(), unranked[0].tier.as_str(), unranked[0].record_count), ("", "", 6));
    let mei = SatisfactionQuestion {
        set: Some(SatisfactionSet { handler: "mei".into(), ..Default::default() }),
        ..asking(&revision, "2026-01-05", "2026-01-05")
    };
    let rows = ask(&guanxi, mei).await.unwrap().rows;
    assert_eq!((rows.len(), mean(&rows[0])), (1, Some(50.0)));
}

async fn correction_counts_where_it_belongs(guanxi: TestServer) {
    let first = in_use(&guanxi, "service", plain()).await;
    let second = add_revision(&guanxi, "service", plain()).await;
    create_person(&guanxi, "ada").await;
    rate(&guanxi, &first, &[("2026-01-05", (5, 5)); 6]).await;
    // Another day, another revision, another method; and what was wrong comes again, to no effect.
    let mut right = rated_on("2025-12-24", ("ada", "right", &second), (1, 1));
    right.collection_method = CollectionMethod::Inspection.into();
    right.context.as_mut().unwrap().replaces = Some(shop("2026-01-05-0"));
    record(&guanxi, right.clone()).await.unwrap();
    record(&guanxi, right).await.unwrap();
    rate(&guanxi, &first, &[("2026-01-05", (5, 5))]).await;
    let counts = async |revision: &str| {
        let question =
            SatisfactionQuestion { period: ReportPeriod::Month.into(), ..asking(revision, "2025-12-01", "2026-01-31") };
        let rows = ask(&guanxi, question).await.unwrap().rows;
        rows.iter().map(|row| (row.start_date, row.collection_method(), row.record_count)).collect::<Vec<_>>()
    };
    assert_eq!(counts(&first).await, [(date("2026-01-01"), CollectionMethod::Phone, 5)]);
    assert_eq!(counts(&second).await, [(date("2025-12-01"), CollectionMethod::Inspection, 1)]);
    assert_eq!(counts("questionnaires/service").await, counts(&first).await, "the active revision");
}
