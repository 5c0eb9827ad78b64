//! Making the second slots the first ones, after the switch. Readers see no difference; cancelling comes too late.

use std::sync::Arc;
use std::time::Instant;

use futures::future::try_join_all;
use guanxi_store::{OperationState, PAGE, Run};

use super::{Activation, ActivationOutcome};
use crate::error::Error;
use crate::operations::OperationOutcome;
use crate::portion::Portion;

impl Activation<'_> {
    /// Folds everybody, a chunk for each writer at a time, then ends the operation.
    pub(super) async fn fold(&mut self) -> Result<(), Error> {
        let lost = || Error::Internal(Arc::new(std::io::Error::other("the run has lost its generation")));
        let reader = self.held.store().reader();
        let pyramid = reader.pyramid(self.pyramid_id()).await?.ok_or_else(lost)?;
        let active = pyramid.active.ok_or_else(lost)?;
        let judge = reader.judge(self.pyramid_id(), active.generation).await?.ok_or_else(lost)?;
        let run = Run { active, reason: judge.reason() };
        let mut portion = Portion::of(PAGE);
        loop {
            let most = self.next(&portion);
            let ends = reader.chunks(&self.progress.cursor, most, self.chunks_at_once()).await?;
            if ends.is_empty() {
                let ranked = i64::try_from(judge.calibration.customers).unwrap_or(i64::MAX);
                return self.finish(ActivationOutcome { ranked, moved: self.progress.moved }).await;
            }
            let began = Instant::now();
            self.fold_chunks(&run, ends).await?;
            portion.learn(most, began.elapsed());
            self.held.give_way(began.elapsed()).await;
        }
    }

    /// One while callers come, who need the other writers.
    fn chunks_at_once(&self) -> usize {
        if self.held.callers().are_expected() { 1 } else { self.held.store().writers() }
    }

    /// Folds neighbouring chunks side by side, then keeps how far it is. Each is committed by itself: to fold a chunk again,
    /// or after somebody else has, changes nothing, so none needs the lease.
    async fn fold_chunks(&mut self, run: &Run, mut ends: Vec<String>) -> Result<(), Error> {
        let begins = [&self.progress.cursor].into_iter().chain(&ends);
        let folded = try_join_all(begins.zip(&ends).map(|(after, last)| self.fold_chunk(run, (after, last)))).await?;
        self.progress.done += i64::try_from(folded.iter().sum::<u64>()).unwrap_or(0);
        self.progress.cursor = ends.pop().unwrap_or_default();
        let tx = self.held.store().begin().await?;
        self.held.advance(&tx, &self.progress).await?;
        Ok(tx.commit().await?)
    }

    async fn fold_chunk(&self, run: &Run, (after, last): (&str, &str)) -> Result<u64, Error> {
        let tx = self.held.store().begin().await?;
        let folded = tx.fold(self.pyramid_id(), run, (after, last)).await?;
        tx.commit().await?;
        Ok(folded)
    }

    async fn finish(&self, outcome: ActivationOutcome) -> Result<(), Error> {
        let tx = self.held.store().begin().await?;
        tx.change_schemes().await?;
        let mut pyramid = self.pyramid(&tx).await?;
        pyramid.operation = None;
        tx.put_pyramid(&pyramid).await?;
        self.held.end(&tx, OperationState::Succeeded, &OperationOutcome::Activated(outcome)).await?;
        Ok(tx.commit().await?)
    }
}
