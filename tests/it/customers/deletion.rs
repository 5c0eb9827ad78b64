//! Deleted customers: out of every list, there by name, closed to changes, and back with all they had.

use std::time::Duration;

use guanxi::v1::{Customer, CustomerStage, ListCustomersRequest};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::Code;

use super::whole::{define_all, full};
use super::{all, create, delete, get, name, undelete, update};
use crate::support::{create_person, person, record, refused, sale, time};

on_each_backend! {
    a_deleted_customer_is_there_by_name_and_in_no_list,
    a_deleted_customer_is_purged_thirty_days_later,
    a_deleted_customer_refuses_changes_and_facts,
    an_undeleted_customer_has_everything_it_had,
    only_a_deleted_customer_is_brought_back,
    an_id_is_never_used_again,
}

async fn a_deleted_customer_is_there_by_name_and_in_no_list(guanxi: TestServer) {
    for id in ["ada", "bob", "cyd"] {
        create_person(&guanxi, id).await;
    }
    let deleted = delete(&guanxi, "bob").await.unwrap();
    assert_eq!(get(&guanxi, "bob").await.unwrap(), deleted);
    assert_eq!(all(&guanxi, ListCustomersRequest::default()).await, ["ada", "cyd"]);
    let named = |show_deleted| ListCustomersRequest {
        filter: "display_name = bob".into(),
        show_deleted,
        ..ListCustomersRequest::default()
    };
    assert!(all(&guanxi, named(false)).await.is_empty());
    assert_eq!(all(&guanxi, named(true)).await, ["bob"]);
    let everybody = ListCustomersRequest { show_deleted: true, page_size: 1, ..ListCustomersRequest::default() };
    assert_eq!(all(&guanxi, everybody).await, ["ada", "bob", "cyd"]);
}

async fn a_deleted_customer_is_purged_thirty_days_later(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    guanxi.clock.advance(Duration::from_secs(3600));
    let deleted = delete(&guanxi, "ada").await.unwrap();
    assert_eq!(deleted.create_time, Some(time(START)));
    assert_eq!(deleted.update_time, Some(time("2026-01-31T13:00:00Z")));
    assert_eq!(deleted.delete_time, Some(time("2026-01-31T13:00:00Z")));
    assert_eq!(deleted.purge_time, Some(time("2026-03-02T13:00:00Z")));
    guanxi.clock.advance(Duration::from_secs(60));
    let back = undelete(&guanxi, "ada").await.unwrap();
    assert_eq!((back.delete_time, back.purge_time), (None, None));
    assert_eq!(back.update_time, Some(time("2026-01-31T13:01:00Z")));
}

async fn a_deleted_customer_refuses_changes_and_facts(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let deleted = delete(&guanxi, "ada").await.unwrap();
    let edit = Customer { name: name("ada"), ..person("Ada King") };
    let refusal = refused(update(&guanxi, edit, &["*"]).await, Code::FailedPrecondition, "CUSTOMER_DELETED");
    assert_eq!(refusal.metadata["resource"], "customers/ada");
    refused(delete(&guanxi, "ada").await, Code::FailedPrecondition, "CUSTOMER_DELETED");
    let bought = record(&guanxi, sale("ada", "2026-01-30T12:00:00Z", "s-1", 100)).await;
    refused(bought, Code::FailedPrecondition, "CUSTOMER_DELETED");
    assert_eq!(get(&guanxi, "ada").await.unwrap(), deleted);
}

async fn an_undeleted_customer_has_everything_it_had(guanxi: TestServer) {
    define_all(&guanxi).await;
    let created = create(&guanxi, "ada", full()).await.unwrap();
    let step = crate::support::stage_change("ada", "2026-01-30T12:00:00Z", "s-1", CustomerStage::Active);
    let step = guanxi::v1::RecordStageChangeRequest { stage_change: Some(step), ..Default::default() };
    guanxi.activity().record_stage_change(step).await.unwrap();
    delete(&guanxi, "ada").await.unwrap();
    let back = undelete(&guanxi, "ada").await.unwrap();
    assert_eq!(back, Customer { etag: back.etag.clone(), stage: CustomerStage::Active.into(), ..created });
    assert_eq!(get(&guanxi, "ada").await.unwrap(), back);
    assert_eq!(all(&guanxi, ListCustomersRequest::default()).await, ["ada"]);
    let north = ListCustomersRequest { filter: "labels.region = north".into(), ..ListCustomersRequest::default() };
    assert_eq!(all(&guanxi, north).await, ["ada"]);
    record(&guanxi, sale("ada", "2026-01-30T12:00:00Z", "s-2", 100)).await.unwrap();
}

async fn only_a_deleted_customer_is_brought_back(guanxi: TestServer) {
    let created = create_person(&guanxi, "ada").await;
    let refusal = refused(undelete(&guanxi, "ada").await, Code::FailedPrecondition, "CUSTOMER_NOT_DELETED");
    assert_eq!(refusal.metadata["resource"], "customers/ada");
    assert_eq!(get(&guanxi, "ada").await.unwrap(), created);
}

/// Whether or not the purge has come by: the id of somebody is nobody else's.
async fn an_id_is_never_used_again(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    delete(&guanxi, "ada").await.unwrap();
    guanxi.clock.advance(Duration::from_secs(40 * 86_400));
    refused(create(&guanxi, "ada", person("Another")).await, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS");
    let guanxi = guanxi.restart().await;
    refused(create(&guanxi, "ada", person("Another")).await, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS");
}
