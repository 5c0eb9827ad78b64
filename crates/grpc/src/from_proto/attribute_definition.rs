//! Requests about the definitions of attributes.

use guanxi::v1 as pb;
use guanxi_app::catalogue::Guard;
use guanxi_model::customer::{AttributeDefinition, ValueType};
use guanxi_model::{AttributeKey, Violations, name, text};

use super::customer::named;
use super::resource::{self, described};
use super::{Context, Paging, Path, Update, word};

const WRITABLE: &[&str] = &["display_name", "description"];
/// Type and unit are written once; an update may carry them and leaves them as they are.
const NOT_WRITABLE: &[&str] = &["name", "value_type", "unit", "create_time", "update_time", "etag"];
const MAX_UNIT: usize = 50;

/// CreateAttributeDefinition.
pub(crate) fn create_request(
    ctx: &Context<'_>,
    request: pb::CreateAttributeDefinitionRequest,
) -> Result<(AttributeDefinition, Guard), Violations> {
    let pb::CreateAttributeDefinitionRequest { attribute_definition, attribute_definition_id, request_id } = request;
    resource::creation(
        ("attribute_definition_id", AttributeKey::parse(attribute_definition_id)),
        ("attribute_definition", attribute_definition, &request_id),
        |v, at, new| whole(ctx, v, at, new),
    )
}

fn whole(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (key, definition): (Option<AttributeKey>, pb::AttributeDefinition),
) -> Option<AttributeDefinition> {
    let pb::AttributeDefinition {
        name: _,
        display_name,
        description,
        value_type,
        unit,
        create_time: _,
        update_time: _,
        etag: _,
    } = definition;
    let described = described(v, at, (display_name, description), WRITABLE);
    let value_type: Option<ValueType> = word(v, at.field("value_type"), value_type, pb::ValueType::as_str_name);
    if !unit.is_empty() && value_type.is_some_and(|value_type| value_type != ValueType::Number) {
        v.push(at.field("unit"), "only numbers have a unit");
    }
    let unit = v.field(at.field("unit"), text::optional(unit, MAX_UNIT));
    let (display_name, description) = described?;
    Some(AttributeDefinition {
        key: key?,
        display_name,
        description,
        value_type: value_type?,
        unit: unit?,
        revision: 0,
        create_time: ctx.now,
        update_time: ctx.now,
    })
}

/// UpdateAttributeDefinition.
pub(crate) fn update_request(
    ctx: &Context<'_>,
    request: pb::UpdateAttributeDefinitionRequest,
) -> Result<Update<AttributeDefinition>, Violations> {
    let pb::UpdateAttributeDefinitionRequest { attribute_definition, update_mask, request_id } = request;
    resource::update(
        (update_mask, WRITABLE, NOT_WRITABLE),
        ("attribute_definition", attribute_definition, &request_id),
        |v, at, new| masked(ctx, v, at, new),
    )
}

/// The definition with the fields of the mask, and its etag.
fn masked(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (definition, mask): (pb::AttributeDefinition, &[&str]),
) -> Option<(AttributeDefinition, String)> {
    let pb::AttributeDefinition {
        name,
        display_name,
        description,
        value_type: _,
        unit: _,
        create_time: _,
        update_time: _,
        etag,
    } = definition;
    let key = v.field(at.field("name"), name::parse_attribute_definition(&name));
    let (display_name, description) = described(v, at, (display_name, description), mask)?;
    let definition = AttributeDefinition {
        key: key?,
        display_name,
        description,
        value_type: ValueType::Text,
        unit: String::new(),
        revision: 0,
        create_time: ctx.now,
        update_time: ctx.now,
    };
    Some((definition, etag))
}

/// GetAttributeDefinition.
pub(crate) fn get_request(request: &pb::GetAttributeDefinitionRequest) -> Result<AttributeKey, Violations> {
    let pb::GetAttributeDefinitionRequest { name } = request;
    named(name, name::parse_attribute_definition)
}

/// DeleteAttributeDefinition.
pub(crate) fn delete_request(
    request: pb::DeleteAttributeDefinitionRequest,
) -> Result<(AttributeKey, Guard), Violations> {
    let pb::DeleteAttributeDefinitionRequest { name, etag, request_id } = request;
    resource::deletion((&name, etag, &request_id), name::parse_attribute_definition)
}

/// ListAttributeDefinitions.
pub(crate) fn list_request(request: &pb::ListAttributeDefinitionsRequest) -> Result<Paging, Violations> {
    let pb::ListAttributeDefinitionsRequest { page_size, page_token } = request;
    resource::list("attributeDefinitions", (*page_size, page_token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ctx, paths};

    fn create(definition: pb::AttributeDefinition) -> Result<AttributeDefinition, Violations> {
        let request = pb::CreateAttributeDefinitionRequest {
            attribute_definition: Some(definition),
            attribute_definition_id: "employees".into(),
            request_id: String::new(),
        };
        create_request(&ctx(), request).map(|(definition, _)| definition)
    }

    fn of_type(value_type: pb::ValueType, unit: &str) -> pb::AttributeDefinition {
        pb::AttributeDefinition {
            display_name: "Employees".into(),
            value_type: value_type.into(),
            unit: unit.into(),
            ..pb::AttributeDefinition::default()
        }
    }

    #[test]
    fn only_numbers_have_a_unit() {
        assert_eq!(create(of_type(pb::ValueType::Number, "people")).unwrap().unit, "people");
        assert!(create(of_type(pb::ValueType::Text, "")).is_ok());
        assert_eq!(paths(create(of_type(pb::ValueType::Text, "people"))), ["attribute_definition.unit"]);
        assert_eq!(paths(create(of_type(pb::ValueType::Unspecified, "people"))), ["attribute_definition.value_type"]);
    }

    #[test]
    fn type_and_unit_are_left_alone_by_an_update() {
        let name = "attributeDefinitions/employees".into();
        let definition = pb::AttributeDefinition { name, ..of_type(pb::ValueType::Number, "people") };
        let update_mask = Some(prost_types::FieldMask { paths: vec!["display_name".into(), "unit".into()] });
        let attribute_definition = Some(definition);
        let request =
            pb::UpdateAttributeDefinitionRequest { attribute_definition, update_mask, request_id: String::new() };
        assert_eq!(update_request(&ctx(), request).unwrap().mask, ["display_name"]);
    }
}
