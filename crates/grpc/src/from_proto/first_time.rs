//! What is asked of services that should be right first time.

use guanxi::v1 as pb;
use guanxi_app::operations::{FirstTimeRequest, SERVICE_FILTER};
use guanxi_model::{Period, RequestId, Violations};
use guanxi_satisfaction::first_time::FirstTimeQuestion;

use super::customer::request_id;
use super::{Path, chart, done, page, time, word_or_none};

/// The most periods of a report.
const MAX_PERIODS: usize = 1_100;
const MAX_WINDOW_DAYS: i32 = 365;
const USUAL_WINDOW_DAYS: i32 = 30;

/// AnalyzeFirstTimeRight.
pub(crate) fn request(
    request: pb::AnalyzeFirstTimeRightRequest,
) -> Result<(FirstTimeRequest, Option<RequestId>), Violations> {
    let pb::AnalyzeFirstTimeRightRequest {
        start_date,
        end_date,
        period,
        window_days,
        group_by,
        filter,
        ewma: tuning,
        request_id: id,
    } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let days = time::days(&mut v, Path::REQUEST, (start_date, end_date));
    let period = word_or_none(&mut v, Path::of("period"), period, pb::ReportPeriod::as_str_name);
    let window_days = window_days.unwrap_or(USUAL_WINDOW_DAYS);
    if !(1..=MAX_WINDOW_DAYS).contains(&window_days) {
        v.push(Path::of("window_days"), format!("must be 1 to {MAX_WINDOW_DAYS}, got {window_days}"));
    }
    let group_by = word_or_none(&mut v, Path::of("group_by"), group_by, pb::FirstTimeRightGrouping::as_str_name);
    let filter = page::filter(&mut v, &filter, &SERVICE_FILTER);
    let ewma = chart::ewma(&mut v, Path::of("ewma"), tuning);
    let period = period.unwrap_or(Period::Week);
    if days.is_some_and(|days| period.parts(days).nth(MAX_PERIODS).is_some()) {
        v.push(Path::of("end_date"), format!("there are more than {MAX_PERIODS} periods from start_date on"));
    }
    let asked = days.zip(filter).map(|(days, filter)| {
        let question = FirstTimeQuestion { days, period, window_days, group_by, ewma };
        (FirstTimeRequest { question, filter: filter.to_string() }, request_id)
    });
    done(v, asked)
}
