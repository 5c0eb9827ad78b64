//! What an outcome depends on.

use guanxi::v1 as pb;
use guanxi_satisfaction::drivers::{Driver, Drivers, Part, PartDrivers};

use super::{number, number_or_zero};

/// The drivers of an outcome, of so many records that answer a revision.
pub(crate) fn drivers(
    (revision, outcome): (String, String),
    records: i64,
    found: PartDrivers,
) -> pb::SatisfactionDrivers {
    let PartDrivers { drivers: Drivers { method, r_squared, drivers }, parts } = found;
    pb::SatisfactionDrivers {
        questionnaire_revision: revision,
        outcome,
        record_count: records,
        importance_method: number(method),
        r_squared,
        drivers: drivers.into_iter().zip(parts).map(driver).collect(),
    }
}

fn driver((driver, part): (Driver, Part)) -> pb::SatisfactionDriver {
    let Driver { correlation, beta, explained, share } = driver;
    let Part { id, performance, quadrant } = part;
    pb::SatisfactionDriver {
        part: id,
        correlation,
        beta,
        explained,
        importance: share,
        performance,
        quadrant: number_or_zero(quadrant),
    }
}
