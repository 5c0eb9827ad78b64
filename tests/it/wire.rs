//! What holds for all calls whatever they are about: how they are found, limited, refused and interrupted, and what is
//! left when the server or its database goes away in the middle.

mod broken_database;
mod deadlines;
mod deployment;
mod dropped_calls;
mod health;
mod malformed;
mod overload;
mod raw;
mod reasons;
mod reflection;
mod sizes;
mod stopping;

use guanxi::v1::{ImportProgress, ImportPurchasesRequest, MissingCustomer};
use guanxi_server::Config;
use guanxi_testkit::{TestServer, database};
use tokio::sync::mpsc;
use tokio::task;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use crate::support::sale;

/// A server of another configuration, on a database of its own, beside the one of the case.
async fn configured(guanxi: &TestServer, change: impl FnOnce(&mut Config)) -> TestServer {
    let backend = guanxi.backend();
    let database = task::spawn_blocking(move || database(backend)).await.unwrap();
    TestServer::start_with(database.expect("the case has such a database too"), change).await
}

/// A stream of chunks that goes on until its sender is dropped.
struct Import {
    chunks: mpsc::Sender<ImportPurchasesRequest>,
    progress: Streaming<ImportProgress>,
}

impl Import {
    async fn begin(guanxi: &TestServer) -> Result<Import, Status> {
        let (chunks, queue) = mpsc::channel(4);
        let progress = guanxi.activity().import_purchases(ReceiverStream::new(queue)).await?.into_inner();
        Ok(Import { chunks, progress })
    }

    /// Sends a sale to a customer who need not be there, and waits for its acknowledgement.
    async fn sell(&mut self, customer: &str, index: i64) -> Result<ImportProgress, Status> {
        let chunk = ImportPurchasesRequest {
            first_index: index,
            purchases: vec![sale(customer, "2026-01-30T12:00:00Z", &format!("s-{index}"), 100)],
            missing_customer: MissingCustomer::Create.into(),
        };
        self.chunks.send(chunk).await.expect("the stream is open");
        Ok(self.progress.message().await?.expect("an acknowledgement"))
    }
}
