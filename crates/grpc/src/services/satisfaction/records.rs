//! One record with what it means. How records come and are listed is that of all facts.

use guanxi::v1 as pb;
use guanxi_app::Error;
use guanxi_model::name;

use super::Answer;
use crate::from_proto::satisfaction as read;
use crate::kinds::{Kind as _, SatisfactionRecords};
use crate::services::{Service, activity};
use crate::status;

pub(super) async fn get(
    service: &Service,
    request: pb::GetSatisfactionRecordRequest,
) -> Answer<pb::SatisfactionRecord> {
    let (customer, id) = read::get_request(&request).map_err(status::invalid)?;
    service
        .unit(move |app| async move {
            let kept = app.reader().fact(SatisfactionRecords::KIND, &customer, &id).await?;
            let missing = || Error::NotFound(name::fact(SatisfactionRecords::KIND, &customer, &id));
            activity::told::<SatisfactionRecords>(&app, kept.ok_or_else(missing)?).await
        })
        .await
}
