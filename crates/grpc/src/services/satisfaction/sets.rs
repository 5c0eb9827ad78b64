//! The sums of sets, read from cells: what a number over time and a comparison are made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::fact::CollectionMethod;
use guanxi_model::{Day, Period, QuestionnaireId, RevisionNumber, Violations, Words as _, name};
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_satisfaction::cube::{Series, Sums, records};
use guanxi_satisfaction::quantity::{Quantity, Source};
use guanxi_satisfaction::set::RecordSet;

use super::index;
use crate::from_proto::satisfaction_set::{DaysOfSet, HELD_BY_NO_CELLS};
use crate::to_proto::satisfaction_comparison::Compared;

/// The revision that sets are of.
pub(super) struct Asked {
    pub(super) questionnaire: QuestionnaireId,
    pub(super) number: RevisionNumber,
    pub(super) scheme: Arc<QuestionnaireScheme>,
}

/// The sums of a set by the first day of their period, and how its records were come by.
pub(super) struct Held {
    pub(super) methods: Vec<CollectionMethod>,
    pub(super) periods: BTreeMap<Day, Sums>,
}

/// A set on some days with what it says, to be held against something.
pub(super) struct Side {
    pub(super) asked: Asked,
    pub(super) sums: Sums,
    pub(super) compared: Compared,
}

impl Asked {
    /// The revision that is named, or the active one.
    pub(super) async fn find(
        app: &App,
        (questionnaire, number): (QuestionnaireId, Option<RevisionNumber>),
    ) -> Result<Asked, Error> {
        let number = index::revision(app, &questionnaire, number).await?;
        let scheme = index::scheme(app, &questionnaire, number).await?;
        Ok(Asked { questionnaire, number, scheme })
    }

    pub(super) fn name(&self) -> String {
        name::questionnaire_revision(&self.questionnaire, self.number)
    }

    /// Where its sums hold a quantity, which stands at a place of the request.
    pub(super) fn source(&self, at: &str, quantity: &Quantity) -> Result<Source, Error> {
        self.scheme.source(quantity).map_err(|faults| {
            let mut told = Violations::new();
            told.merge(at, faults);
            Error::Invalid(told)
        })
    }

    /// Reads a set, which stands at a place of the request, on some days, by period where one is given.
    pub(super) async fn held(
        &self,
        app: &App,
        (at, set): (&str, &RecordSet),
        days: (Day, Day),
        period: Option<Period>,
    ) -> Result<Held, Error> {
        let mut question = set.question(days, period);
        if let Some(tier) = set.tier.clone() {
            index::put_tier(app, &format!("{at}.tier"), &mut question, tier).await?;
        }
        let face = question.face().ok_or_else(|| Error::Invalid(Violations::one(at, HELD_BY_NO_CELLS)))?;
        let wanted = index::cells((&self.questionnaire, self.number), &question, face);
        let mut series = Series::new(&question);
        app.reader()
            .cells(&wanted, |placed, sums| {
                series.add(placed, sums);
                true
            })
            .await?;
        Ok(Held { methods: series.methods(), periods: series.periods() })
    }

    /// The same as one whole.
    pub(super) async fn whole(&self, app: &App, set: (&str, &RecordSet), days: (Day, Day)) -> Result<Held, Error> {
        self.held(app, set, days, None).await
    }
}

impl Held {
    pub(super) fn total(&self) -> Sums {
        let mut total = Sums::default();
        self.periods.values().for_each(|sums| total.plus(sums));
        total
    }

    pub(super) fn records(&self) -> i64 {
        records(&self.total())
    }
}

impl Side {
    /// Reads what stands at a place of the request.
    pub(super) async fn read(app: &App, at: &str, of: DaysOfSet) -> Result<Side, Error> {
        let DaysOfSet { questionnaire, number, days, set } = of;
        let asked = Asked::find(app, (questionnaire, number)).await?;
        let at = format!("{at}.set");
        let held = asked.whole(app, (&at, &set), days).await?;
        let methods = methods(&at, &set, &[&held])?;
        let compared = Compared { revision: asked.name(), methods, records: held.records() };
        Ok(Side { asked, sums: held.total(), compared })
    }
}

/// How the records of all parts of a set were come by: in one way, or in those that were named to be one set.
pub(super) fn methods(at: &str, set: &RecordSet, held: &[&Held]) -> Result<Vec<CollectionMethod>, Error> {
    let mut found: Vec<CollectionMethod> = held.iter().flat_map(|held| held.methods.iter().copied()).collect();
    found.sort_unstable();
    found.dedup();
    if set.methods.is_empty() && found.len() > 1 {
        let name = |method: &CollectionMethod| {
            pb::CollectionMethod::try_from(i32::from(method.code())).map_or("", |method| method.as_str_name())
        };
        let found = found.iter().map(name).collect::<Vec<_>>().join(", ");
        let fault = format!("the records were come by in several ways, {found}: name those that are to be one set");
        return Err(Error::Invalid(Violations::one(format!("{at}.collection_methods"), fault)));
    }
    Ok(found)
}
