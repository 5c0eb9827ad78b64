//! What requests about resources of the catalogue have in common, whichever: names and descriptions, deletions, lists.

use guanxi_app::catalogue::Guard;
use guanxi_model::{IdError, NameError, Violations, text};
use prost_types::FieldMask;

use super::customer::{request_id, update_mask_of};
use super::page::Column;
use super::{Paging, Path, Update, done, given, page};

pub(super) const MAX_NAME: usize = 200;
pub(super) const MAX_DESCRIPTION: usize = 2000;

/// Name and description, as far as the mask names them; what it does not name is left empty.
pub(super) fn described(
    v: &mut Violations,
    at: Path<'_>,
    (display_name, description): (String, String),
    mask: &[&str],
) -> Option<(String, String)> {
    let display_name = match mask.contains(&"display_name") {
        true => v.field(at.field("display_name"), text::required(display_name, MAX_NAME)),
        false => Some(String::new()),
    };
    let description = match mask.contains(&"description") {
        true => v.field(at.field("description"), text::note(description, MAX_DESCRIPTION)),
        false => Some(String::new()),
    };
    display_name.zip(description)
}

/// Create*: the id that the caller has chosen, and what `read` makes of the message in `field`.
pub(super) fn creation<P, I, R>(
    (id_field, id): (&str, Result<I, IdError>),
    (field, message, request): (&str, Option<P>, &str),
    read: impl FnOnce(&mut Violations, Path<'_>, (Option<I>, P)) -> Option<R>,
) -> Result<(R, Guard), Violations> {
    let mut v = Violations::new();
    let request_id = request_id(&mut v, request);
    let id = v.field(Path::of(id_field), id);
    let at = Path::of(field);
    let resource = given(&mut v, at, message).and_then(|message| read(&mut v, at, (id, message)));
    done(v, resource.map(|resource| (resource, Guard { etag: String::new(), request_id })))
}

/// Update*: what `read` makes of the message in `field` by the mask, and its etag.
pub(super) fn update<P, R>(
    (mask, writable, not_writable): (Option<FieldMask>, &[&'static str], &[&'static str]),
    (field, message, request): (&str, Option<P>, &str),
    read: impl FnOnce(&mut Violations, Path<'_>, (P, &[&str])) -> Option<(R, String)>,
) -> Result<Update<R>, Violations> {
    let mut v = Violations::new();
    let request_id = request_id(&mut v, request);
    let mask = update_mask_of(&mut v, mask, (writable, not_writable));
    let at = Path::of(field);
    let named = mask.as_deref().unwrap_or_default();
    let read = given(&mut v, at, message).and_then(|message| read(&mut v, at, (message, named)));
    let update =
        read.zip(mask).map(|((resource, etag), mask)| Update { resource, mask, guard: Guard { etag, request_id } });
    done(v, update)
}

/// Delete*: name, etag and request id.
pub(super) fn deletion<I>(
    (name, etag, id): (&str, String, &str),
    parse: fn(&str) -> Result<I, NameError>,
) -> Result<(I, Guard), Violations> {
    let mut v = Violations::new();
    let request_id = request_id(&mut v, id);
    let id = v.field(Path::of("name"), parse(name));
    done(v, id.map(|id| (id, Guard { etag, request_id })))
}

/// List* of a collection that is listed by id.
pub(super) fn list(collection: &str, (page_size, page_token): (i32, &str)) -> Result<Paging, Violations> {
    let mut v = Violations::new();
    let paging = page::paging(&mut v, (page_size, page_token), &[collection], &[Column::Text]);
    done(v, paging)
}

/// List*Revisions.
pub(super) fn list_revisions<I>(
    parent: &str,
    (page_size, page_token): (i32, &str),
    parse: fn(&str) -> Result<I, NameError>,
) -> Result<(I, Paging), Violations> {
    let mut v = Violations::new();
    let id = v.field(Path::of("parent"), parse(parent));
    let paging = page::paging(&mut v, (page_size, page_token), &["revisions", parent], &[Column::Int]);
    done(v, id.zip(paging))
}
