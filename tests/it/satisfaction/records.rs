//! What was answered, as a fact like all others: recorded once, corrected, taken back, listed, imported.

use guanxi::v1::{
    ActivateQuestionnaireRevisionRequest, BatchRecordSatisfactionRequest, CollectionMethod, ContactRole, Emotion,
    ExternalId, FactContext, FactKind, FactReference, FactState, GetSatisfactionRecordRequest,
    ImportSatisfactionRequest, ListSatisfactionRecordsRequest, MissingCustomer, RecordSatisfactionRequest, Respondent,
    SatisfactionHandler, SatisfactionRecord, WithdrawFactRequest, record_satisfaction_result,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{
    add_revision, answered, create_questionnaire, dimension, in_use, meaning, plain, rating, record, records, unrated,
    within,
};
use crate::support::{create_person, invalid, refused, request_id, shop, time};

on_each_backend! {
    record_comes_back_whole_with_what_it_means,
    repeated_record_is_the_same_and_another_is_refused,
    record_without_a_source_id_is_that_of_its_request,
    correction_takes_the_place_of_what_it_corrects,
    correction_may_come_first,
    withdrawn_record_is_out_of_the_lists,
    records_are_listed_and_filtered,
    batch_records_each_or_all_or_none,
    stream_of_records_is_acknowledged,
    customer_is_created_where_that_is_asked_for,
    answers_stay_with_the_revision_they_were_given_to,
    record_of_nothing_is_not_found,
}

/// A record in which nothing is left out.
fn full(revision: &str) -> SatisfactionRecord {
    let context =
        FactContext { note: "快! And friendly.".into(), ..answered("ada", "s-1", revision, vec![]).context.unwrap() };
    SatisfactionRecord {
        context: Some(context),
        respondent: Some(Respondent { contact_id: "buyer".into(), role: ContactRole::User.into() }),
        collection_method: CollectionMethod::MysteryShopper.into(),
        channel: "shop floor".into(),
        subject: Some(FactReference { kind: FactKind::Purchase.into(), fact: Some(shop("o-1")) }),
        wave: "spring".into(),
        handlers: vec![SatisfactionHandler { handler: "mei".into(), team: "desk".into(), branch: "north".into() }],
        emotion: Emotion::Happy.into(),
        ..answered("ada", "s-1", revision, vec![rating("speed", 5), rating("care", 2)])
    }
}

async fn prepared(guanxi: &TestServer) -> String {
    create_person(guanxi, "ada").await;
    in_use(guanxi, "service", plain()).await
}

async fn get(guanxi: &TestServer, name: &str) -> Result<SatisfactionRecord, Status> {
    let request = GetSatisfactionRecordRequest { name: name.into() };
    Ok(guanxi.satisfaction().get_satisfaction_record(request).await?.into_inner())
}

async fn record_comes_back_whole_with_what_it_means(guanxi: TestServer) {
    let revision = prepared(&guanxi).await;
    let sent = full(&revision);
    let kept = record(&guanxi, sent.clone()).await.unwrap();
    assert!(kept.name.starts_with("customers/ada/satisfactionRecords/"), "{}", kept.name);
    let result = kept.result.clone().unwrap();
    assert_eq!((result.index, result.answered_share), (Some(62.5), Some(1.0)), "(100 + 25) / 2");
    let context = FactContext {
        record_time: Some(time(START)),
        state: FactState::Active.into(),
        ..sent.context.clone().unwrap()
    };
    let expected = SatisfactionRecord { name: kept.name.clone(), context: Some(context), result: Some(result), ..sent };
    assert_eq!(kept, expected);
    assert_eq!(get(&guanxi, &kept.name).await.unwrap(), kept);
    let guanxi = guanxi.restart().await;
    assert_eq!(get(&guanxi, &kept.name).await.unwrap(), kept);
    assert_eq!(records(&guanxi, "customers/ada", false).await, std::slice::from_ref(&kept));
    assert_eq!(records(&guanxi, "customers/-", false).await, [kept]);
}

async fn repeated_record_is_the_same_and_another_is_refused(guanxi: TestServer) {
    let revision = prepared(&guanxi).await;
    let sent = full(&revision);
    let first = record(&guanxi, sent.clone()).await.unwrap();
    assert_eq!(record(&guanxi, sent.clone()).await.unwrap(), first);
    let other = add_revision(&guanxi, "service", plain()).await;
    type Change = fn(&mut SatisfactionRecord);
    let changes: [(&str, Change); 8] = [
        ("respondent", |record| record.respondent = None),
        ("collection_method", |record| record.collection_method = CollectionMethod::Phone.into()),
        ("channel", |record| record.channel = "web".into()),
        ("subject", |record| record.subject.as_mut().unwrap().kind = FactKind::Payment.into()),
        ("wave", |record| record.wave = "summer".into()),
        ("handlers", |record| record.handlers.clear()),
        ("answers", |record| record.answers[0].value = Some(4)),
        ("emotion", |record| record.emotion = Emotion::Calm.into()),
    ];
    for (field, change) in changes {
        let mut changed = sent.clone();
        change(&mut changed);
        let refusal = refused(record(&guanxi, changed).await, Code::AlreadyExists, "FACT_DIFFERS");
        assert_eq!((refusal.metadata["fields"].as_str(), &refusal.metadata["resource"]), (field, &first.name));
    }
    let moved = SatisfactionRecord { questionnaire_revision: other, ..sent };
    let refusal = refused(record(&guanxi, moved).await, Code::AlreadyExists, "FACT_DIFFERS");
    assert_eq!(refusal.metadata["fields"], "questionnaire_revision");
    assert_eq!(records(&guanxi, "customers/ada", true).await, [first]);
}

async fn record_without_a_source_id_is_that_of_its_request(guanxi: TestServer) {
    let revision = prepared(&guanxi).await;
    let mut sent = answered("ada", "", &revision, vec![rating("speed", 3), unrated("care")]);
    sent.context.as_mut().unwrap().source = String::new();
    let request = RecordSatisfactionRequest {
        satisfaction_record: Some(sent),
        request_id: request_id(1),
        ..RecordSatisfactionRequest::default()
    };
    let first = guanxi.satisfaction().record_satisfaction(request.clone()).await.unwrap().into_inner();
    let again = guanxi.satisfaction().record_satisfaction(request).await.unwrap().into_inner();
    assert_eq!(again, first);
    assert_eq!(first.result.unwrap().index, None, "half of the weight is too little");
}

fn correcting(target: &str, mut record: SatisfactionRecord) -> SatisfactionRecord {
    record.context.as_mut().unwrap().replaces = Some(shop(target));
    record
}

async fn correction_takes_the_place_of_what_it_corrects(guanxi: TestServer) {
    let revision = prepared(&guanxi).await;
    let wrong = record(&guanxi, full(&revision)).await.unwrap();
    let right = answered("ada", "s-2", &revision, vec![rating("speed", 5), rating("care", 5)]);
    let right = record(&guanxi, correcting("s-1", right)).await.unwrap();
    assert_eq!(records(&guanxi, "customers/ada", false).await, std::slice::from_ref(&right));
    let kept = get(&guanxi, &wrong.name).await.unwrap();
    assert_eq!(kept.context.unwrap().state(), FactState::Replaced);
    assert_eq!((kept.answers, kept.result), (wrong.answers, wrong.result), "nothing is overwritten");
    let second = answered("ada", "s-3", &revision, vec![rating("speed", 1)]);
    let refusal = record(&guanxi, correcting("s-1", second)).await;
    let refusal = refused(refusal, Code::FailedPrecondition, "FACT_ALREADY_REPLACED");
    assert_eq!(refusal.metadata["source_id"], "s-2");
}

async fn correction_may_come_first(guanxi: TestServer) {
    let revision = prepared(&guanxi).await;
    let right = answered("ada", "s-2", &revision, vec![rating("speed", 5), rating("care", 5)]);
    let right = record(&guanxi, correcting("s-1", right)).await.unwrap();
    let late = record(&guanxi, full(&revision)).await.unwrap();
    assert_eq!(late.context.unwrap().state(), FactState::Replaced);
    assert_eq!(records(&guanxi, "customers/ada", false).await, [right]);
}

async fn withdrawn_record_is_out_of_the_lists(guanxi: TestServer) {
    let revision = prepared(&guanxi).await;
    let kept = record(&guanxi, full(&revision)).await.unwrap();
    let request = WithdrawFactRequest {
        customer: "customers/ada".into(),
        kind: FactKind::SatisfactionRecord.into(),
        fact: Some(shop("s-1")),
    };
    assert!(guanxi.activity().withdraw_fact(request).await.unwrap().into_inner().known);
    assert_eq!(records(&guanxi, "customers/ada", false).await, []);
    let withdrawn = records(&guanxi, "customers/ada", true).await;
    assert_eq!(withdrawn[0].context.as_ref().unwrap().state(), FactState::Withdrawn);
    assert_eq!(withdrawn[0].name, kept.name);
}

async fn records_are_listed_and_filtered(guanxi: TestServer) {
    let revision = prepared(&guanxi).await;
    create_person(&guanxi, "bob").await;
    for (customer, source_id, day, method) in [
        ("ada", "s-1", 3, CollectionMethod::Phone),
        ("bob", "s-2", 1, CollectionMethod::Inspection),
        ("ada", "s-3", 2, CollectionMethod::SelfCompletion),
    ] {
        let mut sent = answered(customer, source_id, &revision, vec![rating("speed", day)]);
        sent.context.as_mut().unwrap().occur_time = Some(time(&format!("2026-01-0{day}T12:00:00Z")));
        sent.collection_method = method.into();
        record(&guanxi, sent).await.unwrap();
    }
    let list = async |parent: &str, filter: &str, page_token: String| {
        let request = ListSatisfactionRecordsRequest {
            parent: parent.into(),
            filter: filter.into(),
            page_size: 2,
            page_token,
            ..Default::default()
        };
        let page = guanxi.satisfaction().list_satisfaction_records(request).await?.into_inner();
        let ids = page.satisfaction_records.into_iter().map(|one| one.context.unwrap().source_id);
        Ok::<_, Status>((ids.collect::<Vec<_>>(), page.next_page_token))
    };
    let (first, token) = list("customers/-", "", String::new()).await.unwrap();
    let (second, end) = list("customers/-", "", token.clone()).await.unwrap();
    assert_eq!((first, second, end.as_str()), (vec!["s-1".into(), "s-3".into()], vec!["s-2".into()], ""));
    let filtered = async |filter: &str| list("customers/-", filter, String::new()).await.unwrap().0;
    assert_eq!(filtered("type = INSPECTION").await, ["s-2"]);
    assert_eq!(filtered("occur_time < \"2026-01-03T00:00:00Z\"").await, ["s-3", "s-2"]);
    invalid(list("customers/ada", "", token).await, &["page_token"]);
    invalid(list("customers/ada", "wave = \"spring\"", String::new()).await, &["filter"]);
    refused(list("customers/nobody", "", String::new()).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn batch_records_each_or_all_or_none(guanxi: TestServer) {
    let revision = prepared(&guanxi).await;
    let item = |source_id: &str, value| RecordSatisfactionRequest {
        satisfaction_record: Some(answered(
            "ada",
            source_id,
            &revision,
            vec![rating("speed", value), rating("care", 1)],
        )),
        ..RecordSatisfactionRequest::default()
    };
    let requests = vec![item("s-1", 1), item("s-2", 6), item("s-3", 5)];
    let send = async |requests: &[RecordSatisfactionRequest], all_or_nothing| {
        let request = BatchRecordSatisfactionRequest { requests: requests.to_vec(), all_or_nothing };
        let results = guanxi.satisfaction().batch_record_satisfaction(request).await.unwrap().into_inner().results;
        let index = |result| match result {
            record_satisfaction_result::Result::SatisfactionRecord(record) => Ok(record.result.unwrap().index.unwrap()),
            record_satisfaction_result::Result::Error(error) => Err(Code::from(error.code)),
        };
        results.into_iter().map(|one| index(one.result.unwrap())).collect::<Vec<_>>()
    };
    let invalid = Err(Code::InvalidArgument);
    assert_eq!(send(&requests, true).await, [Err(Code::Aborted), invalid, Err(Code::Aborted)]);
    assert_eq!(records(&guanxi, "customers/ada", true).await, [], "nothing is left behind");
    assert_eq!(send(&requests, false).await, [Ok(0.0), invalid, Ok(50.0)]);
    assert_eq!(send(&requests[..1], true).await, [Ok(0.0)]);
    assert_eq!(records(&guanxi, "customers/ada", true).await.len(), 2);
}

async fn stream_of_records_is_acknowledged(guanxi: TestServer) {
    let revision = prepared(&guanxi).await;
    let records_of =
        |ids: &[&str]| ids.iter().map(|id| answered("ada", id, &revision, vec![rating("speed", 3)])).collect();
    let mut second: Vec<SatisfactionRecord> = records_of(&["s-3", "s-4"]);
    second[1].answers[0].item = "depth".into();
    let chunk = |first_index, satisfaction_records| ImportSatisfactionRequest {
        first_index,
        satisfaction_records,
        missing_customer: MissingCustomer::Unspecified.into(),
    };
    let chunks = tokio_stream::iter(vec![chunk(0, records_of(&["s-1", "s-2"])), chunk(2, second)]);
    let mut stream = guanxi.satisfaction().import_satisfaction(chunks).await.unwrap().into_inner();
    let first = stream.message().await.unwrap().unwrap();
    assert_eq!((first.last_index, first.recorded_count, first.rejections.len()), (1, 2, 0));
    let second = stream.message().await.unwrap().unwrap();
    assert_eq!((second.last_index, second.recorded_count, second.rejections.len()), (3, 1, 1));
    assert_eq!(stream.message().await.unwrap(), None);
    assert_eq!(records(&guanxi, "customers/ada", true).await.len(), 3);
}

async fn customer_is_created_where_that_is_asked_for(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    let mut sent = answered("ada", "s-1", &revision, vec![rating("speed", 9)]);
    let context = sent.context.as_mut().unwrap();
    context.customer = String::new();
    context.customer_external_id = Some(ExternalId { system: "crm".into(), id: "77".into() });
    let mut request = RecordSatisfactionRequest {
        satisfaction_record: Some(sent),
        missing_customer: MissingCustomer::Create.into(),
        request_id: String::new(),
    };
    let refusal = guanxi.satisfaction().record_satisfaction(request.clone()).await;
    invalid(refusal, &["satisfaction_record.answers[0].value"]);
    let listed = guanxi.customers().list_customers(guanxi::v1::ListCustomersRequest::default()).await.unwrap();
    assert_eq!(listed.into_inner().customers, [], "what was refused creates nobody");
    request.satisfaction_record.as_mut().unwrap().answers[0].value = Some(4);
    let kept = guanxi.satisfaction().record_satisfaction(request).await.unwrap().into_inner();
    assert!(kept.context.unwrap().customer.starts_with("customers/c-"));
}

async fn answers_stay_with_the_revision_they_were_given_to(guanxi: TestServer) {
    let first = prepared(&guanxi).await;
    let kept =
        record(&guanxi, answered("ada", "s-1", &first, vec![rating("speed", 4), rating("care", 4)])).await.unwrap();
    let mut other = plain();
    other.dimensions = vec![dimension("pace")];
    other.items = vec![within("pace", other.items.remove(0))];
    let second = add_revision(&guanxi, "service", other).await;
    // The questionnaire is in use, so what is not active yet may be tried on somebody.
    let result = meaning(&guanxi, answered("ada", "s-2", &second, vec![rating("speed", 4)])).await;
    assert_eq!((result.index, result.dimensions[0].score), (Some(75.0), Some(75.0)));
    assert_eq!(get(&guanxi, &kept.name).await.unwrap(), kept);
}

async fn record_of_nothing_is_not_found(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    create_questionnaire(&guanxi, "service").await;
    let revision = add_revision(&guanxi, "service", plain()).await;
    let early = record(&guanxi, answered("ada", "s-1", &revision, vec![rating("speed", 4)])).await;
    let early = refused(early, Code::FailedPrecondition, "QUESTIONNAIRE_NOT_ACTIVE");
    assert_eq!(early.metadata["questionnaire"], "questionnaires/service");
    let later = answered("ada", "s-1", "questionnaires/service/revisions/2", vec![rating("speed", 4)]);
    invalid(record(&guanxi, later.clone()).await, &["satisfaction_record.questionnaire_revision"]);
    let missing = answered("ada", "s-1", "questionnaires/other/revisions/1", vec![rating("speed", 4)]);
    invalid(record(&guanxi, missing).await, &["satisfaction_record.questionnaire_revision"]);
    let nobody = record(&guanxi, answered("nobody", "s-1", &revision, vec![rating("speed", 4)])).await;
    refused(nobody, Code::NotFound, "RESOURCE_NOT_FOUND");
    let name = "customers/ada/satisfactionRecords/0198c5a0-0000-7000-8000-000000000001";
    let refusal = refused(get(&guanxi, name).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(refusal.metadata["resource"], name);
    for name in ["customers/ada/purchases/0198c5a0-0000-7000-8000-000000000001", "customers/ada/satisfactionRecords/7"]
    {
        invalid(get(&guanxi, name).await, &["name"]);
    }
    // Nothing of a refusal is remembered: once it is in use, and once it is there, it is answered.
    let request = ActivateQuestionnaireRevisionRequest { name: revision.clone(), request_id: String::new() };
    guanxi.satisfaction().activate_questionnaire_revision(request).await.unwrap();
    record(&guanxi, answered("ada", "s-0", &revision, vec![rating("speed", 4)])).await.unwrap();
    assert_eq!(add_revision(&guanxi, "service", plain()).await, "questionnaires/service/revisions/2");
    record(&guanxi, later).await.unwrap();
}
