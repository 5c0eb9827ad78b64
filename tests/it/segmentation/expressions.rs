//! Measures that are expressions over attributes and other measures.

use guanxi::v1::attribute_value::Value;
use guanxi::v1::score_part::RawValue;
use guanxi::v1::{
    AttributeDefinition, AttributeValue, CreateAttributeDefinitionRequest, Customer, Measure, MeasureKind,
    MissingValueRule, PyramidRevision, TierChangeReason, UnrankedReason, UpdateCustomerRequest, ValueType,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{
    active_pyramid, buys, create_pyramid, everybody, explained, invalid, linear, measure, revenue, scheme, standing,
    thresholds, try_revision,
};
use super::passing::{assign_tiers, buys_at, changes, clock, comes_into, settled, steps};
use crate::support::time;

on_each_backend! {
    expression_reads_attributes_and_measures,
    change_of_an_attribute_moves_its_customer_at_once,
    who_is_unranked_for_today_is_ranked_tomorrow,
    every_fault_of_expressions_is_told_with_its_place,
}

/// Declares an attribute.
pub(super) async fn define(guanxi: &TestServer, key: &str, value_type: ValueType) {
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
    guanxi.customers().create_attribute_definition(request).await.unwrap();
}

/// Gives a customer these attributes.
pub(super) async fn set(guanxi: &TestServer, customer: &str, values: &[(&str, Value)]) {
    let attribute = |(key, value): &(&str, Value)| {
        let value = AttributeValue { value: Some(value.clone()), ..AttributeValue::default() };
        ((*key).to_owned(), value)
    };
    let request = UpdateCustomerRequest {
        customer: Some(Customer {
            name: format!("customers/{customer}"),
            attributes: values.iter().map(attribute).collect(),
            ..Customer::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["attributes".into()] }),
        ..UpdateCustomerRequest::default()
    };
    guanxi.customers().update_customer(request).await.unwrap();
}

fn text(word: &str) -> Value {
    Value::Text(word.into())
}

/// Revenue, and half as much as that again for those of the segment `key`, in dollars.
fn with_bonus() -> PyramidRevision {
    let bonus = Measure {
        measure_id: "bonus".into(),
        expression: "attribute.segment == 'key' ? measure.net_revenue / 2 : 0".into(),
        ..measure(MeasureKind::Expression, linear(0.0, 500.0))
    };
    scheme(vec![revenue(), bonus], thresholds(&[60.0, 30.0]))
}

async fn expression_reads_attributes_and_measures(guanxi: TestServer) {
    define(&guanxi, "segment", ValueType::Text).await;
    for customer in ["ada", "bob", "cleo"] {
        buys(&guanxi, customer, 60_000).await;
    }
    set(&guanxi, "ada", &[("segment", text("key"))]).await;
    set(&guanxi, "bob", &[("segment", text("other"))]).await;
    active_pyramid(&guanxi, "value", with_bonus()).await;
    let part = |explanation: &guanxi::v1::TierExplanation| explanation.parts[1].raw_value.clone();
    let (ada, bob, cleo) =
        (explained(&guanxi, "ada").await, explained(&guanxi, "bob").await, explained(&guanxi, "cleo").await);
    assert_eq!(part(&ada), Some(RawValue::Number(300.0)));
    assert_eq!(part(&bob), Some(RawValue::Number(0.0)));
    assert_eq!(part(&cleo), None, "of whom the attribute is not known, and the measure is skipped");
    let score = |explanation: &guanxi::v1::TierExplanation| explanation.assignment.as_ref().unwrap().score;
    // 600 of 1000 dollars and 300 of 500; 600 and 0; 600 alone.
    assert_eq!([score(&ada), score(&bob), score(&cleo)], [Some(60.0), Some(30.0), Some(60.0)]);
}

async fn change_of_an_attribute_moves_its_customer_at_once(guanxi: TestServer) {
    define(&guanxi, "segment", ValueType::Text).await;
    buys(&guanxi, "ada", 60_000).await;
    set(&guanxi, "ada", &[("segment", text("other"))]).await;
    active_pyramid(&guanxi, "value", with_bonus()).await;
    assert_eq!(standing(&guanxi, "ada").await.tier, "silver");
    set(&guanxi, "ada", &[("segment", text("key"))]).await;
    assert_eq!(standing(&guanxi, "ada").await.tier, "gold");
    let request = guanxi::v1::ListTierChangesRequest {
        parent: "customers/ada/tierAssignments/value".into(),
        ..Default::default()
    };
    let changes = guanxi.segmentation().list_tier_changes(request).await.unwrap().into_inner().tier_changes;
    let seen: Vec<_> = changes.iter().map(|one| (one.from_tier.as_str(), one.to_tier.as_str(), one.reason())).collect();
    assert_eq!(seen, [("silver", "gold", TierChangeReason::OwnChange), ("", "silver", TierChangeReason::NewRevision)]);
}

/// By revenue a day since the last purchase: on that day itself there is none, and without it nobody is ranked.
fn by_pace() -> PyramidRevision {
    let pace = Measure {
        measure_id: "pace".into(),
        expression: "measure.net_revenue / measure.recency".into(),
        missing_value_rule: MissingValueRule::Unranked.into(),
        ..measure(MeasureKind::Expression, linear(0.0, 1000.0))
    };
    let recency = measure(MeasureKind::Recency, linear(0.0, 10.0));
    scheme(vec![revenue(), recency, pace], thresholds(&[50.0, 30.0]))
}

async fn who_is_unranked_for_today_is_ranked_tomorrow(guanxi: TestServer) {
    // The one is seen by a run first, the other by its purchase.
    buys_at(&guanxi, "ada", "2026-01-31T10:00:00Z", 80_000).await;
    active_pyramid(&guanxi, "value", by_pace()).await;
    buys_at(&guanxi, "ben", "2026-01-31T11:00:00Z", 80_000).await;
    assign_tiers(&guanxi).await;
    for customer in ["ada", "ben"] {
        let today = explained(&guanxi, customer).await;
        assert_eq!(today.due_time, Some(time("2026-02-01T00:00:00Z")), "{customer}");
        let assignment = today.assignment.unwrap();
        assert_eq!((assignment.tier.as_str(), assignment.unranked_reason()), ("", UnrankedReason::MeasureMissing));
    }
    assert_eq!(everybody(&guanxi, "value").await, []);
    clock(&guanxi, "2026-02-01T00:00:00Z");
    for customer in ["ada", "ben"] {
        // 80 for the revenue, 10 for a day, 80 for 800 dollars a day.
        comes_into(&guanxi, customer, "gold").await;
        assert_eq!(steps(&changes(&guanxi, customer).await), [("TIME", "", "gold")]);
    }
    // And on the day of the next purchase in no tier again.
    buys_at(&guanxi, "ada", "2026-02-01T00:00:00Z", 100).await;
    assert_eq!(standing(&guanxi, "ada").await.tier, "");
    clock(&guanxi, "2026-02-02T00:00:00Z");
    comes_into(&guanxi, "ada", "gold").await;
    assert_eq!(settled(&guanxi, "ada").await.due_time, Some(time("2026-02-03T00:00:00Z")));
}

async fn every_fault_of_expressions_is_told_with_its_place(guanxi: TestServer) {
    define(&guanxi, "segment", ValueType::Text).await;
    create_pyramid(&guanxi, "value").await;
    let expression = |id: &str, expression: &str| Measure {
        measure_id: id.into(),
        expression: expression.into(),
        ..measure(MeasureKind::Expression, linear(0.0, 1.0))
    };
    let mut revision = scheme(
        vec![
            Measure { expression: "1".into(), ..revenue() },
            expression("none", ""),
            expression("broken", "measure.net_revenue +"),
            expression("unknown", "attribute.colour == 'red' ? 1 : 0"),
            expression("truth", "attribute.segment == 'key'"),
            expression("nested", "measure.unknown"),
            expression("typed", "attribute.segment > 3 ? 1 : 0"),
        ],
        thresholds(&[60.0, 30.0]),
    );
    revision.tiers[0].gate = "measure.net_revenue".into();
    revision.tiers[2].gate = "true".into();
    let refused = try_revision(&guanxi, "value", revision).await;
    assert!(refused.as_ref().unwrap_err().message().contains("expression"), "{refused:?}");
    let paths: Vec<String> = (0..7)
        .map(|index| format!("pyramid_revision.measures[{index}].expression"))
        .chain([0, 2].map(|index| format!("pyramid_revision.tiers[{index}].gate")))
        .collect();
    invalid(refused, &paths.iter().map(String::as_str).collect::<Vec<_>>());
}
