//! The request how satisfied one customer is.

use guanxi::v1 as pb;
use guanxi_model::{CustomerId, Violations, name};
use guanxi_satisfaction::Pooling;

use super::{Path, done};

const DEFAULT_DAYS: i32 = 90;
const MAX_DAYS: i32 = 3650;

/// What is asked of a customer.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) customer: CustomerId,
    pub(crate) half_life_days: i32,
    pub(crate) pooling: Pooling,
}

/// GetCustomerSatisfaction.
pub(crate) fn get_request(request: &pb::GetCustomerSatisfactionRequest) -> Result<Question, Violations> {
    let pb::GetCustomerSatisfactionRequest { customer, half_life_days, pool_collection_methods } = request;
    let mut v = Violations::new();
    let customer = v.field(Path::of("customer"), name::parse_customer(customer));
    let half_life_days = if *half_life_days == 0 { DEFAULT_DAYS } else { *half_life_days };
    if !(1..=MAX_DAYS).contains(&half_life_days) {
        let fault = format!("is {half_life_days}; 1 to {MAX_DAYS} is allowed, or 0 for {DEFAULT_DAYS}");
        v.push(Path::of("half_life_days"), fault);
    }
    let pooling = if *pool_collection_methods { Pooling::AllMethods } else { Pooling::EachMethod };
    done(v, customer.map(|customer| Question { customer, half_life_days, pooling }))
}
