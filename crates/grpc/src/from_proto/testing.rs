//! Messages that are sound, for tests to spoil.

use guanxi::google::r#type::Money;
use guanxi::v1 as pb;

use crate::testing::NOW;

pub(super) const REQUEST_ID: &str = "0198c5a0-0000-7000-8000-00000000abcd";

/// Whole dollars.
pub(super) fn usd(units: i64) -> Money {
    Money { currency_code: "USD".into(), units, nanos: 0 }
}

pub(super) fn context() -> pb::FactContext {
    pb::FactContext {
        customer: "customers/ada".into(),
        occur_time: Some(prost_types::Timestamp { seconds: NOW.0 / 1_000_000, nanos: 0 }),
        source: "shop".into(),
        source_id: "o-1".into(),
        ..pb::FactContext::default()
    }
}

pub(crate) fn purchase() -> pb::Purchase {
    let line = pb::PurchaseLine { net_amount: Some(usd(9)), ..pb::PurchaseLine::default() };
    pb::Purchase { context: Some(context()), r#type: 1, lines: vec![line], ..pb::Purchase::default() }
}
