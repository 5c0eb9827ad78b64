//! How many calls are served at a time. Refusing at once keeps the ones inside fast; a queue would make all slow.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::call::Call;

#[derive(Clone)]
pub(super) struct Admission {
    free: Arc<Semaphore>,
}

/// Kept as long as the answer's body lives: a stream counts until its last message.
pub(super) struct Permit {
    _permit: OwnedSemaphorePermit,
}

#[derive(Debug)]
pub(super) struct Full;

impl Admission {
    pub(super) fn new(max: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(max)) }
    }

    /// `None` for a call that does not count.
    pub(super) fn admit(&self, call: Call) -> Result<Option<Permit>, Full> {
        if !call.counts() {
            return Ok(None);
        }
        let permit = Arc::clone(&self.free).try_acquire_owned().map_err(|_| Full)?;
        Ok(Some(Permit { _permit: permit }))
    }
}
