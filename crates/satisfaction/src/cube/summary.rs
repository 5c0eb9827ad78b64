//! What the sums of a set say: means and shares with their intervals. Of fewer than five nothing is told but how many there
//! are, and fewer than thirty are no more than an indication (methods of small numbers; both bounds are said in the
//! contract).

use guanxi_model::fact::QuestionKind;
use guanxi_model::statistics::mean::Mean;
use guanxi_model::statistics::{Evidence, Interval};
use guanxi_model::statistics::{nps, proportion};
use serde::{Deserialize, Serialize};

use super::layout::{Compared, Measured, OfDimension, OfItem, POINT, RECORDS};
use super::pool::Pool;
use super::question::Detail;
use crate::line::Line;
use crate::scheme::{IndexForm, ItemDraft, QuestionnaireScheme};

/// What the records of a set say. Everything but the number of records is missing where there are too few.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub records: i64,
    /// Responses, or customers where each counts once.
    pub size: Size,
    pub told: Option<Box<Told>>,
}

/// See `Summary`. What is not asked by the questionnaire is `None`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    pub index: Estimate,
    pub comparison: Option<ComparisonSummary>,
    pub promoters: Option<PromoterSummary>,
    pub satisfied: Option<Share>,
    pub easy: Option<Share>,
    /// In the order of the questionnaire; empty where they are not asked for.
    pub dimensions: Vec<DimensionSummary>,
    pub items: Vec<ItemSummary>,
}

/// How much a number rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Size {
    pub n: i64,
    /// As many of equal weight say as much.
    pub effective: f64,
    pub evidence: Evidence,
}

/// A mean; of an effective number, with its spread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub size: Size,
    pub told: Option<Mean>,
}

/// A share, 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    pub size: Size,
    /// With its 95 % interval (Wilson 1927).
    pub told: Option<(f64, Interval)>,
}

/// Perceptions against expectations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonSummary {
    pub kind: QuestionKind,
    pub gap: Estimate,
    /// Means of both, and the ratio of the means.
    pub perception: Option<f64>,
    pub expectation: Option<f64>,
    pub ratio: Option<f64>,
    /// Of those with a ratio.
    pub dissatisfied: Share,
    pub satisfied: Share,
    pub delighted: Share,
}

/// The net promoter score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromoterSummary {
    pub size: Size,
    pub told: Option<Promoters>,
}

/// See `PromoterSummary`. The score is -100 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promoters {
    pub promoters: f64,
    pub passives: f64,
    pub detractors: f64,
    pub score: f64,
    pub error: f64,
    /// 95 %, adjusted Wald (Rocks 2016).
    pub interval: Interval,
}

/// The zone of tolerance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoneSummary {
    /// Of those that do not contradict themselves.
    pub below_adequate: Share,
    pub tolerated: Share,
    pub above_desired: Share,
    /// Of all.
    pub contradictory: Share,
    /// Means, of all.
    pub superiority: Option<f64>,
    pub adequacy: Option<f64>,
    pub width: Option<f64>,
}

