//! Whose a fact is: customers by name and by external id, those who are not there, and those who are deleted.

use guanxi::v1::{
    CreateCustomerRequest, Customer, CustomerKind, DeleteCustomerRequest, ExternalId, GetCustomerRequest,
    LookupCustomerRequest, MissingCustomer, Payment, Purchase, UndeleteCustomerRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::facts::{Sample, least};
use super::kinds::{Kind, Recording, ever_listed, listed, of_each_kind, record};
use crate::support::{create_person, person, refusal};

on_each_backend! {
    a_fact_may_name_its_customer_by_an_external_id,
    a_customer_is_named_in_exactly_one_way,
    a_fact_of_an_unknown_customer_is_refused_and_leaves_nothing,
    an_unknown_customer_is_created_where_the_caller_says_so,
    an_unknown_external_id_creates_the_same_customer_at_every_retry,
    a_refused_fact_creates_no_customer,
    many_callers_at_once_create_one_customer,
    a_deleted_customer_refuses_facts,
}

fn crm(id: &str) -> ExternalId {
    ExternalId { system: "crm".into(), id: id.into() }
}

/// A fact of the customer with an external id.
fn fact_of<K: Sample>(external_id: &str, source_id: &str) -> K {
    let mut fact = least::<K>("", 1, source_id);
    fact.context_mut().customer = String::new();
    fact.context_mut().customer_external_id = Some(crm(external_id));
    fact
}

async fn get(guanxi: &TestServer, id: &str) -> Result<Customer, Status> {
    let request = GetCustomerRequest { name: format!("customers/{id}") };
    Ok(guanxi.customers().get_customer(request).await?.into_inner())
}

async fn lookup(guanxi: &TestServer, external_id: &str) -> Result<Customer, Status> {
    let request = LookupCustomerRequest { external_id: Some(crm(external_id)) };
    Ok(guanxi.customers().lookup_customer(request).await?.into_inner())
}

async fn is_found<K: Sample>(guanxi: &TestServer) {
    let first = record(&guanxi.activity(), fact_of::<K>("4711 / ü", "o-1")).await.unwrap();
    assert_eq!(first.context().customer, "customers/ada");
    // By its name it is the same fact.
    assert_eq!(record(&guanxi.activity(), least::<K>("ada", 1, "o-1")).await.unwrap(), first);
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await, [first]);
}

async fn a_fact_may_name_its_customer_by_an_external_id(guanxi: TestServer) {
    let request = CreateCustomerRequest {
        customer: Some(Customer { external_ids: vec![crm("4711 / ü")], ..person("ada") }),
        customer_id: "ada".into(),
        ..CreateCustomerRequest::default()
    };
    guanxi.customers().create_customer(request).await.unwrap();
    of_each_kind!(is_found, &guanxi);
}

async fn is_named_once<K: Sample>(guanxi: &TestServer) {
    let mut both = least::<K>("ada", 1, "o-1");
    both.context_mut().customer_external_id = Some(crm("4711"));
    let mut neither = least::<K>("ada", 1, "o-1");
    neither.context_mut().customer = String::new();
    let mut empty = fact_of::<K>("", "o-1");
    empty.context_mut().customer_external_id.as_mut().unwrap().system = "CRM".into();
    let context = format!("{}.context", K::FIELD);
    let external = format!("{context}.customer_external_id");
    let cases = [
        (both, vec![external.clone()]),
        (neither, vec![format!("{context}.customer")]),
        (empty, vec![format!("{external}.system"), format!("{external}.id")]),
    ];
    for (fact, fields) in cases {
        assert_eq!(refusal(&record(&guanxi.activity(), fact).await.unwrap_err()).fields, fields);
    }
}

async fn a_customer_is_named_in_exactly_one_way(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_named_once, &guanxi);
}

