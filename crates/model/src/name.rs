//! Resource names: the texts by which callers and the contract refer to things, from ids and back into them. Only the
//! patterns live here; whether a thing of that name exists is for storage to say.
//!
//! There is one name per thing: two names are the same thing exactly if they are the same text.

use thiserror::Error;

use crate::fact::FactKind;
use crate::id::{
    AttributeKey, BenchmarkId, CustomerId, FactId, MeasurementId, OperationId, PyramidId, QuestionnaireId,
    RevisionNumber, SatisfactionTargetId, ServiceStandardId, TargetDecisionId, TouchpointId,
};
use crate::violation::clip;

const CUSTOMER: &str = "customers/{customer}";
const CUSTOMER_PARENT: &str = "customers/{customer} or customers/-";
const TIER_ASSIGNMENT: &str = "customers/{customer}/tierAssignments/{pyramid}";
const TOUCHPOINT: &str = "touchpoints/{touchpoint}";
const ATTRIBUTE_DEFINITION: &str = "attributeDefinitions/{attribute_definition}";
const PYRAMID: &str = "pyramids/{pyramid}";
const REVISION: &str = "pyramids/{pyramid}/revisions/{revision}";
const TARGET_DECISION: &str = "pyramids/{pyramid}/targetDecisions/{target_decision}";
const QUESTIONNAIRE: &str = "questionnaires/{questionnaire}";
const QUESTIONNAIRE_REVISION: &str = "questionnaires/{questionnaire}/revisions/{revision}";
const SERVICE_STANDARD: &str = "serviceStandards/{service_standard}";
const MEASUREMENT: &str = "serviceStandards/{service_standard}/measurements/{measurement}";
const BENCHMARK: &str = "satisfactionBenchmarks/{satisfaction_benchmark}";
const SATISFACTION_TARGET: &str = "satisfactionTargets/{satisfaction_target}";
const OPERATION: &str = "operations/{operation}";

/// A text that is not the name it should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("must be {expected}, got \"{}\"", clip(.got))]
pub struct NameError {
    /// The pattern of the names allowed.
    pub expected: &'static str,
    /// What was given, whole.
    pub got: String,
}

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

/// Names a touchpoint.
pub fn touchpoint(id: &TouchpointId) -> String {
    format!("touchpoints/{id}")
}

/// Reads the name of a touchpoint.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_touchpoint(name: &str) -> Result<TouchpointId, NameError> {
    parse(name, TOUCHPOINT, |[touchpoint]| TouchpointId::parse(touchpoint).ok())
}

/// Names the definition of an attribute.
pub fn attribute_definition(key: &AttributeKey) -> String {
    format!("attributeDefinitions/{key}")
}

/// Reads the name of an attribute's definition.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_attribute_definition(name: &str) -> Result<AttributeKey, NameError> {
    parse(name, ATTRIBUTE_DEFINITION, |[key]| AttributeKey::parse(key).ok())
}

/// Names a pyramid.
pub fn pyramid(id: &PyramidId) -> String {
    format!("pyramids/{id}")
}

/// Reads the name of a pyramid.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_pyramid(name: &str) -> Result<PyramidId, NameError> {
    parse(name, PYRAMID, |[pyramid]| PyramidId::parse(pyramid).ok())
}

/// Names a revision of a pyramid.
pub fn revision(pyramid: &PyramidId, number: RevisionNumber) -> String {
    format!("pyramids/{pyramid}/revisions/{number}")
}

/// Reads the name of a pyramid's revision.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_revision(name: &str) -> Result<(PyramidId, RevisionNumber), NameError> {
    parse(name, REVISION, |[pyramid, number]| PyramidId::parse(pyramid).ok().zip(RevisionNumber::parse(number).ok()))
}

/// Names a questionnaire.
pub fn questionnaire(id: &QuestionnaireId) -> String {
    format!("questionnaires/{id}")
}

/// Reads the name of a questionnaire.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_questionnaire(name: &str) -> Result<QuestionnaireId, NameError> {
    parse(name, QUESTIONNAIRE, |[id]| QuestionnaireId::parse(id).ok())
}

