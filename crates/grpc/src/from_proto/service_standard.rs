//! Requests about service standards. What of a standard must fit what is in `guanxi_satisfaction::standard`, which is
//! asked once the whole of it is known: an update may name a part.

use guanxi::v1 as pb;
use guanxi_app::catalogue::Guard;
use guanxi_model::statistics::chart::drift::Ewma;
use guanxi_model::{Day, Period, ServiceStandardId, Violations, name, text};
use guanxi_satisfaction::standard::measured::Segment;
use guanxi_satisfaction::standard::{
    Baseline, ServiceStandard, StandardContent, StandardDirection, StandardKind, StandardMetric, StandardTotals,
};

use super::customer::named;
use super::fact::touchpoint_if_given;
use super::resource::{self, MAX_NAME, described};
use super::{Context, Paging, Path, Update, chart, done, given, time, word, word_or_none};

const WRITABLE: &[&str] = &[
    "display_name",
    "description",
    "kind",
    "touchpoint",
    "owner",
    "metric",
    "unit",
    "direction",
    "target",
    "opportunities_per_unit",
    "baseline",
    "period",
];
const NOT_WRITABLE: &[&str] = &["name", "measurement_count", "create_time", "update_time", "etag"];
const MAX_UNIT: usize = 50;

/// CreateServiceStandard.
pub(crate) fn create_request(
    ctx: &Context<'_>,
    request: pb::CreateServiceStandardRequest,
) -> Result<(ServiceStandard, Guard), Violations> {
    let pb::CreateServiceStandardRequest { service_standard, service_standard_id, request_id } = request;
    resource::creation(
        ("service_standard_id", ServiceStandardId::parse(service_standard_id)),
        ("service_standard", service_standard, &request_id),
        |v, at, (id, standard)| masked(ctx, v, at, (id, standard, WRITABLE)).map(|(standard, _)| standard),
    )
}

/// UpdateServiceStandard.
pub(crate) fn update_request(
    ctx: &Context<'_>,
    request: pb::UpdateServiceStandardRequest,
) -> Result<Update<ServiceStandard>, Violations> {
    let pb::UpdateServiceStandardRequest { service_standard, update_mask, request_id } = request;
    resource::update(
        (update_mask, WRITABLE, NOT_WRITABLE),
        ("service_standard", service_standard, &request_id),
        |v, at, (standard, mask)| {
            let id = v.field(at.field("name"), name::parse_service_standard(&standard.name));
            masked(ctx, v, at, (id, standard, mask))
        },
    )
}

/// The standard with the fields of the mask, and its etag.
fn masked(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (id, standard, mask): (Option<ServiceStandardId>, pb::ServiceStandard, &[&str]),
) -> Option<(ServiceStandard, String)> {
    let pb::ServiceStandard {
        name: _,
        display_name,
        description,
        kind,
        touchpoint,
        owner,
        metric,
        unit,
        direction,
        target,
        opportunities_per_unit,
        baseline: usual,
        period,
        measurement_count: _,
        create_time: _,
        update_time: _,
        etag,
    } = standard;
    let mut read = nothing();
    (read.display_name, read.description) = described(v, at, (display_name, description), mask).unwrap_or_default();
    for field in mask {
        let here = at.field(field);
        match *field {
            "kind" => read.kind = word(v, here, kind, pb::ServiceStandardKind::as_str_name).unwrap_or(read.kind),
            "touchpoint" => read.touchpoint = touchpoint_if_given(v, here, &touchpoint),
            "owner" => read.owner = v.field(here, text::required(owner.as_str(), MAX_NAME)).unwrap_or_default(),
            "metric" => {
                read.metric = word(v, here, metric, pb::ServiceStandardMetric::as_str_name).unwrap_or(read.metric);
            }
            "unit" => read.unit = v.field(here, text::optional(unit.as_str(), MAX_UNIT)).unwrap_or_default(),
            "direction" => {
                let direction = word(v, here, direction, pb::ServiceStandardDirection::as_str_name);
                read.direction = direction.unwrap_or(read.direction);
            }
            "target" => read.target = given(v, here, target).unwrap_or_default(),
            "opportunities_per_unit" => read.opportunities = opportunities_per_unit.unwrap_or(1),
            "baseline" => read.baseline = usual.and_then(|usual| baseline(v, here, usual)),
            "period" => {
                read.period = word_or_none(v, here, period, pb::ReportPeriod::as_str_name).unwrap_or(read.period);
            }
            _ => {}
        }
    }
    let (id, totals) = (id?, StandardTotals::default());
    let standard =
        ServiceStandard { id, content: read, totals, revision: 0, create_time: ctx.now, update_time: ctx.now };
    v.is_empty().then_some((standard, etag))
}

/// What stands where nothing was read.
fn nothing() -> StandardContent {
    StandardContent {
        display_name: String::new(),
        description: String::new(),
        kind: StandardKind::Product,
        touchpoint: None,
        owner: String::new(),
        metric: StandardMetric::Amount,
        unit: String::new(),
        direction: StandardDirection::AtMost,
        target: 0.0,
        opportunities: 1,
        baseline: None,
        period: Period::Week,
    }
}

