//! How many a simulation has to look at, counted beside the looking: PostgreSQL takes as long to count everybody as to read
//! a twentieth of them.

use std::sync::Arc;

use guanxi_store::{Reader, Store};
use tokio::task::{JoinError, JoinSet};

use super::SimulationProgress;
use crate::callers::Callers;
use crate::error::Error;
use crate::operations::pace::{Pace, Steps};

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

    /// How many there are, once they are counted.
    pub(super) async fn people(mut self) -> Result<i64, Error> {
        if let Some(counted) = self.counting.join_next().await {
            self.learn(counted)?;
        }
        Ok(self.people.unwrap_or_default())
    }

    fn learn(&mut self, counted: Result<Counted, JoinError>) -> Result<(), Error> {
        let people = counted.map_err(|error| Error::Internal(Arc::new(error)))??;
        (self.people, self.steps.progress.total) = (Some(people), people * self.looks);
        Ok(())
    }
}

impl Pace for Counting<'_, '_> {
    fn callers(&self) -> &Callers {
        self.steps.callers()
    }

    async fn done(&mut self, more: usize) -> Result<bool, Error> {
        if let Some(counted) = self.counting.try_join_next() {
            self.learn(counted)?;
        }
        self.steps.done(more).await
    }
}

async fn count(reader: Reader) -> Counted {
    reader.customer_count().await
}
