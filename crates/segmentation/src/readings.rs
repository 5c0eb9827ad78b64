//! What a scheme reads of one customer at one moment: the only thing that scores, places and explanations are made of.
//! Kept with a change of tier, it explains the change for ever: revision and calibration never change.

use guanxi_model::customer::AttributeValue;
use guanxi_model::{AttributeKey, MeasureId};
use serde::{Deserialize, Serialize};

use crate::expression::{Expression, Values};
use crate::measure::{Coverage, Reading, Unit};
use crate::scheme::PyramidScheme;
use crate::subject::Subject;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readings {
    /// Whether the customer is of the population.
    pub admitted: bool,
    /// The value of the pyramid, in minor units.
    pub value: Option<i64>,
    /// One per measure of the scheme, in its order.
    pub measures: Vec<Reading>,
    /// The indexes of the tiers whose gates the customer does not pass.
    pub closed: Vec<usize>,
}

/// Readings as they are kept: what was read, without how completely it was known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs(bool, Option<i64>, Vec<Option<i64>>, Vec<usize>);

impl PyramidScheme {
    /// Reads a customer.
    pub fn read(&self, subject: Subject<'_>) -> Readings {
        let mut readings = Readings {
            admitted: self.population.admits(subject.lifetime),
            value: self.value.read(subject).value,
            measures: self.measures.iter().map(|measure| measure.read(subject)).collect(),
            closed: Vec::new(),
        };
        // Expressions read the measures that are none, so their order does not matter; gates read all of them.
        for (index, measure) in self.measures.iter().enumerate() {
            if let Some(expression) = &measure.expression {
                let value = number(expression, &Known { scheme: self, subject, readings: &readings });
                readings.measures[index] = Reading { value, coverage: Coverage::default() };
            }
        }
        readings.closed = self.closed(&Known { scheme: self, subject, readings: &readings });
        readings
    }

    fn closed(&self, known: &Known<'_>) -> Vec<usize> {
        let is_closed = |gate: &Expression| gate.truth(known) != Some(true);
        let gates = self.tiers.iter().enumerate().filter_map(|(index, tier)| Some((index, tier.gate.as_ref()?)));
        gates.filter(|(_, gate)| is_closed(gate)).map(|(index, _)| index).collect()
    }
}

/// In millionths; nothing where it would leave their range.
fn number(expression: &Expression, known: &Known<'_>) -> Option<i64> {
    let millionths = (expression.number(known)? * Unit::Number.per_one() as f64).round();
    (millionths.abs() < i64::MAX as f64).then_some(millionths as i64)
}

/// What expressions may read of a customer.
struct Known<'a> {
    scheme: &'a PyramidScheme,
    subject: Subject<'a>,
    readings: &'a Readings,
}

impl Values for Known<'_> {
    fn attribute(&self, key: &AttributeKey) -> Option<&AttributeValue> {
        self.subject.history.attributes.get(key)
    }

    /// As callers see it: money in whole units, shares from 0 to 1.
    fn measure(&self, id: &MeasureId) -> Option<f64> {
        let index = self.scheme.measures.iter().position(|measure| measure.id == *id)?;
        let per_one = match self.scheme.measures[index].unit() {
            Unit::Money => f64::from(self.scheme.minor_units.max(1)),
            unit => unit.per_one() as f64,
        };
        Some(self.readings.measures.get(index)?.value? as f64 / per_one)
    }
}

impl Inputs {
    /// How many measures were read.
    pub(crate) fn measures(&self) -> usize {
        self.2.len()
    }

    /// What was read of each measure.
    pub(crate) fn values(&self) -> &[Option<i64>] {
        &self.2
    }
}

impl From<&Readings> for Inputs {
    fn from(readings: &Readings) -> Inputs {
        let Readings { admitted, value, measures, closed } = readings;
        Inputs(*admitted, *value, measures.iter().map(|one| one.value).collect(), closed.clone())
    }
}

impl From<Inputs> for Readings {
    fn from(Inputs(admitted, value, measures, closed): Inputs) -> Readings {
        let measures = measures.into_iter().map(|value| Reading { value, coverage: Coverage::default() }).collect();
        Readings { admitted, value, measures, closed }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use guanxi_model::customer::ValueType;
    use guanxi_model::{Counter, Tally};

    use super::*;
    use crate::sample::{draft, linear, tally};
    use crate::subject::History;
    use crate::{Calibration, Look, MeasureDraft, MeasureKind, TieringRule, settle};

    fn key() -> AttributeKey {
        AttributeKey::parse("segment").unwrap()
    }

    /// By revenue alone, with a second measure of an expression; the top tier is for those who come to 2 by it.
    fn scheme() -> PyramidScheme {
        let revenue = linear(MeasureKind::NetRevenue, 1.0, 0.0, 1e3);
        let expression = "attribute.segment == 'key' ? measure.measure0 / 4 : 0".to_owned();
        let fit = MeasureDraft { expression, ..linear(MeasureKind::Expression, 1e-9, 0.0, 1.0) };
        let mut draft = draft(vec![revenue, fit], TieringRule::ScoreThresholds(vec![50.0, 20.0]));
        draft.tiers[0].gate = "measure.measure1 >= 2".to_owned();
        PyramidScheme::new(draft, &BTreeMap::from([(key(), ValueType::Text)])).unwrap()
    }

    fn read(segment: Option<&str>, cents: i64) -> (Readings, Option<usize>) {
        let lifetime: Tally = tally(&[(Counter::Purchases, 1), (Counter::NetRevenue, cents)]);
        let attributes = segment.map(|word| (key(), AttributeValue::Text(word.to_owned()))).into_iter().collect();
        let history = History { attributes, ..History::default() };
        let subject = Subject { history: &history, ..Subject::of_lifetime(&lifetime) };
        let customer = crate::sample::customer(1);
        let settled = settle((&scheme(), &Calibration::default()), &customer, subject, None, Look::Afresh);
        (settled.readings, settled.place.map(|place| place.tier))
    }

    #[test]
    fn expression_sees_money_in_whole_units_and_is_told_in_millionths() {
        assert_eq!(read(Some("key"), 850).0.measures[1].value, Some(2_125_000));
    }

    #[test]
    fn who_does_not_pass_the_gate_goes_to_the_next_tier() {
        assert_eq!(read(Some("key"), 850).1, Some(0));
        assert_eq!(read(Some("key"), 799).1, Some(1), "comes to less than 2");
        assert_eq!(read(Some("other"), 850).1, Some(1));
    }

    #[test]
    fn absent_attribute_leaves_the_measure_missing_and_the_gate_closed() {
        let (readings, tier) = read(None, 850);
        assert_eq!((readings.measures[1].value, readings.closed, tier), (None, vec![0], Some(1)));
    }
}
