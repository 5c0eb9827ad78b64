//! What is set up before customers are known: touchpoints, attributes, pyramids, questionnaires. And operations.

use super::{NameError, parse};
use crate::id::{
    AttributeKey, OperationId, PyramidId, QuestionnaireId, RevisionNumber, TargetDecisionId, TouchpointId,
};

const TOUCHPOINT: &str = "touchpoints/{touchpoint}";
const ATTRIBUTE_DEFINITION: &str = "attributeDefinitions/{attribute_definition}";
const PYRAMID: &str = "pyramids/{pyramid}";
const REVISION: &str = "pyramids/{pyramid}/revisions/{revision}";
const TARGET_DECISION: &str = "pyramids/{pyramid}/targetDecisions/{target_decision}";
const QUESTIONNAIRE: &str = "questionnaires/{questionnaire}";
const QUESTIONNAIRE_REVISION: &str = "questionnaires/{questionnaire}/revisions/{revision}";
const OPERATION: &str = "operations/{operation}";

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
