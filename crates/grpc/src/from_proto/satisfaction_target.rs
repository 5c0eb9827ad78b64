//! Requests about targets. Whether the questionnaire asks what is wanted is for the catalogue to say, which knows it.

use guanxi::v1 as pb;
use guanxi_app::catalogue::Guard;
use guanxi_model::{Day, QuestionnaireId, SatisfactionTargetId, Violations, name, text};
use guanxi_satisfaction::quantity::{Quantity, QuantityKind};
use guanxi_satisfaction::set::RecordSet;
use guanxi_satisfaction::target::{Target, TargetContent};

use super::customer::named;
use super::resource::{self, MAX_NAME, described};
use super::satisfaction_set::{check_length, comparable_quantity as read_quantity, kept_apart};
use super::{Context, Paging, Path, Update, done, given, time};

const WRITABLE: &[&str] =
    &["display_name", "description", "questionnaire", "set", "quantity", "value", "due_date", "owner"];
const NOT_WRITABLE: &[&str] = &["name", "create_time", "update_time", "etag"];

/// CreateSatisfactionTarget.
pub(crate) fn create_request(
    ctx: &Context<'_>,
    request: pb::CreateSatisfactionTargetRequest,
) -> Result<(Target, Guard), Violations> {
    let pb::CreateSatisfactionTargetRequest { satisfaction_target, satisfaction_target_id, request_id } = request;
    resource::creation(
        ("satisfaction_target_id", SatisfactionTargetId::parse(satisfaction_target_id)),
        ("satisfaction_target", satisfaction_target, &request_id),
        |v, at, (id, target)| masked(ctx, v, at, (id, target, WRITABLE)).map(|(target, _)| target),
    )
}

/// UpdateSatisfactionTarget.
pub(crate) fn update_request(
    ctx: &Context<'_>,
    request: pb::UpdateSatisfactionTargetRequest,
) -> Result<Update<Target>, Violations> {
    let pb::UpdateSatisfactionTargetRequest { satisfaction_target, update_mask, request_id } = request;
    resource::update(
        (update_mask, WRITABLE, NOT_WRITABLE),
        ("satisfaction_target", satisfaction_target, &request_id),
        |v, at, (target, mask)| {
            let id = v.field(at.field("name"), name::parse_satisfaction_target(&target.name));
            masked(ctx, v, at, (id, target, mask))
        },
    )
}

/// The target with the fields of the mask, and its etag.
fn masked(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (id, target, mask): (Option<SatisfactionTargetId>, pb::SatisfactionTarget, &[&str]),
) -> Option<(Target, String)> {
    let pb::SatisfactionTarget {
        name: _,
        display_name,
        description,
        questionnaire,
        set,
        quantity,
        value,
        due_date,
        owner,
        create_time: _,
        update_time: _,
        etag,
    } = target;
    let mut read = nothing();
    (read.display_name, read.description) = described(v, at, (display_name, description), mask).unwrap_or_default();
    for field in mask {
        let here = at.field(field);
        match *field {
            "questionnaire" => {
                let named = v.field(here, name::parse_questionnaire(&questionnaire));
                read.questionnaire = named.unwrap_or(nothing().questionnaire);
            }
            "set" => read.set = kept_apart(v, here, set.clone()),
            "quantity" => read.quantity = read_quantity(v, here, quantity.clone()).unwrap_or(nothing().quantity),
            "value" => read.value = given(v, here, value).unwrap_or_default(),
            "due_date" => {
                read.due = given(v, here, due_date).and_then(|date| time::day(v, here, date)).unwrap_or_default();
            }
            "owner" => read.owner = v.field(here, text::required(owner.as_str(), MAX_NAME)).unwrap_or_default(),
            _ => {}
        }
    }
    let target = Target { id: id?, content: read, revision: 0, create_time: ctx.now, update_time: ctx.now };
    v.is_empty().then_some((target, etag))
}

/// What stands where nothing was read.
fn nothing() -> TargetContent {
    TargetContent {
        display_name: String::new(),
        description: String::new(),
        questionnaire: QuestionnaireId::from_trusted(String::new()),
        set: RecordSet::default(),
        quantity: Quantity::whole(QuantityKind::Index),
        value: 0.0,
        due: Day::default(),
        owner: String::new(),
    }
}

/// GetSatisfactionTarget.
pub(crate) fn get_request(request: &pb::GetSatisfactionTargetRequest) -> Result<SatisfactionTargetId, Violations> {
    let pb::GetSatisfactionTargetRequest { name } = request;
    named(name, name::parse_satisfaction_target)
}

/// DeleteSatisfactionTarget.
pub(crate) fn delete_request(
    request: pb::DeleteSatisfactionTargetRequest,
) -> Result<(SatisfactionTargetId, Guard), Violations> {
    let pb::DeleteSatisfactionTargetRequest { name, etag, request_id } = request;
    resource::deletion((&name, etag, &request_id), name::parse_satisfaction_target)
}

/// ListSatisfactionTargets.
pub(crate) fn list_request(request: &pb::ListSatisfactionTargetsRequest) -> Result<Paging, Violations> {
    let pb::ListSatisfactionTargetsRequest { page_size, page_token } = request;
    resource::list("satisfactionTargets", (*page_size, page_token))
}

/// GetSatisfactionTargetReport.
pub(crate) fn report_request(
    request: &pb::GetSatisfactionTargetReportRequest,
) -> Result<(SatisfactionTargetId, (Day, Day)), Violations> {
    let pb::GetSatisfactionTargetReportRequest { name, start_date, end_date } = request;
    let mut v = Violations::new();
    let id = v.field(Path::of("name"), name::parse_satisfaction_target(name));
    let days = time::days(&mut v, Path::REQUEST, (*start_date, *end_date));
    if let Some(days) = days {
        check_length(&mut v, Path::of("end_date"), days, false);
    }
    done(v, id.zip(days))
}
