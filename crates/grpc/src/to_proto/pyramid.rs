//! Pyramids and their revisions.

use guanxi::v1 as pb;
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::{Currency, PyramidId, etag, name};
use guanxi_store::{Pyramid, Revised, Revision};

use super::{page, scheme, time};

/// A pyramid.
pub(crate) fn resource(pyramid: Pyramid) -> pb::Pyramid {
    let Pyramid {
        id,
        display_name,
        description,
        revision,
        primary,
        active,
        // How runs are kept apart is nobody's business but theirs.
        next: _,
        last_generation: _,
        operation: _,
        create_time,
        update_time,
    } = pyramid;
    let name = name::pyramid(&id);
    pb::Pyramid {
        etag: etag::etag(&name, revision),
        name,
        display_name,
        description,
        active_revision: active.map(|active| name::revision(&id, active.number)).unwrap_or_default(),
        activate_time: active.map(|active| time::timestamp(active.time)),
        create_time: Some(time::timestamp(create_time)),
        update_time: Some(time::timestamp(update_time)),
        primary,
    }
}

/// ListPyramids.
pub(crate) fn list_response(query: QueryHash, pyramids: Page<Pyramid>) -> pb::ListPyramidsResponse {
    let (pyramids, next_page_token) = page::close(pyramids, query, key, resource);
    pb::ListPyramidsResponse { pyramids, next_page_token }
}

/// What pyramids are listed by.
pub(crate) fn key(pyramid: &Pyramid) -> Vec<KeyPart> {
    vec![KeyPart::Text(pyramid.id.as_str().to_owned())]
}

/// A revision.
pub(crate) fn revision(currency: &Currency, revision: Revision<PyramidId>) -> pb::PyramidRevision {
    let Revision { of, number, description, scheme, create_time } = revision;
    pb::PyramidRevision {
        name: name::revision(&of, number),
        description,
        create_time: Some(time::timestamp(create_time)),
        ..scheme::scheme(currency, &scheme)
    }
}

/// ListPyramidRevisions.
pub(crate) fn list_revisions_response(
    currency: &Currency,
    query: QueryHash,
    revisions: Page<Revision<PyramidId>>,
) -> pb::ListPyramidRevisionsResponse {
    let (pyramid_revisions, next_page_token) =
        page::close(revisions, query, revision_key, |one| revision(currency, one));
    pb::ListPyramidRevisionsResponse { pyramid_revisions, next_page_token }
}

/// What revisions are listed by.
pub(crate) fn revision_key<I: Revised>(revision: &Revision<I>) -> Vec<KeyPart> {
    vec![KeyPart::Int(i64::from(revision.number.get()))]
}