/// Names a revision of a questionnaire.
pub fn questionnaire_revision(id: &QuestionnaireId, number: RevisionNumber) -> String {
    format!("questionnaires/{id}/revisions/{number}")
}

/// Reads the name of a questionnaire's revision.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_questionnaire_revision(name: &str) -> Result<(QuestionnaireId, RevisionNumber), NameError> {
    parse(name, QUESTIONNAIRE_REVISION, |[id, number]| {
        QuestionnaireId::parse(id).ok().zip(RevisionNumber::parse(number).ok())
    })
}

/// Names what was decided about a tier or a customer.
pub fn target_decision(pyramid: &PyramidId, id: &TargetDecisionId) -> String {
    format!("pyramids/{pyramid}/targetDecisions/{id}")
}

/// Reads the name of what was decided.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_target_decision(name: &str) -> Result<(PyramidId, TargetDecisionId), NameError> {
    parse(name, TARGET_DECISION, |[pyramid, id]| PyramidId::parse(pyramid).ok().zip(TargetDecisionId::parse(id).ok()))
}

/// Names a service standard.
pub fn service_standard(id: &ServiceStandardId) -> String {
    format!("serviceStandards/{id}")
}

/// Reads the name of a service standard.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_service_standard(name: &str) -> Result<ServiceStandardId, NameError> {
    parse(name, SERVICE_STANDARD, |[standard]| ServiceStandardId::parse(standard).ok())
}

/// Names a measurement of a service.
pub fn measurement(standard: &ServiceStandardId, id: &MeasurementId) -> String {
    format!("serviceStandards/{standard}/measurements/{id}")
}

/// Reads the name of a measurement.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_measurement(name: &str) -> Result<(ServiceStandardId, MeasurementId), NameError> {
    parse(name, MEASUREMENT, |[standard, id]| {
        ServiceStandardId::parse(standard).ok().zip(MeasurementId::parse(id).ok())
    })
}

/// Names a benchmark of satisfaction.
pub fn benchmark(id: &BenchmarkId) -> String {
    format!("satisfactionBenchmarks/{id}")
}

/// Reads the name of a benchmark of satisfaction.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_benchmark(name: &str) -> Result<BenchmarkId, NameError> {
    parse(name, BENCHMARK, |[id]| BenchmarkId::parse(id).ok())
}

/// Names a target of satisfaction.
pub fn satisfaction_target(id: &SatisfactionTargetId) -> String {
    format!("satisfactionTargets/{id}")
}

/// Reads the name of a target of satisfaction.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_satisfaction_target(name: &str) -> Result<SatisfactionTargetId, NameError> {
    parse(name, SATISFACTION_TARGET, |[id]| SatisfactionTargetId::parse(id).ok())
}

/// Names an operation.
pub fn operation(id: &OperationId) -> String {
    format!("operations/{id}")
}

/// Reads the name of an operation.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_operation(name: &str) -> Result<OperationId, NameError> {
    parse(name, OPERATION, |[operation]| OperationId::parse(operation).ok())
}

/// What `ids` makes of the segments of `name` that stand where `pattern` has braces.
fn parse<const N: usize, T>(
    name: &str,
    pattern: &'static str,
    ids: impl FnOnce([&str; N]) -> Option<T>,
) -> Result<T, NameError> {
    let segments = braced_segments(name, pattern).and_then(|segments| segments.try_into().ok());
    segments.and_then(ids).ok_or_else(|| NameError { expected: pattern, got: name.to_owned() })
}

/// The segments of `name` in the braces of `pattern`, if all others are alike.
fn braced_segments<'a>(name: &'a str, pattern: &str) -> Option<Vec<&'a str>> {
    let mut given = name.split('/');
    let mut braced = Vec::with_capacity(2);
    for expected in pattern.split('/') {
        let segment = given.next()?;
        if expected.starts_with('{') {
            braced.push(segment);
        } else if segment != expected {
            return None;
        }
    }
    given.next().is_none().then_some(braced)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Words;
    use crate::time::Timestamp;

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
}
