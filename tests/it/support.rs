//! What many cases need: small builders of requests, and a way to read what an error says.

use std::collections::BTreeMap;

use guanxi::google::r#type::Money;
use guanxi::v1::{
    self, CreateCustomerRequest, Customer, CustomerKind, Direction, FactContext, FactKey, Interaction,
    InteractionPurpose, Payment, Purchase, PurchaseLine, PurchaseType, RecordPurchaseRequest, StageChange,
};
use guanxi_model::Timestamp;
use guanxi_testkit::TestServer;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// An amount in US dollars, given in cents.
pub(crate) fn usd(cents: i64) -> Money {
    Money { currency_code: "USD".into(), units: cents / 100, nanos: i32::try_from(cents % 100).unwrap() * 10_000_000 }
}

/// The cents of an amount in US dollars.
pub(crate) fn cents(money: &Money) -> i64 {
    assert_eq!(money.currency_code, "USD");
    money.units * 100 + i64::from(money.nanos) / 10_000_000
}

/// A moment, written as in RFC 3339.
pub(crate) fn time(text: &str) -> prost_types::Timestamp {
    let (seconds, nanos) = Timestamp::parse_rfc3339(text).unwrap().seconds_nanos();
    prost_types::Timestamp { seconds, nanos }
}

/// A person of this name.
pub(crate) fn person(display_name: &str) -> Customer {
    Customer { kind: CustomerKind::Person.into(), display_name: display_name.into(), ..Customer::default() }
}

/// Creates a person; the id is the display name too.
pub(crate) async fn create_person(guanxi: &TestServer, id: &str) -> Customer {
    let request =
        CreateCustomerRequest { customer: Some(person(id)), customer_id: id.into(), request_id: String::new() };
    guanxi.customers().create_customer(request).await.unwrap().into_inner()
}

/// What a fact of the source `shop` has beside its content.
pub(crate) fn context(customer: &str, occur_time: &str, source_id: &str) -> FactContext {
    FactContext {
        customer: format!("customers/{customer}"),
        occur_time: Some(time(occur_time)),
        source: "shop".into(),
        source_id: source_id.into(),
        ..FactContext::default()
    }
}

/// Names a fact of the source `shop`.
pub(crate) fn shop(source_id: &str) -> FactKey {
    FactKey { source: "shop".into(), source_id: source_id.into() }
}

/// A line of one piece.
pub(crate) fn line(net_cents: i64) -> PurchaseLine {
    PurchaseLine { quantity: 1, net_amount: Some(usd(net_cents)), ..PurchaseLine::default() }
}

/// A sale of one line.
pub(crate) fn sale(customer: &str, occur_time: &str, source_id: &str, net_cents: i64) -> Purchase {
    Purchase {
        context: Some(context(customer, occur_time, source_id)),
        r#type: PurchaseType::Sale.into(),
        lines: vec![line(net_cents)],
        ..Purchase::default()
    }
}

/// Records a purchase.
pub(crate) async fn record(guanxi: &TestServer, purchase: Purchase) -> Result<Purchase, Status> {
    let request = RecordPurchaseRequest { purchase: Some(purchase), ..RecordPurchaseRequest::default() };
    Ok(guanxi.activity().record_purchase(request).await?.into_inner())
}

/// A contact that the customer began.
pub(crate) fn inbound(customer: &str, occur_time: &str, source_id: &str, purpose: InteractionPurpose) -> Interaction {
    Interaction {
        context: Some(context(customer, occur_time, source_id)),
        direction: Direction::Inbound.into(),
        purpose: purpose.into(),
        ..Interaction::default()
    }
}

/// A payment of what was due.
pub(crate) fn paid(customer: &str, occur_time: &str, source_id: &str, amount_cents: i64) -> Payment {
    Payment {
        context: Some(context(customer, occur_time, source_id)),
        amount_due: Some(usd(amount_cents)),
        amount_paid: Some(usd(amount_cents)),
        ..Payment::default()
    }
}

/// A step into a stage.
pub(crate) fn stage_change(customer: &str, occur_time: &str, source_id: &str, stage: v1::CustomerStage) -> StageChange {
    StageChange {
        context: Some(context(customer, occur_time, source_id)),
        stage: stage.into(),
        ..StageChange::default()
    }
}

/// What an error says, in full.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) reason: String,
    pub(crate) metadata: BTreeMap<String, String>,
    /// The paths of the fields that are wrong.
    pub(crate) fields: Vec<String>,
    /// What is wrong with each of them.
    pub(crate) faults: Vec<String>,
}

/// Reads an error, and checks what every error must have.
pub(crate) fn refusal(status: &Status) -> Refusal {
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("without ErrorInfo: {status:?}"));
    assert_eq!(info.domain, "guanxi.dev");
    assert!(status.message().len() <= 512, "a message of {} bytes", status.message().len());
    assert!(status.details().len() <= 4096, "details of {} bytes", status.details().len());
    let fields = details.bad_request().map(|bad| bad.field_violations.iter().map(|one| one.field.clone()).collect());
    let faults =
        details.bad_request().map(|bad| bad.field_violations.iter().map(|one| one.description.clone()).collect());
    Refusal {
        code: status.code(),
        reason: info.reason.clone(),
        metadata: info.metadata.clone().into_iter().collect(),
        fields: fields.unwrap_or_default(),
        faults: faults.unwrap_or_default(),
    }
}

/// The refusal that a call must end with, for this reason.
#[track_caller]
pub(crate) fn refused<T>(answer: Result<T, Status>, code: Code, reason: &str) -> Refusal {
    let Err(status) = answer else { panic!("{reason} was expected, but the call succeeded") };
    let refusal = refusal(&status);
    assert_eq!((refusal.code, refusal.reason.as_str()), (code, reason), "{status:?}");
    refusal
}

/// The paths of the fields that a call must be refused for.
#[track_caller]
pub(crate) fn wrong_fields<T>(answer: Result<T, Status>) -> Vec<String> {
    refused(answer, Code::InvalidArgument, "INVALID_FIELDS").fields
}

/// What a call is refused for that names these fields, and no others.
#[track_caller]
pub(crate) fn invalid<T>(result: Result<T, Status>, fields: &[&str]) {
    let refusal = refused(result, Code::InvalidArgument, "INVALID_FIELDS");
    assert_eq!(refusal.fields, fields);
    assert_eq!(refusal.metadata["fields"], fields.len().to_string());
}

/// A UUID for a request, the same for the same number.
pub(crate) fn request_id(number: u128) -> String {
    let hex = format!("{number:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
