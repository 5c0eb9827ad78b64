//! Points on a grid. Below 2^53 steps every sum of such numbers is exact, so parts add up to their whole bit for bit, in any
//! order and in any language with doubles, and noise in the last bits of a division decides no threshold
//! (docs/decisions/0009).

/// So many steps of the grid are one point.
pub const STEPS_PER_POINT: f64 = (1_u64 << 32) as f64;

/// To the nearest multiple of 2^-32.
pub fn on_grid(points: f64) -> f64 {
    (points * STEPS_PER_POINT).round() / STEPS_PER_POINT
}

/// How many steps of the grid these points are, to the nearest one.
pub fn steps(points: f64) -> i64 {
    (points * STEPS_PER_POINT).round() as i64
}
