//! Requests about customers.

use guanxi::v1 as pb;
use guanxi_app::command::{ChangeCustomer, Command, CreateCustomer, UpdateCustomer};
use guanxi_model::customer::ExternalId;
use guanxi_model::page::QueryHash;
use guanxi_model::{CustomerId, RequestId, Violations, mask, name};
use guanxi_store::{CUSTOMER_FILTER, CustomerOrder, CustomerQuery};
use uuid::Uuid;

use super::page::Column;
use super::profile::{self, GROUPS};
use super::{Context, Path, done, given, list, page};

/// The fields of a customer that only the server writes.
const OUTPUT_ONLY: &[&str] = &["name", "stage", "create_time", "update_time", "delete_time", "purge_time", "etag"];
const MAX_BATCH: usize = 1000;

/// CreateCustomer.
pub(crate) fn create_request(
    ctx: &Context<'_>,
    request: pb::CreateCustomerRequest,
) -> Result<CreateCustomer, Violations> {
    let pb::CreateCustomerRequest { customer, customer_id, request_id } = request;
    let mut v = Violations::new();
    let request_id = self::request_id(&mut v, &request_id);
    let id = new_id(&mut v, customer_id, request_id.as_ref());
    let at = Path::of("customer");
    let profile =
        given(&mut v, at, customer).and_then(|customer| profile::profile(ctx, &mut v, at, (customer, GROUPS)));
    let command = id.zip(profile).map(|(id, profile)| CreateCustomer::new(id, profile, request_id));
    done(v, command)
}

/// The caller's id; else one that follows from the request id, so that a retry finds the same customer; else any.
fn new_id(v: &mut Violations, id: String, request_id: Option<&RequestId>) -> Option<CustomerId> {
    if !id.is_empty() {
        return v.field(Path::of("customer_id"), CustomerId::parse(id));
    }
    let any = || RequestId::from_bytes(*Uuid::now_v7().as_bytes());
    Some(CustomerId::of_request(&request_id.copied().unwrap_or_else(any)))
}

/// UpdateCustomer.
pub(crate) fn update_request(
    ctx: &Context<'_>,
    request: pb::UpdateCustomerRequest,
) -> Result<UpdateCustomer, Violations> {
    let pb::UpdateCustomerRequest { customer, update_mask, request_id } = request;
    let mut v = Violations::new();
    let request_id = self::request_id(&mut v, &request_id);
    let mask = update_mask_of(&mut v, update_mask, (GROUPS, OUTPUT_ONLY));
    let at = Path::of("customer");
    let command = given(&mut v, at, customer).and_then(|mut customer| {
        let id = v.field(at.field("name"), name::parse_customer(&customer.name));
        let etag = std::mem::take(&mut customer.etag);
        let mask = mask?;
        let profile = profile::profile(ctx, &mut v, at, (customer, &mask))?;
        Some(UpdateCustomer::new((id?, etag), (profile, mask), request_id))
    });
    done(v, command)
}

/// GetCustomer.
pub(crate) fn get_request(request: &pb::GetCustomerRequest) -> Result<CustomerId, Violations> {
    let pb::GetCustomerRequest { name } = request;
    named(name, name::parse_customer)
}

/// DeleteCustomer.
pub(crate) fn delete_request(request: pb::DeleteCustomerRequest) -> Result<Command, Violations> {
    let pb::DeleteCustomerRequest { name, etag, request_id } = request;
    let (id, request_id) = change(&name, &request_id)?;
    Ok(ChangeCustomer::delete(id, etag, request_id))
}

/// UndeleteCustomer.
pub(crate) fn undelete_request(request: pb::UndeleteCustomerRequest) -> Result<Command, Violations> {
    let pb::UndeleteCustomerRequest { name, etag, request_id } = request;
    let (id, request_id) = change(&name, &request_id)?;
    Ok(ChangeCustomer::undelete(id, etag, request_id))
}

fn change(name: &str, request_id: &str) -> Result<(CustomerId, Option<RequestId>), Violations> {
    let mut v = Violations::new();
    let id = v.field(Path::of("name"), name::parse_customer(name));
    let request_id = self::request_id(&mut v, request_id);
    done(v, id.map(|id| (id, request_id)))
}

/// BatchGetCustomers.
pub(crate) fn batch_get_request(request: pb::BatchGetCustomersRequest) -> Result<Vec<CustomerId>, Violations> {
    let pb::BatchGetCustomersRequest { names } = request;
    let mut v = Violations::new();
    let at = Path::of("names");
    if names.is_empty() {
        v.push(at, "is required");
    }
    let ids = list(&mut v, at, (names, MAX_BATCH), |v, at, name| v.field(at, name::parse_customer(&name)));
    done(v, Some(ids))
}

/// LookupCustomer.
pub(crate) fn lookup_request(request: pb::LookupCustomerRequest) -> Result<ExternalId, Violations> {
    let pb::LookupCustomerRequest { external_id } = request;
    let mut v = Violations::new();
    let at = Path::of("external_id");
    let id = given(&mut v, at, external_id).and_then(|id| profile::external_id(&mut v, at, id));
    done(v, id)
}