/// How often a question was not answered, of all records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuestionRates {
    pub kind: QuestionKind,
    pub not_rated: Share,
    pub missing: Share,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DimensionSummary {
    pub score: Option<Estimate>,
    pub comparison: Option<ComparisonSummary>,
    pub importance: Option<Estimate>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemSummary {
    /// In points of the scale, good end up.
    pub answer: Option<Estimate>,
    /// 0 to 100, by the form of the index.
    pub score: Option<Estimate>,
    pub importance: Option<Estimate>,
    pub comparisons: Vec<ComparisonSummary>,
    pub zone: Option<ZoneSummary>,
    pub questions: Vec<QuestionRates>,
}

impl Size {
    fn of(pool: &Pool, places: &[usize]) -> Size {
        Size::weighing(pool.count(places), pool.effective(places))
    }

    /// Of so many that weigh alike.
    pub fn equal(n: i64) -> Size {
        Size::weighing(n, n as f64)
    }

    fn weighing(n: i64, effective: f64) -> Size {
        Size { n, effective, evidence: Evidence::weighing(u64::try_from(n).unwrap_or(0), effective) }
    }

    pub fn is_told(&self) -> bool {
        self.evidence.is_told()
    }
}

impl Summary {
    /// What a set says about a questionnaire.
    pub(super) fn of(scheme: &QuestionnaireScheme, pool: &Pool, detail: Detail) -> Summary {
        let size = Size::of(pool, &[RECORDS]);
        let told = size.is_told().then(|| Box::new(Told::of(scheme, pool, detail)));
        Summary { records: pool.records(), size, told }
    }
}

impl Told {
    fn of(scheme: &QuestionnaireScheme, pool: &Pool, detail: Detail) -> Told {
        let (layout, content) = (scheme.layout(), scheme.content());
        let dimensions = layout.dimensions.iter().filter(|_| detail >= Detail::Dimensions);
        let items = layout.items.iter().zip(&content.items).filter(|_| detail >= Detail::Items);
        Told {
            index: estimate(pool, layout.index),
            comparison: layout.comparison.map(|places| comparison(pool, places)),
            promoters: layout.promoters.map(|at| promoters(pool, at)),
            satisfied: layout.satisfied.map(|at| share(pool, at, &[at + 1])),
            easy: layout.easy.map(|at| share(pool, at, &[at + 1])),
            dimensions: dimensions.map(|places| dimension(pool, places)).collect(),
            items: items.map(|(places, item)| self::item(pool, (places, item), scheme.form())).collect(),
        }
    }
}

fn estimate(pool: &Pool, measured: Measured) -> Estimate {
    let size = Size::of(pool, &[measured.at]);
    let told = pool.mean(measured).filter(|_| size.is_told());
    Estimate { size, told }
}

/// What is in a place, of what is in others.
pub(super) fn share(pool: &Pool, part: usize, of: &[usize]) -> Share {
    let size = Size::of(pool, of);
    // Sums of customers' shares may be off by their rounding.
    let share = pool.per(part, of, POINT).min(1.0);
    let interval = proportion::wilson(share, size.effective).filter(|_| size.is_told());
    Share { size, told: interval.map(|interval| (share, interval)) }
}

fn comparison(pool: &Pool, places: Compared) -> ComparisonSummary {
    let Compared { kind, gap: measured, perception, expectation, bands } = places;
    let gap = estimate(pool, measured);
    let mean = |place| gap.told.map(|_| pool.per(place, &[measured.at], measured.unit));
    let (perception, expectation) = (mean(perception), mean(expectation));
    let ratio = perception.zip(expectation).filter(|(_, expected)| *expected > 0.0);
    let band = |offset| share(pool, bands + offset, &[bands, bands + 1, bands + 2]);
    ComparisonSummary {
        kind,
        perception,
        expectation,
        ratio: ratio.map(|(perceived, expected)| perceived / expected),
        dissatisfied: band(0),
        satisfied: band(1),
        delighted: band(2),
        gap,
    }
}

fn promoters(pool: &Pool, at: usize) -> PromoterSummary {
    let places = [at, at + 1, at + 2];
    let size = Size::of(pool, &places);
    let [detractors, passives, promoters] = places.map(|place| pool.per(place, &places, POINT));
    let told = nps::weighted(promoters, detractors, size.effective).filter(|_| size.is_told());
    let told = told.map(|(error, nps::Adjusted { point: _, interval })| {
        let score = 100.0 * (promoters - detractors);
        Promoters { promoters, passives, detractors, score, error, interval }
    });
    PromoterSummary { size, told }
}

fn zone(pool: &Pool, at: usize) -> ZoneSummary {
    let (clear, all) = ([at, at + 1, at + 2], [at, at + 1, at + 2, at + 3]);
    let is_told = Size::of(pool, &all).is_told();
    let mean = |offset| is_told.then(|| pool.per(at + offset, &all, POINT));
    ZoneSummary {
        below_adequate: share(pool, at, &clear),
        tolerated: share(pool, at + 1, &clear),
        above_desired: share(pool, at + 2, &clear),
        contradictory: share(pool, at + 3, &all),
        superiority: mean(4),
        adequacy: mean(5),
        width: mean(6),
    }
}

fn dimension(pool: &Pool, places: &OfDimension) -> DimensionSummary {
    DimensionSummary {
        score: places.score.map(|measured| estimate(pool, measured)),
        comparison: places.comparison.map(|places| comparison(pool, places)),
        importance: places.importance.map(|measured| estimate(pool, measured)),
    }
}

fn item(pool: &Pool, (places, item): (&OfItem, &ItemDraft), form: IndexForm) -> ItemSummary {
    let answer = places.outcome.map(|measured| estimate(pool, measured));
    let line = item.scale.as_ref().and_then(|scale| Line::of(scale, form));
    let score = answer
        .clone()
        .zip(line)
        .map(|(answer, line)| Estimate { told: answer.told.map(|mean| line.score_mean(mean)), ..answer });
    let rates = |(kind, at): &(QuestionKind, usize)| QuestionRates {
        kind: *kind,
        not_rated: share(pool, *at, &[RECORDS]),
        missing: share(pool, at + 1, &[RECORDS]),
    };
    ItemSummary {
        answer,
        score,
        importance: places.importance.map(|measured| estimate(pool, measured)),
        comparisons: places.comparisons.iter().map(|places| comparison(pool, *places)).collect(),
        zone: places.zone.map(|at| zone(pool, at)),
        questions: places.questions.iter().map(rates).collect(),
    }
}
