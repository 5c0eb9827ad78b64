//! The 95 % intervals of what sums say. Numbers of responses may be effective ones, and so need not be whole.

/// The standard normal distribution leaves 2.5 % above it.
const Z: f64 = 1.959_963_984_540_054;

/// Of a mean with its standard error.
pub(super) fn of_mean(mean: f64, error: f64, n: f64) -> (f64, f64) {
    let _ = n;
    (mean - Z * error, mean + Z * error)
}

/// Of a share (Wilson 1927, JASA 22, 209-212).
pub(super) fn of_share(share: f64, n: f64) -> (f64, f64) {
    let z2 = Z * Z;
    let centre = share + z2 / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let whole = 1.0 + z2 / n;
    (((centre - half) / whole).max(0.0), ((centre + half) / whole).min(1.0))
}

/// The standard error of a net promoter score by its shares, and its adjusted Wald interval (Rocks 2016, Am. Statistician
/// 70(4), 365-372).
pub(super) fn of_promoters((promoters, detractors): (f64, f64), n: f64) -> (f64, (f64, f64)) {
    let error = |p: f64, d: f64, n: f64| 100.0 * ((p + d - (p - d) * (p - d)).max(0.0) / n).sqrt();
    let more = n + 3.0;
    let (p, d) = ((promoters * n + 0.75) / more, (detractors * n + 0.75) / more);
    let (centre, half) = (100.0 * (p - d), Z * error(p, d, more));
    (error(promoters, detractors, n), ((centre - half).max(-100.0), (centre + half).min(100.0)))
}
