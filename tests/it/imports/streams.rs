//! Streams of chunks: what is acknowledged, what is rejected, and which chunk ends the stream.

use guanxi::v1::{
    DeleteCustomerRequest, ExternalId, ImportProgress, ImportPurchasesRequest, MissingCustomer, Payment, Purchase,
    WithdrawFactRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use crate::activity::facts::{Sample, least, replacing};
use crate::activity::kinds::{Activity, Chunk, Kind, ever_listed, listed, of_each_kind, record, source_ids, status_of};
use crate::support::{create_person, refusal, shop};

on_each_backend! {
    every_chunk_is_acknowledged_with_its_last_index,
    what_was_imported_before_is_unchanged,
    a_short_chunk_does_not_overtake_a_long_one,
    a_rejected_item_is_named_with_its_reason_and_stops_no_other,
    an_item_needs_a_source_id,
    unknown_customers_are_created_where_the_chunk_says_so,
    a_chunk_out_of_order_ends_the_stream,
    an_empty_or_too_long_chunk_ends_the_stream,
    an_unknown_value_of_missing_customer_ends_the_stream,
    a_stream_without_chunks_imports_nothing,
    the_last_index_there_is_can_be_imported,
    corrections_and_withdrawals_count_in_imports_too,
}

/// A chunk of facts whose customers are there.
pub(super) fn chunk<K>(first_index: i64, facts: Vec<K>) -> Chunk<K> {
    Chunk { first_index, facts, missing_customer: MissingCustomer::Unspecified }
}

/// Sends chunks and reads to the end; the acknowledgements, and how the stream ended.
pub(super) async fn import<K: Kind>(
    activity: &Activity,
    chunks: Vec<Chunk<K>>,
) -> (Vec<ImportProgress>, Result<(), Status>) {
    let mut acknowledged = Vec::new();
    let mut stream = match K::import(activity.clone(), tokio_stream::iter(chunks)).await {
        Ok(stream) => stream,
        Err(refused) => return (acknowledged, Err(refused)),
    };
    loop {
        match stream.message().await {
            Ok(Some(progress)) => acknowledged.push(progress),
            Ok(None) => return (acknowledged, Ok(())),
            Err(refused) => return (acknowledged, Err(refused)),
        }
    }
}

/// The facts of `ada` with these numbers.
fn facts<K: Sample>(numbers: std::ops::Range<i64>) -> Vec<K> {
    numbers.map(|number| least("ada", 1, &format!("o-{number}"))).collect()
}

fn counts(last_index: i64, recorded_count: i32, unchanged_count: i32) -> ImportProgress {
    ImportProgress { last_index, recorded_count, unchanged_count, rejections: Vec::new() }
}

async fn is_acknowledged<K: Sample>(guanxi: &TestServer) {
    // The first chunk begins where it likes.
    let chunks = vec![chunk(1000, facts::<K>(0..500)), chunk(1500, facts(500..501)), chunk(1501, facts(501..700))];
    let (acknowledged, end) = import(&guanxi.activity(), chunks).await;
    end.unwrap();
    assert_eq!(acknowledged, [counts(1499, 500, 0), counts(1500, 1, 0), counts(1699, 199, 0)]);
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await.len(), 700);
}

async fn every_chunk_is_acknowledged_with_its_last_index(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_acknowledged, &guanxi);
}

async fn is_unchanged<K: Sample>(guanxi: &TestServer) {
    record(&guanxi.activity(), least::<K>("ada", 1, "o-3")).await.unwrap();
    let chunks = || vec![chunk(0, facts::<K>(0..5)), chunk(5, facts(3..8))];
    let (acknowledged, end) = import(&guanxi.activity(), chunks()).await;
    end.unwrap();
    assert_eq!(acknowledged, [counts(4, 4, 1), counts(9, 3, 2)]);
    let before = ever_listed::<K>(&guanxi.activity(), "customers/-").await;
    assert_eq!(before.len(), 8);
    let (acknowledged, end) = import(&guanxi.activity(), chunks()).await;
    end.unwrap();
    assert_eq!(acknowledged, [counts(4, 0, 5), counts(9, 0, 5)]);
    assert_eq!(ever_listed::<K>(&guanxi.activity(), "customers/-").await, before);
}

async fn what_was_imported_before_is_unchanged(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_unchanged, &guanxi);
}

/// Index, code and reason of each rejection.
fn rejections(progress: &ImportProgress) -> Vec<(i64, Code, String)> {
    let rejection = |rejection: &guanxi::v1::ImportRejection| {
        let refused = refusal(&status_of(rejection.error.as_ref().expect("a reason")));
        (rejection.index, refused.code, refused.reason)
    };
    progress.rejections.iter().map(rejection).collect()
}

