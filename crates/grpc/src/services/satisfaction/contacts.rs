//! Why customers got in touch, and how often.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::Violations;
use guanxi_satisfaction::contact::report::{self, ContactQuestion};

use super::Answer;
use crate::services::Service;
use crate::{from_proto, status, to_proto};

/// The most periods of all reasons together, which is what a message holds.
const MAX_ROWS: usize = 20_000;
/// The most counts (a day, a purpose, a topic, what became of the feelings) that are looked at, so that topics that are
/// free text do not fill the memory.
const MAX_COUNTS: usize = 500_000;

pub(super) async fn report(service: &Service, request: pb::GetContactReportRequest) -> Answer<pb::ContactReport> {
    let asked = from_proto::contact_report::report_request(request).map_err(status::invalid)?;
    service.unit(|app| async move { counted(&app, asked).await }).await
}

async fn counted(
    app: &App,
    (question, channel): (ContactQuestion, Option<String>),
) -> Result<pb::ContactReport, Error> {
    let by = (channel.as_deref(), question.by_topic);
    let counts = app.reader().contact_counts(question.days, by, MAX_COUNTS + 1).await?;
    if counts.len() > MAX_COUNTS {
        let fault = format!("leads to more than {MAX_COUNTS} counts; ask for fewer days, or without topics");
        return Err(Error::Invalid(Violations::one("start_date", fault)));
    }
    let rows = report::row_count(&question, &counts);
    if rows > MAX_ROWS {
        let fault = format!("leads to {rows} periods of reasons, of which {MAX_ROWS} can be told; ask for longer ones");
        return Err(Error::Invalid(Violations::one("period", fault)));
    }
    Ok(to_proto::contact_report::report(&question, report::report(&question, &counts)))
}
