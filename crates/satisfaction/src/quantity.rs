//! One number that answers come to: which it may be, where the sums of a revision hold it, and what they say of it. What
//! may be held against what is in `difference`, how it goes over time in `trend`.

use guanxi_model::Violations;
use guanxi_model::statistics::Interval;
use guanxi_model::statistics::chart::Count;
use guanxi_model::statistics::mean::{self, Mean};
use guanxi_model::statistics::nps::Recommendations;
use guanxi_model::statistics::proportion::Proportion;
use guanxi_model::statistics::rate::Rate;
use serde::{Deserialize, Serialize};

use crate::cube::{Compared, Measured, RECORDS, Size, Sums};
use crate::scheme::{AnswerScale, IndexForm, QuestionnaireScheme};
use crate::tree::Node;

guanxi_model::words! {
    /// Which number.
    QuantityKind {
        Index = 1, Score = 2, Gap = 3, Dissatisfied = 4, AsExpected = 5, Delighted = 6, Csat = 7, EffortEasy = 8,
        NetPromoter = 9, DissatisfiedItems = 10
    }
}

/// A number, and what it is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quantity {
    pub kind: QuantityKind,
    pub part: Part,
}

/// What of a questionnaire a number is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Whole,
    Dimension(String),
    Item(String),
}

/// What more of a number means for customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarity {
    HigherIsBetter,
    LowerIsBetter,
    Neither,
}

/// Where the sums of a revision hold a quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    at: At,
    /// Of a gap: what sets must have in common for a point to be the same.
    scale: Option<(i32, i32)>,
}

#[derive(Clone, Debug, PartialEq)]
enum At {
    /// A mean, and the straight line from it to the number.
    Mean(Measured, Line),
    Gap(Compared),
    /// A part of several places that follow each other.
    Share {
        part: usize,
        first: usize,
        places: usize,
    },
    /// Detractors, passives, promoters.
    Promoters(usize),
    /// What is in these places, per record.
    PerRecord(Vec<usize>),
}

/// From a mean to a number: less `zero`, times `slope`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    zero: f64,
    slope: f64,
}

/// What sums say of a quantity, in numbers that can be tested.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// None of no answers.
    Mean(Option<Mean>),
    Share {
        hits: u64,
        of: u64,
    },
    Promoters(Recommendations),
    /// Events per record.
    Rate {
        events: u64,
        records: u64,
    },
}

/// What a control chart is drawn of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Samples {
    /// Answers, in so many steps to what the line begins from.
    Answers(Vec<mean::Sums>, f64),
    Shares(Vec<Count>),
    Rates(Vec<Count>),
}

impl QuantityKind {
    /// Whether it is a share, 0 to 1.
    pub fn is_share(self) -> bool {
        use QuantityKind::{AsExpected, Csat, Delighted, Dissatisfied, EffortEasy};
        matches!(self, Dissatisfied | AsExpected | Delighted | Csat | EffortEasy)
    }

    /// Whether it is a count per record, which is followed over time and held against nothing.
    pub fn is_rate(self) -> bool {
        self == QuantityKind::DissatisfiedItems
    }

    pub fn polarity(self) -> Polarity {
        match self {
            QuantityKind::Dissatisfied | QuantityKind::DissatisfiedItems => Polarity::LowerIsBetter,
            QuantityKind::AsExpected => Polarity::Neither,
            _ => Polarity::HigherIsBetter,
        }
    }

    /// What values there can be, whatever the questionnaire; of index and gap that is for its form and its scales to say.
    pub fn range(self) -> (f64, f64) {
        match self {
            QuantityKind::Index | QuantityKind::Gap => (f64::from(i32::MIN), f64::from(i32::MAX)),
            QuantityKind::Score => (0.0, 100.0),
            QuantityKind::NetPromoter => (-100.0, 100.0),
            QuantityKind::DissatisfiedItems => (0.0, f64::from(i32::MAX)),
            _ => (0.0, 1.0),
        }
    }
}

impl Quantity {
    /// A number of the questionnaire as a whole.
    pub fn whole(kind: QuantityKind) -> Quantity {
        Quantity { kind, part: Part::Whole }
    }

