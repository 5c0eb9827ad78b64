//! What a candidate would do to a pyramid: who goes from which tier to which, why, and what the tiers hold on either
//! side. Built from a stream of customers; where they stand on either side is for the caller to say.

use guanxi_model::CustomerId;
use serde::{Deserialize, Serialize};

use crate::migration::{Migration, MigrationBuilder, Position};
use crate::readings::Inputs;
use crate::report::{ReportBuilder, TierReport};
use crate::scheme::Tier;

/// What may be kept of examples, all together.
const EXAMPLE_BYTES: usize = 128 * 1024;
/// What one takes beside its id and its readings.
const EXAMPLE_OVERHEAD: usize = 40;
/// What one reading takes at most, written down.
const READING_BYTES: usize = 21;

/// A customer on one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Index of the tier, from the top; none outside.
    pub tier: Option<usize>,
    pub value: Option<i64>,
}

/// Why a customer goes elsewhere: the first step that changes the tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It stands elsewhere than the rule and calibration in force place it.
    Held,
    /// The rule in force places it elsewhere when calibrated anew.
    Calibration,
    /// Only the candidate moves it.
    Scheme,
}

impl Cause {
    /// The first step of a chain of tiers at which it changes; nothing where it ends where it begins. The chain: where
    /// a customer stands, where the calibration in force places it, where a new one does, where the candidate has it.
    pub fn of<T: PartialEq>([stands, placed, renewed, candidate]: [T; 4]) -> Option<Cause> {
        if stands == candidate {
            None
        } else if stands != placed {
            Some(Cause::Held)
        } else if placed != renewed {
            Some(Cause::Calibration)
        } else {
            Some(Cause::Scheme)
        }
    }
}

/// Collects one customer at a time; holds a cell per pair of tiers and two integers per customer.
#[derive(Clone, Debug)]
pub struct SimulationBuilder {
    migration: MigrationBuilder,
    reports: [ReportBuilder; 2],
    /// Row by row, as those of the migration.
    cells: Vec<Cell>,
    tiers: [usize; 2],
    unranked: u64,
    examples_per_cell: usize,
    room: usize,
}

#[derive(Clone, Debug, Default)]
struct Cell {
    causes: Causes,
    examples: Vec<Example>,
}

/// How many customers move for which cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Causes {
    pub held: u64,
    pub calibration: u64,
    pub scheme: u64,
}

/// A customer who goes one way, and what the candidate has read of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    pub customer: CustomerId,
    pub inputs: Inputs,
}

/// The result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Simulation {
    /// The ways somebody goes, row by row.
    pub ways: Vec<Way>,
    pub baseline: Vec<TierReport>,
    pub candidate: Vec<TierReport>,
    /// In no tier on either side.
    pub unranked: u64,
    /// Nothing where the sides do not have the same tiers.
    pub mobility: Option<Moved>,
}

/// Those who go one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    pub from: Option<usize>,
    pub to: Option<usize>,
    pub customers: u64,
    #[serde(with = "crate::exact")]
    pub value_from: i128,
    #[serde(with = "crate::exact")]
    pub value_to: i128,
    pub causes: Causes,
    pub examples: Vec<Example>,
}

/// How those move who are in a tier on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    pub upward: u64,
    pub unchanged: u64,
    pub downward: u64,
    pub index: Option<f64>,
}

impl SimulationBuilder {
    /// Between the tiers of the baseline and those of the candidate, both from top to bottom.
    pub fn new(from: &[Tier], to: &[Tier], examples_per_cell: usize) -> SimulationBuilder {
        SimulationBuilder {
            migration: MigrationBuilder::new(from, to),
            reports: [ReportBuilder::new(from.len()), ReportBuilder::new(to.len())],
            cells: vec![Cell::default(); (from.len() + 1) * (to.len() + 1)],
            tiers: [from.len(), to.len()],
            unranked: 0,
            examples_per_cell,
            room: EXAMPLE_BYTES,
        }
    }

    /// A customer, in the order of ids; `inputs` is asked for only where it serves as an example.
    pub fn add(
        &mut self,
        customer: &CustomerId,
        [from, to]: [Side; 2],
        cause: Option<Cause>,
        inputs: impl FnOnce() -> Inputs,
    ) {
        for (report, side) in self.reports.iter_mut().zip([from, to]) {
            match side.tier {
                Some(tier) => report.add(tier, side.value),
                None => report.add_unranked(),
            }
        }
        if from.tier.is_none() && to.tier.is_none() {
            self.unranked += 1;
            return;
        }
        let position = |side: Side| side.tier.map(|tier| Position { tier, value: side.value.unwrap_or(0) });
        self.migration.add(position(from), position(to));
        let [rows, columns] = self.tiers;
        let index = from.tier.unwrap_or(rows) * (columns + 1) + to.tier.unwrap_or(columns);
        let Some(cell) = self.cells.get_mut(index) else { return };
        cell.causes.count(cause);
        if cell.examples.len() < self.examples_per_cell {
            let example = Example { customer: customer.clone(), inputs: inputs() };
            if let Some(room) = self.room.checked_sub(example.size()) {
                self.room = room;
                cell.examples.push(example);
            }
        }
    }