/// ListCustomers.
pub(crate) fn list_request(request: &pb::ListCustomersRequest) -> Result<(CustomerQuery, QueryHash), Violations> {
    let pb::ListCustomersRequest { page_size, page_token, filter, order_by, show_deleted } = request;
    let show_deleted = *show_deleted;
    let mut v = Violations::new();
    let order = order(&mut v, order_by);
    let filter = page::filter(&mut v, filter, &CUSTOMER_FILTER);
    let canonical = filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let query = ["customers", &canonical, &format!("{order:?}"), if show_deleted { "deleted" } else { "" }];
    let columns: &[Column] = match order {
        Some(CustomerOrder::CreateTime | CustomerOrder::CreateTimeDescending) => &[Column::Int, Column::Text],
        Some(CustomerOrder::Name | CustomerOrder::NameDescending) | None => &[Column::Text],
    };
    let paging = page::paging(&mut v, (*page_size, page_token), &query, columns);
    let query = filter.zip(order).zip(paging).map(|((filter, order), paging)| {
        let limit = paging.size;
        (CustomerQuery { filter, order, show_deleted, limit, after: paging.after }, paging.query)
    });
    done(v, query)
}

fn order(v: &mut Violations, order_by: &str) -> Option<CustomerOrder> {
    let words: Vec<_> = order_by.split_whitespace().collect();
    let order = match words.as_slice() {
        [] | ["name"] | ["name", "asc"] => CustomerOrder::Name,
        ["name", "desc"] => CustomerOrder::NameDescending,
        ["create_time"] | ["create_time", "asc"] => CustomerOrder::CreateTime,
        ["create_time", "desc"] => CustomerOrder::CreateTimeDescending,
        _ => {
            v.push(Path::of("order_by"), "allowed: name, name desc, create_time, create_time desc");
            return None;
        }
    };
    Some(order)
}

/// A request of nothing but a name.
pub(super) fn named<T>(
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, guanxi_model::NameError>,
) -> Result<T, Violations> {
    parse(name).map_err(|error| Violations::one("name", error.to_string()))
}

/// A request id that may be left out.
pub(super) fn request_id(v: &mut Violations, id: &str) -> Option<RequestId> {
    if id.is_empty() { None } else { v.field(Path::of("request_id"), RequestId::parse(id)) }
}

/// The fields that an update names.
pub(super) fn update_mask_of(
    v: &mut Violations,
    mask: Option<prost_types::FieldMask>,
    (writable, output_only): (&[&'static str], &[&'static str]),
) -> Option<Vec<&'static str>> {
    let paths = mask.unwrap_or_default().paths;
    mask::fields(&paths, writable, output_only).map_err(|faults| v.merge("", faults)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_proto::testing::REQUEST_ID;
    use crate::testing::{ctx, paths};

    fn ada() -> pb::Customer {
        pb::Customer { name: "customers/ada".into(), kind: 1, display_name: "Ada".into(), ..pb::Customer::default() }
    }

    fn create(customer: pb::Customer, id: &str, request_id: &str) -> Result<CreateCustomer, Violations> {
        let customer = Some(customer);
        let request = pb::CreateCustomerRequest { customer, customer_id: id.into(), request_id: request_id.into() };
        create_request(&ctx(), request)
    }

    fn update(customer: pb::Customer, mask: &[&str]) -> Result<UpdateCustomer, Violations> {
        let update_mask = Some(prost_types::FieldMask { paths: mask.iter().map(ToString::to_string).collect() });
        let request = pb::UpdateCustomerRequest { customer: Some(customer), update_mask, request_id: String::new() };
        update_request(&ctx(), request)
    }

    #[test]
    fn a_retry_without_an_id_finds_the_same_customer() {
        let id = |request_id: &str| create(ada(), "", request_id).unwrap().id;
        assert_eq!(id(REQUEST_ID), id(&REQUEST_ID.to_uppercase()));
        assert_ne!(id(""), id(""));
        assert_eq!(create(ada(), "ada", REQUEST_ID).unwrap().id.as_str(), "ada");
        assert_eq!(paths(create(ada(), "Ada", "7")), ["request_id", "customer_id"]);
    }

    #[test]
    fn an_update_reads_what_its_mask_names() {
        let half_wrong = pb::Customer { kind: 99, etag: "e".into(), ..ada() };
        let read = update(half_wrong.clone(), &["displayName"]).unwrap();
        assert_eq!((read.mask.as_slice(), read.etag.as_str()), (&["display_name"][..], "e"));
        assert_eq!(paths(update(half_wrong, &["*"])), ["customer.kind"]);
        assert_eq!(paths(update(ada(), &[])), ["update_mask"]);
        assert_eq!(paths(update(ada(), &["labels", "colour"])), ["update_mask.paths[1]"]);
    }

    #[test]
    fn a_batch_of_names_is_read_whole() {
        let read = |names: Vec<&str>| {
            let names = names.into_iter().map(str::to_owned).collect();
            batch_get_request(pb::BatchGetCustomersRequest { names })
        };
        assert_eq!(read(vec!["customers/ada", "customers/bob"]).unwrap().len(), 2);
        assert_eq!(paths(read(vec!["customers/ada", "bob", "customers/-"])), ["names[1]", "names[2]"]);
        assert_eq!(paths(read(vec![])), ["names"]);
        assert_eq!(paths(read(vec!["customers/ada"; 1001])), ["names"]);
    }

    #[test]
    fn a_list_is_ordered_by_what_is_allowed() {
        let read = |order_by: &str, filter: &str| {
            let request =
                pb::ListCustomersRequest { order_by: order_by.into(), filter: filter.into(), ..Default::default() };
            list_request(&request).map(|(list, _)| list.order)
        };
        assert_eq!(read("", "stage = ACTIVE AND labels.region = \"north\"").unwrap(), CustomerOrder::Name);
        assert_eq!(read("create_time  desc", "").unwrap(), CustomerOrder::CreateTimeDescending);
        assert_eq!(paths(read("display_name", "colour = red")), ["order_by", "filter"]);
    }
}
