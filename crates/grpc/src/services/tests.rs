//! The handlers on a real store: what no single conversion shows.

use futures::StreamExt as _;
use guanxi::v1 as pb;
use guanxi::v1::activity_service_server::ActivityService as _;
use guanxi::v1::customer_service_server::CustomerService as _;
use guanxi_model::{Clock, Currency, ManualClock, Zone};
use guanxi_store::{Deployment, Options, Store};
use tonic::{Code, Request};
use tonic_types::StatusExt as _;

use super::*;
use crate::from_proto::testing::purchase;
use crate::kinds::Purchases;
use crate::testing::NOW;

/// A service on a database of its own, which lasts as long as the folder.
async fn service() -> (Service, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("guanxi.db").display());
    let store = Store::open(&Options { url, read_connections: 0 }).await.unwrap();
    let deployment = Deployment { currency: Currency::parse("USD").unwrap(), zone: Zone::utc() };
    store.migrate(&deployment, NOW).await.unwrap();
    let clock: Clock = ManualClock::at(NOW).clock();
    (Service::new(Arc::new(App::start(store, deployment, clock).await.unwrap())), folder)
}

fn numbered(number: i64) -> pb::Purchase {
    let mut purchase = purchase();
    if let Some(context) = purchase.context.as_mut() {
        context.source_id = format!("o-{number}");
    }
    purchase
}

fn chunk(first_index: i64, purchases: Vec<pb::Purchase>) -> Result<pb::ImportPurchasesRequest, Status> {
    Ok(pb::ImportPurchasesRequest { first_index, purchases, missing_customer: 2 })
}

async fn import(
    service: &Service,
    chunks: Vec<Result<pb::ImportPurchasesRequest, Status>>,
) -> Vec<Result<pb::ImportProgress, Status>> {
    activity::import::acknowledged::<activity::import::Facts<Purchases>, _>(&service.app, futures::stream::iter(chunks))
        .collect()
        .await
}

#[tokio::test]
async fn an_import_is_acknowledged_in_order_and_changes_nothing_the_second_time() {
    let (service, _folder) = service().await;
    let spoiled = pb::Purchase { r#type: 0, ..numbered(1) };
    let chunks = || {
        let whole = (1..8_i64).map(|index| chunk(index * 3, (index * 3..index * 3 + 3).map(numbered).collect()));
        let first = chunk(0, vec![numbered(0), spoiled.clone(), numbered(2)]);
        std::iter::once(first).chain(whole).collect::<Vec<_>>()
    };
    for recorded in [true, false] {
        let acks: Vec<_> = import(&service, chunks()).await.into_iter().map(Result::unwrap).collect();
        let ends: Vec<_> = acks.iter().map(|ack| ack.last_index).collect();
        assert_eq!(ends, (0..8).map(|index| index * 3 + 2).collect::<Vec<_>>());
        assert_eq!(acks[0].rejections.iter().map(|one| one.index).collect::<Vec<_>>(), [1]);
        let count = |ack: &pb::ImportProgress| if recorded { ack.recorded_count } else { ack.unchanged_count };
        assert_eq!(acks.iter().map(count).sum::<i32>(), 23);
    }
}

#[tokio::test]
async fn a_chunk_out_of_order_ends_an_import_after_those_before_it_are_acknowledged() {
    let (service, _folder) = service().await;
    let chunks = vec![chunk(5, vec![numbered(5)]), chunk(7, vec![numbered(7)]), chunk(6, vec![numbered(6)])];
    let answers = import(&service, chunks).await;
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0].as_ref().unwrap().last_index, 5);
    let refused = answers[1].as_ref().unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(refused.get_details_bad_request().unwrap().field_violations[0].field, "first_index");
}

#[tokio::test]
async fn a_batch_stands_or_falls_as_it_says() {
    let (service, _folder) = service().await;
    let request = |purchase| pb::RecordPurchaseRequest {
        purchase: Some(purchase),
        missing_customer: 2,
        request_id: String::new(),
    };
    let requests = vec![request(numbered(1)), request(pb::Purchase { lines: vec![], ..numbered(2) })];
    for (all_or_nothing, codes) in
        [(true, [Code::Aborted, Code::InvalidArgument]), (false, [Code::Ok, Code::InvalidArgument])]
    {
        let batch = pb::BatchRecordPurchasesRequest { requests: requests.clone(), all_or_nothing };
        let results = service.batch_record_purchases(Request::new(batch)).await.unwrap().into_inner().results;
        let code = |one: pb::RecordPurchaseResult| match one.result.unwrap() {
            pb::record_purchase_result::Result::Purchase(_) => Code::Ok,
            pb::record_purchase_result::Result::Error(status) => Code::from(status.code),
        };
        assert_eq!(results.into_iter().map(code).collect::<Vec<_>>(), codes);
    }
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end() {
    let (service, _folder) = service().await;
    for id in ["ada", "bob", "eve"] {
        let customer = Some(pb::Customer { kind: 1, display_name: id.into(), ..pb::Customer::default() });
        let request = pb::CreateCustomerRequest { customer, customer_id: id.into(), request_id: String::new() };
        service.create_customer(Request::new(request)).await.unwrap();
    }
    let (mut names, mut page_token) = (Vec::new(), String::new());
    loop {
        let order_by = "create_time desc".into();
        let request = pb::ListCustomersRequest { page_size: 2, page_token, order_by, ..Default::default() };
        let page = service.list_customers(Request::new(request)).await.unwrap().into_inner();
        names.extend(page.customers.into_iter().map(|customer| customer.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names, ["customers/eve", "customers/bob", "customers/ada"]);
}