async fn does_not_overtake<K: Sample>(guanxi: &TestServer) {
    // Other than the last of the chunk before, which is the one to be recorded.
    let chunks = vec![chunk(0, facts::<K>(0..500)), chunk(500, vec![least("ada", 2, "o-499")])];
    let (acknowledged, end) = import(&guanxi.activity(), chunks).await;
    end.unwrap();
    assert_eq!(acknowledged[0], counts(499, 500, 0));
    assert_eq!(rejections(&acknowledged[1]), [(500, Code::AlreadyExists, "FACT_DIFFERS".to_owned())]);
}

async fn a_short_chunk_does_not_overtake_a_long_one(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(does_not_overtake, &guanxi);
}

async fn is_named<K: Sample>(guanxi: &TestServer) {
    let mut unreadable = least::<K>("ada", 1, "o-2");
    unreadable.context_mut().note = "\0".into();
    let facts = vec![
        least("nobody", 1, "o-0"),
        least("ada", 1, "o-1"),
        unreadable,
        least("ada", 2, "o-1"),
        least("gone", 1, "o-4"),
        replacing(least("ada", 1, "o-5"), "o-1"),
        replacing(least("ada", 1, "o-6"), "o-1"),
        least("ada", 3, "o-7"),
    ];
    let (acknowledged, end) = import::<K>(&guanxi.activity(), vec![chunk(70, facts)]).await;
    end.unwrap();
    let expected = [
        (70, Code::NotFound, "RESOURCE_NOT_FOUND"),
        (72, Code::InvalidArgument, "INVALID_FIELDS"),
        (73, Code::AlreadyExists, "FACT_DIFFERS"),
        (74, Code::FailedPrecondition, "CUSTOMER_DELETED"),
        (76, Code::FailedPrecondition, "FACT_ALREADY_REPLACED"),
    ];
    let expected = expected.map(|(index, code, reason)| (index, code, reason.to_owned()));
    assert_eq!(rejections(&acknowledged[0]), expected);
    assert_eq!((acknowledged.len(), acknowledged[0].last_index, acknowledged[0].recorded_count), (1, 77, 3));
    let mut kept = source_ids(&ever_listed::<K>(&guanxi.activity(), "customers/-").await).join(" ");
    assert!(kept.contains("o-5") && kept.contains("o-1"), "{kept}");
    kept.retain(|c| c == ' ');
    assert_eq!(kept.len(), 2, "three facts are kept");
}

async fn a_rejected_item_is_named_with_its_reason_and_stops_no_other(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    create_person(&guanxi, "gone").await;
    let request = DeleteCustomerRequest { name: "customers/gone".into(), ..DeleteCustomerRequest::default() };
    guanxi.customers().delete_customer(request).await.unwrap();
    of_each_kind!(is_named, &guanxi);
}

async fn needs_a_source_id<K: Sample>(guanxi: &TestServer) {
    let mut nameless = least::<K>("ada", 1, "");
    nameless.context_mut().source = String::new();
    let facts = vec![least("ada", 1, ""), nameless, least("ada", 1, "o-2")];
    let (acknowledged, end) = import::<K>(&guanxi.activity(), vec![chunk(0, facts)]).await;
    end.unwrap();
    assert_eq!((acknowledged[0].recorded_count, acknowledged[0].rejections.len()), (1, 2));
    for rejection in &acknowledged[0].rejections {
        let fields = refusal(&status_of(rejection.error.as_ref().unwrap())).fields;
        assert_eq!(fields, [format!("{}.context.source_id", K::FIELD)]);
    }
}

async fn an_item_needs_a_source_id(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(needs_a_source_id, &guanxi);
}

async fn are_created<K: Sample>(guanxi: &TestServer) {
    let mut named = least::<K>("", 3, "o-3");
    named.context_mut().customer = String::new();
    named.context_mut().customer_external_id = Some(ExternalId { system: "crm".into(), id: "17".into() });
    let id = format!("new-{}", K::COLLECTION.to_lowercase());
    let facts = vec![least(&id, 1, "o-1"), least(&id, 2, "o-2"), named.clone(), named];
    let creating = Chunk { missing_customer: MissingCustomer::Create, ..chunk(0, facts) };
    let refusing = Chunk { missing_customer: MissingCustomer::Refuse, ..chunk(4, vec![least("nobody", 1, "o-1")]) };
    let (acknowledged, end) = import::<K>(&guanxi.activity(), vec![creating, refusing]).await;
    end.unwrap();
    assert_eq!(acknowledged[0], counts(3, 3, 1));
    assert_eq!(rejections(&acknowledged[1]), [(4, Code::NotFound, "RESOURCE_NOT_FOUND".to_owned())]);
    assert_eq!(source_ids(&listed::<K>(&guanxi.activity(), "customers/-").await), ["o-3", "o-2", "o-1"]);
}

async fn unknown_customers_are_created_where_the_chunk_says_so(guanxi: TestServer) {
    of_each_kind!(are_created, &guanxi);
}

