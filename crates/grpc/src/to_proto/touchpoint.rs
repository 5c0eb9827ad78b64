//! Touchpoints.

use guanxi::v1 as pb;
use guanxi_model::customer::Touchpoint;
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::{etag, name};

use super::{number, page, time};

/// A touchpoint.
pub(crate) fn resource(touchpoint: Touchpoint) -> pb::Touchpoint {
    let Touchpoint { id, display_name, journey, position, kind, description, revision, create_time, update_time } =
        touchpoint;
    let name = name::touchpoint(&id);
    pb::Touchpoint {
        etag: etag::etag(&name, revision),
        name,
        display_name,
        journey: journey.into(),
        position,
        kind: number(kind),
        description,
        create_time: Some(time::timestamp(create_time)),
        update_time: Some(time::timestamp(update_time)),
    }
}

/// ListTouchpoints.
pub(crate) fn list_response(query: QueryHash, touchpoints: Page<Touchpoint>) -> pb::ListTouchpointsResponse {
    let (touchpoints, next_page_token) = page::close(touchpoints, query, key, resource);
    pb::ListTouchpointsResponse { touchpoints, next_page_token }
}

/// What they are listed by.
pub(crate) fn key(touchpoint: &Touchpoint) -> Vec<KeyPart> {
    vec![KeyPart::Text(touchpoint.id.as_str().to_owned())]
}
