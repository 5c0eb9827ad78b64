//! What was measured against service standards. It is about no customer, so it does not go through the committer: each
//! call, and each chunk of an import, is a transaction of its own that holds the rows of its standards, and so sees all
//! that was measured against them.

mod decide;

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::fact::FactKey;
use guanxi_model::{ServiceStandardId, Timestamp, Zone};
use guanxi_satisfaction::standard::measured::{Measurement, NewMeasurement};
use guanxi_store::{MeasurementRef, Store, Tx};

use crate::command::Grouping;
use crate::error::Error;
use decide::Book;

/// Records what was measured, and takes it back.
pub struct Measurements<'a> {
    pub(crate) store: &'a Store,
    pub(crate) now: Timestamp,
    pub(crate) zone: &'a Zone,
}

/// A measurement that is kept; `recorded` is false where it was there already.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub measurement: Measurement,
    pub recorded: bool,
}

/// A measurement that no longer counts: whether it has come yet, and since when it does not.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawn {
    pub known: bool,
    pub time: Timestamp,
}

impl Measurements<'_> {
    /// Records measurements and returns what became of each, in their order, once that is durable.
    ///
    /// # Errors
    /// What befell all of them: the database does not answer.
    pub async fn record(
        &self,
        new: Vec<NewMeasurement>,
        grouping: Grouping,
    ) -> Result<Vec<Result<Recorded, Error>>, Error> {
        let standards = new.iter().map(|one| one.standard.clone()).collect();
        let keys = new.iter().flat_map(named).collect();
        let tx = self.store.begin().await?;
        let mut book = self.open(&tx, standards, &keys).await?;
        let answers: Vec<_> = new.into_iter().map(|one| book.record(one)).collect();
        if let (Grouping::AllOrNothing, Some(first)) = (grouping, answers.iter().position(Result::is_err)) {
            let given_up = |answer: Result<Recorded, Error>| Err(answer.err().unwrap_or(Error::BatchAborted(first)));
            return Ok(answers.into_iter().map(given_up).collect());
        }
        close(tx, book).await?;
        Ok(answers)
    }

    /// Takes a measurement back, or one that has not come yet.
    ///
    /// # Errors
    /// There is no such standard, or the measurement has a replacement.
    pub async fn withdraw(&self, standard: ServiceStandardId, key: FactKey) -> Result<Withdrawn, Error> {
        let tx = self.store.begin().await?;
        let keys = BTreeSet::from([(standard.clone(), key.clone())]);
        let mut book = self.open(&tx, BTreeSet::from([standard.clone()]), &keys).await?;
        let withdrawn = book.withdraw((standard, key))?;
        close(tx, book).await?;
        Ok(withdrawn)
    }

    async fn open(
        &self,
        tx: &Tx,
        standards: BTreeSet<ServiceStandardId>,
        keys: &BTreeSet<MeasurementRef>,
    ) -> Result<Book<'_>, Error> {
        let held = tx.hold_service_standards(&standards).await?;
        let held: BTreeMap<_, _> = held.into_iter().map(|standard| (standard.id.clone(), standard)).collect();
        let measured = tx.load_measurements(keys).await?;
        Ok(Book::new((self.zone, self.now), held, measured))
    }
}

/// The measurements that one names: itself, and the one it replaces.
fn named(new: &NewMeasurement) -> impl Iterator<Item = MeasurementRef> {
    let keys = [Some(new.key.clone()), new.replaces.clone()];
    keys.into_iter().flatten().map(|key| (new.standard.clone(), key))
}

/// Writes what was decided; repeats and refusals write nothing.
async fn close(tx: Tx, book: Book<'_>) -> Result<(), Error> {
    if let Some(writes) = book.into_writes() {
        tx.write_measurements(&writes).await?;
        tx.commit().await?;
    }
    Ok(())
}