/// A good chunk is acknowledged, the wrong one after it ends the stream, and what follows is not looked at.
async fn ends_the_stream<K: Sample>(guanxi: &TestServer, wrong: Chunk<K>, field: &str) {
    let next = wrong.first_index + i64::try_from(wrong.facts.len()).unwrap();
    let chunks = vec![chunk(0, facts::<K>(0..3)), wrong, chunk(next, facts(900..901))];
    let (acknowledged, end) = import(&guanxi.activity(), chunks).await;
    assert!(acknowledged.len() == 1 && acknowledged[0].last_index == 2, "{acknowledged:?}");
    let refused = refusal(&end.unwrap_err());
    assert_eq!((refused.code, refused.fields), (Code::InvalidArgument, vec![field.to_owned()]));
    assert_eq!(ever_listed::<K>(&guanxi.activity(), "customers/-").await.len(), 3);
}

async fn must_be_in_order<K: Sample>(guanxi: &TestServer) {
    for first_index in [0, 2, 4, -1, i64::MAX, i64::MIN] {
        let chunks = vec![chunk(0, facts::<K>(0..3)), chunk(first_index, facts(10..11))];
        let (_, end) = import(&guanxi.activity(), chunks).await;
        let mut refused = refusal(&end.unwrap_err());
        // It may be wrong in two ways.
        refused.fields.dedup();
        assert_eq!((refused.code, refused.fields), (Code::InvalidArgument, vec!["first_index".to_owned()]));
    }
    ends_the_stream::<K>(guanxi, chunk(4, facts(10..11)), "first_index").await;
    let (acknowledged, end) = import(&guanxi.activity(), vec![chunk(-1, facts::<K>(10..11))]).await;
    assert_eq!((acknowledged, refusal(&end.unwrap_err()).fields), (vec![], vec!["first_index".to_owned()]));
}

async fn a_chunk_out_of_order_ends_the_stream(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(must_be_in_order, &guanxi);
}

async fn is_of_a_wrong_size<K: Sample>(guanxi: &TestServer) {
    let items = if K::FIELD == "stage_change" { "stage_changes" } else { K::COLLECTION };
    ends_the_stream::<K>(guanxi, chunk(3, facts(10..511)), items).await;
    ends_the_stream::<K>(guanxi, chunk(3, Vec::new()), items).await;
}

async fn an_empty_or_too_long_chunk_ends_the_stream(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_of_a_wrong_size, &guanxi);
}

async fn an_unknown_value_of_missing_customer_ends_the_stream(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let chunk = |first_index, missing_customer| ImportPurchasesRequest {
        first_index,
        purchases: vec![least("ada", 1, &format!("o-{first_index}"))],
        missing_customer,
    };
    let chunks = tokio_stream::iter(vec![chunk(0, 0), chunk(1, 3)]);
    let mut stream = guanxi.activity().import_purchases(chunks).await.unwrap().into_inner();
    assert_eq!(stream.message().await.unwrap(), Some(counts(0, 1, 0)));
    assert_eq!(refusal(&stream.message().await.unwrap_err()).fields, ["missing_customer"]);
    assert_eq!(listed::<Purchase>(&guanxi.activity(), "customers/-").await.len(), 1);
}

async fn imports_nothing<K: Sample>(guanxi: &TestServer) {
    let (acknowledged, end) = import::<K>(&guanxi.activity(), Vec::new()).await;
    assert_eq!(acknowledged, []);
    end.unwrap();
    assert_eq!(ever_listed::<K>(&guanxi.activity(), "customers/-").await, []);
}

async fn a_stream_without_chunks_imports_nothing(guanxi: TestServer) {
    of_each_kind!(imports_nothing, &guanxi);
}

async fn the_last_index_there_is_can_be_imported(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let last = i64::MAX - 1;
    let (acknowledged, end) = import(&guanxi.activity(), vec![chunk(last - 4, facts::<Payment>(0..5))]).await;
    end.unwrap();
    assert_eq!(acknowledged, [counts(last, 5, 0)]);
    let (acknowledged, end) = import(&guanxi.activity(), vec![chunk(i64::MAX, facts::<Payment>(0..5))]).await;
    assert_eq!((acknowledged, refusal(&end.unwrap_err()).fields), (vec![], vec!["first_index".to_owned()]));
}

async fn count_too<K: Sample>(guanxi: &TestServer) {
    let request =
        WithdrawFactRequest { customer: "customers/ada".into(), kind: K::KIND.into(), fact: Some(shop("o-3")) };
    guanxi.activity().withdraw_fact(request).await.unwrap();
    let facts = vec![replacing(least("ada", 5, "right"), "o-2"), least("ada", 1, "o-1"), least("ada", 2, "o-2")];
    let chunks = vec![chunk(0, facts), chunk(3, vec![least("ada", 3, "o-3")])];
    let (acknowledged, end) = import::<K>(&guanxi.activity(), chunks).await;
    end.unwrap();
    assert_eq!(acknowledged, [counts(2, 3, 0), counts(3, 1, 0)]);
    assert_eq!(source_ids(&listed::<K>(&guanxi.activity(), "customers/-").await), ["right", "o-1"]);
}

async fn corrections_and_withdrawals_count_in_imports_too(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(count_too, &guanxi);
}
