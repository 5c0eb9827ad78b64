//! What services and satisfaction are held to: standards with their measurements, benchmarks, targets.

use super::{NameError, parse};
use crate::id::{BenchmarkId, MeasurementId, SatisfactionTargetId, ServiceStandardId};

const SERVICE_STANDARD: &str = "serviceStandards/{service_standard}";
const MEASUREMENT: &str = "serviceStandards/{service_standard}/measurements/{measurement}";
const BENCHMARK: &str = "satisfactionBenchmarks/{satisfaction_benchmark}";
const SATISFACTION_TARGET: &str = "satisfactionTargets/{satisfaction_target}";

/// Names a service standard.
pub fn service_standard(id: &ServiceStandardId) -> String {
    format!("serviceStandards/{id}")
}

/// Reads the name of a service standard.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_service_standard(name: &str) -> Result<ServiceStandardId, NameError> {
    parse(name, SERVICE_STANDARD, |[standard]| ServiceStandardId::parse(standard).ok())
}

/// Names a measurement of a service.
pub fn measurement(standard: &ServiceStandardId, id: &MeasurementId) -> String {
    format!("serviceStandards/{standard}/measurements/{id}")
}

/// Reads the name of a measurement.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_measurement(name: &str) -> Result<(ServiceStandardId, MeasurementId), NameError> {
    parse(name, MEASUREMENT, |[standard, id]| {
        ServiceStandardId::parse(standard).ok().zip(MeasurementId::parse(id).ok())
    })
}

/// Names a benchmark of satisfaction.
pub fn benchmark(id: &BenchmarkId) -> String {
    format!("satisfactionBenchmarks/{id}")
}

/// Reads the name of a benchmark of satisfaction.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_benchmark(name: &str) -> Result<BenchmarkId, NameError> {
    parse(name, BENCHMARK, |[id]| BenchmarkId::parse(id).ok())
}

/// Names a target of satisfaction.
pub fn satisfaction_target(id: &SatisfactionTargetId) -> String {
    format!("satisfactionTargets/{id}")
}

/// Reads the name of a target of satisfaction.
///
/// # Errors
///
/// If `name` is no such name.
pub fn parse_satisfaction_target(name: &str) -> Result<SatisfactionTargetId, NameError> {
    parse(name, SATISFACTION_TARGET, |[id]| SatisfactionTargetId::parse(id).ok())
}
