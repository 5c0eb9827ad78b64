//! What a scheme reads of one customer at one moment: the only thing that scores, places and explanations are made of.
//! Kept with a change of tier, it explains the change for ever: revision and calibration never change.

use serde::{Deserialize, Serialize};

use crate::measure::{Coverage, Reading};
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
}

/// Readings as they are kept: what was read, without how completely it was known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs(bool, Option<i64>, Vec<Option<i64>>);

impl PyramidScheme {
    /// Reads a customer.
    pub fn read(&self, subject: Subject<'_>) -> Readings {
        Readings {
            admitted: self.population.admits(subject.lifetime),
            value: self.value.read(subject).value,
            measures: self.measures.iter().map(|measure| measure.read(subject)).collect(),
        }
    }
}

impl Inputs {
    /// How many measures were read.
    pub(crate) fn measures(&self) -> usize {
        self.2.len()
    }
}

impl From<&Readings> for Inputs {
    fn from(readings: &Readings) -> Inputs {
        Inputs(readings.admitted, readings.value, readings.measures.iter().map(|one| one.value).collect())
    }
}

impl From<Inputs> for Readings {
    fn from(Inputs(admitted, value, measures): Inputs) -> Readings {
        let measures = measures.into_iter().map(|value| Reading { value, coverage: Coverage::default() }).collect();
        Readings { admitted, value, measures }
    }
}
