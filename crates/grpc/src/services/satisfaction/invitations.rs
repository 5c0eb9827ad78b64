//! Invitations as they add up, and what has become of all of them. How their events come and are listed is that of all
//! facts.

use guanxi::v1 as pb;
use guanxi_app::Error;
use guanxi_model::{Violations, name};

use super::{Answer, questionnaires};
use crate::from_proto::invitation as read;
use crate::services::Service;
use crate::status;
use crate::to_proto::{invitation as word, page};

/// Pairs of wave and sample that a report tells.
const MOST_GROUPS: usize = 1_000;

pub(super) async fn list(
    service: &Service,
    request: pb::ListInvitationsRequest,
) -> Answer<pb::ListInvitationsResponse> {
    let (customer, paging) = read::list_request(&request).map_err(status::invalid)?;
    service
        .unit(|app| async move {
            let found = app.reader().invitations(&customer, paging.after_text(), paging.size + 1).await?;
            if found.is_empty() && app.reader().customer(&customer).await?.is_none() {
                return Err(Error::NotFound(name::customer(&customer)));
            }
            let page = page::cut(found, paging.size, word::key);
            Ok(word::list_response((&customer, app.now()), paging.query, page))
        })
        .await
}

pub(super) async fn report(service: &Service, request: pb::GetResponseReportRequest) -> Answer<pb::ResponseReport> {
    let (id, range) = read::report_request(&request).map_err(status::invalid)?;
    service
        .unit(move |app| async move {
            questionnaires::find(&app, &id).await?;
            let (now, most) = (app.now(), MOST_GROUPS);
            let groups = app.reader().responses(&id, range, (now, most + 1)).await?;
            if groups.len() > most {
                let fault = format!("there are more than {most} pairs of wave and sample; ask for a shorter time");
                return Err(Error::Invalid(Violations::one("start_time", fault)));
            }
            Ok(word::report(&id, now, groups))
        })
        .await
}
