//! How control charts are tuned.

use guanxi::v1 as pb;
use guanxi_model::Violations;
use guanxi_model::statistics::chart::drift::Ewma;

use super::Path;

/// The most standard deviations that an average may be off.
const MAX_WIDTH: f64 = 10.0;

/// How the moving average is tuned; the usual way where nothing is said.
pub(super) fn ewma(v: &mut Violations, at: Path<'_>, tuning: Option<pb::EwmaTuning>) -> Ewma {
    let pb::EwmaTuning { share, width } = tuning.unwrap_or_default();
    let mut ewma = Ewma::USUAL;
    if let Some(share) = share {
        if !(share > 0.0 && share <= 1.0) {
            v.push(at.field("share"), format!("must be above 0 and at most 1, got {share}"));
        }
        ewma.share = share;
    }
    if let Some(width) = width {
        if !(width > 0.0 && width <= MAX_WIDTH) {
            v.push(at.field("width"), format!("must be above 0 and at most {MAX_WIDTH}, got {width}"));
        }
        ewma.width = width;
    }
    ewma
}
