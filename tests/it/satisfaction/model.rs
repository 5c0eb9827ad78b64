//! Models of what leads to satisfaction, fitted through the service; that they are what others compute is a case of
//! `golden_surveys`.

use guanxi::google::longrunning::{CancelOperationRequest, ListOperationsRequest, Operation, operation};
use guanxi::google::rpc;
use guanxi::google::r#type::Date;
use guanxi::v1::{
    CollectionMethod, FitSatisfactionModelMetadata, FitSatisfactionModelRequest, FitSatisfactionModelResponse,
    SatisfactionPath, SatisfactionRecord,
};
use guanxi_testkit::{TestServer, data_file, on_each_backend};
use prost::Message as _;
use tonic::{Code, Status};

use super::kit::{answered, create_questionnaire, in_use, rating, record_all};
use super::surveys::{BANK, Blocks, january, rated, record_rows, rows};
use crate::segmentation::kit::ended;
use crate::support::{invalid, refusal, refused, request_id};

on_each_backend! {
    bank_has_the_usual_model,
    only_complete_records_of_the_set_count,
    too_few_records_are_refused_with_how_many_are_missing,
    records_that_allow_no_model_are_refused_with_their_parts,
    what_makes_no_sense_is_refused_all_at_once,
    cancelled_fit_has_no_result,
}

/// Of those of January who answered by phone.
fn of(questionnaire: &str) -> FitSatisfactionModelRequest {
    let (start_date, end_date) = january();
    FitSatisfactionModelRequest {
        questionnaire: format!("questionnaires/{questionnaire}"),
        start_date,
        end_date,
        collection_methods: vec![CollectionMethod::Phone.into()],
        ..FitSatisfactionModelRequest::default()
    }
}

fn path(from: &str, to: &str) -> SatisfactionPath {
    SatisfactionPath { from: from.into(), to: to.into() }
}

async fn ask(guanxi: &TestServer, request: FitSatisfactionModelRequest) -> Result<Operation, Status> {
    Ok(guanxi.satisfaction().fit_satisfaction_model(request).await?.into_inner())
}

async fn fitted(guanxi: &TestServer, request: FitSatisfactionModelRequest) -> FitSatisfactionModelResponse {
    let asked = ask(guanxi, request).await.unwrap();
    let done = ended(guanxi, &asked.name).await;
    let Some(operation::Result::Response(response)) = &done.result else { panic!("no success: {done:?}") };
    assert_eq!(response.type_url, "type.googleapis.com/guanxi.v1.FitSatisfactionModelResponse");
    FitSatisfactionModelResponse::decode(response.value.as_slice()).unwrap()
}

/// How a fit failed.
async fn unfit(guanxi: &TestServer, request: FitSatisfactionModelRequest) -> crate::support::Refusal {
    let asked = ask(guanxi, request).await.unwrap();
    let done = ended(guanxi, &asked.name).await;
    let Some(operation::Result::Error(rpc::Status { code, message, details })) = done.result else {
        panic!("no failure: {done:?}")
    };
    let encoded = rpc::Status { code, message: message.clone(), details }.encode_to_vec();
    refusal(&Status::with_details(code.into(), message, encoded.into()))
}

async fn bank_has_the_usual_model(guanxi: TestServer) {
    let Some(file) = data_file("bank-satisfaction/satisfaction.csv") else { return };
    let revision = in_use(&guanxi, "bank", rated(BANK, 0, 10)).await;
    record_rows(&guanxi, &revision, &rows(&std::fs::read_to_string(file).unwrap(), BANK)).await;
    let usual = fitted(&guanxi, of("bank")).await;
    let said = FitSatisfactionModelRequest {
        questionnaire: revision,
        latents: BANK.iter().map(|(id, _, _)| (*id).into()).collect(),
        paths: usual.paths.iter().map(|found| path(&found.from, &found.to)).collect(),
        ..of("bank")
    };
    let said = fitted(&guanxi, said).await;
    assert_eq!((said.latents.len(), said.paths.len()), (6, 10));
    assert_eq!(said.latents, usual.latents, "the same model by name");
}

/// Two dimensions of two items, and 100 answers to them that go together.
const PAIR: Blocks<'static> = &[("cause", "", 2), ("effect", "", 2)];

fn pair(index: i32) -> Vec<(String, i32)> {
    let values = [index % 11, (index + index % 2) % 11, (index + index % 3) % 11, index % 9];
    let ids = ["cause_1", "cause_2", "effect_1", "effect_2"];
    ids.iter().zip(values).map(|(id, value)| ((*id).to_owned(), value)).collect()
}

fn of_pair() -> FitSatisfactionModelRequest {
    FitSatisfactionModelRequest { paths: vec![path("cause", "effect")], ..of("pair") }
}

