//! One number that answers come to: which it may be. Where the sums of a revision hold it is in locate.rs, how it is taken
//! out of them in source.rs, what they say of it in reading.rs. What may be held against what is in `difference`, how it goes
//! over time in `trend`.

mod locate;
mod reading;
mod source;

use guanxi_model::Violations;
use serde::{Deserialize, Serialize};

pub use reading::Reading;
pub(crate) use source::Samples;
pub use source::Source;

guanxi_model::words! {
    /// Which number.
    QuantityKind {
        Index = 1, Score = 2, Gap = 3, Dissatisfied = 4, AsExpected = 5, Delighted = 6, Csat = 7, EffortEasy = 8,
        NetPromoter = 9, DissatisfiedItems = 10
    }
}

/// A number, and what it is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quantity {
    pub kind: QuantityKind,
    pub part: Part,
}

/// What of a questionnaire a number is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Whole,
    Dimension(String),
    Item(String),
}

/// What more of a number means for customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarity {
    HigherIsBetter,
    LowerIsBetter,
    Neither,
}

impl QuantityKind {
    /// Whether it is a share, 0 to 1.
    pub fn is_share(self) -> bool {
        use QuantityKind::{AsExpected, Csat, Delighted, Dissatisfied, EffortEasy};
        matches!(self, Dissatisfied | AsExpected | Delighted | Csat | EffortEasy)
    }

    /// Whether it is a count per record, which is followed over time and held against nothing.
    pub fn is_rate(self) -> bool {
        self == QuantityKind::DissatisfiedItems
    }

    pub fn polarity(self) -> Polarity {
        match self {
            QuantityKind::Dissatisfied | QuantityKind::DissatisfiedItems => Polarity::LowerIsBetter,
            QuantityKind::AsExpected => Polarity::Neither,
            _ => Polarity::HigherIsBetter,
        }
    }

    /// What values there can be, whatever the questionnaire; of index and gap that is for its form and its scales to say.
    pub fn range(self) -> (f64, f64) {
        match self {
            QuantityKind::Index | QuantityKind::Gap => (f64::from(i32::MIN), f64::from(i32::MAX)),
            QuantityKind::Score => (0.0, 100.0),
            QuantityKind::NetPromoter => (-100.0, 100.0),
            QuantityKind::DissatisfiedItems => (0.0, f64::from(i32::MAX)),
            _ => (0.0, 1.0),
        }
    }
}

impl Quantity {
    /// A number of the questionnaire as a whole.
    pub fn whole(kind: QuantityKind) -> Quantity {
        Quantity { kind, part: Part::Whole }
    }

    /// A number of a part, if it has one: `dimension` and `item` are empty where they are not meant.
    ///
    /// # Errors
    /// At `dimension` or `item`, what is one too many or missing.
    pub fn new(kind: QuantityKind, (dimension, item): (&str, &str)) -> Result<Quantity, Violations> {
        use QuantityKind::{Csat, EffortEasy, Index, NetPromoter, Score};
        let mut v = Violations::new();
        let part = match (dimension, item) {
            ("", "") => Part::Whole,
            (dimension, "") => Part::Dimension(dimension.to_owned()),
            ("", item) => Part::Item(item.to_owned()),
            _ => {
                v.push("item", "must not be given beside a dimension");
                Part::Whole
            }
        };
        if matches!(kind, Index | Csat | EffortEasy | NetPromoter) {
            for (field, given) in [("dimension", dimension), ("item", item)] {
                if !given.is_empty() {
                    v.push(field, "must not be given: this number is of the questionnaire as a whole");
                }
            }
        }
        if kind.is_rate() && matches!(part, Part::Item(_)) {
            v.push("item", "must not be given: of one item it is the share of the dissatisfied");
        }
        if kind == Score && (dimension, item) == ("", "") {
            v.push("dimension", "a score is of a dimension or an item: name one; as a whole it is the index");
        }
        v.finish().map(|()| Quantity { kind, part })
    }
}
