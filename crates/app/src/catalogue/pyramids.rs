//! Pyramids. Putting a revision in force is an operation.

use guanxi_model::{PyramidId, name};
use guanxi_store::{CatalogueTable, Pyramid, Tx};

use super::resource::{Change, Resource, Stamps};
use crate::error::{Error, Refusal};

impl Resource for Pyramid {
    type Id = PyramidId;
    const TABLE: CatalogueTable = CatalogueTable::Pyramids;
    /// Every fact is judged by each of them.
    const LIMIT: usize = 20;

    fn id(&self) -> &PyramidId {
        &self.id
    }

    fn name(id: &PyramidId) -> String {
        name::pyramid(id)
    }

    fn content(&self) -> String {
        format!("{:?}", (&self.display_name, &self.description))
    }

    fn stamps(&mut self) -> Stamps<'_> {
        let Pyramid { revision, create_time, update_time, .. } = self;
        Stamps { revision, create_time, update_time }
    }

    fn take(&mut self, field: &str, new: &Self) {
        match field {
            "display_name" => self.display_name.clone_from(&new.display_name),
            "description" => self.description.clone_from(&new.description),
            _ => {}
        }
    }

    fn stills_facts(_change: Change) -> bool {
        true
    }

    async fn find(tx: &Tx, id: &PyramidId) -> Result<Option<Self>, guanxi_store::Error> {
        tx.pyramid(id).await
    }

    async fn put(&self, tx: &Tx) -> Result<(), guanxi_store::Error> {
        tx.put_pyramid(self).await
    }

    async fn erase(tx: &Tx, id: &PyramidId) -> Result<(), guanxi_store::Error> {
        tx.delete_pyramid(id).await
    }

    /// It was never in force, and is not about to be.
    async fn let_go(&self, _tx: &Tx) -> Result<(), Error> {
        let pyramid = name::pyramid(&self.id);
        if let Some(running) = self.operation {
            return Err(Refusal::PyramidBusy { pyramid, operation: name::operation(&running) }.into());
        }
        match self.active {
            Some(_) => Err(Refusal::PyramidActive(pyramid).into()),
            None => Ok(()),
        }
    }
}