async fn is_refused<K: Sample>(guanxi: &TestServer) {
    for missing_customer in [MissingCustomer::Unspecified, MissingCustomer::Refuse] {
        for fact in [least::<K>("nobody", 1, "o-1"), fact_of("no id", "o-1")] {
            let recording = Recording { missing_customer, ..Recording::of(fact) };
            let refused = refusal(&K::record(guanxi.activity(), recording).await.unwrap_err());
            assert_eq!((refused.code, refused.reason.as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
        }
    }
    let recording = Recording::of(least::<K>("nobody", 1, "o-1"));
    let refused = refusal(&K::record(guanxi.activity(), recording).await.unwrap_err());
    assert_eq!(refused.metadata["resource"], "customers/nobody");
    assert_eq!(get(guanxi, "nobody").await.unwrap_err().code(), Code::NotFound);
    assert_eq!(lookup(guanxi, "no id").await.unwrap_err().code(), Code::NotFound);
    assert_eq!(ever_listed::<K>(&guanxi.activity(), "customers/-").await, []);
}

async fn a_fact_of_an_unknown_customer_is_refused_and_leaves_nothing(guanxi: TestServer) {
    of_each_kind!(is_refused, &guanxi);
}

async fn is_created<K: Sample>(guanxi: &TestServer) {
    let id = format!("new-{}", K::COLLECTION.to_lowercase());
    let recording = Recording::creating(least::<K>(&id, 1, "o-1"));
    let first = K::record(guanxi.activity(), recording.clone()).await.unwrap();
    let created = get(guanxi, &id).await.unwrap();
    assert_eq!(created.kind(), CustomerKind::Unknown);
    assert_eq!(created.name, format!("customers/{id}"));
    assert_eq!(K::record(guanxi.activity(), recording).await.unwrap(), first);
    assert_eq!(get(guanxi, &id).await.unwrap(), created);
    assert_eq!(listed::<K>(&guanxi.activity(), &created.name).await, [first]);
}

async fn an_unknown_customer_is_created_where_the_caller_says_so(guanxi: TestServer) {
    of_each_kind!(is_created, &guanxi);
}

async fn is_derived<K: Sample>(guanxi: &TestServer) {
    let external_id = format!("{} №1", K::COLLECTION);
    let recording = Recording::creating(fact_of::<K>(&external_id, "o-1"));
    let first = K::record(guanxi.activity(), recording.clone()).await.unwrap();
    assert_eq!(K::record(guanxi.activity(), recording).await.unwrap(), first);
    let created = lookup(guanxi, &external_id).await.unwrap();
    assert_eq!(created.name, first.context().customer);
    assert_eq!((created.kind(), created.external_ids.clone()), (CustomerKind::Unknown, vec![crm(&external_id)]));
    // Whatever kind comes next is of the same customer.
    let next = Recording::creating(fact_of::<Payment>(&external_id, "p-1"));
    let next = Payment::record(guanxi.activity(), next).await.unwrap();
    assert_eq!(next.context.unwrap().customer, created.name);
}

async fn an_unknown_external_id_creates_the_same_customer_at_every_retry(guanxi: TestServer) {
    of_each_kind!(is_derived, &guanxi);
}

async fn creates_nobody<K: Sample>(guanxi: &TestServer) {
    let mut wrong = least::<K>("ghost", 1, "o-1");
    wrong.context_mut().occur_time = None;
    K::record(guanxi.activity(), Recording::creating(wrong)).await.unwrap_err();
    let mut nowhere = guanxi::v1::Interaction::least(crate::support::context("ghost", "2026-01-01T00:00:00Z", "o-2"));
    nowhere.touchpoint = "touchpoints/attic".into();
    Kind::record(guanxi.activity(), Recording::creating(nowhere)).await.unwrap_err();
    assert_eq!(get(guanxi, "ghost").await.unwrap_err().code(), Code::NotFound);
}

async fn a_refused_fact_creates_no_customer(guanxi: TestServer) {
    of_each_kind!(creates_nobody, &guanxi);
}

async fn many_callers_at_once_create_one_customer(guanxi: TestServer) {
    let calls = (0..32).map(|caller| {
        let recording = Recording::creating(fact_of::<Purchase>("twin", &format!("o-{}", caller % 16)));
        tokio::spawn(Purchase::record(guanxi.activity(), recording))
    });
    let calls: Vec<_> = calls.collect();
    let mut customers = Vec::new();
    for call in calls {
        customers.push(call.await.unwrap().unwrap().context.unwrap().customer);
    }
    customers.dedup();
    assert_eq!(customers, [lookup(&guanxi, "twin").await.unwrap().name]);
    assert_eq!(listed::<Purchase>(&guanxi.activity(), "customers/-").await.len(), 16);
}

async fn is_refused_while_deleted<K: Sample>(guanxi: &TestServer) {
    let kept = record(&guanxi.activity(), least::<K>("ada", 1, "o-1")).await.unwrap();
    let request = DeleteCustomerRequest { name: "customers/ada".into(), ..DeleteCustomerRequest::default() };
    guanxi.customers().delete_customer(request).await.unwrap();
    for recording in [Recording::of(least::<K>("ada", 2, "o-2")), Recording::creating(least("ada", 2, "o-2"))] {
        let refused = refusal(&K::record(guanxi.activity(), recording).await.unwrap_err());
        assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "CUSTOMER_DELETED"));
        assert_eq!(refused.metadata["resource"], "customers/ada");
    }
    let request = UndeleteCustomerRequest { name: "customers/ada".into(), ..UndeleteCustomerRequest::default() };
    guanxi.customers().undelete_customer(request).await.unwrap();
    assert_eq!(ever_listed::<K>(&guanxi.activity(), "customers/ada").await, [kept]);
    record(&guanxi.activity(), least::<K>("ada", 2, "o-2")).await.unwrap();
}

async fn a_deleted_customer_refuses_facts(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_refused_while_deleted, &guanxi);
}
