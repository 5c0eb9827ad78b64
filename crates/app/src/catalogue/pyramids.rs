//! Pyramids. Putting a revision in force is an operation.

use guanxi_model::{PyramidId, name};
use guanxi_store::{Pyramid, Tx};

use super::resource::{Change, Resource, kept};
use crate::error::{Error, Refusal};

impl Resource for Pyramid {
    kept!(id: PyramidId, Pyramids: pyramid, put_pyramid, delete_pyramid);

    /// Every fact is judged by each of them.
    const LIMIT: usize = 20;

    fn content(&self) -> String {
        format!("{:?}", (&self.display_name, &self.description))
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
