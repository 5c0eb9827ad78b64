//! Where the sums of a revision hold a quantity, and which quantities its questionnaire has.

use guanxi_model::Violations;

use super::source::{At, Sense};
use super::{Part, Quantity, QuantityKind, Source};
use crate::cube::Compared;
use crate::line::Line;
use crate::scheme::{IndexForm, QuestionnaireScheme, SatisfactionMetric};
use crate::tree::Node;

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
        let metric = |at: Option<usize>, of: fn(usize) -> At, metric| {
            let absent = || Violations::one("kind", "the questionnaire does not have the question");
            at.map(|at| Source { at: of(at), sense: self.sense_of(metric) }).ok_or_else(absent)
        };
        // Hits come first, then all who were asked and answered.
        let share = |at: usize| At::Share { part: at, first: at + 1, places: 1 };
        match quantity.kind {
            QuantityKind::Index => Ok(self.index()),
            QuantityKind::Score => self.score(&quantity.part),
            QuantityKind::Csat => metric(layout.satisfied, share, SatisfactionMetric::Csat),
            QuantityKind::EffortEasy => metric(layout.easy, share, SatisfactionMetric::CustomerEffort),
            QuantityKind::NetPromoter => metric(layout.promoters, At::Promoters, SatisfactionMetric::NetPromoter),
            QuantityKind::Gap => {
                self.compared(&quantity.part).map(|(compared, sense)| Source { at: At::Gap(compared), sense })
            }
            QuantityKind::Dissatisfied => self.band(&quantity.part, 0),
            QuantityKind::AsExpected => self.band(&quantity.part, 1),
            QuantityKind::Delighted => self.band(&quantity.part, 2),
            QuantityKind::DissatisfiedItems => self.dissatisfied_items(&quantity.part),
        }
    }

    /// The index; under the gap form in the points of the scale.
    fn index(&self) -> Source {
        let gap = || self.compared(&Part::Whole).map(|(_, sense)| sense).unwrap_or_default();
        let sense = if self.form() == IndexForm::Gap { gap() } else { Sense::default() };
        Source { at: At::Mean(self.layout().index, None), sense }
    }

    /// The scale of the item that is the question of a metric.
    fn sense_of(&self, metric: SatisfactionMetric) -> Sense {
        let item = self.content().items.iter().find(|item| item.metric == Some(metric));
        let scale = item.and_then(|item| item.scale.as_ref()).map(|scale| (scale.min, scale.max));
        Sense { scale, ..Sense::default() }
    }

    /// What decides whether a perception is as expected.
    fn sense_of_bands(&self, Compared { kind, .. }: Compared) -> Sense {
        Sense { scale: None, expectation: Some(kind), tolerance_bp: Some(self.content().tolerance_bp) }
    }

    /// The dissatisfied of each item below a part, of which each record says whether it is one of them.
    fn dissatisfied_items(&self, part: &Part) -> Result<Source, Violations> {
        let items = match part {
            Part::Dimension(id) => self.items_below(self.tree().within(self.dimension(id)?)),
            Part::Whole | Part::Item(_) => self.items_below(self.tree().top()),
        };
        let compares = |kind| self.content().compared == Some(kind);
        let of_item = |index: usize| self.layout().items[index].comparisons.iter().find(|one| compares(one.kind));
        let compared: Vec<Compared> = items.into_iter().filter_map(of_item).copied().collect();
        let Some(first) = compared.first() else {
            return Err(Violations::one("kind", "none of its items holds perceptions against expectations"));
        };
        let places = compared.iter().map(|one| one.bands).collect();
        Ok(Source { at: At::PerRecord(places), sense: self.sense_of_bands(*first) })
    }

    fn items_below(&self, nodes: &[Node]) -> Vec<usize> {
        let below = |node: &Node| match *node {
            Node::Item(index) => vec![index],
            Node::Dimension(index) => self.items_below(self.tree().within(index)),
        };
        nodes.iter().flat_map(below).collect()
    }

    fn band(&self, part: &Part, offset: usize) -> Result<Source, Violations> {
        let (compared, _) = self.compared(part)?;
        let first = compared.bands;
        let sense = self.sense_of_bands(compared);
        Ok(Source { at: At::Share { part: first + offset, first, places: 3 }, sense })
    }

    fn score(&self, part: &Part) -> Result<Source, Violations> {
        let none = || Violations::one("kind", "there are no scores under the index form of the questionnaire");
        let (measured, line) = match part {
            Part::Whole => return Err(Violations::one("dimension", "is required, or an item")),
            Part::Dimension(id) => (self.layout().dimensions[self.dimension(id)?].score.ok_or_else(none)?, None),
            Part::Item(id) => {
                let index = self.item(id)?;
                let unrated =
                    || Violations::one("item", format!("{id} is asked neither for a rating nor a perception"));
                let scale = self.content().items[index].scale.as_ref().ok_or_else(unrated)?;
                let measured = self.layout().items[index].outcome.ok_or_else(unrated)?;
                (measured, Some(Line::of(scale, self.form()).ok_or_else(none)?))
            }
        };
        Ok(Source { at: At::Mean(measured, line), sense: Sense::default() })
    }

    /// Where perceptions are held against expectations, and what a point of it is.
    fn compared(&self, part: &Part) -> Result<(Compared, Sense), Violations> {
        let (layout, content) = (self.layout(), self.content());
        let none = || Violations::one("kind", "the questionnaire does not hold perceptions against expectations");
        let of_item = |index: usize| content.items[index].scale.as_ref().map(|scale| (scale.min, scale.max));
        // What is compared as a whole is on one scale.
        let first =
            (0..content.items.len()).find(|index| !layout.items[*index].comparisons.is_empty()).and_then(of_item);
        let (compared, scale) = match part {
            Part::Whole => (layout.comparison.ok_or_else(none)?, first),
            Part::Dimension(id) => (layout.dimensions[self.dimension(id)?].comparison.ok_or_else(none)?, first),
            Part::Item(id) => {
                let index = self.item(id)?;
                let wanted = |one: &&Compared| content.compared.is_none_or(|kind| one.kind == kind);
                let unasked =
                    || Violations::one("item", format!("{id} is not asked for what the questionnaire compares"));
                let compared = layout.items[index].comparisons.iter().find(wanted).ok_or_else(unasked)?;
                (*compared, of_item(index))
            }
        };
        Ok((compared, Sense { scale, expectation: Some(compared.kind), tolerance_bp: None }))
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

#[cfg(test)]
mod tests {
    use guanxi_model::fact::QuestionKind::{self, DesiredExpectation, Perception, PredictiveExpectation};

    use super::*;
    use crate::cube::Sums;
    use crate::quantity::Reading;
    use crate::sample::{answer, draft, item, pair, rated, rating, scale, scheme};
    use crate::scheme::{ItemDraft, QuestionnaireDraft};

    /// Whether numbers of two revisions are of the same thing.
    fn are_alike(kind: QuantityKind, one: QuestionnaireDraft, other: QuestionnaireDraft) -> bool {
        let of = |draft| scheme(draft).source(&Quantity::whole(kind)).unwrap();
        of(one).is_like(&of(other))
    }

    #[test]
    fn numbers_of_revisions_are_alike_where_they_are_of_the_same_thing() {
        use QuantityKind::{Csat, Dissatisfied, Gap, Index};
        let pairs = |form, max: i32, kind: QuestionKind| {
            let item = item("one", scale(1, max), &[Perception, kind]);
            draft(form, Vec::new(), vec![item])
        };
        let (gap, interval) = (IndexForm::Gap, IndexForm::Interval);
        for kind in [Index, Gap, Dissatisfied] {
            let seven = || pairs(gap, 7, DesiredExpectation);
            assert!(are_alike(kind, seven(), seven()), "{kind:?}");
            assert!(!are_alike(kind, seven(), pairs(gap, 7, PredictiveExpectation)), "{kind:?}");
            assert_eq!(are_alike(kind, seven(), pairs(gap, 5, DesiredExpectation)), kind == Dissatisfied, "{kind:?}");
        }
        let loose = QuestionnaireDraft { tolerance_bp: 1_000, ..pairs(gap, 7, DesiredExpectation) };
        assert!(are_alike(Gap, loose.clone(), pairs(gap, 7, DesiredExpectation)));
        assert!(!are_alike(Dissatisfied, loose, pairs(gap, 7, DesiredExpectation)));
        // An index from 0 to 100 is the same on any scale.
        assert!(are_alike(Index, pairs(interval, 7, DesiredExpectation), pairs(interval, 5, PredictiveExpectation)));
        let csat = |max| {
            let item = ItemDraft { metric: Some(SatisfactionMetric::Csat), ..rated("one", 1) };
            draft(interval, Vec::new(), vec![ItemDraft { scale: Some(scale(1, max)), ..item }])
        };
        assert!(are_alike(Csat, csat(5), csat(5)) && !are_alike(Csat, csat(5), csat(7)));
    }

    #[test]
    fn items_that_fall_short_are_counted_per_record() {
        let questions = || vec![pair("one"), pair("two"), rated("three", 1)];
        let scheme = scheme(draft(IndexForm::Interval, Vec::new(), questions()));
        let answered =
            |item: &str, perceived: i32| [answer(item, Perception, perceived), answer(item, DesiredExpectation, 5)];
        // Ten records: in two of them both items fall short, in one only the second, in one nothing is compared.
        let mut sums = Sums::default();
        for short in [&["one", "two"][..], &["one", "two"], &["two"], &[], &[], &[], &[], &[], &[]] {
            let answers = ["one", "two"].map(|item| answered(item, if short.contains(&item) { 2 } else { 5 })).concat();
            sums.plus(&scheme.count(&answers).sums);
        }
        sums.plus(&scheme.count(&[rating("three", 1)]).sums);
        let quantity = Quantity::whole(QuantityKind::DissatisfiedItems);
        let told = scheme.source(&quantity).unwrap().read(&sums);
        assert_eq!((told, told.value()), (Reading::Rate { events: 5, records: 10 }, Some(0.5)));
        let none = self::scheme(draft(IndexForm::Interval, Vec::new(), vec![rated("one", 1)]));
        assert_eq!(none.source(&quantity).unwrap_err().iter().next().map(|one| one.path.as_str()), Some("kind"));
        assert!(Quantity::new(QuantityKind::DissatisfiedItems, ("", "one")).is_err());
    }
}
