//! Attribute definitions and touchpoints.

use guanxi_model::customer::{AttributeDefinition, Touchpoint};
use guanxi_model::{AttributeKey, TouchpointId, name};
use guanxi_store::{CatalogueTable, Tx};

use super::resource::{Change, Resource, Stamps};
use crate::error::{Error, Refusal};

impl Resource for AttributeDefinition {
    type Id = AttributeKey;
    const TABLE: CatalogueTable = CatalogueTable::AttributeDefinitions;
    const LIMIT: usize = 200;

    fn id(&self) -> &AttributeKey {
        &self.key
    }

    fn name(id: &AttributeKey) -> String {
        name::attribute_definition(id)
    }

    fn content(&self) -> String {
        format!("{:?}", (&self.display_name, &self.description, self.value_type, &self.unit))
    }

    fn stamps(&mut self) -> Stamps<'_> {
        let AttributeDefinition { revision, create_time, update_time, .. } = self;
        Stamps { revision, create_time, update_time }
    }

    fn take(&mut self, field: &str, new: &Self) {
        match field {
            "display_name" => self.display_name.clone_from(&new.display_name),
            "description" => self.description.clone_from(&new.description),
            _ => {}
        }
    }

    /// Nobody may write a value of it while it goes: writers of customers hold the schemes.
    fn stills_facts(change: Change) -> bool {
        change == Change::Delete
    }

    async fn find(tx: &Tx, id: &AttributeKey) -> Result<Option<Self>, guanxi_store::Error> {
        tx.attribute_definition(id).await
    }

    async fn put(&self, tx: &Tx) -> Result<(), guanxi_store::Error> {
        tx.put_attribute_definition(self).await
    }

    async fn erase(tx: &Tx, id: &AttributeKey) -> Result<(), guanxi_store::Error> {
        tx.delete_attribute_definition(id).await
    }

    /// No customer may have a value for it.
    async fn let_go(&self, tx: &Tx) -> Result<(), Error> {
        match tx.attribute_in_use(&self.key).await? {
            true => Err(Refusal::AttributeInUse(name::attribute_definition(&self.key)).into()),
            false => Ok(()),
        }
    }
}

impl Resource for Touchpoint {
    type Id = TouchpointId;
    const TABLE: CatalogueTable = CatalogueTable::Touchpoints;
    const LIMIT: usize = 1000;

    fn id(&self) -> &TouchpointId {
        &self.id
    }

    fn name(id: &TouchpointId) -> String {
        name::touchpoint(id)
    }

    fn content(&self) -> String {
        format!("{:?}", (&self.display_name, &self.journey, self.position, self.kind, &self.description))
    }

    fn stamps(&mut self) -> Stamps<'_> {
        let Touchpoint { revision, create_time, update_time, .. } = self;
        Stamps { revision, create_time, update_time }
    }

    fn take(&mut self, field: &str, new: &Self) {
        match field {
            "display_name" => self.display_name.clone_from(&new.display_name),
            "journey" => self.journey.clone_from(&new.journey),
            "position" => self.position = new.position,
            "kind" => self.kind = new.kind,
            "description" => self.description.clone_from(&new.description),
            _ => {}
        }
    }

    async fn find(tx: &Tx, id: &TouchpointId) -> Result<Option<Self>, guanxi_store::Error> {
        tx.touchpoint(id).await
    }

    async fn put(&self, tx: &Tx) -> Result<(), guanxi_store::Error> {
        tx.put_touchpoint(self).await
    }

    async fn erase(tx: &Tx, id: &TouchpointId) -> Result<(), guanxi_store::Error> {
        tx.delete_touchpoint(id).await
    }

    /// Facts keep its name.
    async fn let_go(&self, _tx: &Tx) -> Result<(), Error> {
        Ok(())
    }
}
