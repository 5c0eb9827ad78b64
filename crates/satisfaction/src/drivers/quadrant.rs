//! Importance-performance analysis (Martilla & James 1977, J. Marketing 41(1), 77-79).

use guanxi_model::grid::on_grid;

guanxi_model::words! {
    /// What importance and performance, held against those of the other drivers, suggest.
    Quadrant { ConcentrateHere = 1, KeepUp = 2, LowPriority = 3, PossibleOverkill = 4 }
}

/// Where drivers of some (importance, performance) lie: high is what reaches the mean of all of them.
pub fn quadrants(drivers: &[(f64, f64)]) -> Vec<Quadrant> {
    let count = drivers.len() as f64;
    let importance = drivers.iter().map(|(importance, _)| importance).sum::<f64>() / count;
    let performance = drivers.iter().map(|(_, performance)| performance).sum::<f64>() / count;
    // On the grid, so that drivers which are all alike lie on the line and not on either side of a rounding.
    let is_high = |value: f64, line: f64| on_grid(value) >= on_grid(line);
    let quadrant = |(of, at): &(f64, f64)| match (is_high(*of, importance), is_high(*at, performance)) {
        (true, false) => Quadrant::ConcentrateHere,
        (true, true) => Quadrant::KeepUp,
        (false, false) => Quadrant::LowPriority,
        (false, true) => Quadrant::PossibleOverkill,
    };
    drivers.iter().map(quadrant).collect()
}