/// Also records of another revision, another method, another time, another channel, and some with an answer left out.
async fn only_complete_records_of_the_set_count(guanxi: TestServer) {
    let revision = in_use(&guanxi, "pair", rated(PAIR, 0, 10)).await;
    let other = in_use(&guanxi, "other", rated(PAIR, 0, 10)).await;
    let answers = |index: i32| pair(index).iter().map(|(item, value)| rating(item, *value)).collect::<Vec<_>>();
    let record = |index: i32| answered(&format!("r-{index}"), &format!("s-{index}"), &revision, answers(index));
    let mut records: Vec<SatisfactionRecord> = (0..100).map(record).collect();
    let web = |record: SatisfactionRecord| SatisfactionRecord { channel: "web".into(), ..record };
    records.extend((100..210).map(|index| web(record(index))));
    records.push(SatisfactionRecord { questionnaire_revision: other, ..record(300) });
    records.push(SatisfactionRecord { collection_method: CollectionMethod::Inspection.into(), ..record(301) });
    let mut late = record(302);
    late.context.as_mut().unwrap().occur_time = Some(crate::support::time("2026-02-01T00:00:00Z"));
    records.push(late);
    records.push(SatisfactionRecord { answers: answers(303)[1..].to_vec(), ..record(303) });
    record_all(&guanxi, records).await;
    let fit = fitted(&guanxi, of_pair()).await;
    assert_eq!((fit.record_count, fit.incomplete_count), (210, 1));
    let of_web = FitSatisfactionModelRequest { filter: "channel = web".into(), ..of_pair() };
    let fit = fitted(&guanxi, of_web).await;
    assert_eq!((fit.record_count, fit.incomplete_count), (110, 0));
    let both = vec![CollectionMethod::Phone.into(), CollectionMethod::Inspection.into()];
    let pooled = FitSatisfactionModelRequest { collection_methods: both, ..of_pair() };
    assert_eq!(fitted(&guanxi, pooled).await.record_count, 211);
}

async fn too_few_records_are_refused_with_how_many_are_missing(guanxi: TestServer) {
    let revision = in_use(&guanxi, "pair", rated(PAIR, 0, 10)).await;
    record_rows(&guanxi, &revision, &(0..97).map(pair).collect::<Vec<_>>()).await;
    let told = unfit(&guanxi, of_pair()).await;
    assert_eq!((told.code, told.reason.as_str()), (Code::FailedPrecondition, "TOO_FEW_RESPONSES"));
    assert_eq!((told.metadata["missing"].as_str(), &told.metadata["resource"]), ("3", &revision));
}

async fn records_that_allow_no_model_are_refused_with_their_parts(guanxi: TestServer) {
    let revision = in_use(&guanxi, "pair", rated(PAIR, 0, 10)).await;
    let alike = |index: i32| {
        let mut row = pair(index);
        (row[0].1, row[1].1) = (7, 9);
        row
    };
    record_rows(&guanxi, &revision, &(0..100).map(alike).collect::<Vec<_>>()).await;
    let told = unfit(&guanxi, of_pair()).await;
    assert_eq!((told.code, told.reason.as_str()), (Code::FailedPrecondition, "UNFIT_RESPONSES"));
    assert_eq!((told.metadata["parts"].as_str(), &told.metadata["resource"]), ("cause", &revision));
}

async fn what_makes_no_sense_is_refused_all_at_once(guanxi: TestServer) {
    in_use(&guanxi, "pair", rated(PAIR, 0, 10)).await;
    let nonsense = FitSatisfactionModelRequest {
        start_date: Some(Date { year: 2026, month: 2, day: 30 }),
        collection_methods: vec![1, 1, 9],
        filter: "speed = 1".into(),
        latents: vec!["cause".into(), "reason".into(), "cause".into()],
        paths: vec![path("cause", "cause"), path("cause", "effect")],
        inner_weights: 7,
        request_id: "none".into(),
        ..of("pair")
    };
    let faults = [
        "request_id",
        "start_date",
        "collection_methods[1]",
        "collection_methods[2]",
        "filter",
        "inner_weights",
        "latents[1]",
        "latents[2]",
        "paths[0]",
        "paths[1].to",
    ];
    invalid(ask(&guanxi, nonsense).await, &faults);
    invalid(ask(&guanxi, of("pair")).await, &["paths"]);
    let unnamed = FitSatisfactionModelRequest { questionnaire: "pair".into(), end_date: None, ..of_pair() };
    invalid(ask(&guanxi, unnamed).await, &["questionnaire", "end_date"]);
    let pooled = FitSatisfactionModelRequest { collection_methods: vec![], ..of_pair() };
    invalid(ask(&guanxi, pooled).await, &["collection_methods"]);
    refused(ask(&guanxi, of("nothing")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let missing = FitSatisfactionModelRequest { questionnaire: "questionnaires/pair/revisions/2".into(), ..of_pair() };
    refused(ask(&guanxi, missing).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    create_questionnaire(&guanxi, "unused").await;
    refused(ask(&guanxi, of("unused")).await, Code::FailedPrecondition, "QUESTIONNAIRE_NOT_ACTIVE");
    let request = ListOperationsRequest { name: "operations".into(), ..ListOperationsRequest::default() };
    let left = guanxi.operations().list_operations(request).await.unwrap().into_inner().operations;
    assert!(left.is_empty(), "nothing is left behind: {left:?}");
}

async fn cancelled_fit_has_no_result(guanxi: TestServer) {
    let revision = in_use(&guanxi, "pair", rated(PAIR, 0, 10)).await;
    record_rows(&guanxi, &revision, &(0..2_000).map(pair).collect::<Vec<_>>()).await;
    // A process does one operation after the other, so that the last of several is cancelled before it has ended.
    for _ in 0..4 {
        ask(&guanxi, of_pair()).await.unwrap();
    }
    let request = FitSatisfactionModelRequest { request_id: request_id(1), ..of_pair() };
    let asked = ask(&guanxi, request.clone()).await.unwrap();
    assert_eq!(ask(&guanxi, request).await.unwrap().name, asked.name, "a retry is the same operation");
    let cancel = CancelOperationRequest { name: asked.name.clone() };
    guanxi.operations().cancel_operation(cancel).await.unwrap();
    let done = ended(&guanxi, &asked.name).await;
    let Some(operation::Result::Error(status)) = &done.result else { panic!("it was not cancelled: {done:?}") };
    assert_eq!(status.code, Code::Cancelled as i32);
    let metadata = FitSatisfactionModelMetadata::decode(done.metadata.unwrap().value.as_slice()).unwrap();
    assert!(metadata.cancel_requested && metadata.questionnaire_revision == revision);
}
