//! Requests about touchpoints.

use guanxi::v1 as pb;
use guanxi_app::catalogue::Guard;
use guanxi_model::customer::{Touchpoint, TouchpointKind};
use guanxi_model::{SourceName, TouchpointId, Violations, name};

use super::customer::named;
use super::resource::{self, described};
use super::{Context, Paging, Path, Update, word};

const WRITABLE: &[&str] = &["display_name", "journey", "position", "kind", "description"];
const NOT_WRITABLE: &[&str] = &["name", "create_time", "update_time", "etag"];
const MAX_POSITION: i32 = 10_000;

/// CreateTouchpoint.
pub(crate) fn create_request(
    ctx: &Context<'_>,
    request: pb::CreateTouchpointRequest,
) -> Result<(Touchpoint, Guard), Violations> {
    let pb::CreateTouchpointRequest { touchpoint, touchpoint_id, request_id } = request;
    resource::creation(
        ("touchpoint_id", TouchpointId::parse(touchpoint_id)),
        ("touchpoint", touchpoint, &request_id),
        |v, at, (id, touchpoint)| masked(ctx, v, at, (id, touchpoint, WRITABLE)).map(|(touchpoint, _)| touchpoint),
    )
}

/// UpdateTouchpoint.
pub(crate) fn update_request(
    ctx: &Context<'_>,
    request: pb::UpdateTouchpointRequest,
) -> Result<Update<Touchpoint>, Violations> {
    let pb::UpdateTouchpointRequest { touchpoint, update_mask, request_id } = request;
    resource::update(
        (update_mask, WRITABLE, NOT_WRITABLE),
        ("touchpoint", touchpoint, &request_id),
        |v, at, (touchpoint, mask)| {
            let id = v.field(at.field("name"), name::parse_touchpoint(&touchpoint.name));
            masked(ctx, v, at, (id, touchpoint, mask))
        },
    )
}

/// The touchpoint with the fields of the mask, and its etag.
fn masked(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (id, touchpoint, mask): (Option<TouchpointId>, pb::Touchpoint, &[&str]),
) -> Option<(Touchpoint, String)> {
    let pb::Touchpoint {
        name: _,
        display_name,
        journey,
        position,
        kind,
        description,
        create_time: _,
        update_time: _,
        etag,
    } = touchpoint;
    let mut read = Touchpoint {
        id: TouchpointId::from_trusted(String::new()),
        display_name: String::new(),
        journey: SourceName::from_trusted(String::new()),
        position: 0,
        kind: TouchpointKind::Staff,
        description: String::new(),
        revision: 0,
        create_time: ctx.now,
        update_time: ctx.now,
    };
    (read.display_name, read.description) = described(v, at, (display_name, description), mask).unwrap_or_default();
    if mask.contains(&"journey") {
        read.journey = v.field(at.field("journey"), SourceName::parse(journey)).unwrap_or(read.journey);
    }
    if mask.contains(&"position") {
        if !(0..=MAX_POSITION).contains(&position) {
            v.push(at.field("position"), format!("must be from 0 to {MAX_POSITION}, got {position}"));
        }
        read.position = position;
    }
    if mask.contains(&"kind") {
        read.kind = word(v, at.field("kind"), kind, pb::TouchpointKind::as_str_name).unwrap_or(read.kind);
    }
    read.id = id?;
    v.is_empty().then_some((read, etag))
}

/// GetTouchpoint.
pub(crate) fn get_request(request: &pb::GetTouchpointRequest) -> Result<TouchpointId, Violations> {
    let pb::GetTouchpointRequest { name } = request;
    named(name, name::parse_touchpoint)
}

/// DeleteTouchpoint.
pub(crate) fn delete_request(request: pb::DeleteTouchpointRequest) -> Result<(TouchpointId, Guard), Violations> {
    let pb::DeleteTouchpointRequest { name, etag, request_id } = request;
    resource::deletion((&name, etag, &request_id), name::parse_touchpoint)
}

/// ListTouchpoints.
pub(crate) fn list_request(request: &pb::ListTouchpointsRequest) -> Result<Paging, Violations> {
    let pb::ListTouchpointsRequest { page_size, page_token } = request;
    resource::list("touchpoints", (*page_size, page_token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ctx, paths};

    fn touchpoint() -> pb::Touchpoint {
        pb::Touchpoint {
            display_name: "Test drive".into(),
            journey: "buying".into(),
            position: 2,
            kind: 1,
            ..pb::Touchpoint::default()
        }
    }

    fn update(touchpoint: pb::Touchpoint, paths: &[&str]) -> Result<Update<Touchpoint>, Violations> {
        let update_mask = Some(prost_types::FieldMask { paths: paths.iter().map(ToString::to_string).collect() });
        let touchpoint = Some(touchpoint);
        update_request(&ctx(), pb::UpdateTouchpointRequest { touchpoint, update_mask, request_id: String::new() })
    }

    #[test]
    fn every_fault_of_a_new_touchpoint_is_told_at_once() {
        let request = |touchpoint| pb::CreateTouchpointRequest {
            touchpoint: Some(touchpoint),
            touchpoint_id: "test-drive".into(),
            request_id: String::new(),
        };
        let (new, _) = create_request(&ctx(), request(touchpoint())).unwrap();
        assert_eq!((new.id.as_str(), new.position, new.kind), ("test-drive", 2, TouchpointKind::Staff));
        let spoiled = pb::Touchpoint { position: 10_001, ..pb::Touchpoint::default() };
        let told = ["display_name", "journey", "position", "kind"].map(|field| format!("touchpoint.{field}"));
        assert_eq!(paths(create_request(&ctx(), request(spoiled))), told);
    }

    #[test]
    fn an_update_is_about_its_mask_only() {
        let named = || pb::Touchpoint { name: "touchpoints/test-drive".into(), ..pb::Touchpoint::default() };
        let read = update(pb::Touchpoint { position: 3, etag: "e".into(), ..named() }, &["position"]).unwrap();
        assert_eq!((read.resource.position, read.guard.etag.as_str()), (3, "e"));
        assert_eq!(paths(update(named(), &["kind", "colour"])), ["update_mask.paths[1]"]);
        assert_eq!(paths(update(named(), &["kind"])), ["touchpoint.kind"]);
        assert_eq!(paths(update(touchpoint(), &["kind"])), ["touchpoint.name"]);
    }
}
