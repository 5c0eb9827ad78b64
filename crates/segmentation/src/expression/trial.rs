//! The trial of an expression on sample values, before any customer depends on it. The types are right by then; what is
//! left to find is an expression that never gives anything, such as one that always divides by zero.

use cel::common::types::{CelBool, CelDouble, CelString};

use super::types::Type;
use super::{Expression, Slot, Slots, Wanted};

pub(super) const FAULT: &str = "gives nothing on any sample value: it always divides by zero, overflows, or reads a \
                                number out of a text without one";

const NUMBERS: [f64; 6] = [1.0, 0.0, -1.0, 0.5, 100.0, 1e6];
const TEXTS: [&str; 3] = ["a", "1", ""];
const TRUTHS: [bool; 2] = [true, false];

/// Every pair of a value of one name and a value of a neighbouring one: the numbers of samples divide this one's root.
const ROUNDS: usize = NUMBERS.len() * NUMBERS.len();

/// Whether the expression gives what is wanted at least once. Always the same samples.
pub(super) fn succeeds(expression: &Expression, types: &[Type], wanted: Wanted) -> bool {
    (0..ROUNDS).any(|round| {
        let slots = Slots(types.iter().enumerate().map(|(place, of)| sample(*of, round, place)).collect());
        match wanted {
            Wanted::Number => expression.number_of(&slots).is_some(),
            Wanted::Truth => expression.truth_of(&slots).is_some(),
        }
    })
}

/// The first rounds go through the samples in step; then each name runs ahead of the one before it.
fn sample(of: Type, round: usize, place: usize) -> Slot<'static> {
    let turn = round + place * (round / NUMBERS.len());
    match of {
        Type::Number | Type::Any => Slot::Number(CelDouble::from(pick(&NUMBERS, turn, 0.0))),
        Type::Text => Slot::Text(CelString::from(pick(&TEXTS, turn, ""))),
        Type::Truth => Slot::Truth(CelBool::from(pick(&TRUTHS, turn, false))),
    }
}

fn pick<T: Copy>(samples: &[T], turn: usize, otherwise: T) -> T {
    samples.get(turn % samples.len()).copied().unwrap_or(otherwise)
}
