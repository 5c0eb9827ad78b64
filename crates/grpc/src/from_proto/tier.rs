//! Requests about where customers stand.

use guanxi::google::r#type::Date;
use guanxi::v1 as pb;
use guanxi_app::ChangeOverride;
use guanxi_app::command::Hold;
use guanxi_model::filter::{Expr, Filter, Kind, Op, Schema, Value};
use guanxi_model::{CustomerId, Day, LabelKey, PyramidId, TierId, Violations, name, text};

use super::customer::request_id;
use super::page::Column;
use super::{Context, Paging, Path, distinct, done, page, time};

const MAX_ACTOR: usize = 200;
const MAX_REASON: usize = 2000;

/// How old a verification may be, where nothing is said.
const DEFAULT_AGE_DAYS: i32 = 365;
/// About a hundred years.
const MAX_AGE_DAYS: i32 = 36_600;
/// With 20 words of 200 characters in each of 20 tiers, what is told of these stays below what clients take, 4 MiB.
const MAX_LABELS: usize = 10;

/// One tier of a pyramid.
pub(super) const SCHEMA: Schema = Schema(&[("tier", Kind::Text)]);

/// A list of where customers stand. Its token holds the generation of the run that the first page was of.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) pyramid: PyramidId,
    /// None for all.
    pub(crate) tier: Option<TierId>,
    pub(crate) paging: Paging,
}

/// Which customer in which pyramid.
type Of = (CustomerId, PyramidId);

/// GetTierAssignment.
pub(crate) fn get_request(
    ctx: &Context<'_>,
    request: &pb::GetTierAssignmentRequest,
) -> Result<(Of, Option<Day>), Violations> {
    let pb::GetTierAssignmentRequest { name, as_of_date } = request;
    as_of(ctx, name, *as_of_date)
}

/// ExplainTier.
pub(crate) fn explain_request(
    ctx: &Context<'_>,
    request: &pb::ExplainTierRequest,
) -> Result<(Of, Option<Day>), Violations> {
    let pb::ExplainTierRequest { name, as_of_date } = request;
    as_of(ctx, name, *as_of_date)
}

fn as_of(ctx: &Context<'_>, name: &str, date: Option<Date>) -> Result<(Of, Option<Day>), Violations> {
    let mut v = Violations::new();
    let of = v.field(Path::of("name"), name::parse_tier_assignment(name));
    let day = time::past_day_if_given(ctx, &mut v, Path::of("as_of_date"), date);
    done(v, of.map(|of| (of, day)))
}

/// SetTierOverride.
pub(crate) fn set_override_request(
    ctx: &Context<'_>,
    request: pb::SetTierOverrideRequest,
) -> Result<ChangeOverride, Violations> {
    let pb::SetTierOverrideRequest { name, tier, actor, reason, expire_time, request_id } = request;
    let mut v = Violations::new();
    let tier = v.field(Path::of("tier"), TierId::parse(tier));
    let at = Path::of("expire_time");
    let expire_time = expire_time.and_then(|end| time::timestamp(&mut v, at, end));
    if expire_time.is_some_and(|end| end <= ctx.now) {
        v.push(at, "must be in the future");
    }
    let change = change_override(&mut v, &name, (actor, reason), &request_id);
    done(v, change.zip(tier).map(|(change, tier)| change(Some((tier, expire_time)))))
}

/// ClearTierOverride.
pub(crate) fn clear_override_request(request: pb::ClearTierOverrideRequest) -> Result<ChangeOverride, Violations> {
    let pb::ClearTierOverrideRequest { name, actor, reason, request_id } = request;
    let mut v = Violations::new();
    let change = change_override(&mut v, &name, (actor, reason), &request_id);
    done(v, change.map(|change| change(None)))
}

/// What is changed, but for what is to hold it.
fn change_override(
    v: &mut Violations,
    name: &str,
    (actor, reason): (String, String),
    request: &str,
) -> Option<impl FnOnce(Option<Hold>) -> ChangeOverride + use<>> {
    let request_id = request_id(v, request);
    let of = v.field(Path::of("name"), name::parse_tier_assignment(name));
    let actor = v.field(Path::of("actor"), text::required(actor, MAX_ACTOR));
    let reason = v.field(Path::of("reason"), text::required_note(reason, MAX_REASON));
    let (of, by) = (of?, (actor?, reason?));
    Some(move |hold| ChangeOverride::new(of, hold, by, request_id))
}

/// ListTierChanges.
pub(crate) fn list_changes_request(request: &pb::ListTierChangesRequest) -> Result<(Of, Paging), Violations> {
    let pb::ListTierChangesRequest { parent, page_size, page_token } = request;
    let mut v = Violations::new();
    let of = v.field(Path::of("parent"), name::parse_tier_assignment(parent));
    let columns = [Column::Int, Column::Int, Column::Int];
    let paging = page::paging(&mut v, (*page_size, page_token), &["tierChanges", parent], &columns);
    done(v, of.zip(paging))
}

