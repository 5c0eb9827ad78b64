//! Two sets held against each other, and a set against a benchmark or a target.

use guanxi::v1 as pb;
use guanxi_model::Day;
use guanxi_model::fact::CollectionMethod;
use guanxi_satisfaction::benchmark::Benchmark;
use guanxi_satisfaction::difference::{Against, Apart};
use guanxi_satisfaction::quantity::{Quantity, Reading};
use guanxi_satisfaction::target::Target;

use super::satisfaction_figure::difference;
use super::{number, number_or_zero, satisfaction_benchmark, satisfaction_target};

/// A set as it was compared.
pub(crate) struct Compared {
    pub(crate) revision: String,
    pub(crate) methods: Vec<CollectionMethod>,
    pub(crate) records: i64,
}

/// A number of both sides, and what lies between.
pub(crate) type Told = (Quantity, (Reading, Against), Option<Apart>);

/// CompareSatisfaction.
pub(crate) fn comparison(
    after: Compared,
    (before, benchmark): (Option<Compared>, Option<Benchmark>),
    told: Vec<Told>,
) -> pb::CompareSatisfactionResponse {
    use pb::RevisionAgreement as Agreement;
    let agreement = match &before {
        None => Agreement::Unspecified,
        Some(before) if before.revision == after.revision => Agreement::Same,
        Some(_) => Agreement::Different,
    };
    let methods = |methods: Vec<CollectionMethod>| methods.into_iter().map(number).collect();
    let (before_revision, before_methods, before_records) = match before {
        Some(Compared { revision, methods, records }) => (revision, methods, records),
        None => (String::new(), Vec::new(), 0),
    };
    pb::CompareSatisfactionResponse {
        after_revision: after.revision,
        before_revision,
        revisions: agreement.into(),
        benchmark: benchmark.map(satisfaction_benchmark::resource),
        after_record_count: after.records,
        before_record_count: before_records,
        after_collection_methods: methods(after.methods),
        before_collection_methods: methods(before_methods),
        differences: told.into_iter().map(|(quantity, both, apart)| difference(quantity, both, apart)).collect(),
    }
}

/// GetSatisfactionTargetReport.
pub(crate) fn target_report(
    target: Target,
    Compared { revision, methods: _, records }: Compared,
    (reading, apart): (Reading, Option<Apart>),
    today: Day,
) -> pb::SatisfactionTargetReport {
    let content = &target.content;
    let wanted = Against::Known(content.wanted());
    pb::SatisfactionTargetReport {
        questionnaire_revision: revision,
        record_count: records,
        difference: Some(difference(content.quantity.clone(), (reading, wanted), apart)),
        attainment: number_or_zero(content.attainment(reading, today)),
        days_left: content.days_left(today),
        target: Some(satisfaction_target::resource(target)),
    }
}
