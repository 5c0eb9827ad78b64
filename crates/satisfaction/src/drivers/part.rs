//! Drivers among the parts of a questionnaire: what lies at its top, and the index, as sums of moments tell of them.

use guanxi_model::Violations;
use guanxi_model::violation::clip;

use super::{Driver, Drivers, Quadrant, Unfit, analyse, quadrants};
use crate::cube::Moments;
use crate::scheme::{IndexForm, QuestionnaireScheme};
use crate::tree::Node;

/// What is asked: places among the parts, of which the index is the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverQuestion {
    outcome: usize,
    drivers: Vec<usize>,
}

/// What an outcome depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct PartDrivers {
    pub drivers: Drivers,
    /// One for each driver.
    pub parts: Vec<Part>,
}

/// A part of a questionnaire, as a driver.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub id: String,
    /// The mean, on 0 to 100; none under a form that has no scores.
    pub performance: Option<f64>,
    /// None without performances, and where nothing is explained.
    pub quadrant: Option<Quadrant>,
}

impl QuestionnaireScheme {
    /// What an outcome depends on: a part, or the index where it is empty. Without drivers these are all other parts; of the
    /// index, those that are asked without counting in it, if there are any.
    ///
    /// # Errors
    /// Everything that is wrong, at `outcome`, `drivers[1]`.
    pub fn driver_question(&self, outcome: &str, drivers: &[String]) -> Result<DriverQuestion, Violations> {
        let mut v = Violations::new();
        let ids: Vec<&str> = self.variables().iter().map(|node| self.id_of(*node)).collect();
        let place = |v: &mut Violations, at: String, id: &str| {
            let place = ids.iter().position(|known| *known == id);
            if place.is_none() {
                let count = ids.len();
                v.push(
                    at,
                    format!("\"{}\" is none of the first {count} parts at the top of the questionnaire", clip(id)),
                );
            }
            place
        };
        let outcome = match outcome {
            "" => Some(ids.len()),
            id => place(&mut v, "outcome".to_owned(), id),
        };
        let mut places: Vec<usize> = Vec::new();
        for (index, id) in drivers.iter().enumerate() {
            let at = format!("drivers[{index}]");
            let Some(driver) = place(&mut v, at.clone(), id) else { continue };
            match () {
                () if outcome == Some(driver) => v.push(at, "is the outcome"),
                () if places.contains(&driver) => v.push(at, "is given twice"),
                () => places.push(driver),
            }
        }
        v.finish()?;
        let outcome = outcome.unwrap_or(ids.len());
        let drivers = if drivers.is_empty() { self.usual_drivers(outcome) } else { places };
        if drivers.is_empty() {
            return Err(Violations::one("drivers", "the questionnaire has no other part at its top"));
        }
        Ok(DriverQuestion { outcome, drivers })
    }

    fn usual_drivers(&self, outcome: usize) -> Vec<usize> {
        let parts = self.variables();
        let aside: Vec<usize> = (0..parts.len()).filter(|part| self.weight_of(parts[*part]) == 0).collect();
        if outcome == parts.len() && !aside.is_empty() {
            return aside;
        }
        (0..parts.len()).filter(|part| *part != outcome).collect()
    }

    /// What the parts of a set say; those that are at fault by their ids.
    ///
    /// # Errors
    /// As of `analyse`, where the ids take the place of the places.
    pub fn drivers(&self, moments: &Moments, question: &DriverQuestion) -> Result<PartDrivers, UnfitParts> {
        let variables: Vec<usize> = question.drivers.iter().copied().chain([question.outcome]).collect();
        let covariance = |row: usize, column: usize| {
            let of = moments.covariances.get(row).and_then(|row| row.get(column));
            of.copied().unwrap_or_default()
        };
        let covariances: Vec<Vec<f64>> =
            variables.iter().map(|row| variables.iter().map(|column| covariance(*row, *column)).collect()).collect();
        let n = u64::try_from(moments.n).unwrap_or(0);
        let drivers = analyse(n, &covariances).map_err(|unfit| self.named(unfit, question))?;
        let performances: Vec<Option<f64>> = question
            .drivers
            .iter()
            .map(|part| self.performance(self.variables()[*part], *moments.means.get(*part)?))
            .collect();
        let quadrants = placed(&drivers.drivers, &performances);
        let part = |(index, performance): (usize, Option<f64>)| Part {
            id: self.id_of(self.variables()[question.drivers[index]]).to_owned(),
            performance,
            quadrant: quadrants.get(index).copied(),
        };
        let parts = performances.iter().copied().enumerate().map(part).collect();
        Ok(PartDrivers { drivers, parts })
    }

