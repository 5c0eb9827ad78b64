//! Service standards.

use guanxi::v1 as pb;
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::{etag, name};
use guanxi_satisfaction::standard::{Baseline, ServiceStandard, StandardContent, StandardTotals};

use super::{number, page, time};

/// A service standard.
pub(crate) fn resource(standard: ServiceStandard) -> pb::ServiceStandard {
    let ServiceStandard { id, content, totals, revision, create_time, update_time } = standard;
    let StandardContent {
        display_name,
        description,
        kind,
        touchpoint,
        owner,
        metric,
        unit,
        direction,
        target,
        opportunities,
        baseline: usual,
        period,
    } = content;
    let StandardTotals { measurements, gross: _ } = totals;
    let name = name::service_standard(&id);
    pb::ServiceStandard {
        etag: etag::etag(&name, revision),
        name,
        display_name,
        description,
        kind: number(kind),
        touchpoint: touchpoint.as_ref().map(name::touchpoint).unwrap_or_default(),
        owner,
        metric: number(metric),
        unit,
        direction: number(direction),
        target: Some(target),
        opportunities_per_unit: metric.counts_defects().then_some(opportunities),
        baseline: usual.map(baseline),
        period: number(period),
        measurement_count: measurements,
        create_time: Some(time::timestamp(create_time)),
        update_time: Some(time::timestamp(update_time)),
    }
}

fn baseline(baseline: Baseline) -> pb::ServiceBaseline {
    use pb::service_baseline::Kind;
    let kind = match baseline {
        Baseline::Days(first, last) => {
            Kind::Days(pb::DateRange { start_date: Some(time::day(first)), end_date: Some(time::day(last)) })
        }
        Baseline::Given { centre, deviation } => {
            Kind::Level(pb::ServiceBaselineLevel { mean: Some(centre), standard_deviation: deviation })
        }
    };
    pb::ServiceBaseline { kind: Some(kind) }
}

/// ListServiceStandards.
pub(crate) fn list_response(query: QueryHash, standards: Page<ServiceStandard>) -> pb::ListServiceStandardsResponse {
    let (service_standards, next_page_token) = page::close(standards, query, key, resource);
    pb::ListServiceStandardsResponse { service_standards, next_page_token }
}

/// What they are listed by.
pub(crate) fn key(standard: &ServiceStandard) -> Vec<KeyPart> {
    vec![KeyPart::Text(standard.id.as_str().to_owned())]
}
