//! Intervals of 95 %: of a share, and the factor of a mean or a slope.

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The interval of a share of `part` in `whole` (Wilson 1927, JASA 22, 209-212); none of nothing.
pub fn wilson(part: u64, whole: u64) -> Option<(f64, f64)> {
    if whole == 0 {
        return None;
    }
    let (n, share) = (whole as f64, part as f64 / whole as f64);
    let middle = share + Z * Z / (2.0 * n);
    let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // At either end the bound is the end itself; rounding must not leave it.
    let low = if part == 0 { 0.0 } else { (middle - reach) / scale };
    let high = if part == whole { 1.0 } else { (middle + reach) / scale };
    Some((low, high))
}

/// The 97.5th percentile of Student's t; `degrees` need not be whole, but is at least 1.
pub(crate) fn student(degrees: f64) -> f64 {
    // Of one degree of freedom it is 12.7, and of more it is less.
    let (mut low, mut high) = (0.0, 13.0);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if beyond(middle, degrees) > 0.025 { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The share of Student's t above `t`.
fn beyond(t: f64, degrees: f64) -> f64 {
    0.5 * incomplete_beta(degrees / (degrees + t * t), degrees / 2.0, 0.5)
}

/// The regularised incomplete beta function, by its continued fraction (Lentz's method).
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    // The fraction converges fast on one side only; the other is one less its mirror image.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let front = (a * x.ln() + b * (1.0 - x).ln() - ln_beta(a, b)).exp() / a;
    let (mut c, mut d) = (1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for step in 1..=300 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for term in [even, odd] {
            d = 1.0 / (1.0 + term * d);
            c = 1.0 + term / c;
            fraction *= d * c;
        }
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * fraction
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// Stirling's series, after stepping up to where it is exact to the last digits.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut below) = (x, 0.0);
    while x < 12.0 {
        below += x.ln();
        x += 1.0;
    }
    let square = x * x;
    let series = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * square)) / square) / square) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-8, "{found} is not {expected}");
    }

    #[test]
    fn methods_1_7_wilson() {
        let golden = [
            (42, 50, 0.714_857_839_4, 0.916_625_793_2),
            (0, 5, 0.0, 0.434_482_464_8),
            (5, 5, 0.565_517_535_2, 1.0),
            (1, 1, 0.206_549_314_4, 1.0),
            (67, 250, 0.216_911_321_5, 0.326_110_529_5),
        ];
        for (part, whole, low, high) in golden {
            let found = wilson(part, whole).unwrap();
            near(found.0, low);
            near(found.1, high);
        }
        assert_eq!(wilson(0, 0), None);
    }

    /// Percentiles as tables of the t distribution have them.
    #[test]
    fn student_is_that_of_the_tables() {
        for (degrees, percentile) in [
            (1.0, 12.706_204_736_432_1),
            (2.0, 4.302_652_729_911_28),
            (5.0, 2.570_581_835_636_31),
            (10.0, 2.228_138_851_964_94),
            (30.0, 2.042_272_456_301_24),
        ] {
            near(student(degrees), percentile);
        }
    }

    /// methods.md 1.3: mean -0.5376, sd 0.9423259 of 250 gives [-0.6549803, -0.4202197].
    #[test]
    fn bank_gap_has_its_interval() {
        let reach = student(249.0) * 0.942_325_93 / 250_f64.sqrt();
        assert!((reach - (0.654_980_31 - 0.537_6)).abs() < 1e-7, "{reach}");
    }
}