    /// A number of a part, if it has one: `dimension` and `item` are empty where they are not meant.
    ///
    /// # Errors
    /// At `dimension` or `item`, what is one too many or missing.
    pub fn new(kind: QuantityKind, (dimension, item): (&str, &str)) -> Result<Quantity, Violations> {
        use QuantityKind::{Csat, EffortEasy, Index, NetPromoter, Score};
        let mut v = Violations::new();
        let part = match (dimension, item) {
            ("", "") => Part::Whole,
            (dimension, "") => Part::Dimension(dimension.to_owned()),
            ("", item) => Part::Item(item.to_owned()),
            _ => {
                v.push("item", "must not be given beside a dimension");
                Part::Whole
            }
        };
        if matches!(kind, Index | Csat | EffortEasy | NetPromoter) {
            for (field, given) in [("dimension", dimension), ("item", item)] {
                if !given.is_empty() {
                    v.push(field, "must not be given: this number is of the questionnaire as a whole");
                }
            }
        }
        if kind.is_rate() && matches!(part, Part::Item(_)) {
            v.push("item", "must not be given: of one item it is the share of the dissatisfied");
        }
        if kind == Score && (dimension, item) == ("", "") {
            v.push("dimension", "a score is of a dimension or an item: name one; as a whole it is the index");
        }
        v.finish().map(|()| Quantity { kind, part })
    }
}

impl QuestionnaireScheme {
    /// The numbers of the questionnaire as a whole, and the scores of its dimensions.
    pub fn quantities(&self) -> Vec<Quantity> {
        use QuantityKind as Kind;
        let whole = [
            Kind::Index,
            Kind::Gap,
            Kind::Dissatisfied,
            Kind::AsExpected,
            Kind::Delighted,
            Kind::Csat,
            Kind::EffortEasy,
            Kind::NetPromoter,
        ];
        let parts = self.content().dimensions.iter().map(|dimension| Part::Dimension(dimension.id.clone()));
        let scores = parts.map(|part| Quantity { kind: Kind::Score, part });
        // Under the gap form the index is the gap.
        let is_twice = |quantity: &Quantity| quantity.kind == Kind::Gap && self.form() == IndexForm::Gap;
        let all = whole.into_iter().map(Quantity::whole).chain(scores);
        all.filter(|quantity| !is_twice(quantity) && self.source(quantity).is_ok()).collect()
    }

    /// Where sums of this revision hold a quantity.
    ///
    /// # Errors
    /// At `kind`, `dimension` or `item`, what the questionnaire does not have.
    pub fn source(&self, quantity: &Quantity) -> Result<Source, Violations> {
        let layout = self.layout();
        let metric = |at: Option<usize>, of: fn(usize) -> At| {
            let absent = || Violations::one("kind", "the questionnaire does not have the question");
            at.map(|at| Source { at: of(at), scale: None }).ok_or_else(absent)
        };
        // Hits come first, then all who were asked and answered.
        let share = |at: usize| At::Share { part: at, first: at + 1, places: 1 };
        match quantity.kind {
            QuantityKind::Index => Ok(Source { at: At::Mean(layout.index, Line::SAME), scale: None }),
            QuantityKind::Score => self.score(&quantity.part),
            QuantityKind::Csat => metric(layout.satisfied, share),
            QuantityKind::EffortEasy => metric(layout.easy, share),
            QuantityKind::NetPromoter => metric(layout.promoters, At::Promoters),
            QuantityKind::Gap => {
                self.compared(&quantity.part).map(|(compared, scale)| Source { at: At::Gap(compared), scale })
            }
            QuantityKind::Dissatisfied => self.band(&quantity.part, 0),
            QuantityKind::AsExpected => self.band(&quantity.part, 1),
            QuantityKind::Delighted => self.band(&quantity.part, 2),
            QuantityKind::DissatisfiedItems => self.dissatisfied_items(&quantity.part),
        }
    }

    /// The dissatisfied of each item below a part, of which each record says whether it is one of them.
    fn dissatisfied_items(&self, part: &Part) -> Result<Source, Violations> {
        let items = match part {
            Part::Dimension(id) => self.items_below(self.tree().within(self.dimension(id)?)),
            Part::Whole | Part::Item(_) => self.items_below(self.tree().top()),
        };
        let compares = |kind| self.content().compared == Some(kind);
        let of_item = |index: usize| self.layout().items[index].comparisons.iter().find(|one| compares(one.kind));
        let places: Vec<usize> = items.into_iter().filter_map(of_item).map(|one| one.bands).collect();
        if places.is_empty() {
            return Err(Violations::one("kind", "none of its items holds perceptions against expectations"));
        }
        Ok(Source { at: At::PerRecord(places), scale: None })
    }

    fn items_below(&self, nodes: &[Node]) -> Vec<usize> {
        let below = |node: &Node| match *node {
            Node::Item(index) => vec![index],
            Node::Dimension(index) => self.items_below(self.tree().within(index)),
        };
        nodes.iter().flat_map(below).collect()
    }

    fn band(&self, part: &Part, offset: usize) -> Result<Source, Violations> {
        let (Compared { bands, .. }, _) = self.compared(part)?;
        Ok(Source { at: At::Share { part: bands + offset, first: bands, places: 3 }, scale: None })
    }

