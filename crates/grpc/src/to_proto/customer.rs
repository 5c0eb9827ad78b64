//! Customers.

use std::collections::HashMap;

use guanxi::v1 as pb;
use guanxi_app::Error;
use guanxi_model::customer::{Customer, Profile};
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::{Currency, CustomerId, etag, name};
use guanxi_store::CustomerOrder;

use super::{number, page, profile, time};

/// How long after its deletion a customer is purged.
const PURGE_AFTER_SECONDS: i64 = 30 * 86_400;

/// A customer.
pub(crate) fn resource(currency: &Currency, customer: Customer) -> pb::Customer {
    let Customer { id, profile, stage, revision, create_time, update_time, delete_time } = customer;
    let Profile {
        kind,
        display_name,
        provenance,
        external_ids,
        labels,
        attributes,
        contacts,
        life_events,
        account_team,
        relationship,
        consents,
    } = profile;
    let name = name::customer(&id);
    pb::Customer {
        etag: etag::etag(&name, revision),
        name,
        kind: number(kind),
        display_name,
        provenance: provenance.map(profile::provenance),
        external_ids: external_ids.into_iter().map(profile::external_id).collect(),
        labels: labels.into_iter().map(|(key, value)| (key.into(), value)).collect(),
        attributes: attributes.into_iter().map(|(key, value)| (key.into(), profile::attribute(value))).collect(),
        contacts: contacts.into_iter().map(profile::contact).collect(),
        life_events: life_events.into_iter().map(profile::life_event).collect(),
        account_team: account_team.into_iter().map(profile::account_team_member).collect(),
        relationship: relationship.map(|relationship| profile::relationship(currency, relationship)),
        consents: consents.into_iter().map(profile::consent).collect(),
        stage: number(stage),
        create_time: Some(time::timestamp(create_time)),
        update_time: Some(time::timestamp(update_time)),
        delete_time: delete_time.map(time::timestamp),
        purge_time: delete_time.map(|time| time::timestamp(time.plus_seconds(PURGE_AFTER_SECONDS))),
    }
}

/// BatchGetCustomers: those found, in the order asked for.
///
/// # Errors
/// The first that is missing.
pub(crate) fn batch_get_response(
    currency: &Currency,
    ids: &[CustomerId],
    found: &HashMap<CustomerId, Customer>,
) -> Result<pb::BatchGetCustomersResponse, Error> {
    let one = |id| match found.get(id) {
        Some(customer) => Ok(resource(currency, customer.clone())),
        None => Err(Error::NotFound(name::customer(id))),
    };
    Ok(pb::BatchGetCustomersResponse { customers: ids.iter().map(one).collect::<Result<_, _>>()? })
}

/// ListCustomers.
pub(crate) fn list_response(
    currency: &Currency,
    order: CustomerOrder,
    query: QueryHash,
    customers: Page<Customer>,
) -> pb::ListCustomersResponse {
    let key = |customer: &Customer| key(order, customer);
    let (customers, next_page_token) = page::close(customers, query, key, |customer| resource(currency, customer));
    pb::ListCustomersResponse { customers, next_page_token }
}

/// What a list is ordered by.
fn key(order: CustomerOrder, customer: &Customer) -> Vec<KeyPart> {
    let id = KeyPart::Text(customer.id.as_str().to_owned());
    match order {
        CustomerOrder::Name | CustomerOrder::NameDescending => vec![id],
        CustomerOrder::CreateTime | CustomerOrder::CreateTimeDescending => {
            vec![KeyPart::Int(customer.create_time.0), id]
        }
    }
}
