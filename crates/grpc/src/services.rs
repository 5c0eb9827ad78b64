//! The services: every handler reads its request (`from_proto`), has the application or the store's reader do what it
//! says, and words the answer (`to_proto`). Nothing is decided here.
//!
//! Commands are carried out by the committer's own tasks. Whatever else touches the database is a `unit` of work, or
//! `begin`s an operation, in a task of its own: a handler is dropped when its caller hangs up, and a connection dropped
//! between two statements comes back to its pool in the middle of a transaction.

mod activity;
mod catalogue;
mod customers;
mod operations;
mod satisfaction;
mod segmentation;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use guanxi::google::longrunning;
use guanxi_app::command::{Command, Outcome};
use guanxi_app::{App, Error};
use guanxi_model::customer::Customer;
use guanxi_store::Operation;
use tonic::{Response, Status};
use tracing::Instrument as _;

use crate::from_proto::Context;
use crate::status;

/// What all services are: the application, worded.
#[derive(Clone)]
pub(crate) struct Service {
    app: Arc<App>,
}

impl Service {
    pub(crate) fn new(app: Arc<App>) -> Service {
        Service { app }
    }

    /// What the reading of a request depends on.
    fn context(&self) -> Context<'_> {
        context(&self.app)
    }

    /// Does work that touches the database and that somebody waits for; see `task`.
    async fn unit<T, W, F>(&self, work: W) -> Result<Response<T>, Status>
    where
        W: FnOnce(Arc<App>) -> F,
        F: Future<Output = Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        self.app.note_caller();
        self.task(work).await
    }

    /// Begins an operation. Who asks for one waits for it, so it need not make way for him.
    async fn begin<W, F>(&self, begin: W) -> Result<Response<longrunning::Operation>, Status>
    where
        W: FnOnce(Arc<App>) -> F + Send + 'static,
        F: Future<Output = Result<Operation, Error>> + Send + 'static,
    {
        self.task(|app| async move {
            let operation = begin(Arc::clone(&app)).await?;
            operations::resource(&app, operation).await
        })
        .await
    }

    /// Does work in a task of its own; a caller who hangs up ends only its wait.
    async fn task<T, W, F>(&self, work: W) -> Result<Response<T>, Status>
    where
        W: FnOnce(Arc<App>) -> F,
        F: Future<Output = Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        let task = tokio::spawn(work(Arc::clone(&self.app)).in_current_span());
        match task.await {
            Ok(done) => done.map(Response::new).map_err(status::of),
            // A panic is told by the transport, which gives it an incident id.
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_cancelled) => Err(status::shutting_down()),
            },
        }
    }

    /// Carries out a command that leads to a customer.
    async fn customer(&self, command: Command) -> Result<Customer, Error> {
        match self.app.run(command).await? {
            Outcome::Customer(customer) => Ok(*customer),
            outcome @ (Outcome::Fact { .. }
            | Outcome::Withdrawn { .. }
            | Outcome::Approached { .. }
            | Outcome::Done) => Err(unexpected(&outcome)),
        }
    }
}

fn context(app: &App) -> Context<'_> {
    Context { currency: &app.deployment().currency, now: app.now(), today: app.today() }
}

/// A command that led to what it cannot lead to.
fn unexpected(outcome: &Outcome) -> Error {
    Error::Internal(Arc::new(std::io::Error::other(format!("a command led to {outcome:?}"))))
}
