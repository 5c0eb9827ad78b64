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

/// Steps of what is told: twelve decimals.
const TOLD: f64 = 1e12;

/// A number as it is told, without the noise that sums of fractions leave in their last bits: 0.3 where they come to
/// 0.30000000000000004, and 0 where all that is left of a difference is 1e-17.
pub fn without_noise(number: f64) -> f64 {
    let steps = (number * TOLD).round();
    // What is larger has no bits to spare for so many decimals.
    if steps.abs() < (1_u64 << 53) as f64 { steps / TOLD + 0.0 } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_left_out_and_nothing_else() {
        assert_eq!([0.1 + 0.2, 0.1 + 0.2 - 0.3, 1.0 - 0.9].map(without_noise), [0.3, 0.0, 0.1]);
        assert!(without_noise(-1e-17).is_sign_positive(), "0 and not -0");
        let large = 1_234_567.000_000_1;
        assert_eq!((without_noise(large), without_noise(-4.0)), (large, -4.0));
        assert!(without_noise(f64::NAN).is_nan());
    }
}
