//! Where something has really changed: the first alarm of a chart, and when what it is about began.

use super::ControlPoint;

guanxi_model::words! {
    /// Which way a number went.
    Direction { Rise = 1, Fall = 2 }
}

/// A change, by the periods of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub began: usize,
    pub alarmed: usize,
    pub direction: Direction,
}

/// The first alarm. A jump began where it shows; a drift in the first period since which the average has been on the same
/// side of its centre, or in the first after the sum was last 0.
pub(super) fn first(points: &[Option<ControlPoint>], centre: f64) -> Option<Change> {
    let jump = |point: &ControlPoint| point.limits.filter(|limits| limits.alarm);
    let alarms = |point: &ControlPoint| jump(point).is_some() || point.drift.alarms();
    let alarmed = points.iter().position(|point| point.is_some_and(|point| alarms(&point)))?;
    let at_alarm = points[alarmed]?;
    if let Some(limits) = jump(&at_alarm) {
        let direction = if limits.value > centre { Direction::Rise } else { Direction::Fall };
        return Some(Change { began: alarmed, alarmed, direction });
    }
    let direction = at_alarm.drift.direction();
    let is_before = |point: &Option<ControlPoint>| point.is_some_and(|point| point.drift.is_before(direction));
    let from = points[..alarmed].iter().rposition(is_before).map_or(0, |before| before + 1);
    let began = points[from..].iter().position(Option::is_some).map_or(alarmed, |first| from + first);
    Some(Change { began, alarmed, direction })
}
