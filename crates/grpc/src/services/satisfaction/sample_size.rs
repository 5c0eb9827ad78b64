//! How large a sample should be. Touches no database.

use std::sync::Arc;

use guanxi::v1 as pb;
use guanxi_app::Error;
use guanxi_model::statistics::proportion::{sample_size, to_ask};
use tonic::Response;

use super::Answer;
use crate::from_proto::sample as read;
use crate::services::Service;
use crate::{status, to_proto};

pub(super) async fn estimate(
    _: &Service,
    request: pb::EstimateSampleSizeRequest,
) -> Answer<pb::EstimateSampleSizeResponse> {
    let asked = read::estimate_request(&request).map_err(status::invalid)?;
    let answers = sample_size(asked.share, asked.margin, asked.population);
    let counts = answers.and_then(|answers| Some((answers, to_ask(answers, asked.response_rate)?)));
    // Whatever has a size was let through.
    let lost =
        || status::of(Error::Internal(Arc::new(std::io::Error::other("a sample that was asked for has no size"))));
    Ok(Response::new(to_proto::sample::estimate(counts.ok_or_else(lost)?)))
}
