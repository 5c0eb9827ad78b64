//! Requests about pyramids and their revisions.

use guanxi::v1 as pb;
use guanxi_app::catalogue::{Guard, NewRevision};
use guanxi_app::operations::ActivationRequest;
use guanxi_model::{PyramidId, RequestId, RevisionNumber, Violations, name, text};
use guanxi_store::Pyramid;

use super::customer::{named, request_id};
use super::resource::{self, MAX_DESCRIPTION, described};
use super::scheme::AttributeTypes;
use super::{Context, Paging, Path, Update, done, given, scheme};

const WRITABLE: &[&str] = &["display_name", "description"];
const NOT_WRITABLE: &[&str] =
    &["name", "active_revision", "activate_time", "create_time", "update_time", "etag", "primary"];

/// CreatePyramid.
pub(crate) fn create_request(
    ctx: &Context<'_>,
    request: pb::CreatePyramidRequest,
) -> Result<(Pyramid, Guard), Violations> {
    let pb::CreatePyramidRequest { pyramid, pyramid_id, request_id } = request;
    resource::creation(
        ("pyramid_id", PyramidId::parse(pyramid_id)),
        ("pyramid", pyramid, &request_id),
        |v, at, (id, pyramid)| masked(ctx, v, at, (id, pyramid, WRITABLE)).map(|(pyramid, _)| pyramid),
    )
}

/// UpdatePyramid.
pub(crate) fn update_request(
    ctx: &Context<'_>,
    request: pb::UpdatePyramidRequest,
) -> Result<Update<Pyramid>, Violations> {
    let pb::UpdatePyramidRequest { pyramid, update_mask, request_id } = request;
    resource::update(
        (update_mask, WRITABLE, NOT_WRITABLE),
        ("pyramid", pyramid, &request_id),
        |v, at, (pyramid, mask)| {
            let id = v.field(at.field("name"), name::parse_pyramid(&pyramid.name));
            masked(ctx, v, at, (id, pyramid, mask))
        },
    )
}

/// The pyramid with the fields of the mask, and its etag.
fn masked(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (id, pyramid, mask): (Option<PyramidId>, pb::Pyramid, &[&str]),
) -> Option<(Pyramid, String)> {
    let pb::Pyramid {
        name: _,
        display_name,
        description,
        active_revision: _,
        activate_time: _,
        create_time: _,
        update_time: _,
        etag,
        primary: _,
    } = pyramid;
    let (display_name, description) = described(v, at, (display_name, description), mask)?;
    Some((Pyramid::new(id?, display_name, description, ctx.now), etag))
}

/// GetPyramid.
pub(crate) fn get_request(request: &pb::GetPyramidRequest) -> Result<PyramidId, Violations> {
    let pb::GetPyramidRequest { name } = request;
    named(name, name::parse_pyramid)
}

/// DeletePyramid.
pub(crate) fn delete_request(request: pb::DeletePyramidRequest) -> Result<(PyramidId, Guard), Violations> {
    let pb::DeletePyramidRequest { name, etag, request_id } = request;
    resource::deletion((&name, etag, &request_id), name::parse_pyramid)
}

/// ListPyramids.
pub(crate) fn list_request(request: &pb::ListPyramidsRequest) -> Result<Paging, Violations> {
    let pb::ListPyramidsRequest { page_size, page_token } = request;
    resource::list("pyramids", (*page_size, page_token))
}

/// CreatePyramidRevision.
///
/// `attributes` are those that its expressions may read.
pub(crate) fn create_revision_request(
    (ctx, attributes): (&Context<'_>, &AttributeTypes),
    request: pb::CreatePyramidRevisionRequest,
) -> Result<(NewRevision<PyramidId>, Guard), Violations> {
    let pb::CreatePyramidRevisionRequest { parent, pyramid_revision, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let pyramid = v.field(Path::of("parent"), name::parse_pyramid(&parent));
    let at = Path::of("pyramid_revision");
    let resource = given(&mut v, at, pyramid_revision).and_then(|mut revision| {
        let description = std::mem::take(&mut revision.description);
        let description = v.field(at.field("description"), text::note(description, MAX_DESCRIPTION));
        let scheme = scheme::scheme((ctx, attributes), &mut v, at, revision);
        Some(NewRevision { of: pyramid?, description: description?, scheme: scheme? })
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
    resource::list_revisions(parent, (*page_size, page_token), name::parse_pyramid)
}

/// AssignTiers.
pub(crate) fn assign_request(request: &pb::AssignTiersRequest) -> Result<(PyramidId, Option<RequestId>), Violations> {
    let pb::AssignTiersRequest { name, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, id);
    let pyramid = v.field(Path::of("name"), name::parse_pyramid(name));
    done(v, pyramid.map(|pyramid| (pyramid, request_id)))
}

/// SetPrimaryPyramid.
pub(crate) fn set_primary_request(request: &pb::SetPrimaryPyramidRequest) -> Result<(PyramidId, Guard), Violations> {
    let pb::SetPrimaryPyramidRequest { name, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, id);
    let pyramid = v.field(Path::of("name"), name::parse_pyramid(name));
    done(v, pyramid.map(|pyramid| (pyramid, Guard { etag: String::new(), request_id })))
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
