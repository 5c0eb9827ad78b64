//! Figures that texts on satisfaction repeat. One named list: each with who says so, where it comes from, and what is to be
//! held against it. They are never mixed with what was measured; what is worked out by one names it.

use crate::compare::SatisfactionBand;

/// A figure that is repeated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReferenceFigure {
    pub id: &'static str,
    /// What it says.
    pub statement: &'static str,
    /// The least and the most that is said; the same where it is one number. Without a most it is "more than".
    pub low: f64,
    pub high: Option<f64>,
    /// Of what.
    pub unit: &'static str,
    pub said_by: &'static str,
    /// Where it was first published; empty where that could not be found.
    pub original_source: &'static str,
    pub caveat: &'static str,
}

const TEXTBOOKS: &str = "textbooks on managing customer satisfaction";
const UNTRACED: &str = "Repeated without a source; no study behind it could be traced.";
const SALES_TRAINING: &str = "texts on sales and service training";
const SIX_REASONS: &str = "One of six shares that add up to 100 %. Often credited to surveys of the 1970s and 1980s that \
     nobody can name; no study behind it could be traced.";
const BAROMETER: &str = "American Express Global Customer Service Barometer 2011";
const BAROMETER_CAVEAT: &str = "What respondents of one survey said of themselves, in one country and one year.";

/// All of them.
pub const REFERENCE_FIGURES: &[ReferenceFigure] = &[
    people("told-by-dissatisfied", "A dissatisfied customer tells 22 people.", 22.0, Some(22.0)),
    people("told-by-satisfied", "A satisfied customer tells 8 people.", 8.0, Some(8.0)),
    people("told-by-delighted", "A highly satisfied customer tells more than 10 people.", 10.0, None),
    ReferenceFigure {
        said_by: BAROMETER,
        original_source: BAROMETER,
        caveat: BAROMETER_CAVEAT,
        ..people("told-by-dissatisfied-2011", "A poor experience is told to 16 people.", 16.0, Some(16.0))
    },
    ReferenceFigure {
        said_by: BAROMETER,
        original_source: BAROMETER,
        caveat: BAROMETER_CAVEAT,
        ..people("told-by-satisfied-2011", "A good experience is told to 9 people.", 9.0, Some(9.0))
    },
    leaving("left-died", "1 % of customers who leave have died.", 1.0),
    leaving("left-moved", "3 % have moved away.", 3.0),
    leaving("left-other-ties", "5 % have taken up other ties.", 5.0),
    leaving("left-competitor", "9 % leave for a competitor.", 9.0),
    leaving("left-product", "14 % leave for the product.", 14.0),
    leaving("left-indifference", "68 % leave because staff were indifferent.", 68.0),
    percent(
        "dissatisfied-by-communication",
        "Two thirds of dissatisfaction come from communication, one third from product or service.",
        (200.0 / 3.0, Some(200.0 / 3.0)),
    ),
    percent("keeping-costs", "Keeping a customer costs a fifth of winning one.", (20.0, Some(20.0))),
    ReferenceFigure {
        said_by: "Reichheld and Sasser",
        original_source: "Reichheld & Sasser 1990, Zero defections: quality comes to services, HBR 68(5), 105-111",
        caveat: "By industry, of the discounted profit of an average customer; others quote 25-80 % or 25-95 %.",
        ..percent("profit-by-retention", "5 points more retention bring 25 to 85 % more profit.", (25.0, Some(85.0)))
    },
    ReferenceFigure {
        said_by: "Reichheld",
        original_source: "Reichheld 1993, Loyalty-based management, HBR 71(2), 64-73",
        caveat: "Of customers who left; it is not how many of the satisfied leave.",
        ..percent(
            "left-satisfied",
            "65 to 85 % of customers who left had called themselves satisfied.",
            (65.0, Some(85.0)),
        )
    },
];

/// The figures of how many hear of it, for somebody in this band.
pub fn told_by(band: SatisfactionBand) -> impl Iterator<Item = &'static ReferenceFigure> {
    let ids: &[&str] = match band {
        SatisfactionBand::Dissatisfied => &["told-by-dissatisfied", "told-by-dissatisfied-2011"],
        SatisfactionBand::Satisfied => &["told-by-satisfied", "told-by-satisfied-2011"],
        SatisfactionBand::Delighted => &["told-by-delighted"],
    };
    REFERENCE_FIGURES.iter().filter(|figure| ids.contains(&figure.id))
}

const fn people(id: &'static str, statement: &'static str, low: f64, high: Option<f64>) -> ReferenceFigure {
    let (said_by, original_source, caveat) = (TEXTBOOKS, "", UNTRACED);
    ReferenceFigure { id, statement, low, high, unit: "people", said_by, original_source, caveat }
}

const fn percent(id: &'static str, statement: &'static str, (low, high): (f64, Option<f64>)) -> ReferenceFigure {
    let (said_by, original_source, caveat) = (TEXTBOOKS, "", UNTRACED);
    ReferenceFigure { id, statement, low, high, unit: "percent", said_by, original_source, caveat }
}

const fn leaving(id: &'static str, statement: &'static str, share: f64) -> ReferenceFigure {
    let (said_by, original_source, caveat) = (SALES_TRAINING, "", SIX_REASONS);
    ReferenceFigure { id, statement, low: share, high: Some(share), unit: "percent", said_by, original_source, caveat }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_an_id_of_their_own_and_say_who_says_so() {
        let mut ids: Vec<_> = REFERENCE_FIGURES.iter().map(|figure| figure.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), REFERENCE_FIGURES.len());
        assert!(REFERENCE_FIGURES.iter().all(|figure| !figure.said_by.is_empty() && !figure.caveat.is_empty()));
    }

    #[test]
    fn reasons_for_leaving_add_up() {
        let reasons = REFERENCE_FIGURES.iter().filter(|figure| figure.caveat == SIX_REASONS);
        assert_eq!(reasons.map(|figure| figure.low).sum::<f64>(), 100.0);
    }

    /// methods.md 1.1: 60 dissatisfied are heard by 1,320, 82 satisfied and 108 delighted by at least 1,736.
    #[test]
    fn methods_1_1_word_of_mouth() {
        let first = |band| told_by(band).next().unwrap().low;
        assert_eq!(60.0 * first(SatisfactionBand::Dissatisfied), 1_320.0);
        let heard = 82.0 * first(SatisfactionBand::Satisfied) + 108.0 * first(SatisfactionBand::Delighted);
        assert_eq!(heard, 1_736.0);
    }
}