/// GetPyramidReport.
///
/// Which pyramid, and between which days movement is asked for.
pub(crate) fn report_request(
    ctx: &Context<'_>,
    request: &pb::GetPyramidReportRequest,
) -> Result<(PyramidId, Option<(Day, Day)>), Violations> {
    let pb::GetPyramidReportRequest { name, movement_start_date, movement_end_date } = request;
    let mut v = Violations::new();
    let pyramid = v.field(Path::of("name"), name::parse_pyramid(name));
    let (from, to) = (Path::of("movement_start_date"), Path::of("movement_end_date"));
    let start = time::day_if_given(&mut v, from, *movement_start_date);
    let end = time::past_day_if_given(ctx, &mut v, to, *movement_end_date);
    match (movement_start_date, movement_end_date) {
        (Some(_), None) => v.push(to, "is required with movement_start_date"),
        (None, Some(_)) => v.push(from, "is required with movement_end_date"),
        _ => {}
    }
    if start.zip(end).is_some_and(|(start, end)| start >= end) {
        v.push(from, "must be before movement_end_date");
    }
    done(v, pyramid.map(|pyramid| (pyramid, start.zip(end))))
}

/// GetDataQualityReport: the pyramid, and how many days ago is recently enough.
pub(crate) fn data_quality_request(request: &pb::GetDataQualityReportRequest) -> Result<(PyramidId, i32), Violations> {
    let pb::GetDataQualityReportRequest { name, max_age_days } = request;
    let mut v = Violations::new();
    let pyramid = v.field(Path::of("name"), name::parse_pyramid(name));
    let days = if *max_age_days == 0 { DEFAULT_AGE_DAYS } else { *max_age_days };
    if !(1..=MAX_AGE_DAYS).contains(&days) {
        let fault = format!("is {days}; 1 to {MAX_AGE_DAYS} is allowed, or 0 for {DEFAULT_AGE_DAYS}");
        v.push(Path::of("max_age_days"), fault);
    }
    done(v, pyramid.map(|pyramid| (pyramid, days)))
}

/// GetTierProfile: the pyramid, and the labels to tell the mix of.
pub(crate) fn profile_request(request: pb::GetTierProfileRequest) -> Result<(PyramidId, Vec<LabelKey>), Violations> {
    let pb::GetTierProfileRequest { name, label_keys } = request;
    let mut v = Violations::new();
    let pyramid = v.field(Path::of("name"), name::parse_pyramid(&name));
    let labels = distinct(&mut v, Path::of("label_keys"), (label_keys, MAX_LABELS), |v, at, key| {
        v.field(at, LabelKey::parse(key))
    });
    done(v, pyramid.map(|pyramid| (pyramid, labels)))
}

/// ListTierAssignments.
pub(crate) fn list_request(request: &pb::ListTierAssignmentsRequest) -> Result<List, Violations> {
    let pb::ListTierAssignmentsRequest { parent, page_size, page_token, filter } = request;
    let mut v = Violations::new();
    let pyramid = v.field(Path::of("parent"), name::parse_pyramid(parent));
    let filter = page::filter(&mut v, filter, &SCHEMA);
    let canonical = filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let tier = filter.and_then(|filter| tier(&mut v, &filter));
    let query = ["tierAssignments", parent, &canonical];
    let paging = page::paging(&mut v, (*page_size, page_token), &query, &[Column::Int, Column::Text]);
    done(v, pyramid.zip(paging).map(|(pyramid, paging)| List { pyramid, tier, paging }))
}

/// The one tier of a filter, none where everything passes.
pub(super) fn tier(v: &mut Violations, filter: &Filter) -> Option<TierId> {
    let at = Path::of("filter");
    match filter.expr() {
        _ if filter.is_empty() => None,
        Expr::Term(term) if term.op == Op::Eq => match &term.value {
            Value::Text(tier) => v.field(at, TierId::parse(tier.as_str())),
            _ => None,
        },
        _ => {
            v.push(at, "allowed: tier = \"{tier}\", one tier");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::paths;

    fn read(filter: &str) -> Result<List, Violations> {
        let parent = "pyramids/value".into();
        list_request(&pb::ListTierAssignmentsRequest { parent, filter: filter.into(), ..Default::default() })
    }

    #[test]
    fn customers_are_listed_of_one_tier_or_of_all() {
        assert_eq!(read("").unwrap().tier, None);
        assert_eq!(read("tier = top").unwrap().tier.unwrap().as_str(), "top");
        for refused in ["tier != top", "tier = top OR tier = rest", "tier = \"Not one\"", "score > 5", "NOT tier = top"]
        {
            assert_eq!(paths(read(refused)), ["filter"], "{refused}");
        }
    }
}