    fn named(&self, unfit: Unfit, question: &DriverQuestion) -> UnfitParts {
        let id = |place: usize| self.variables().get(place).map_or("index", |node| self.id_of(*node)).to_owned();
        let ids = |places: Vec<usize>| places.into_iter().map(|place| id(question.drivers[place])).collect();
        match unfit {
            Unfit::TooFew { missing } => UnfitParts::TooFew { missing },
            Unfit::Constant(places) => UnfitParts::Constant(ids(places)),
            Unfit::OutcomeIsConstant => UnfitParts::Constant(vec![id(question.outcome)]),
            Unfit::Collinear(places) => UnfitParts::Collinear(ids(places)),
        }
    }

    fn id_of(&self, node: Node) -> &str {
        match node {
            Node::Dimension(index) => &self.content().dimensions[index].id,
            Node::Item(index) => &self.content().items[index].id,
        }
    }

    fn weight_of(&self, node: Node) -> i32 {
        match node {
            Node::Dimension(index) => self.content().dimensions[index].weight,
            Node::Item(index) => self.content().items[index].weight,
        }
    }

    /// A mean on 0 to 100, as the form of the index has it. That of a dimension is on it already.
    fn performance(&self, node: Node, mean: f64) -> Option<f64> {
        let scale = match node {
            Node::Dimension(_) => return self.has_scores().then_some(mean),
            Node::Item(index) => self.content().items[index].scale.as_ref()?,
        };
        let (min, max) = (f64::from(scale.min), f64::from(scale.max));
        match self.form() {
            IndexForm::Ratio => Some(100.0 * mean / max),
            IndexForm::Interval => Some(100.0 * (mean - min) / (max - min)),
            IndexForm::Gap | IndexForm::Difference => None,
        }
    }
}

/// Why nothing can be said; parts by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnfitParts {
    /// So many more complete answers are needed.
    TooFew { missing: u64 },
    /// Everybody answered alike on these.
    Constant(Vec<String>),
    /// These follow from each other.
    Collinear(Vec<String>),
}

/// The quadrant of each; none where something is not known.
fn placed(drivers: &[Driver], performances: &[Option<f64>]) -> Vec<Quadrant> {
    let both = drivers.iter().zip(performances).map(|(driver, performance)| driver.share.zip(*performance));
    both.collect::<Option<Vec<_>>>().map_or_else(Vec::new, |both| quadrants(&both))
}

#[cfg(test)]
mod tests {
    use guanxi_model::fact::{Answer, QuestionKind};

    use super::*;
    use crate::cube::Sums;
    use crate::sample::{dimension, draft, item, rating, scale, scheme, within};
    use crate::{AnswerScale, DimensionDraft};

    fn asking(form: IndexForm, on: &AnswerScale) -> QuestionnaireScheme {
        let dimensions = vec![dimension("care"), DimensionDraft { weight: 0, ..dimension("pace") }];
        let rated = |id: &str| item(id, on.clone(), &[QuestionKind::Rating]);
        let items = vec![within("care", rated("care_1")), within("pace", rated("pace_1")), rated("overall")];
        scheme(draft(form, dimensions, items))
    }

