//! Requests about pyramids and their revisions.

use guanxi::v1 as pb;
use guanxi_app::catalogue::{Guard, NewPyramid, NewRevision};
use guanxi_app::operations::ActivationRequest;
use guanxi_model::{PyramidId, RequestId, RevisionNumber, Violations, name, text};

use super::customer::{named, request_id, update_mask_of};
use super::page::Column;
use super::scheme::AttributeTypes;
use super::{Context, Paging, Path, Update, done, given, page, scheme};

const WRITABLE: &[&str] = &["display_name", "description"];
const NOT_WRITABLE: &[&str] = &["name", "active_revision", "activate_time", "create_time", "update_time", "etag"];
const MAX_NAME: usize = 200;
pub(super) const MAX_DESCRIPTION: usize = 2000;

/// CreatePyramid.
pub(crate) fn create_request(request: pb::CreatePyramidRequest) -> Result<(NewPyramid, Guard), Violations> {
    let pb::CreatePyramidRequest { pyramid, pyramid_id, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let id = v.field(Path::of("pyramid_id"), PyramidId::parse(pyramid_id));
    let at = Path::of("pyramid");
    let texts = given(&mut v, at, pyramid).and_then(|pyramid| texts(&mut v, at, (pyramid, WRITABLE)));
    let resource =
        id.zip(texts).map(|(id, Texts { display_name, description, .. })| NewPyramid { id, display_name, description });
    done(v, resource.map(|resource| (resource, Guard { etag: String::new(), request_id })))
}

/// UpdatePyramid.
pub(crate) fn update_request(request: pb::UpdatePyramidRequest) -> Result<Update<NewPyramid>, Violations> {
    let pb::UpdatePyramidRequest { pyramid, update_mask, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let mask = update_mask_of(&mut v, update_mask, (WRITABLE, NOT_WRITABLE));
    let at = Path::of("pyramid");
    let update = given(&mut v, at, pyramid).and_then(|pyramid| {
        let id = v.field(at.field("name"), name::parse_pyramid(&pyramid.name));
        let texts = texts(&mut v, at, (pyramid, mask.as_deref().unwrap_or_default()));
        let Texts { display_name, description, etag } = texts?;
        Some(Update {
            resource: NewPyramid { id: id?, display_name, description },
            mask: mask?,
            guard: Guard { etag, request_id },
        })
    });
    done(v, update)
}

struct Texts {
    display_name: String,
    description: String,
    etag: String,
}

/// The fields of the mask; the others are left empty.
fn texts(v: &mut Violations, at: Path<'_>, (pyramid, mask): (pb::Pyramid, &[&str])) -> Option<Texts> {
    let pb::Pyramid {
        name: _,
        display_name,
        description,
        active_revision: _,
        activate_time: _,
        create_time: _,
        update_time: _,
        etag,
    } = pyramid;
    let display_name = match mask.contains(&"display_name") {
        true => v.field(at.field("display_name"), text::required(display_name, MAX_NAME)),
        false => Some(String::new()),
    };
    let description = match mask.contains(&"description") {
        true => v.field(at.field("description"), text::note(description, MAX_DESCRIPTION)),
        false => Some(String::new()),
    };
    Some(Texts { display_name: display_name?, description: description?, etag })
}

/// GetPyramid.
pub(crate) fn get_request(request: &pb::GetPyramidRequest) -> Result<PyramidId, Violations> {
    let pb::GetPyramidRequest { name } = request;
    named(name, name::parse_pyramid)
}

/// DeletePyramid.
pub(crate) fn delete_request(request: pb::DeletePyramidRequest) -> Result<(PyramidId, Guard), Violations> {
    let pb::DeletePyramidRequest { name, etag, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let id = v.field(Path::of("name"), name::parse_pyramid(&name));
    done(v, id.map(|id| (id, Guard { etag, request_id })))
}

/// ListPyramids.
pub(crate) fn list_request(request: &pb::ListPyramidsRequest) -> Result<Paging, Violations> {
    let pb::ListPyramidsRequest { page_size, page_token } = request;
    let mut v = Violations::new();
    let paging = page::paging(&mut v, (*page_size, page_token), &["pyramids"], &[Column::Text]);
    done(v, paging)
}

/// CreatePyramidRevision.
///
/// `attributes` are those that its expressions may read.
pub(crate) fn create_revision_request(
    (ctx, attributes): (&Context<'_>, &AttributeTypes),
    request: pb::CreatePyramidRevisionRequest,
) -> Result<(NewRevision, Guard), Violations> {
    let pb::CreatePyramidRevisionRequest { parent, pyramid_revision, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let pyramid = v.field(Path::of("parent"), name::parse_pyramid(&parent));
    let at = Path::of("pyramid_revision");
    let resource = given(&mut v, at, pyramid_revision).and_then(|mut revision| {
        let description = std::mem::take(&mut revision.description);
        let description = v.field(at.field("description"), text::note(description, MAX_DESCRIPTION));
        let scheme = scheme::scheme((ctx, attributes), &mut v, at, revision);
        Some(NewRevision { pyramid: pyramid?, description: description?, scheme: scheme? })
    });
    done(v, resource.map(|resource| (resource, Guard { etag: String::new(), request_id })))
}

/// GetPyramidRevision.
pub(crate) fn get_revision_request(
    request: &pb::GetPyramidRevisionRequest,
) -> Result<(PyramidId, RevisionNumber), Violations> {
    let pb::GetPyramidRevisionRequest { name } = request;
    named(name, name::parse_revision)
}

/// ListPyramidRevisions.
pub(crate) fn list_revisions_request(
    request: &pb::ListPyramidRevisionsRequest,
) -> Result<(PyramidId, Paging), Violations> {
    let pb::ListPyramidRevisionsRequest { parent, page_size, page_token } = request;
    let mut v = Violations::new();
    let pyramid = v.field(Path::of("parent"), name::parse_pyramid(parent));
    let paging = page::paging(&mut v, (*page_size, page_token), &["revisions", parent], &[Column::Int]);
    done(v, pyramid.zip(paging))
}

/// AssignTiers.
pub(crate) fn assign_request(request: &pb::AssignTiersRequest) -> Result<(PyramidId, Option<RequestId>), Violations> {
    let pb::AssignTiersRequest { name, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, id);
    let pyramid = v.field(Path::of("name"), name::parse_pyramid(name));
    done(v, pyramid.map(|pyramid| (pyramid, request_id)))
}

/// ActivatePyramidRevision.
pub(crate) fn activate_request(
    request: &pb::ActivatePyramidRevisionRequest,
) -> Result<(ActivationRequest, Option<RequestId>), Violations> {
    let pb::ActivatePyramidRevisionRequest { name, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, id);
    let revision = v.field(Path::of("name"), name::parse_revision(name));
    done(v, revision.map(|(pyramid, number)| (ActivationRequest { pyramid, number }, request_id)))
}
