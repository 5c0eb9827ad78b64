//! Bad input: every wrong field is named at once, and nothing is left behind.

use guanxi::google::r#type::{Date, Money};
use guanxi::v1::{
    ExternalId, FactContext, FactKey, Interaction, MissingCustomer, NextStep, Payment, Promotion, Purchase,
    PurchaseLine, RecordPurchaseRequest, StageChange, StageReason, StageReasonCause, StageReasonGroup,
    WithholdingReason,
};
use guanxi_testkit::{TestServer, on_each_backend};
use prost_types::{Duration, Timestamp};
use tonic::{Code, Status};

use super::facts::{Sample, least};
use super::kinds::{Kind, Recording, ever_listed, listed, of_each_kind, record};
use crate::support::{create_person, line, refusal, time, usd};

on_each_backend! {
    every_wrong_field_of_what_facts_share_is_named,
    every_wrong_field_of_a_purchase_is_named,
    every_wrong_field_of_an_interaction_is_named,
    every_wrong_field_of_a_payment_is_named,
    every_wrong_field_of_a_stage_change_is_named,
    a_request_without_a_fact_or_its_context_is_refused,
    unknown_values_of_enums_are_refused,
    causes_belong_to_their_group,
    times_lie_between_1900_and_a_day_ahead,
    many_faults_are_counted_beyond_those_listed,
    no_wrong_fact_leaves_anything_behind,
}

fn euros() -> Option<Money> {
    Some(Money { currency_code: "EUR".into(), units: 1, nanos: 0 })
}

fn wrong_day() -> Option<Date> {
    Some(Date { year: 2026, month: 2, day: 30 })
}

/// The wrong fields of a fact, without the name of the fact itself.
fn fields<K: Kind>(answer: Result<K, Status>) -> Vec<String> {
    let refused = refusal(&answer.unwrap_err());
    assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "INVALID_FIELDS"));
    assert_eq!(refused.metadata["fields"], refused.fields.len().to_string());
    let prefix = format!("{}.", K::FIELD);
    let mut fields: Vec<String> = refused.fields;
    for field in &mut fields {
        *field = field.strip_prefix(&prefix).unwrap_or(field).to_owned();
    }
    fields.sort();
    fields
}

async fn names_shared_fields<K: Sample>(guanxi: &TestServer) {
    let context = FactContext {
        customer: "customers/Ada!".into(),
        occur_time: Some(Timestamp { seconds: 0, nanos: -1 }),
        source: "The Shop".into(),
        source_id: " ".into(),
        replaces: Some(FactKey { source: String::new(), source_id: "x".repeat(201) }),
        note: "bell \u{7}".into(),
        ..FactContext::default()
    };
    let recording = Recording { request_id: "one".into(), ..Recording::of(K::least(context)) };
    let fields = fields(K::record(guanxi.activity(), recording).await);
    let expected = [
        "context.customer",
        "context.note",
        "context.occur_time",
        "context.replaces.source",
        "context.replaces.source_id",
        "context.source",
        "context.source_id",
        "request_id",
    ];
    assert_eq!(fields, expected);
}

async fn every_wrong_field_of_what_facts_share_is_named(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(names_shared_fields, &guanxi);
}

async fn every_wrong_field_of_a_purchase_is_named(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let free =
        PurchaseLine { quantity: -1, list_amount: euros(), cost_amount: Some(usd(-1)), ..PurchaseLine::default() };
    let fact = Purchase {
        lines: vec![line(100), free],
        promotion: Some(Promotion { promotion_id: " ".into(), purpose: 99 }),
        channel: "x".repeat(101),
        contact_id: "The Buyer".into(),
        due_date: wrong_day(),
        original_amount: Some(Money { currency_code: "eur".into(), units: 1, nanos: 0 }),
        r#type: -1,
        ..least("ada", 1, "o-1")
    };
    let expected = [
        "channel",
        "contact_id",
        "due_date",
        "lines[1].cost_amount",
        "lines[1].list_amount.currency_code",
        "lines[1].net_amount",
        "lines[1].quantity",
        "original_amount.currency_code",
        "promotion.promotion_id",
        "promotion.purpose",
        "type",
    ];
    assert_eq!(fields(record(&guanxi.activity(), fact).await), expected);
}

