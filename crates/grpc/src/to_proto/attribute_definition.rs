//! Definitions of attributes.

use guanxi::v1 as pb;
use guanxi_model::customer::AttributeDefinition;
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::{etag, name};

use super::{number, page, time};

/// A definition.
pub(crate) fn resource(definition: AttributeDefinition) -> pb::AttributeDefinition {
    let AttributeDefinition { key, display_name, description, value_type, unit, revision, create_time, update_time } =
        definition;
    let name = name::attribute_definition(&key);
    pb::AttributeDefinition {
        etag: etag::etag(&name, revision),
        name,
        display_name,
        description,
        value_type: number(value_type),
        unit,
        create_time: Some(time::timestamp(create_time)),
        update_time: Some(time::timestamp(update_time)),
    }
}

/// ListAttributeDefinitions.
pub(crate) fn list_response(
    query: QueryHash,
    definitions: Page<AttributeDefinition>,
) -> pb::ListAttributeDefinitionsResponse {
    let (attribute_definitions, next_page_token) = page::close(definitions, query, key, resource);
    pb::ListAttributeDefinitionsResponse { attribute_definitions, next_page_token }
}

/// What they are listed by.
pub(crate) fn key(definition: &AttributeDefinition) -> Vec<KeyPart> {
    vec![KeyPart::Text(definition.key.as_str().to_owned())]
}
