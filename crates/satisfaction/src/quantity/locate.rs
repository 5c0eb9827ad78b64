//! Where the sums of a revision hold a quantity, and which quantities its questionnaire has.

use guanxi_model::Violations;

use super::source::At;
use super::{Part, Quantity, QuantityKind, Source};
use crate::cube::Compared;
use crate::line::Line;
use crate::scheme::{IndexForm, QuestionnaireScheme};
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
        let metric = |at: Option<usize>, of: fn(usize) -> At| {
            let absent = || Violations::one("kind", "the questionnaire does not have the question");
            at.map(|at| Source { at: of(at), scale: None }).ok_or_else(absent)
        };
        // Hits come first, then all who were asked and answered.
        let share = |at: usize| At::Share { part: at, first: at + 1, places: 1 };
        match quantity.kind {
            QuantityKind::Index => Ok(Source { at: At::Mean(layout.index, None), scale: None }),
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

#[cfg(test)]
mod tests {
    use guanxi_model::fact::QuestionKind::{DesiredExpectation, Perception};

    use super::*;
    use crate::cube::Sums;
    use crate::quantity::Reading;
    use crate::sample::{answer, draft, pair, rated, rating, scheme};

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