    fn moments(scheme: &QuestionnaireScheme, rows: impl Iterator<Item = [i32; 3]>) -> Moments {
        let mut sums = Sums::default();
        for [care, pace, overall] in rows {
            let answers: Vec<Answer> = vec![rating("care_1", care), rating("pace_1", pace), rating("overall", overall)];
            sums.plus(&scheme.count(&answers).moments.unwrap());
        }
        scheme.moments(&sums)
    }

    fn rows() -> impl Iterator<Item = [i32; 3]> {
        (0..70).map(|index| [1 + index % 5, 1 + index % 7 % 5, 1 + (index % 5 + index % 2) % 5])
    }

    #[test]
    fn parts_of_a_questionnaire_are_drivers() {
        let scheme = asking(IndexForm::Interval, &scale(1, 5));
        let question = scheme.driver_question("overall", &[]).unwrap();
        let told = scheme.drivers(&moments(&scheme, rows()), &question).unwrap();
        let ids: Vec<&str> = told.parts.iter().map(|part| part.id.as_str()).collect();
        assert_eq!(ids, ["care", "pace"]);
        let sum: f64 = told.drivers.drivers.iter().map(|driver| driver.explained).sum();
        assert!((sum - told.drivers.r_squared).abs() < 1e-12);
        // Every answer from 1 to 5 as often: the middle of the scale.
        assert_eq!(told.parts[0].performance, Some(50.0));
        assert!(told.parts.iter().all(|part| part.quadrant.is_some()));
    }

    #[test]
    fn of_the_index_those_count_that_do_not_count_in_it() {
        let scheme = asking(IndexForm::Interval, &scale(1, 5));
        assert_eq!(scheme.driver_question("", &[]), Ok(DriverQuestion { outcome: 3, drivers: vec![1] }));
        let named = scheme.driver_question("", &["overall".to_owned(), "care".to_owned()]);
        assert_eq!(named, Ok(DriverQuestion { outcome: 3, drivers: vec![2, 0] }));
    }

    #[test]
    fn items_perform_as_the_form_of_the_index_has_it() {
        let of = |form, on: AnswerScale| asking(form, &on).performance(Node::Item(2), 4.0);
        assert_eq!(of(IndexForm::Interval, scale(1, 5)), Some(75.0));
        assert_eq!(of(IndexForm::Ratio, scale(1, 5)), Some(80.0));
    }

    #[test]
    fn every_fault_of_a_question_is_told() {
        let scheme = asking(IndexForm::Interval, &scale(1, 5));
        let drivers = ["care", "speed", "care", "care_1"].map(str::to_owned);
        let faults = scheme.driver_question("index", &drivers).unwrap_err();
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["outcome", "drivers[1]", "drivers[2]", "drivers[3]"]);
        let faults = scheme.driver_question("care", &drivers[..1]).unwrap_err();
        assert_eq!(faults.iter().next().unwrap().to_string(), "drivers[0]: is the outcome");
    }

    #[test]
    fn what_is_at_fault_is_named() {
        let scheme = asking(IndexForm::Interval, &scale(1, 5));
        let question = scheme.driver_question("overall", &[]).unwrap();
        let told = |rows: Vec<[i32; 3]>| scheme.drivers(&moments(&scheme, rows.into_iter()), &question).unwrap_err();
        assert_eq!(told(vec![]), UnfitParts::TooFew { missing: 50 });
        assert_eq!(told(rows().take(49).collect()), UnfitParts::TooFew { missing: 1 });
        let constant = rows().map(|[care, _, overall]| [care, 4, overall]).collect();
        assert_eq!(told(constant), UnfitParts::Constant(vec!["pace".to_owned()]));
        let satisfied = rows().map(|[care, pace, _]| [care, pace, 5]).collect();
        assert_eq!(told(satisfied), UnfitParts::Constant(vec!["overall".to_owned()]));
        let alike = rows().map(|[care, _, overall]| [care, care, overall]).collect();
        assert_eq!(told(alike), UnfitParts::Collinear(vec!["care".to_owned(), "pace".to_owned()]));
    }
}
