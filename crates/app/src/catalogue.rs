//! Changing what is not about one customer: attribute definitions, touchpoints, pyramids and questionnaires with their
//! revisions, service standards, what satisfaction is held against, decisions about targets. Rare and small: each change is a
//! transaction of its own, one at a time.
//!
//! What all resources share (a retry finds what it made, a stale etag changes nothing, there are so many and no more) is
//! here, once; what each of them is, is a file of its own.

mod definitions;
mod goals;
mod pyramids;
mod questionnaires;
mod resource;
mod revisions;
mod standards;
mod targets;

use guanxi_model::{RequestId, Timestamp};
use guanxi_store::ledger::Fingerprint;
use guanxi_store::{Store, Tx};

use crate::error::Error;
use crate::fingerprint;
pub use resource::Resource;
pub use revisions::{NewRevision, Versioned};

/// What makes a write of a resource safe: the state the caller has seen (empty for any) and the id of the request.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    pub etag: String,
    pub request_id: Option<RequestId>,
}

/// Changes the catalogue.
pub struct Catalogue<'a> {
    pub(crate) store: &'a Store,
    pub(crate) now: Timestamp,
}

/// A write in progress: its transaction, and whether it was done before, and when.
struct Write {
    tx: Tx,
    name: String,
    request: Option<(RequestId, Fingerprint)>,
    replayed: bool,
    /// Now, where it is done for the first time.
    done_at: Timestamp,
}

impl Write {
    /// Ends the write and keeps that the request was carried out.
    async fn commit(self, now: Timestamp) -> Result<(), Error> {
        if let Some((request, print)) = self.request.filter(|_| !self.replayed) {
            self.tx.put_catalogue_request(&self.name, &request, &print, now).await?;
        }
        Ok(self.tx.commit().await?)
    }
}

impl Catalogue<'_> {
    async fn begin(&self, verb: &str, name: String, content: String, guard: &Guard) -> Result<Write, Error> {
        let tx = self.store.begin().await?;
        tx.lock_catalogue().await?;
        let print = fingerprint::of(verb, &name, &(content, &guard.etag));
        let (mut replayed, mut done_at) = (false, self.now);
        if let Some(request) = &guard.request_id {
            match tx.catalogue_request(&name, request).await? {
                Some((kept, _)) if kept != print => return Err(Error::RequestIdReused(request.to_string())),
                Some((_, time)) => (replayed, done_at) = (true, time),
                None => {}
            }
        }
        Ok(Write { tx, name, request: guard.request_id.map(|request| (request, print)), replayed, done_at })
    }
}
