//! Calibrating schemes over everybody: what a run and a simulation do alike, so that the one predicts the other.

use guanxi_model::{CustomerId, Day, Tally};
use guanxi_segmentation::{Calibration, Calibrator, History, Needs, PyramidScheme, RankSurvey, Subject};
use guanxi_store::{Histories, Store};

use super::pace::{Pace, next_page};
use super::pages;
use crate::error::Error;
use crate::turns;

/// By which facts customers are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Facts {
    /// All there are, on this day.
    Now(Day),
    /// Those up to the end of a day that has passed.
    AsOf(Day),
}

impl Facts {
    pub(super) fn day(self) -> Day {
        match self {
            Facts::Now(day) | Facts::AsOf(day) => day,
        }
    }

    /// What has to be read for a scheme that needs so much.
    pub(super) fn needs(self, needs: Needs) -> Needs {
        match self {
            Facts::Now(_) => needs,
            Facts::AsOf(_) => needs.of_the_past(),
        }
    }

    /// Shows a customer as these facts have it.
    pub(super) fn show<T>(
        self,
        (customer, lifetime): (&CustomerId, &Tally),
        histories: &mut Histories,
        look: impl FnOnce(Subject<'_>) -> T,
    ) -> T {
        match self {
            Facts::Now(today) => {
                let history = histories.get(customer).unwrap_or(History::NONE);
                look(Subject { lifetime, history, today })
            }
            Facts::AsOf(today) => {
                let (lifetime, history) = histories.remove(customer).unwrap_or_default().until(today);
                look(Subject { lifetime: &lifetime, history: &history, today })
            }
        }
    }
}

/// How many customers a calibration of these schemes has to look at, so many being there.
pub(super) fn looks(schemes: &[&PyramidScheme], people: i64) -> i64 {
    if schemes.iter().any(|scheme| scheme.ranks_population()) { people * 2 } else { people }
}

/// Ranks and boundaries of each scheme over everybody, who is read for all of them at once; nothing where cancelled.
pub(super) async fn calibrate(
    (store, pace): (&Store, &mut impl Pace),
    schemes: &[&PyramidScheme],
    facts: Facts,
    people: i64,
) -> Result<Option<Vec<Calibration>>, Error> {
    let needs = schemes.iter().fold(Needs::default(), |needs, scheme| needs.and(scheme.needs()));
    let needs = facts.needs(needs);
    let mut surveys: Vec<_> = schemes.iter().map(|scheme| RankSurvey::new(scheme)).collect();
    if schemes.iter().any(|scheme| scheme.ranks_population()) {
        let survey = |_: &CustomerId, subject: Subject<'_>| surveys.iter_mut().for_each(|survey| survey.add(subject));
        if !everybody((store, &mut *pace), &needs, facts, survey).await? {
            return Ok(None);
        }
    }
    let expected = usize::try_from(people).unwrap_or(0);
    let ranked = schemes.iter().zip(surveys);
    let mut calibrators: Vec<_> =
        ranked.map(|(scheme, survey)| Calibrator::new(scheme, survey.finish(), expected)).collect();
    let counted = everybody((store, pace), &needs, facts, |customer, subject| {
        for calibrator in &mut calibrators {
            // Who is not ranked has no place in the order.
            let _ = calibrator.add(customer, subject);
        }
    })
    .await?;
    Ok(counted.then(|| calibrators.into_iter().map(Calibrator::finish).collect()))
}

/// Shows everybody to a function, page by page. False where cancelled.
async fn everybody(
    (store, pace): (&Store, &mut impl Pace),
    needs: &Needs,
    facts: Facts,
    mut show: impl FnMut(&CustomerId, Subject<'_>),
) -> Result<bool, Error> {
    let mut pages = pages::population(store.reader(), needs.clone(), facts);
    loop {
        let (page, mut histories) = match next_page(pace, &mut pages).await? {
            Some(Some(page)) => page,
            Some(None) => return Ok(true),
            None => return Ok(false),
        };
        turns::look_behind(pace.callers(), &page, |(customer, lifetime)| {
            facts.show((customer, lifetime), &mut histories, |subject| show(customer, subject));
        })
        .await;
        if !pace.done(page.len()).await? {
            return Ok(false);
        }
    }
}
