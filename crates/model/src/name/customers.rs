//! What is of one customer: facts, invitations, tiers.

use super::{NameError, parse};
use crate::fact::FactKind;
use crate::id::{CustomerId, FactId, PyramidId};

const CUSTOMER: &str = "customers/{customer}";
const CUSTOMER_PARENT: &str = "customers/{customer} or customers/-";
const TIER_ASSIGNMENT: &str = "customers/{customer}/tierAssignments/{pyramid}";

/// Names a customer.
pub fn customer(id: &CustomerId) -> String {
    format!("customers/{id}")
}

/// Reads the name of a customer.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_customer(name: &str) -> Result<CustomerId, NameError> {
    parse(name, CUSTOMER, |[customer]| CustomerId::parse(customer).ok())
}

/// Reads the parent of what a customer has; none for `customers/-`, all customers.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_customer_parent(name: &str) -> Result<Option<CustomerId>, NameError> {
    match name {
        "customers/-" => Ok(None),
        one => parse_customer(one).map(Some).map_err(|error| NameError { expected: CUSTOMER_PARENT, ..error }),
    }
}

/// Names a fact of a customer.
pub fn fact(kind: FactKind, customer: &CustomerId, id: &FactId) -> String {
    format!("customers/{customer}/{}/{id}", kind.collection())
}

/// Reads the name of a fact of one kind.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_fact(kind: FactKind, name: &str) -> Result<(CustomerId, FactId), NameError> {
    let pattern = match kind {
        FactKind::Purchase => "customers/{customer}/purchases/{purchase}",
        FactKind::Interaction => "customers/{customer}/interactions/{interaction}",
        FactKind::Payment => "customers/{customer}/payments/{payment}",
        FactKind::StageChange => "customers/{customer}/stageChanges/{stage_change}",
        FactKind::SatisfactionRecord => "customers/{customer}/satisfactionRecords/{satisfaction_record}",
        FactKind::InvitationEvent => "customers/{customer}/invitationEvents/{invitation_event}",
    };
    parse(name, pattern, |[customer, id]| CustomerId::parse(customer).ok().zip(FactId::parse(id).ok()))
}

/// Names an invitation of a customer.
pub fn invitation(customer: &CustomerId, id: &str) -> String {
    format!("customers/{customer}/invitations/{id}")
}

/// Names the tier of a customer in a pyramid.
pub fn tier_assignment(customer: &CustomerId, pyramid: &PyramidId) -> String {
    format!("customers/{customer}/tierAssignments/{pyramid}")
}

/// Reads the name of a tier assignment.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_tier_assignment(name: &str) -> Result<(CustomerId, PyramidId), NameError> {
    parse(name, TIER_ASSIGNMENT, |[customer, pyramid]| {
        CustomerId::parse(customer).ok().zip(PyramidId::parse(pyramid).ok())
    })
}
