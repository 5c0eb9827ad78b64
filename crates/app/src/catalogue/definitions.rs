//! Attribute definitions and touchpoints.

use guanxi_model::customer::{AttributeDefinition, Touchpoint};
use guanxi_model::{AttributeKey, TouchpointId, name};
use guanxi_store::Tx;

use super::resource::{Change, Resource, kept};
use crate::error::{Error, Refusal};

impl Resource for AttributeDefinition {
    kept!(key: AttributeKey, AttributeDefinitions: attribute_definition, put_attribute_definition, delete_attribute_definition);

    const LIMIT: usize = 200;

    fn content(&self) -> String {
        format!("{:?}", (&self.display_name, &self.description, self.value_type, &self.unit))
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

    /// No customer may have a value for it.
    async fn let_go(&self, tx: &Tx) -> Result<(), Error> {
        match tx.attribute_in_use(&self.key).await? {
            true => Err(Refusal::AttributeInUse(name::attribute_definition(&self.key)).into()),
            false => Ok(()),
        }
    }
}

impl Resource for Touchpoint {
    kept!(id: TouchpointId, Touchpoints: touchpoint, put_touchpoint, delete_touchpoint);

    const LIMIT: usize = 1000;

    fn content(&self) -> String {
        format!("{:?}", (&self.display_name, &self.journey, self.position, self.kind, &self.description))
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

    /// Facts keep its name.
    async fn let_go(&self, _tx: &Tx) -> Result<(), Error> {
        Ok(())
    }
}
