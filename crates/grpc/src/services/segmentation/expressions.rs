//! What expressions of a scheme may read.

use guanxi_app::catalogue::Resource as _;
use guanxi_app::{App, Error};
use guanxi_model::customer::AttributeDefinition;

use crate::from_proto::scheme::AttributeTypes;

/// All attributes that are defined, with their types.
pub(super) async fn attributes(app: &App) -> Result<AttributeTypes, Error> {
    let defined = app.reader().attribute_definitions("", AttributeDefinition::LIMIT).await?;
    Ok(defined.into_iter().map(|one| (one.key, one.value_type)).collect())
}
