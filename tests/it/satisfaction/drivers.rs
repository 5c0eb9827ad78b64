//! What an outcome depends on, asked of the service; that it is what others compute is a case of `golden_surveys`.

use guanxi::v1::{
    CollectionMethod, GetSatisfactionDriversRequest, ImportanceMethod, IndexForm, QuestionnaireRevision,
    SatisfactionDrivers, SatisfactionRecord,
};
use guanxi_testkit::{TestServer, data_file, on_each_backend};
use tonic::{Code, Status};

use super::kit::{
    answered, asking, create_questionnaire, dimension, in_use, item, rating, record_all, scale, weighing, within,
};
use super::surveys::{BANK, january, rated, record_rows, rows};
use crate::segmentation::kit::{active_pyramid, by_revenue};
use crate::support::{invalid, record, refused, sale};

on_each_backend! {
    drivers_are_told_in_the_order_they_are_asked_for,
    more_than_twelve_drivers_have_relative_weights,
    only_records_of_the_set_count,
    drivers_of_the_index_are_those_that_do_not_count_in_it,
    too_few_records_are_refused_with_how_many_are_missing,
    records_that_say_nothing_are_refused_with_their_parts,
    what_makes_no_sense_is_refused_all_at_once,
}

/// Of those of January who answered by phone.
fn of(questionnaire: &str, outcome: &str, drivers: &[&str]) -> GetSatisfactionDriversRequest {
    let (start_date, end_date) = january();
    GetSatisfactionDriversRequest {
        questionnaire: format!("questionnaires/{questionnaire}"),
        start_date,
        end_date,
        collection_methods: vec![CollectionMethod::Phone.into()],
        outcome: outcome.into(),
        drivers: drivers.iter().map(|id| (*id).into()).collect(),
        ..GetSatisfactionDriversRequest::default()
    }
}