fn baseline(v: &mut Violations, at: Path<'_>, baseline: pb::ServiceBaseline) -> Option<Baseline> {
    use pb::service_baseline::Kind;
    let pb::ServiceBaseline { kind } = baseline;
    match kind {
        Some(Kind::Days(pb::DateRange { start_date, end_date })) => {
            let days = time::days_in_any_order(v, at.field("days"), (start_date, end_date));
            days.map(|(first, last)| Baseline::Days(first, last))
        }
        Some(Kind::Level(pb::ServiceBaselineLevel { mean, standard_deviation })) => {
            let level = at.field("level");
            let centre = given(v, level.field("mean"), mean)?;
            Some(Baseline::Given { centre, deviation: standard_deviation })
        }
        None => {
            v.push(at, "choose one of days, level");
            None
        }
    }
}

/// GetServiceStandard.
pub(crate) fn get_request(request: &pb::GetServiceStandardRequest) -> Result<ServiceStandardId, Violations> {
    let pb::GetServiceStandardRequest { name } = request;
    named(name, name::parse_service_standard)
}

/// DeleteServiceStandard.
pub(crate) fn delete_request(
    request: pb::DeleteServiceStandardRequest,
) -> Result<(ServiceStandardId, Guard), Violations> {
    let pb::DeleteServiceStandardRequest { name, etag, request_id } = request;
    resource::deletion((&name, etag, &request_id), name::parse_service_standard)
}

/// ListServiceStandards.
pub(crate) fn list_request(request: &pb::ListServiceStandardsRequest) -> Result<Paging, Violations> {
    let pb::ListServiceStandardsRequest { page_size, page_token } = request;
    resource::list("serviceStandards", (*page_size, page_token))
}

/// What a report is asked for; without a period it is told by that of the standard.
pub(crate) struct ReportRequest {
    pub(crate) standard: ServiceStandardId,
    pub(crate) days: (Day, Day),
    pub(crate) period: Option<Period>,
    pub(crate) segment: Segment,
    pub(crate) ewma: Ewma,
}

/// GetServiceStandardReport.
pub(crate) fn report_request(request: pb::GetServiceStandardReportRequest) -> Result<ReportRequest, Violations> {
    let pb::GetServiceStandardReportRequest { name, start_date, end_date, period, branch, team, ewma } = request;
    let mut v = Violations::new();
    let standard = v.field(Path::of("name"), name::parse_service_standard(&name));
    let days = time::days(&mut v, Path::REQUEST, (start_date, end_date));
    let period = word_or_none(&mut v, Path::of("period"), period, pb::ReportPeriod::as_str_name);
    let branch = v.field(Path::of("branch"), text::optional(branch, MAX_NAME));
    let team = v.field(Path::of("team"), text::optional(team, MAX_NAME));
    let ewma = chart::ewma(&mut v, Path::of("ewma"), ewma);
    let segment = branch.zip(team).map(|(branch, team)| Segment { branch, team });
    let asked = standard.zip(days).zip(segment);
    done(v, asked.map(|((standard, days), segment)| ReportRequest { standard, days, period, segment, ewma }))
}

#[cfg(test)]
mod tests {
    use pb::service_baseline::Kind;

    use super::*;
    use crate::testing::{ctx, paths};

    fn standard() -> pb::ServiceStandard {
        pb::ServiceStandard {
            display_name: "Loaves".into(),
            kind: 1,
            owner: "bakery".into(),
            metric: 1,
            direction: 1,
            target: Some(0.02),
            ..pb::ServiceStandard::default()
        }
    }

    fn create(standard: pb::ServiceStandard) -> Result<ServiceStandard, Violations> {
        let request = pb::CreateServiceStandardRequest {
            service_standard: Some(standard),
            service_standard_id: "loaves".into(),
            request_id: String::new(),
        };
        create_request(&ctx(), request).map(|(standard, _)| standard)
    }

    #[test]
    fn what_is_not_given_has_its_default() {
        let read = create(standard()).unwrap().content;
        assert_eq!((read.opportunities, read.period, read.baseline), (1, Period::Week, None));
    }

    #[test]
    fn every_fault_of_a_new_standard_is_told_at_once() {
        let spoiled = pb::ServiceStandard {
            touchpoint: "desk".into(),
            unit: "x".repeat(51),
            baseline: Some(pb::ServiceBaseline { kind: None }),
            period: 9,
            ..pb::ServiceStandard::default()
        };
        let told = [
            "display_name",
            "kind",
            "touchpoint",
            "owner",
            "metric",
            "unit",
            "direction",
            "target",
            "baseline",
            "period",
        ];
        assert_eq!(paths(create(spoiled)), told.map(|field| format!("service_standard.{field}")));
        let undated = Kind::Days(pb::DateRange::default());
        let undated = pb::ServiceStandard { baseline: Some(pb::ServiceBaseline { kind: Some(undated) }), ..standard() };
        let told = ["start_date", "end_date"].map(|field| format!("service_standard.baseline.days.{field}"));
        assert_eq!(paths(create(undated)), told);
        let level = Kind::Level(pb::ServiceBaselineLevel { mean: None, standard_deviation: Some(1.0) });
        let unknown = pb::ServiceStandard { baseline: Some(pb::ServiceBaseline { kind: Some(level) }), ..standard() };
        assert_eq!(paths(create(unknown)), ["service_standard.baseline.level.mean"]);
    }
}
