//! Schemes of the literature.

use std::collections::BTreeMap;

use guanxi::v1 as pb;
use guanxi_app::Error;
use guanxi_model::Currency;
use guanxi_segmentation::{Preset, PyramidScheme};

use super::scheme;

/// ListPyramidPresets.
///
/// # Errors
/// A preset that is no scheme: a fault of ours.
pub(crate) fn list_response(
    currency: &Currency,
    presets: Vec<Preset>,
) -> Result<pb::ListPyramidPresetsResponse, Error> {
    let presets = presets.into_iter().map(|preset| resource(currency, preset));
    Ok(pb::ListPyramidPresetsResponse { presets: presets.collect::<Result<_, _>>()? })
}

fn resource(currency: &Currency, preset: Preset) -> Result<pb::PyramidPreset, Error> {
    let Preset { id, display_name, description, source, scheme: draft } = preset;
    let scheme = PyramidScheme::new(draft, &BTreeMap::new()).map_err(Error::Invalid)?;
    Ok(pb::PyramidPreset {
        preset_id: id.to_owned(),
        display_name: display_name.to_owned(),
        description: description.to_owned(),
        source: source.to_owned(),
        pyramid_revision: Some(scheme::scheme(currency, &scheme)),
    })
}
