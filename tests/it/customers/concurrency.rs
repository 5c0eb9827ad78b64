//! Writers at the same time, through one server and through two on one database: nothing is lost, nothing is had twice.

use guanxi::v1::customer_service_client::CustomerServiceClient;
use guanxi::v1::{CreateCustomerRequest, Customer, UpdateCustomerRequest};
use guanxi_testkit::{Replica, TestServer, on_each_backend};
use tokio::task::JoinSet;
use tonic::transport::Channel;
use tonic::{Code, Response};

use super::{all, external, get, lookup, mask, name, replica};
use crate::support::{create_person, person, refusal};

on_each_backend! {
    of_many_who_take_an_external_id_one_gets_it,
    of_many_who_saw_the_same_state_one_changes_it,
    no_change_of_another_field_is_lost,
    an_external_id_may_move_while_others_want_it,
}

/// A client of one server or the other, in turns.
fn client(guanxi: &TestServer, replica: &Replica, turn: usize) -> CustomerServiceClient<Channel> {
    CustomerServiceClient::new(if turn.is_multiple_of(2) { guanxi.channel() } else { replica.channel.clone() })
}

async fn of_many_who_take_an_external_id_one_gets_it(guanxi: TestServer) {
    let replica = replica(&guanxi).await;
    let mut calls = JoinSet::new();
    for index in 0..32 {
        let mut client = client(&guanxi, &replica, index);
        let customer = Customer { external_ids: vec![external("shop", "1")], ..person("x") };
        let request = CreateCustomerRequest {
            customer: Some(customer),
            customer_id: format!("c{index}"),
            request_id: String::new(),
        };
        calls.spawn(async move { client.create_customer(request).await.map(Response::into_inner) });
    }
    let (created, refused): (Vec<_>, Vec<_>) = calls.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((created.len(), refused.len()), (1, 31));
    for answer in refused {
        assert_eq!(refusal(&answer.unwrap_err()).reason, "EXTERNAL_ID_TAKEN");
    }
    let owner = lookup(&guanxi, "shop", "1").await.unwrap();
    assert_eq!(Some(&owner), created[0].as_ref().ok());
    assert_eq!(all(&guanxi, Default::default()).await.len(), 1);
}

async fn of_many_who_saw_the_same_state_one_changes_it(guanxi: TestServer) {
    let replica = replica(&guanxi).await;
    let seen = create_person(&guanxi, "ada").await;
    let mut calls = JoinSet::new();
    for index in 0..32 {
        let mut client = client(&guanxi, &replica, index);
        let customer = Customer { display_name: format!("by {index}"), ..seen.clone() };
        let request = UpdateCustomerRequest {
            customer: Some(customer),
            update_mask: mask(&["display_name"]),
            request_id: String::new(),
        };
        calls.spawn(async move { client.update_customer(request).await.map(Response::into_inner) });
    }
    let (changed, refused): (Vec<_>, Vec<_>) = calls.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((changed.len(), refused.len()), (1, 31));
    for answer in refused {
        let refusal = refusal(&answer.unwrap_err());
        assert_eq!((refusal.code, refusal.reason.as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    }
    assert_eq!(Some(&get(&guanxi, "ada").await.unwrap()), changed[0].as_ref().ok());
}

async fn no_change_of_another_field_is_lost(guanxi: TestServer) {
    let replica = replica(&guanxi).await;
    create_person(&guanxi, "ada").await;
    let fields = ["display_name", "labels", "external_ids", "contacts", "account_team", "life_events"];
    let wanted = Customer { name: name("ada"), ..super::whole::full() };
    let mut calls = JoinSet::new();
    for (index, field) in fields.into_iter().enumerate() {
        let mut client = client(&guanxi, &replica, index);
        let request = UpdateCustomerRequest {
            customer: Some(wanted.clone()),
            update_mask: mask(&[field]),
            request_id: String::new(),
        };
        calls.spawn(async move { client.update_customer(request).await.map(Response::into_inner) });
    }
    for answer in calls.join_all().await {
        answer.unwrap();
    }
    let kept = get(&guanxi, "ada").await.unwrap();
    assert_eq!((&kept.display_name, &kept.labels), (&wanted.display_name, &wanted.labels));
    assert_eq!((&kept.external_ids, &kept.contacts), (&wanted.external_ids, &wanted.contacts));
    assert_eq!((&kept.account_team, &kept.life_events), (&wanted.account_team, &wanted.life_events));
}

/// Whoever the calls say has the id in the end is who the look-up finds.
async fn an_external_id_may_move_while_others_want_it(guanxi: TestServer) {
    let replica = replica(&guanxi).await;
    for id in ["ada", "bob"] {
        create_person(&guanxi, id).await;
    }
    let mut calls = JoinSet::new();
    for turn in 0..60 {
        let mut client = client(&guanxi, &replica, turn);
        let external_ids = if turn % 3 == 0 { vec![] } else { vec![external("shop", "1")] };
        let customer = Customer { name: name(["ada", "bob"][turn / 3 % 2]), external_ids, ..Customer::default() };
        let request = UpdateCustomerRequest {
            customer: Some(customer),
            update_mask: mask(&["external_ids"]),
            request_id: String::new(),
        };
        calls.spawn(async move { client.update_customer(request).await.map(drop) });
    }
    for answer in calls.join_all().await {
        let allowed = answer.as_ref().err().is_none_or(|status| refusal(status).reason == "EXTERNAL_ID_TAKEN");
        assert!(allowed, "{answer:?}");
    }
    let mut owners = Vec::new();
    for id in ["ada", "bob"] {
        owners.extend(Some(get(&guanxi, id).await.unwrap()).filter(|customer| !customer.external_ids.is_empty()));
    }
    assert!(owners.len() <= 1, "{owners:?}");
    assert_eq!(lookup(&guanxi, "shop", "1").await.ok().as_ref(), owners.first());
}
