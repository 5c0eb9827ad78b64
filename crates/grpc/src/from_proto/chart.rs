//! What reports with a control chart are asked for: days, and how the chart is tuned.

use guanxi::google::r#type::Date;
use guanxi::v1 as pb;
use guanxi_model::statistics::chart::drift::Ewma;
use guanxi_model::{Day, Violations};

use super::{Path, given, time};

/// The most standard deviations that an average may be off.
const MAX_WIDTH: f64 = 10.0;

/// The first and the last day of a report.
pub(super) fn days(v: &mut Violations, (start_date, end_date): (Option<Date>, Option<Date>)) -> Option<(Day, Day)> {
    let mut day = |at: Path<'_>, date| given(v, at, date).and_then(|date| time::day(v, at, date));
    let (first, last) = (day(Path::of("start_date"), start_date), day(Path::of("end_date"), end_date));
    let (first, last) = first.zip(last)?;
    if last < first {
        v.push(Path::of("end_date"), format!("must not be before start_date, {first}, got {last}"));
    }
    Some((first, last))
}

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
