//! Where everybody will stand: written chunk by chunk into the second slots of those who move.

use std::sync::Arc;
use std::time::{Duration, Instant};

use guanxi_segmentation::{History, Subject};
use guanxi_store::{Histories, Judge, Move, Next, PAGE, Placed};

use super::{Activation, side_by_side};
use crate::error::Error;
use crate::operations::pace::{Pace as _, next_page};
use crate::operations::pages;
use crate::operations::population::Facts;
use crate::portion::Portion;
use crate::reseat::look_of_run;
use crate::seat::{Moment, moves, seat};
use crate::turns;

impl Activation<'_> {
    /// Fills the second slot of those who move, chunk by chunk, then switches all readers. False where cancelled.
    pub(super) async fn assign(&mut self) -> Result<bool, Error> {
        let (next, judge) = self.next_judge().await?;
        // Time that passes meanwhile is the sweeper's: whom it moves is due then.
        let moment = self.held.moment();
        let of = (judge.scheme.needs(), Facts::Now(moment.today()));
        let (reader, from) = (self.held.store().reader(), self.progress.cursor.clone());
        // Of a run of its own, so nobody's second slot is what readers see.
        let mut pages = pages::placed(reader, (self.pyramid_id().clone(), None), of, from);
        let mut portion = Portion::of(PAGE);
        loop {
            let (page, histories) = match next_page(self, &mut pages).await? {
                Some(Some(page)) => page,
                Some(None) => return self.switch().await,
                None => return Ok(false),
            };
            let mut rest = &page[..];
            while !rest.is_empty() {
                let (some, others) = rest.split_at(rest.len().min(self.next(&portion)));
                rest = others;
                let mut moves = Vec::new();
                turns::look_behind(self.held.callers(), some, |one| {
                    moves.extend(move_of(one, &histories, &judge, moment))
                })
                .await;
                let took = self.put(&moves, (next, moment)).await?;
                if !moves.is_empty() {
                    portion.learn(some.len(), took);
                }
                if !self.assigned(some, &moves).await? {
                    return Ok(false);
                }
                self.held.give_way(took).await;
            }
        }
    }

    /// Writes where some of a page will stand, a part for each writer, and says how long the longest took. To write a part
    /// again changes nothing, so how far the run is need not be kept with every one.
    async fn put(&self, moves: &[Move<'_>], at: (Next, Moment<'_>)) -> Result<Duration, Error> {
        if moves.is_empty() {
            return Ok(Duration::ZERO);
        }
        let _turn = self.held.callers().turn().await;
        let each = moves.len().div_ceil(self.parts());
        let (_, took) = side_by_side(moves.chunks(each).map(|part| self.put_part(part, at))).await?;
        Ok(took)
    }

    async fn put_part(&self, part: &[Move<'_>], (next, moment): (Next, Moment<'_>)) -> Result<((), Duration), Error> {
        let tx = self.held.store().begin().await?;
        let began = Instant::now();
        self.held.hold(&tx).await?;
        tx.put_next_tiers(self.pyramid_id(), next.generation, part, moment.now).await?;
        tx.commit().await?;
        Ok(((), began.elapsed()))
    }

    /// Some of a page are done. False where the run was cancelled.
    async fn assigned(&mut self, some: &[Placed], moves: &[Move<'_>]) -> Result<bool, Error> {
        self.progress.moved += count_moved(moves);
        self.progress.written += moves.len() as i64;
        if let Some(last) = some.last() {
            last.customer.as_str().clone_into(&mut self.progress.cursor);
        }
        self.done(some.len()).await
    }

    async fn next_judge(&self) -> Result<(Next, Judge), Error> {
        let reader = self.held.store().reader();
        let lost = || Error::Internal(Arc::new(std::io::Error::other("the run has lost its calibration")));
        let next = reader.pyramid(self.pyramid_id()).await?.and_then(|pyramid| pyramid.next).ok_or_else(lost)?;
        let judge = reader.judge(self.pyramid_id(), next.generation).await?.ok_or_else(lost)?;
        Ok((next, judge))
    }
}

/// Where the run moves a customer, if anywhere.
fn move_of<'a>(one: &'a Placed, histories: &Histories, judge: &Judge, moment: Moment<'_>) -> Option<Move<'a>> {
    let history = histories.get(&one.customer).unwrap_or(History::NONE);
    let subject = Subject { lifetime: &one.tally, history, today: moment.today() };
    let stood = one.stood();
    let mut seat = seat(judge.rules(), &one.customer, subject, (Some(stood), look_of_run(judge.renewal)), moment);
    if stood.has_expired(moment.now) {
        // The run places the customer, but only the look at it ends the override.
        seat.slot.due = Some(moment.now);
    }
    moves(stood.slot, &seat.slot).then(|| {
        let inputs = seat.inputs();
        Move { of: one, to: seat.slot, inputs }
    })
}

/// How many of them change their tier.
fn count_moved(moves: &[Move<'_>]) -> i64 {
    moves.iter().filter(|one| one.of.stood().slot.tier != one.to.tier).count() as i64
}