async fn ask(guanxi: &TestServer, request: GetSatisfactionDriversRequest) -> Result<SatisfactionDrivers, Status> {
    Ok(guanxi.satisfaction().get_satisfaction_drivers(request).await?.into_inner())
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

fn parts(found: &SatisfactionDrivers) -> Vec<&str> {
    found.drivers.iter().map(|driver| driver.part.as_str()).collect()
}

async fn drivers_are_told_in_the_order_they_are_asked_for(guanxi: TestServer) {
    let Some(file) = data_file("bank-satisfaction/satisfaction.csv") else { return };
    let revision = in_use(&guanxi, "bank", rated(BANK, 0, 10)).await;
    record_rows(&guanxi, &revision, &rows(&std::fs::read_to_string(file).unwrap(), BANK)).await;
    let drivers = ["image", "expectations", "quality", "value"];
    let found = ask(&guanxi, of("bank", "satisfaction", &drivers)).await.unwrap();
    assert_eq!((found.questionnaire_revision.as_str(), found.outcome.as_str()), (&*revision, "satisfaction"));
    assert_eq!((found.record_count, found.importance_method()), (250, ImportanceMethod::ShapleyValue));
    assert_eq!(parts(&found), drivers);
    let turned =
        ask(&guanxi, of("bank", "satisfaction", &["value", "quality", "expectations", "image"])).await.unwrap();
    for (one, other) in turned.drivers.iter().zip(found.drivers.iter().rev()) {
        assert_eq!((&one.part, one.quadrant()), (&other.part, other.quadrant()));
        near(one.explained, other.explained, 1e-12);
    }
}

async fn more_than_twelve_drivers_have_relative_weights(guanxi: TestServer) {
    let ids: Vec<String> = (0..14).map(|number| format!("item_{number}")).collect();
    let items = ids.iter().map(|id| item(id, scale(0, 10), &[guanxi::v1::QuestionKind::Rating])).collect();
    let revision = in_use(&guanxi, "long", asking(IndexForm::Interval, items)).await;
    // Digits of powers: every item has a rhythm of its own.
    let value =
        |row: usize, column: usize| i32::try_from((row * (2 * column + 3) + row * row / (column + 2)) % 11).unwrap();
    let row = |row: usize| ids.iter().enumerate().map(|(column, id)| (id.clone(), value(row, column))).collect();
    record_rows(&guanxi, &revision, &(0..130).map(row).collect::<Vec<_>>()).await;
    let found = ask(&guanxi, of("long", "item_13", &[])).await.unwrap();
    assert_eq!((found.drivers.len(), found.importance_method()), (13, ImportanceMethod::RelativeWeight));
    near(found.drivers.iter().map(|driver| driver.explained).sum(), found.r_squared, 1e-10);
    assert!(found.drivers.iter().all(|driver| driver.explained >= 0.0));
}

/// Three items, the last of which is the outcome.
fn three() -> QuestionnaireRevision {
    let rated = |id| item(id, scale(0, 10), &[guanxi::v1::QuestionKind::Rating]);
    asking(IndexForm::Interval, vec![rated("speed"), rated("care"), rated("overall")])
}

fn answers(index: i32) -> Vec<(String, i32)> {
    let values = [index % 11, index * 3 % 10, (index % 11 + index * 3 % 10 + index % 3) / 3];
    ["speed", "care", "overall"].iter().zip(values).map(|(id, value)| ((*id).to_owned(), value)).collect()
}

/// Also records of another method, another month, and of customers in another tier.
async fn only_records_of_the_set_count(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let revision = in_use(&guanxi, "three", three()).await;
    let record_of = |index: i32| {
        let answers = answers(index).iter().map(|(id, value)| rating(id, *value)).collect();
        answered(&format!("r-{index}"), &format!("s-{index}"), &revision, answers)
    };
    let mut records: Vec<SatisfactionRecord> = (0..60).map(record_of).collect();
    records.push(SatisfactionRecord { collection_method: CollectionMethod::Inspection.into(), ..record_of(60) });
    let mut late = record_of(61);
    late.context.as_mut().unwrap().occur_time = Some(crate::support::time("2026-02-01T00:00:00Z"));
    records.push(late);
    records.push(SatisfactionRecord { answers: record_of(62).answers[1..].to_vec(), ..record_of(62) });
    record_all(&guanxi, records).await;
    let all = ask(&guanxi, of("three", "overall", &[])).await.unwrap();
    assert_eq!(all.record_count, 60);
    // All customers come with their answers and so are leads; these have bought before they answer.
    for index in 100..150 {
        let customer = format!("r-{index}");
        crate::support::create_person(&guanxi, &customer).await;
        record(&guanxi, sale(&customer, "2026-01-02T00:00:00Z", &format!("p-{index}"), 70_000)).await.unwrap();
    }
    record_all(&guanxi, (100..150).map(record_of).collect()).await;
    let gold = GetSatisfactionDriversRequest { tier: "gold".into(), ..of("three", "overall", &[]) };
    let found = ask(&guanxi, gold.clone()).await.unwrap();
    assert_eq!(found.record_count, 50);
    let named = GetSatisfactionDriversRequest { pyramid: "pyramids/value".into(), ..gold };
    assert_eq!(ask(&guanxi, named).await.unwrap(), found);
    assert_eq!(ask(&guanxi, of("three", "overall", &[])).await.unwrap().record_count, 110);
}

async fn drivers_of_the_index_are_those_that_do_not_count_in_it(guanxi: TestServer) {
    let rated = |id| item(id, scale(0, 10), &[guanxi::v1::QuestionKind::Rating]);
    let items = vec![within("pace", rated("speed")), weighing(0, rated("care")), rated("overall")];
    let dimensions = vec![dimension("pace")];
    let revision = QuestionnaireRevision { dimensions, ..asking(IndexForm::Interval, items) };
    let revision = in_use(&guanxi, "three", revision).await;
    record_rows(&guanxi, &revision, &(0..50).map(answers).collect::<Vec<_>>()).await;
    let found = ask(&guanxi, of("three", "", &[])).await.unwrap();
    assert_eq!((parts(&found), found.outcome.as_str()), (vec!["care"], ""));
    let both = ask(&guanxi, of("three", "", &["overall", "pace"])).await.unwrap();
    near(both.r_squared, 1.0, 1e-12);
}

async fn too_few_records_are_refused_with_how_many_are_missing(guanxi: TestServer) {
    let revision = in_use(&guanxi, "three", three()).await;
    let refusal =
        refused(ask(&guanxi, of("three", "overall", &[])).await, Code::FailedPrecondition, "TOO_FEW_RESPONSES");
    assert_eq!((refusal.metadata["missing"].as_str(), &refusal.metadata["resource"]), ("50", &revision));
    record_rows(&guanxi, &revision, &(0..49).map(answers).collect::<Vec<_>>()).await;
    let refusal =
        refused(ask(&guanxi, of("three", "overall", &[])).await, Code::FailedPrecondition, "TOO_FEW_RESPONSES");
    assert_eq!(refusal.metadata["missing"], "1");
}

async fn records_that_say_nothing_are_refused_with_their_parts(guanxi: TestServer) {
    let revision = in_use(&guanxi, "three", three()).await;
    let alike = |index: i32| {
        let mut row = answers(index);
        row[1].1 = row[0].1;
        row
    };
    record_rows(&guanxi, &revision, &(0..50).map(alike).collect::<Vec<_>>()).await;
    let refusal = refused(ask(&guanxi, of("three", "overall", &[])).await, Code::FailedPrecondition, "UNFIT_RESPONSES");
    assert_eq!(refusal.metadata["parts"], "speed,care");
    assert!(ask(&guanxi, of("three", "overall", &["care"])).await.is_ok(), "without one of them it goes");
}

async fn what_makes_no_sense_is_refused_all_at_once(guanxi: TestServer) {
    in_use(&guanxi, "three", three()).await;
    let (start_date, _) = january();
    let nonsense = GetSatisfactionDriversRequest {
        end_date: Some(guanxi::google::r#type::Date { year: 2037, month: 1, day: 1 }),
        start_date,
        collection_methods: vec![],
        pyramid: "pyramids/value".into(),
        ..of("three", "all", &["speed", "haste", "speed"])
    };
    let faults = ["collection_methods", "pyramid", "outcome", "drivers[1]", "drivers[2]", "end_date"];
    invalid(ask(&guanxi, nonsense).await, &faults);
    let unnamed =
        GetSatisfactionDriversRequest { questionnaire: "three".into(), end_date: None, ..of("", "speed", &[]) };
    invalid(ask(&guanxi, unnamed).await, &["questionnaire", "end_date"]);
    let tier = GetSatisfactionDriversRequest { tier: "gold".into(), ..of("three", "overall", &[]) };
    invalid(ask(&guanxi, tier).await, &["tier"]);
    refused(ask(&guanxi, of("nothing", "speed", &[])).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    create_questionnaire(&guanxi, "unused").await;
    refused(ask(&guanxi, of("unused", "speed", &[])).await, Code::FailedPrecondition, "QUESTIONNAIRE_NOT_ACTIVE");
}
