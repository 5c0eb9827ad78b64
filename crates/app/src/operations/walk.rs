//! Reading facts from the first to the last, for operations that change nothing.

use serde::{Deserialize, Serialize};

use super::Held;
use super::pace::{Pace, Progress, Steps, next_page};
use super::pages::Pages;
use crate::callers::Callers;
use crate::error::Error;

/// How many facts were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsProgress {
    pub done: i64,
}

/// How reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Read,
    Full,
    Cancelled,
}

/// What comes next.
pub(super) enum Next<P> {
    Page(P),
    /// Everything was read.
    Over,
    Cancelled,
}

/// See the module.
pub(super) struct Walk<'a, A, P> {
    pages: Pages<A, P>,
    steps: Steps<'a, RecordsProgress>,
}

impl Progress for RecordsProgress {
    fn done(&mut self) -> &mut i64 {
        &mut self.done
    }
}

impl<'a, A: Send + 'static, P: Send + 'static> Walk<'a, A, P> {
    /// From the first of these pages on.
    pub(super) fn of(held: &'a Held<'a>, pages: Pages<A, P>) -> Walk<'a, A, P> {
        Walk { pages, steps: Steps::of(held, RecordsProgress::default()) }
    }

    /// For whom to make way.
    pub(super) fn callers(&self) -> &Callers {
        self.steps.callers()
    }

    /// What comes next, so many facts of what came before having been looked at.
    pub(super) async fn next(&mut self, looked: usize) -> Result<Next<P>, Error> {
        if !self.steps.done(looked).await? {
            return Ok(Next::Cancelled);
        }
        Ok(match next_page(&mut self.steps, &mut self.pages).await? {
            Some(Some(page)) => Next::Page(page),
            Some(None) if self.steps.keep().await? => Next::Over,
            Some(None) | None => Next::Cancelled,
        })
    }
}
