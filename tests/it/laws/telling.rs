//! Telling facts of which some are refused, and when they occurred.

use guanxi::v1::{FactContext, FactKey, FactKind, WithdrawFactRequest};
use guanxi_model::Day;
use tonic::{Code, Status};

use crate::activity::kinds::{Activity, Kind, record};

/// Some facts are refused: what has a replacement gets no other, nothing replaces itself, and of the deleted nothing is taken.
pub(super) async fn tell<K: Kind>(activity: &Activity, fact: K) {
    expect(record(activity, fact).await);
}

pub(super) async fn take_back(mut activity: Activity, customer: &str, kind: FactKind, fact: FactKey) {
    let customer = format!("customers/{customer}");
    expect(activity.withdraw_fact(WithdrawFactRequest { customer, kind: kind.into(), fact: Some(fact) }).await);
}

fn expect<T>(answer: Result<T, Status>) {
    let allowed = [Code::FailedPrecondition, Code::InvalidArgument];
    let refused = answer.err();
    assert!(refused.as_ref().is_none_or(|status| allowed.contains(&status.code())), "{refused:?}");
}

pub(super) fn seconds(context: &FactContext) -> i64 {
    context.occur_time.unwrap().seconds
}

/// The day on which a fact occurred, in UTC.
pub(super) fn day_of(context: &FactContext) -> Day {
    Day(i32::try_from(seconds(context).div_euclid(86_400)).unwrap())
}
