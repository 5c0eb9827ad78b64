//! What is asked of contacts.

use guanxi::v1 as pb;
use guanxi_model::{Period, Violations, text};
use guanxi_satisfaction::contact::report::{ContactBase, ContactQuestion};

use super::{Path, chart, done, time, word_or_none};

const MAX_CHANNEL: usize = 100;
/// The most periods of a report.
const MAX_PERIODS: usize = 1_100;

/// GetContactReport: the question, and the channel it is kept to.
pub(crate) fn report_request(
    request: pb::GetContactReportRequest,
) -> Result<(ContactQuestion, Option<String>), Violations> {
    let pb::GetContactReportRequest {
        start_date,
        end_date,
        period,
        channel,
        by_topic,
        base,
        change_date,
        ewma: tuning,
    } = request;
    let mut v = Violations::new();
    let days = time::days(&mut v, Path::REQUEST, (start_date, end_date));
    let period = word_or_none(&mut v, Path::of("period"), period, pb::ReportPeriod::as_str_name);
    let channel = v.field(Path::of("channel"), text::optional(channel, MAX_CHANNEL));
    let base = word_or_none(&mut v, Path::of("base"), base, pb::ContactBase::as_str_name);
    let change = time::day_if_given(&mut v, Path::of("change_date"), change_date);
    if let Some(((first, last), change)) = days.zip(change)
        && !(first < change && change <= last)
    {
        v.push(Path::of("change_date"), format!("must be after start_date, {first}, and at most end_date, {last}"));
    }
    let ewma = chart::ewma(&mut v, Path::of("ewma"), tuning);
    let period = period.unwrap_or(Period::Week);
    if days.is_some_and(|days| period.parts(days).nth(MAX_PERIODS).is_some()) {
        v.push(Path::of("end_date"), format!("there are more than {MAX_PERIODS} periods from start_date on"));
    }
    let base = base.unwrap_or(ContactBase::ActiveCustomers);
    let question = days.map(|days| ContactQuestion { days, period, by_topic, base, change, ewma });
    done(v, question.zip(channel).map(|(question, channel)| (question, Some(channel).filter(|one| !one.is_empty()))))
}
