//! How many a simulation has to look at, counted beside the looking: on PostgreSQL the count takes a twentieth
//! of the time that the simulation does.

use std::sync::Arc;

use guanxi_store::{Reader, Store};
use tokio::task::{JoinError, JoinSet};

use super::SimulationProgress;
use crate::callers::Callers;
use crate::error::Error;
use crate::operations::pace::{Pace, Steps, unless_cancelled};

type Counted = Result<i64, guanxi_store::Error>;

/// The steps of a calibration, whose total becomes known on the way.
pub(super) struct Counting<'s, 'a> {
    steps: &'s mut Steps<'a, SimulationProgress>,
    /// How often it looks at everybody.
    looks: i64,
    counting: JoinSet<Counted>,
    people: Option<i64>,
}

impl<'s, 'a> Counting<'s, 'a> {
    /// Begins to count.
    pub(super) fn beside(steps: &'s mut Steps<'a, SimulationProgress>, store: &Store, looks: i64) -> Self {
        let (reader, mut counting) = (store.reader(), JoinSet::new());
        reader.read_ahead(&mut counting, count(reader.clone()));
        Counting { steps, looks, counting, people: None }
    }

    /// How many there are, once they are counted; nothing where the operation was cancelled.
    pub(super) async fn people(self) -> Result<Option<i64>, Error> {
        let Counting { steps, mut counting, people, .. } = self;
        if people.is_some() {
            return Ok(people);
        }
        unless_cancelled(steps, async { counting.join_next().await.map_or(Ok(0), people_of) }).await
    }
}

fn people_of(counted: Result<Counted, JoinError>) -> Result<i64, Error> {
    Ok(counted.map_err(|error| Error::Internal(Arc::new(error)))??)
}

impl Pace for Counting<'_, '_> {
    fn callers(&self) -> &Callers {
        self.steps.callers()
    }

    async fn done(&mut self, more: usize) -> Result<bool, Error> {
        if let Some(counted) = self.counting.try_join_next() {
            let people = people_of(counted)?;
            (self.people, self.steps.progress.total) = (Some(people), people * self.looks);
        }
        self.steps.done(more).await
    }
}

async fn count(reader: Reader) -> Counted {
    reader.customer_count().await
}
