//! What is told of services that were counted: the share that was right first time, of the whole and of each period, and
//! whether it has really changed. A pure function of the counts.

use guanxi_model::Day;
use guanxi_model::statistics::Evidence;
use guanxi_model::statistics::chart::{Count, Counting, Unfit};
use guanxi_model::statistics::proportion::Proportion;

use super::{FirstTimeCounted, FirstTimeCounts, FirstTimeQuestion};
use crate::chart::{self, ControlChart, Usual};

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstTimeReport {
    /// The first and the last day of each period.
    pub periods: Vec<(Day, Day)>,
    pub total: FirstTimeRow,
    pub rows: Vec<(String, FirstTimeRow)>,
}

/// Services that are told of together.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstTimeRow {
    pub whole: FirstTimeCounts,
    /// One for each period of the report.
    pub periods: Vec<FirstTimeCounts>,
    /// Of the share that was right.
    pub chart: Result<ControlChart, Unfit>,
}

/// The report of what was counted.
pub fn report(question: &FirstTimeQuestion, counted: FirstTimeCounted) -> FirstTimeReport {
    let FirstTimeCounted { total, groups } = counted;
    FirstTimeReport {
        periods: question.period.parts(question.days).collect(),
        total: row(question, total),
        rows: groups.into_iter().map(|(key, periods)| (key, row(question, periods))).collect(),
    }
}

fn row(question: &FirstTimeQuestion, periods: Vec<FirstTimeCounts>) -> FirstTimeRow {
    let mut whole = FirstTimeCounts::default();
    periods.iter().for_each(|period| whole += *period);
    // A period of too few has no point, as it has no share.
    let counted = |share: Proportion| Count { events: share.hits(), of: share.of() as f64 };
    let count = |period: &FirstTimeCounts| period.share().map_or(Count::NONE, counted);
    let counts: Vec<Count> = periods.iter().map(count).collect();
    let chart = chart::counts(&counts, Usual::Own, Counting::Shares, (question.ewma.into(), 1.0));
    FirstTimeRow { whole, periods, chart }
}

impl FirstTimeCounts {
    /// Those of which it is known whether they were right.
    pub fn settled(&self) -> u64 {
        self.services - self.pending
    }

    /// The share of those that was right; nothing of fewer than 5.
    pub fn share(&self) -> Option<Proportion> {
        Proportion::new(self.right, self.settled()).filter(|share| Evidence::of(share.of()).is_told())
    }
}
