//! Customers and the catalogue around them: what callers of CustomerService are promised.

mod attribute_definitions;
mod batch;
mod concurrency;
mod create;
mod deletion;
mod etags;
mod external_ids;
mod faults;
mod filters;
mod limits;
mod orders;
mod pages;
mod ranges;
mod retries;
mod text;
mod touchpoints;
mod update;
mod whole;

use guanxi::v1::{
    AttributeDefinition, CreateAttributeDefinitionRequest, CreateCustomerRequest, Customer, DeleteCustomerRequest,
    ExternalId, GetCustomerRequest, ListCustomersRequest, ListCustomersResponse, LookupCustomerRequest,
    UndeleteCustomerRequest, UpdateCustomerRequest, ValueType,
};
use guanxi_testkit::{Replica, TestServer};
use prost_types::FieldMask;
use tonic::Status;

fn name(id: &str) -> String {
    format!("customers/{id}")
}

/// The ids of some customers, in their order.
fn ids(customers: &[Customer]) -> Vec<&str> {
    customers.iter().map(|customer| customer.name.strip_prefix("customers/").expect("a customer's name")).collect()
}

fn mask(paths: &[&str]) -> Option<FieldMask> {
    Some(FieldMask { paths: paths.iter().map(ToString::to_string).collect() })
}

fn external(system: &str, id: &str) -> ExternalId {
    ExternalId { system: system.into(), id: id.into() }
}

async fn create(guanxi: &TestServer, id: &str, customer: Customer) -> Result<Customer, Status> {
    let request = CreateCustomerRequest { customer: Some(customer), customer_id: id.into(), request_id: String::new() };
    Ok(guanxi.customers().create_customer(request).await?.into_inner())
}

async fn get(guanxi: &TestServer, id: &str) -> Result<Customer, Status> {
    Ok(guanxi.customers().get_customer(GetCustomerRequest { name: name(id) }).await?.into_inner())
}

/// Writes the fields named, from a customer with its name.
async fn update(guanxi: &TestServer, customer: Customer, paths: &[&str]) -> Result<Customer, Status> {
    let request =
        UpdateCustomerRequest { customer: Some(customer), update_mask: mask(paths), request_id: String::new() };
    Ok(guanxi.customers().update_customer(request).await?.into_inner())
}

async fn delete(guanxi: &TestServer, id: &str) -> Result<Customer, Status> {
    let request = DeleteCustomerRequest { name: name(id), ..DeleteCustomerRequest::default() };
    Ok(guanxi.customers().delete_customer(request).await?.into_inner())
}

async fn undelete(guanxi: &TestServer, id: &str) -> Result<Customer, Status> {
    let request = UndeleteCustomerRequest { name: name(id), ..UndeleteCustomerRequest::default() };
    Ok(guanxi.customers().undelete_customer(request).await?.into_inner())
}

async fn lookup(guanxi: &TestServer, system: &str, id: &str) -> Result<Customer, Status> {
    let request = LookupCustomerRequest { external_id: Some(external(system, id)) };
    Ok(guanxi.customers().lookup_customer(request).await?.into_inner())
}

async fn list(guanxi: &TestServer, request: ListCustomersRequest) -> Result<ListCustomersResponse, Status> {
    Ok(guanxi.customers().list_customers(request).await?.into_inner())
}

/// The ids on all pages of a list.
async fn all(guanxi: &TestServer, mut request: ListCustomersRequest) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let page = list(guanxi, request.clone()).await.unwrap();
        found.extend(ids(&page.customers).into_iter().map(str::to_owned));
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}

/// A second server on the database, started when the first one has: on SQLite only one at a time brings it up to date.
async fn replica(guanxi: &TestServer) -> Replica {
    list(guanxi, ListCustomersRequest::default()).await.unwrap();
    guanxi.replica().await
}

/// Defines an attribute of a type.
async fn define(guanxi: &TestServer, key: &str, value_type: ValueType) -> Result<AttributeDefinition, Status> {
    let definition = AttributeDefinition {
        display_name: key.into(),
        value_type: value_type.into(),
        ..AttributeDefinition::default()
    };
    let request = CreateAttributeDefinitionRequest {
        attribute_definition: Some(definition),
        attribute_definition_id: key.into(),
        request_id: String::new(),
    };
    Ok(guanxi.customers().create_attribute_definition(request).await?.into_inner())
}
