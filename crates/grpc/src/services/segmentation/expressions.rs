//! What expressions of a scheme may read.

use guanxi_app::catalogue::MAX_ATTRIBUTE_DEFINITIONS;
use guanxi_app::{App, Error};

use crate::from_proto::scheme::AttributeTypes;

/// All attributes that are defined, with their types.
pub(super) async fn attributes(app: &App) -> Result<AttributeTypes, Error> {
    let defined = app.reader().attribute_definitions("", MAX_ATTRIBUTE_DEFINITIONS).await?;
    Ok(defined.into_iter().map(|one| (one.key, one.value_type)).collect())
}
