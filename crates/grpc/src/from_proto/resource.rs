//! What requests about resources of the catalogue have in common, whichever: names and descriptions, deletions, lists.

use guanxi_app::catalogue::Guard;
use guanxi_model::{NameError, Violations, text};

use super::customer::request_id;
use super::page::Column;
use super::{Paging, Path, done, page};

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
