//! What is read as a name and what is not, and that what is named is read back.

use proptest::prelude::*;

use super::*;
use crate::fact::FactKind;
use crate::id::{
    AttributeKey, BenchmarkId, CustomerId, FactId, MeasurementId, OperationId, PyramidId, RevisionNumber,
    SatisfactionTargetId, ServiceStandardId, TouchpointId,
};
use crate::time::Timestamp;
use crate::words::Words;

fn anna() -> CustomerId {
    CustomerId::parse("anna").unwrap()
}

#[test]
fn parents_may_be_all_customers() {
    assert_eq!(parse_customer_parent("customers/-"), Ok(None));
    assert_eq!(parse_customer_parent("customers/anna"), Ok(Some(anna())));
    let error = parse_customer_parent("customers/").unwrap_err();
    assert_eq!(error.to_string(), "must be customers/{customer} or customers/-, got \"customers/\"");
}

#[test]
fn other_texts_are_refused_with_the_pattern() {
    for wrong in ["", "anna", "customers", "customers/-", "customers/Anna", "customers/anna/", "/customers/anna"] {
        let error = parse_customer(wrong).unwrap_err();
        assert_eq!(error.to_string(), format!("must be customers/{{customer}}, got \"{wrong}\""));
    }
    let long = parse_customer(&"x".repeat(10_000)).unwrap_err().to_string();
    assert!(long.len() < 120, "{long}");
}

#[test]
fn facts_are_of_one_kind() {
    let id = FactId::new(Timestamp(0));
    for &(kind, _) in FactKind::ALL {
        let name = fact(kind, &anna(), &id);
        for &(other, _) in FactKind::ALL {
            assert_eq!(parse_fact(other, &name).ok(), (other == kind).then(|| (anna(), id)));
        }
    }
    let name = fact(FactKind::Purchase, &anna(), &id);
    assert!(parse_fact(FactKind::Purchase, &name.replace("anna", "-")).is_err());
}

#[test]
fn names_read_as_the_contract_has_them() {
    let pyramid_id = PyramidId::parse("value").unwrap();
    let second = RevisionNumber::new(2).unwrap();
    assert_eq!(revision(&pyramid_id, second), "pyramids/value/revisions/2");
    assert_eq!(parse_revision("pyramids/value/revisions/2"), Ok((pyramid_id.clone(), second)));
    assert!(parse_revision("pyramids/value/revisions/02").is_err());
    assert_eq!(tier_assignment(&anna(), &pyramid_id), "customers/anna/tierAssignments/value");
    assert_eq!(attribute_definition(&AttributeKey::parse("shoe_size").unwrap()), "attributeDefinitions/shoe_size");
}

proptest! {
    #[test]
    fn names_are_read_back(text in "[a-z][a-z0-9-]{0,62}", key in "[a-z][a-z0-9_]{0,62}", at in 0..i64::MAX) {
        let id = CustomerId::parse(text.as_str()).unwrap();
        prop_assert_eq!(parse_customer(&customer(&id)), Ok(id.clone()));
        let pyramid_id = PyramidId::parse(text.as_str()).unwrap();
        prop_assert_eq!(parse_pyramid(&pyramid(&pyramid_id)), Ok(pyramid_id.clone()));
        let assignment = tier_assignment(&id, &pyramid_id);
        prop_assert_eq!(parse_tier_assignment(&assignment), Ok((id.clone(), pyramid_id)));
        let touchpoint_id = TouchpointId::parse(text.as_str()).unwrap();
        prop_assert_eq!(parse_touchpoint(&touchpoint(&touchpoint_id)), Ok(touchpoint_id));
        let standard_id = ServiceStandardId::parse(id.as_str()).unwrap();
        prop_assert_eq!(parse_service_standard(&service_standard(&standard_id)), Ok(standard_id.clone()));
        let benchmark_id = BenchmarkId::parse(id.as_str()).unwrap();
        prop_assert_eq!(parse_benchmark(&benchmark(&benchmark_id)), Ok(benchmark_id));
        let target_id = SatisfactionTargetId::parse(id.as_str()).unwrap();
        prop_assert_eq!(parse_satisfaction_target(&satisfaction_target(&target_id)), Ok(target_id));
        let measurement_id = MeasurementId::new(Timestamp(at));
        let name = measurement(&standard_id, &measurement_id);
        prop_assert_eq!(parse_measurement(&name), Ok((standard_id, measurement_id)));
        let key = AttributeKey::parse(key).unwrap();
        prop_assert_eq!(parse_attribute_definition(&attribute_definition(&key)), Ok(key));
        let operation_id = OperationId::new(Timestamp(at));
        prop_assert_eq!(parse_operation(&operation(&operation_id)), Ok(operation_id));
    }
}
