//! Requests about where customers stand.

use guanxi::v1 as pb;
use guanxi_model::filter::{Expr, Filter, Kind, Op, Schema, Value};
use guanxi_model::{CustomerId, PyramidId, TierId, Violations, name};

use super::customer::named;
use super::page::Column;
use super::{Paging, Path, done, page};

/// How old a verification may be, where nothing is said.
const DEFAULT_AGE_DAYS: i32 = 365;
/// About a hundred years.
const MAX_AGE_DAYS: i32 = 36_600;

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

/// GetTierAssignment.
pub(crate) fn get_request(request: &pb::GetTierAssignmentRequest) -> Result<(CustomerId, PyramidId), Violations> {
    let pb::GetTierAssignmentRequest { name } = request;
    named(name, name::parse_tier_assignment)
}

/// ExplainTier.
pub(crate) fn explain_request(request: &pb::ExplainTierRequest) -> Result<(CustomerId, PyramidId), Violations> {
    let pb::ExplainTierRequest { name } = request;
    named(name, name::parse_tier_assignment)
}

/// GetPyramidReport.
pub(crate) fn report_request(request: &pb::GetPyramidReportRequest) -> Result<PyramidId, Violations> {
    let pb::GetPyramidReportRequest { name } = request;
    named(name, name::parse_pyramid)
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