async fn every_wrong_field_of_an_interaction_is_named(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let fact = Interaction {
        touchpoint: "desk".into(),
        mode: 99,
        channel: "a\nb".into(),
        direction: 0,
        purpose: 12,
        topic: "x".repeat(201),
        staff: vec!["mei".into(), String::new()],
        contact_ids: vec!["owner".into(), "No Id".into()],
        emotion_start: 6,
        emotion_end: -7,
        outcome: 99,
        next_step: Some(NextStep { description: String::new(), due_date: wrong_day(), owner: "x".repeat(201) }),
        duration: Some(Duration { seconds: -1, nanos: 0 }),
        handling_cost: euros(),
        ..least("ada", 1, "i-1")
    };
    let expected = [
        "channel",
        "contact_ids[1]",
        "direction",
        "duration",
        "emotion_end",
        "emotion_start",
        "handling_cost.currency_code",
        "mode",
        "next_step.description",
        "next_step.due_date",
        "next_step.owner",
        "outcome",
        "purpose",
        "staff[1]",
        "topic",
        "touchpoint",
    ];
    assert_eq!(fields(record(&guanxi.activity(), fact).await), expected);
}

async fn every_wrong_field_of_a_payment_is_named(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let fact = Payment {
        amount_due: None,
        amount_paid: Some(usd(-1)),
        amount_withheld: euros(),
        due_date: wrong_day(),
        purchase: Some(FactKey { source: "ERP".into(), source_id: String::new() }),
        ..least("ada", 1, "p-1")
    };
    let expected = [
        "amount_due",
        "amount_paid",
        "amount_withheld.currency_code",
        "due_date",
        "purchase.source",
        "purchase.source_id",
    ];
    assert_eq!(fields(record(&guanxi.activity(), fact).await), expected);
    let unexplained = Payment { amount_withheld: Some(usd(1)), ..least("ada", 1, "p-1") };
    let withholding_reason = WithholdingReason::Quality.into();
    let pointless = Payment { withholding_reason, ..least("ada", 1, "p-1") };
    let nothing = Payment { amount_withheld: Some(usd(0)), withholding_reason, ..least("ada", 1, "p-1") };
    for fact in [unexplained, pointless, nothing] {
        assert_eq!(fields(record(&guanxi.activity(), fact).await), ["withholding_reason"]);
    }
}

async fn every_wrong_field_of_a_stage_change_is_named(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let reason = StageReason { group: 0, cause: 11, competitor: "x".repeat(201), basis: 0 };
    let fact = StageChange { stage: 6, reason: Some(reason), ..least("ada", 1, "s-1") };
    let expected = ["reason.basis", "reason.cause", "reason.competitor", "reason.group", "stage"];
    assert_eq!(fields(record(&guanxi.activity(), fact).await), expected);
}

async fn is_required<K: Sample>(guanxi: &TestServer) {
    let fields = fields(record(&guanxi.activity(), K::default()).await);
    assert!(fields.contains(&"context".to_owned()), "{fields:?}");
}

async fn a_request_without_a_fact_or_its_context_is_refused(guanxi: TestServer) {
    of_each_kind!(is_required, &guanxi);
    let refused = guanxi.activity().record_purchase(RecordPurchaseRequest::default()).await.unwrap_err();
    assert_eq!(refusal(&refused).fields, ["purchase"]);
}