    fn score(&self, part: &Part) -> Result<Source, Violations> {
        let none = || Violations::one("kind", "there are no scores under the index form of the questionnaire");
        let (measured, line) = match part {
            Part::Whole => return Err(Violations::one("dimension", "is required, or an item")),
            Part::Dimension(id) => (self.layout().dimensions[self.dimension(id)?].score.ok_or_else(none)?, Line::SAME),
            Part::Item(id) => {
                let index = self.item(id)?;
                let unrated =
                    || Violations::one("item", format!("{id} is asked neither for a rating nor a perception"));
                let scale = self.content().items[index].scale.as_ref().ok_or_else(unrated)?;
                let measured = self.layout().items[index].outcome.ok_or_else(unrated)?;
                (measured, Line::of(scale, self.form()).ok_or_else(none)?)
            }
        };
        Ok(Source { at: At::Mean(measured, line), scale: None })
    }

    /// Where perceptions are held against expectations, and the scale of both.
    fn compared(&self, part: &Part) -> Result<(Compared, Option<(i32, i32)>), Violations> {
        let (layout, content) = (self.layout(), self.content());
        let none = || Violations::one("kind", "the questionnaire does not hold perceptions against expectations");
        let of_item = |index: usize| content.items[index].scale.as_ref().map(|scale| (scale.min, scale.max));
        // What is compared as a whole is on one scale.
        let first =
            (0..content.items.len()).find(|index| !layout.items[*index].comparisons.is_empty()).and_then(of_item);
        match part {
            Part::Whole => Ok((layout.comparison.ok_or_else(none)?, first)),
            Part::Dimension(id) => Ok((layout.dimensions[self.dimension(id)?].comparison.ok_or_else(none)?, first)),
            Part::Item(id) => {
                let index = self.item(id)?;
                let wanted = |one: &&Compared| content.compared.is_none_or(|kind| one.kind == kind);
                let unasked =
                    || Violations::one("item", format!("{id} is not asked for what the questionnaire compares"));
                let compared = layout.items[index].comparisons.iter().find(wanted).ok_or_else(unasked)?;
                Ok((*compared, of_item(index)))
            }
        }
    }

    fn dimension(&self, id: &str) -> Result<usize, Violations> {
        let place = self.content().dimensions.iter().position(|one| one.id == id);
        place.ok_or_else(|| Violations::one("dimension", format!("the questionnaire has no dimension {id}")))
    }

    fn item(&self, id: &str) -> Result<usize, Violations> {
        let place = self.content().items.iter().position(|one| one.id == id);
        place.ok_or_else(|| Violations::one("item", format!("the questionnaire has no item {id}")))
    }
}

impl Line {
    const SAME: Line = Line { zero: 0.0, slope: 1.0 };

    /// From points of a scale to 0 to 100.
    fn of(scale: &AnswerScale, form: IndexForm) -> Option<Line> {
        let (min, max) = (f64::from(scale.min), f64::from(scale.max));
        match form {
            IndexForm::Interval => Some(Line { zero: min, slope: 100.0 / (max - min) }),
            IndexForm::Ratio => Some(Line { zero: 0.0, slope: 100.0 / max }),
            IndexForm::Gap | IndexForm::Difference => None,
        }
    }

    fn apply(self, value: f64) -> f64 {
        (value - self.zero) * self.slope
    }
}

impl Source {
    /// Whether a point of this number is one of the other.
    pub fn is_like(&self, other: &Source) -> bool {
        self.scale == other.scale
    }

    /// What sums say.
    pub fn read(&self, sums: &Sums) -> Reading {
        match self.at {
            At::PerRecord(ref places) => Reading::Rate {
                events: places.iter().map(|place| count(sums, *place)).sum(),
                records: count(sums, RECORDS),
            },
            At::Mean(measured, line) => {
                let mean = answers(sums, measured).mean(1.0 / measured.unit);
                Reading::Mean(mean.map(|Mean { mean, deviation, n }| Mean {
                    mean: line.apply(mean),
                    deviation: deviation.map(|deviation| deviation * line.slope),
                    n,
                }))
            }
            At::Gap(Compared { gap, .. }) => Reading::Mean(answers(sums, gap).mean(1.0 / gap.unit)),
            At::Share { part, first, places } => {
                Reading::Share { hits: count(sums, part), of: (first..first + places).map(|at| count(sums, at)).sum() }
            }
            At::Promoters(at) => Reading::Promoters(Recommendations {
                detractors: count(sums, at),
                passives: count(sums, at + 1),
                promoters: count(sums, at + 2),
            }),
        }
    }

