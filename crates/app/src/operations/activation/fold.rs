//! Making the second slots the first ones, after the switch. Readers see no difference; cancelling comes too late.

use std::sync::Arc;
use std::time::{Duration, Instant};

use guanxi_store::{OperationState, PAGE, Run};

use super::{Activation, ActivationOutcome, side_by_side};
use crate::error::Error;
use crate::operations::OperationOutcome;
use crate::operations::pace::Pace as _;
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
            let ends = reader.chunks(&self.progress.cursor, most, self.parts()).await?;
            if ends.is_empty() {
                let ranked = i64::try_from(judge.calibration.customers).unwrap_or(i64::MAX);
                return self.finish(ActivationOutcome { ranked, moved: self.progress.moved }).await;
            }
            let took = self.fold_chunks(&run, ends).await?;
            portion.learn(most, took);
            self.held.give_way(took).await;
        }
    }

    /// Folds neighbouring chunks side by side, and says how long the longest had a writer. Each is committed by itself: to
    /// fold a chunk again, or after somebody else has, changes nothing, so none needs the lease, and how far it is need not
    /// be kept with every one.
    async fn fold_chunks(&mut self, run: &Run, mut ends: Vec<String>) -> Result<Duration, Error> {
        let begins = [&self.progress.cursor].into_iter().chain(&ends);
        let (counts, took) = {
            let _turn = self.held.callers().turn().await;
            side_by_side(begins.zip(&ends).map(|(after, last)| self.fold_chunk(run, (after, last)))).await?
        };
        self.progress.cursor = ends.pop().unwrap_or_default();
        // Facts have filled second slots as well, and folded some.
        let left = usize::try_from(self.progress.total - self.progress.done).unwrap_or(0);
        self.done(usize::try_from(counts.iter().sum::<u64>()).unwrap_or(0).min(left)).await?;
        Ok(took)
    }

    async fn fold_chunk(&self, run: &Run, (after, last): (&str, &str)) -> Result<(u64, Duration), Error> {
        let tx = self.held.store().begin().await?;
        let began = Instant::now();
        let folded = tx.fold(self.pyramid_id(), run, (after, last)).await?;
        tx.commit().await?;
        Ok((folded, began.elapsed()))
    }

    async fn finish(&mut self, outcome: ActivationOutcome) -> Result<(), Error> {
        self.progress.done = self.progress.total;
        let tx = self.held.store().begin().await?;
        tx.change_schemes().await?;
        let mut pyramid = self.pyramid(&tx).await?;
        pyramid.operation = None;
        tx.put_pyramid(&pyramid).await?;
        self.held.advance(&tx, &self.progress).await?;
        self.held.end(&tx, OperationState::Succeeded, &OperationOutcome::Activated(outcome)).await?;
        Ok(tx.commit().await?)
    }
}
