//! Perception against expectation: ratio, gap, band, and the zone of tolerance. Answers have their good end up here.

use guanxi_model::fact::QuestionKind;
use guanxi_model::grid::{on_grid, without_noise};

guanxi_model::words! {
    /// How a perception compares with what was expected.
    SatisfactionBand { Dissatisfied = 1, Satisfied = 2, Delighted = 3 }
    /// Where a perception lies in the zone of tolerance.
    ZonePlace { BelowAdequate = 1, Tolerated = 2, AboveDesired = 3 }
}

const WHOLE_BP: i64 = 10_000;

/// A perception held against one expectation.
///
/// The satisfaction value is P / E (disconfirmation: Oliver 1980, J. Marketing Research 17(4), 460-469); there is none, and
/// no band, where the expectation is 0 or below, because a ratio to it means nothing. A gap there always is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    pub kind: QuestionKind,
    /// In points of the scale, good end up; a mean where it is of a dimension.
    pub perception: f64,
    pub expectation: f64,
    pub gap: f64,
    pub ratio: Option<f64>,
    pub band: Option<SatisfactionBand>,
}

impl Comparison {
    /// Of one answer with another. The band is found by multiplying crosswise, so no tie is decided by a rounding.
    pub(crate) fn of_answers(
        kind: QuestionKind,
        (perception, expectation): (i32, i32),
        tolerance_bp: i32,
    ) -> Comparison {
        let (p, e, tolerance) = (i64::from(perception), i64::from(expectation), i64::from(tolerance_bp));
        let band = (e > 0).then(|| match p * WHOLE_BP {
            low if low < e * (WHOLE_BP - tolerance) => SatisfactionBand::Dissatisfied,
            high if high > e * (WHOLE_BP + tolerance) => SatisfactionBand::Delighted,
            _ => SatisfactionBand::Satisfied,
        });
        let (perception, expectation) = (f64::from(perception), f64::from(expectation));
        let ratio = (e > 0).then(|| perception / expectation);
        Comparison { kind, perception, expectation, gap: perception - expectation, ratio, band }
    }

    /// Of means. The ratio is that of the means. The band is found on the grid, so that noise in the last bits of a division
    /// does not decide it.
    pub(crate) fn of_means(kind: QuestionKind, (perception, expectation): (f64, f64), tolerance_bp: i32) -> Comparison {
        let tolerance = f64::from(tolerance_bp) / WHOLE_BP as f64;
        let ratio = (expectation > 0.0).then(|| perception / expectation);
        let band = ratio.map(|ratio| match on_grid(ratio) {
            low if low < on_grid(1.0 - tolerance) => SatisfactionBand::Dissatisfied,
            high if high > on_grid(1.0 + tolerance) => SatisfactionBand::Delighted,
            _ => SatisfactionBand::Satisfied,
        });
        Comparison { kind, perception, expectation, gap: without_noise(perception - expectation), ratio, band }
    }
}

/// The zone between what would just do and what is desired (Zeithaml, Berry & Parasuraman 1993, JAMS 21(1), 1-12), in
/// points of the scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Perception less desired.
    pub superiority: i64,
    /// Perception less adequate.
    pub adequacy: i64,
    /// Desired less adequate.
    pub width: i64,
    /// None where more would just do than is desired: the answers contradict each other.
    pub place: Option<ZonePlace>,
}

impl Zone {
    pub(crate) fn of(perception: i32, desired: i32, adequate: i32) -> Zone {
        let (p, d, a) = (i64::from(perception), i64::from(desired), i64::from(adequate));
        let place = (d >= a).then_some(match p {
            below if below < a => ZonePlace::BelowAdequate,
            above if above > d => ZonePlace::AboveDesired,
            _ => ZonePlace::Tolerated,
        });
        Zone { superiority: p - d, adequacy: p - a, width: d - a, place }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn band(perception: i32, expectation: i32, tolerance_bp: i32) -> Option<SatisfactionBand> {
        Comparison::of_answers(QuestionKind::PredictiveExpectation, (perception, expectation), tolerance_bp).band
    }

    #[test]
    fn methods_1_1_the_bounds_of_as_expected_belong_to_it() {
        for (perception, expected) in [
            (94, SatisfactionBand::Dissatisfied),
            (95, SatisfactionBand::Satisfied),
            (105, SatisfactionBand::Satisfied),
            (106, SatisfactionBand::Delighted),
        ] {
            assert_eq!(band(perception, 100, 500), Some(expected), "{perception}");
        }
        assert_eq!(
            [band(7, 10, 3_000), band(13, 10, 3_000)],
            [Some(SatisfactionBand::Satisfied); 2],
            "0.7 and 1.3 are no ties of floats"
        );
        assert_eq!(
            [band(9, 10, 0), band(10, 10, 0), band(11, 10, 0)],
            [
                Some(SatisfactionBand::Dissatisfied),
                Some(SatisfactionBand::Satisfied),
                Some(SatisfactionBand::Delighted)
            ]
        );
    }

    #[test]
    fn methods_1_1_nothing_expected_has_no_value() {
        let comparison = Comparison::of_answers(QuestionKind::PredictiveExpectation, (3, 0), 500);
        assert_eq!((comparison.ratio, comparison.band, comparison.gap), (None, None, 3.0));
    }

    #[test]
    fn a_gap_of_means_has_no_noise() {
        let of = |perception, expectation| {
            Comparison::of_means(QuestionKind::PredictiveExpectation, (perception, expectation), 500).gap
        };
        assert_eq!([of(4.3, 4.0), of(0.1 + 0.2, 0.3)], [0.3, 0.0]);
    }

    #[test]
    fn zeithaml_berry_parasuraman_1993_zone_of_tolerance() {
        let zone = Zone::of(5, 6, 4);
        let expected = Zone { superiority: -1, adequacy: 1, width: 2, place: Some(ZonePlace::Tolerated) };
        assert_eq!(zone, expected);
        assert_eq!(Zone::of(3, 6, 4).place, Some(ZonePlace::BelowAdequate));
        assert_eq!(Zone::of(7, 6, 4).place, Some(ZonePlace::AboveDesired));
        assert_eq!([Zone::of(4, 6, 4).place, Zone::of(6, 6, 4).place], [Some(ZonePlace::Tolerated); 2]);
        let contradictory = Zone::of(5, 4, 6);
        assert_eq!((contradictory.width, contradictory.place), (-2, None));
    }

    proptest! {
        #[test]
        fn a_mean_of_one_is_compared_as_that_one(p in 0..1_000_000, e in 1..1_000_000, tolerance in 0..=5_000) {
            let one = Comparison::of_answers(QuestionKind::Rating, (p, e), tolerance);
            let mean = Comparison::of_means(QuestionKind::Rating, (f64::from(p), f64::from(e)), tolerance);
            // Closer to a bound than the grid is fine.
            let ratio = f64::from(p) / f64::from(e);
            let tolerance = f64::from(tolerance) / 1e4;
            let near = (ratio - 1.0 - tolerance).abs().min((ratio - 1.0 + tolerance).abs());
            prop_assume!(near == 0.0 || near > 1e-9);
            prop_assert_eq!(one.band, mean.band);
        }
    }
}
