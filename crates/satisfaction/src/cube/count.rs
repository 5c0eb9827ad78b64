//! What one record counts for.

use guanxi_model::fact::Answer;
use guanxi_model::grid::steps;

use super::layout::{Compared, Measured, OfItem, POINT, RECORDS};
use super::{Sums, moments};
use crate::answers::Sheet;
use crate::compare::{Comparison, SatisfactionBand, Zone, ZonePlace};
use crate::evaluate::{DimensionResult, Evaluation, ItemResult};
use crate::metric::{Metrics, PromoterClass};
use crate::scheme::QuestionnaireScheme;

/// What a record counts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub sums: Sums,
    /// For the analysis of drivers; none where anything it needs was not answered.
    pub moments: Option<Sums>,
}

impl Counted {
    /// What takes the record back.
    pub fn negated(&self) -> Counted {
        Counted { sums: self.sums.negated(), moments: self.moments.as_ref().map(Sums::negated) }
    }
}

impl QuestionnaireScheme {
    /// What answers count for that have no faults.
    pub fn count(&self, answers: &[Answer]) -> Counted {
        let sheet = Sheet::of(answers);
        let evaluation = self.evaluate_sheet(&sheet);
        let moments = moments::count(self, &evaluation, &sheet);
        Counted { sums: self.count_sums(&evaluation, &sheet), moments }
    }

    /// The same without what drivers are found from.
    pub(super) fn count_alone(&self, answers: &[Answer]) -> Sums {
        let sheet = Sheet::of(answers);
        self.count_sums(&self.evaluate_sheet(&sheet), &sheet)
    }

    fn count_sums(&self, evaluation: &Evaluation, sheet: &Sheet<'_>) -> Sums {
        let layout = self.layout();
        let mut sums = Sums::zero(layout.places);
        sums.add(RECORDS, 1);
        measure(&mut sums, Some(layout.index), evaluation.index);
        compare(&mut sums, layout.comparison, evaluation.comparison);
        self.count_metrics(&mut sums, evaluation.metrics);
        for (places, result) in layout.dimensions.iter().zip(&evaluation.dimensions) {
            let DimensionResult { score, comparison, importance, .. } = result;
            measure(&mut sums, places.score, *score);
            compare(&mut sums, places.comparison, *comparison);
            measure(&mut sums, places.importance, importance.map(f64::from));
        }
        for ((places, item), result) in layout.items.iter().zip(&self.content().items).zip(&evaluation.items) {
            measure(&mut sums, places.outcome, sheet.outcome(item).map(f64::from));
            count_item(&mut sums, places, result);
        }
        sums
    }

    fn count_metrics(&self, sums: &mut Sums, metrics: Metrics) {
        let layout = self.layout();
        let Metrics { promoter, satisfied, easy } = metrics;
        if let Some((at, class)) = layout.promoters.zip(promoter) {
            let place = match class {
                PromoterClass::Detractor => at,
                PromoterClass::Passive => at + 1,
                PromoterClass::Promoter => at + 2,
            };
            sums.add(place, 1);
        }
        for (at, holds) in [(layout.satisfied, satisfied), (layout.easy, easy)] {
            let Some((at, holds)) = at.zip(holds) else { continue };
            sums.add(at, holds);
            sums.add(at + 1, 1);
        }
    }
}

/// A value in the unit of its place.
pub(super) fn in_units(value: f64, unit: f64) -> i128 {
    if unit == POINT { value as i128 } else { i128::from(steps(value)) }
}

fn measure(sums: &mut Sums, place: Option<Measured>, value: Option<f64>) {
    let Some((Measured { at, unit }, value)) = place.zip(value) else { return };
    let value = in_units(value, unit);
    sums.add(at, 1);
    sums.add(at + 1, value);
    sums.add(at + 2, value * value);
}

fn compare(sums: &mut Sums, places: Option<Compared>, comparison: Option<Comparison>) {
    let Some((places, comparison)) = places.zip(comparison) else { return };
    let Comparison { kind: _, perception, expectation, gap, ratio: _, band } = comparison;
    measure(sums, Some(places.gap), Some(gap));
    for (place, value) in [(places.perception, perception), (places.expectation, expectation)] {
        let value = in_units(value, places.gap.unit);
        sums.add(place, value);
        sums.add(place + 1, value * value);
    }
    let place = band.map(|band| match band {
        SatisfactionBand::Dissatisfied => places.bands,
        SatisfactionBand::Satisfied => places.bands + 1,
        SatisfactionBand::Delighted => places.bands + 2,
    });
    if let Some(place) = place {
        sums.add(place, 1);
    }
}

fn count_item(sums: &mut Sums, places: &OfItem, result: &ItemResult) {
    measure(sums, places.importance, result.importance.map(f64::from));
    for place in &places.comparisons {
        let comparison = result.comparisons.iter().find(|one| one.kind == place.kind);
        compare(sums, Some(*place), comparison.copied());
    }
    if let Some((at, zone)) = places.zone.zip(result.zone) {
        let Zone { superiority, adequacy, width, place } = zone;
        let place = match place {
            Some(ZonePlace::BelowAdequate) => at,
            Some(ZonePlace::Tolerated) => at + 1,
            Some(ZonePlace::AboveDesired) => at + 2,
            None => at + 3,
        };
        sums.add(place, 1);
        for (offset, gap) in (4..).zip([superiority, adequacy, width]) {
            sums.add(at + offset, gap);
        }
    }
    for (kind, at) in &places.questions {
        sums.add(*at, result.not_rated.contains(kind));
        sums.add(at + 1, result.missing.contains(kind));
    }
}