async fn unknown_values_of_enums_are_refused(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    for missing_customer in [3, -1, i32::MAX] {
        let request = RecordPurchaseRequest {
            purchase: Some(least("ada", 1, "o-1")),
            missing_customer,
            request_id: String::new(),
        };
        let refused = guanxi.activity().record_purchase(request).await.unwrap_err();
        assert_eq!(refusal(&refused).fields, ["missing_customer"]);
    }
    let unknown_types = [0, 3, -1, i32::MIN, i32::MAX, 65_537];
    for r#type in unknown_types {
        let fact = Purchase { r#type, ..least("ada", 1, "o-1") };
        assert_eq!(fields(record(&guanxi.activity(), fact).await), ["type"], "{type}");
        let fact = StageChange { stage: if r#type == 3 { 6 } else { r#type }, ..least("ada", 1, "s-1") };
        assert_eq!(fields(record(&guanxi.activity(), fact).await), ["stage"], "{type}");
    }
    assert_eq!(ever_listed::<Purchase>(&guanxi.activity(), "customers/-").await, []);
}

async fn causes_belong_to_their_group(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let either = [StageReasonCause::Unspecified, StageReasonCause::Competitor, StageReasonCause::OtherTies];
    let not_preventable = [StageReasonCause::Moved, StageReasonCause::Ceased, StageReasonCause::NeedGone];
    for group in [StageReasonGroup::Preventable, StageReasonGroup::NotPreventable] {
        for cause in 0..=10 {
            let cause = StageReasonCause::try_from(cause).unwrap();
            let reason = StageReason { group: group.into(), cause: cause.into(), competitor: String::new(), basis: 2 };
            let id = format!("s-{}-{}", group.as_str_name(), cause.as_str_name());
            let fact = StageChange { reason: Some(reason), ..least("ada", 1, &id) };
            let answer = record(&guanxi.activity(), fact).await;
            let belongs = not_preventable.contains(&cause) == (group == StageReasonGroup::NotPreventable);
            match belongs || either.contains(&cause) {
                true => assert_eq!(answer.unwrap().reason, Some(reason_of(group, cause))),
                false => assert_eq!(fields(answer), ["reason.cause"], "{id}"),
            }
        }
    }
}

fn reason_of(group: StageReasonGroup, cause: StageReasonCause) -> StageReason {
    StageReason { group: group.into(), cause: cause.into(), competitor: String::new(), basis: 2 }
}

async fn lies_in_range<K: Sample>(guanxi: &TestServer) {
    let at = |source_id: &str, occur_time: Option<Timestamp>| {
        let mut fact = least::<K>("ada", 1, source_id);
        fact.context_mut().occur_time = occur_time;
        fact
    };
    // The clock of the server stands at 2026-01-31T12:00:00Z.
    for (id, allowed) in [("first", "1900-01-01T00:00:00Z"), ("last", "2026-02-01T12:00:00Z")] {
        record(&guanxi.activity(), at(id, Some(time(allowed)))).await.unwrap();
    }
    let raw = |seconds, nanos| Some(Timestamp { seconds, nanos });
    let refused = [
        None,
        Some(time("1899-12-31T23:59:59.999999Z")),
        Some(time("2026-02-01T12:00:00.000001Z")),
        raw(1_700_000_000, -1),
        raw(1_700_000_000, 1_000_000_000),
        raw(1_700_000_000, i32::MIN),
        raw(i64::MAX, 0),
        raw(i64::MIN, 999_999_999),
        raw(253_402_300_800, 0),
    ];
    for occur_time in refused {
        assert_eq!(fields(record(&guanxi.activity(), at("no", occur_time)).await), ["context.occur_time"]);
    }
    assert_eq!(ever_listed::<K>(&guanxi.activity(), "customers/ada").await.len(), 2);
}

async fn times_lie_between_1900_and_a_day_ahead(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(lies_in_range, &guanxi);
}

async fn many_faults_are_counted_beyond_those_listed(guanxi: TestServer) {
    let fact = Purchase { lines: vec![PurchaseLine::default(); 200], ..least("ada", 1, "o-1") };
    let refused = refusal(&record(&guanxi.activity(), fact).await.unwrap_err());
    assert_eq!(refused.metadata["fields"], "200");
    assert_eq!(refused.fields.len(), 21, "20 and how many more: {:?}", refused.fields);
    assert_eq!(refused.fields[..2], ["purchase.lines[0].net_amount", "purchase.lines[1].net_amount"]);
}

async fn leaves_nothing<K: Sample>(guanxi: &TestServer) {
    let mut wrong = least::<K>("ada", 1, "o-1");
    wrong.context_mut().note = "\0".into();
    let mut unknown = least::<K>("", 1, "o-1");
    unknown.context_mut().customer = String::new();
    unknown.context_mut().customer_external_id = Some(ExternalId { system: "crm".into(), id: "\0".into() });
    for fact in [wrong, unknown] {
        let recording = Recording { missing_customer: MissingCustomer::Create, ..Recording::of(fact) };
        assert_eq!(fields(K::record(guanxi.activity(), recording).await).len(), 1);
    }
    assert_eq!(ever_listed::<K>(&guanxi.activity(), "customers/-").await, []);
    // What was refused can still come.
    let right = record(&guanxi.activity(), least::<K>("ada", 1, "o-1")).await.unwrap();
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/-").await, [right]);
}

async fn no_wrong_fact_leaves_anything_behind(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(leaves_nothing, &guanxi);
}