    /// Of a gap: the perceptions and the expectations it is made of.
    pub fn halves(&self, sums: &Sums) -> Option<(Reading, Reading)> {
        let At::Gap(Compared { gap, perception, expectation, .. }) = self.at else { return None };
        let n = count(sums, gap.at);
        let mean = |at: usize| mean::Sums { n, sum: sums.at(at), squares: sums.at(at + 1) }.mean(1.0 / gap.unit);
        Some((Reading::Mean(mean(perception)), Reading::Mean(mean(expectation))))
    }

    /// What a control chart of periods is drawn of; of too few answers there is nothing.
    pub(crate) fn samples(&self, periods: &[&Sums]) -> Samples {
        let shown = |sums: &&&Sums| self.read(sums).size().is_told();
        let answered = |of: &dyn Fn(&Sums) -> mean::Sums| {
            periods.iter().map(|sums| if shown(&sums) { of(sums) } else { mean::Sums::default() }).collect()
        };
        match self.at {
            At::Mean(measured, _) | At::Gap(Compared { gap: measured, .. }) => {
                Samples::Answers(answered(&|sums| answers(sums, measured)), 1.0 / measured.unit)
            }
            // Each answer is 1, 0 or -1 of a hundred points.
            At::Promoters(at) => {
                let signs = |sums: &Sums| {
                    let (against, without, for_us) = (sums.at(at), sums.at(at + 1), sums.at(at + 2));
                    let n = u64::try_from(against + without + for_us).unwrap_or_default();
                    mean::Sums { n, sum: for_us - against, squares: for_us + against }
                };
                Samples::Answers(answered(&signs), 0.01)
            }
            At::Share { .. } => {
                let share = |sums: &&Sums| match self.read(sums) {
                    Reading::Share { hits, of } if shown(&sums) => Count { events: hits, of: of as f64 },
                    _ => Count { events: 0, of: 0.0 },
                };
                Samples::Shares(periods.iter().map(share).collect())
            }
            At::PerRecord(_) => {
                let rate = |sums: &&Sums| match self.read(sums) {
                    Reading::Rate { events, records } if shown(&sums) => Count { events, of: records as f64 },
                    _ => Count { events: 0, of: 0.0 },
                };
                Samples::Rates(periods.iter().map(rate).collect())
            }
        }
    }

    /// The number of a mean that a chart was drawn about.
    pub(crate) fn centre(&self, mean: f64) -> f64 {
        match self.at {
            At::Mean(_, line) => line.apply(mean),
            At::Gap(_) | At::Share { .. } | At::Promoters(_) | At::PerRecord(_) => mean,
        }
    }
}

fn answers(sums: &Sums, Measured { at, unit: _ }: Measured) -> mean::Sums {
    mean::Sums { n: count(sums, at), sum: sums.at(at + 1), squares: sums.at(at + 2) }
}

fn count(sums: &Sums, at: usize) -> u64 {
    u64::try_from(sums.at(at)).unwrap_or_default()
}

impl Reading {
    /// How many answers it rests on.
    pub fn size(self) -> Size {
        let n = match self {
            Reading::Mean(mean) => mean.map_or(0.0, |mean| mean.n) as u64,
            Reading::Share { hits: _, of } => of,
            Reading::Promoters(told) => told.n(),
            Reading::Rate { events: _, records } => records,
        };
        Size::equal(i64::try_from(n).unwrap_or(i64::MAX))
    }

    /// None of no answers.
    pub fn value(self) -> Option<f64> {
        match self {
            Reading::Mean(mean) => mean.map(|mean| mean.mean),
            Reading::Share { hits, of } => Proportion::new(hits, of).map(Proportion::share),
            Reading::Promoters(told) => told.score(),
            Reading::Rate { .. } => self.rate()?.per_unit(),
        }
    }

    /// Of means: the standard deviation among the answers.
    pub fn deviation(self) -> Option<f64> {
        match self {
            Reading::Mean(mean) => mean?.deviation,
            Reading::Share { .. } | Reading::Promoters(_) | Reading::Rate { .. } => None,
        }
    }

    pub fn interval(self) -> Option<Interval> {
        match self {
            Reading::Mean(mean) => mean?.interval(),
            Reading::Share { hits, of } => Proportion::new(hits, of).map(Proportion::interval),
            Reading::Promoters(told) => told.interval().map(|told| told.interval),
            Reading::Rate { .. } => self.rate()?.interval(),
        }
    }

    fn rate(self) -> Option<Rate> {
        let Reading::Rate { events, records } = self else { return None };
        Some(Rate { events, exposure: records as f64 })
    }
}