    /// The matrix and what follows from it.
    pub fn finish(self) -> Simulation {
        let Migration { rows, mobility, entrants: _, leavers: _ } = self.migration.finish();
        let [from_tiers, to_tiers] = self.tiers;
        let flows = rows.iter().enumerate().flat_map(|(from, row)| {
            let way = move |(to, cell): (usize, &crate::MigrationCell)| (from, to, cell.flow);
            row.cells.iter().enumerate().map(way)
        });
        let way = |((from, to, flow), cell): ((usize, usize, crate::Flow), Cell)| Way {
            from: Some(from).filter(|from| *from < from_tiers),
            to: Some(to).filter(|to| *to < to_tiers),
            customers: flow.customers,
            value_from: flow.value_from,
            value_to: flow.value_to,
            causes: cell.causes,
            examples: cell.examples,
        };
        let [baseline, candidate] = self.reports.map(|report| report.finish(1).tiers);
        Simulation {
            ways: flows.zip(self.cells).map(way).filter(|way| way.customers > 0).collect(),
            baseline,
            candidate,
            unranked: self.unranked,
            mobility: mobility.map(|mobility| Moved {
                upward: mobility.upward.customers,
                unchanged: mobility.unchanged.customers,
                downward: mobility.downward.customers,
                index: mobility.index,
            }),
        }
    }
}

impl Causes {
    fn count(&mut self, cause: Option<Cause>) {
        match cause {
            Some(Cause::Held) => self.held += 1,
            Some(Cause::Calibration) => self.calibration += 1,
            Some(Cause::Scheme) => self.scheme += 1,
            None => {}
        }
    }
}

impl Example {
    fn size(&self) -> usize {
        EXAMPLE_OVERHEAD + self.customer.as_str().len() + (1 + self.inputs.measures()) * READING_BYTES
    }
}

#[cfg(test)]
mod tests {
    use guanxi_model::TierId;
    use proptest::prelude::*;

    use super::*;
    use crate::sample::customer;

    fn tiers(count: usize) -> Vec<Tier> {
        let tier = |index| Tier {
            id: TierId::parse(format!("tier-{index}")).unwrap(),
            display_name: String::new(),
            strategy: None,
            data_standard: None,
            gate: None,
        };
        (0..count).map(tier).collect()
    }

    #[test]
    fn the_first_step_that_changes_the_tier_is_the_cause() {
        let cases = [
            ([1, 1, 1, 1], None),
            ([1, 2, 3, 1], None),
            ([1, 2, 2, 2], Some(Cause::Held)),
            ([1, 1, 2, 2], Some(Cause::Calibration)),
            ([1, 1, 2, 3], Some(Cause::Calibration)),
            ([1, 1, 1, 2], Some(Cause::Scheme)),
        ];
        for (chain, cause) in cases {
            assert_eq!(Cause::of(chain), cause, "{chain:?}");
        }
    }

    #[test]
    fn examples_end_where_their_room_does() {
        let mut builder = SimulationBuilder::new(&tiers(1), &tiers(1), usize::MAX);
        let side = Side { tier: Some(0), value: Some(1) };
        for number in 0..10_000 {
            builder.add(&customer(number), [side, side], None, Inputs::default);
        }
        let made = builder.finish();
        assert_eq!(made.ways[0].customers, 10_000);
        assert!((500..10_000).contains(&made.ways[0].examples.len()));
        assert!(serde_json::to_string(&made).unwrap().len() < 256 * 1024);
    }

    proptest! {
        #[test]
        fn ways_add_up_to_everybody_on_either_side(
            people in prop::collection::vec((prop::option::of(0..3_usize), prop::option::of(0..4_usize)), 0..80)
        ) {
            let mut builder = SimulationBuilder::new(&tiers(3), &tiers(4), 2);
            for (number, (from, to)) in people.iter().enumerate() {
                let side = |tier: &Option<usize>| Side { tier: *tier, value: Some(7) };
                let cause = Cause::of([*from, *from, *from, *to]);
                builder.add(&customer(number), [side(from), side(to)], cause, Inputs::default);
            }
            let made = builder.finish();
            let all: u64 = made.ways.iter().map(|way| way.customers).sum();
            prop_assert_eq!(all + made.unranked, people.len() as u64);
            for (tier, report) in made.baseline.iter().enumerate() {
                let of = made.ways.iter().filter(|way| way.from == Some(tier)).map(|way| way.customers);
                prop_assert_eq!(of.sum::<u64>(), report.customers);
            }
            for (tier, report) in made.candidate.iter().enumerate() {
                let of = made.ways.iter().filter(|way| way.to == Some(tier)).map(|way| way.customers);
                prop_assert_eq!(of.sum::<u64>(), report.customers);
            }
            for way in &made.ways {
                let moved = if way.from == way.to { 0 } else { way.customers };
                prop_assert_eq!(way.causes.scheme, moved);
                prop_assert_eq!(way.examples.len() as u64, way.customers.min(2));
            }
            let kept: Simulation = serde_json::from_str(&serde_json::to_string(&made).unwrap()).unwrap();
            prop_assert_eq!(kept.ways, made.ways);
        }
    }
}
