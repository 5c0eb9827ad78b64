//! Pyramids. Putting a revision in force is an operation.

use guanxi_model::{PyramidId, name};
use guanxi_store::{Pyramid, Tx};

use super::resource::{Change, Resource, Stamped as _, kept};
use super::{Catalogue, Guard};
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

impl Catalogue<'_> {
    /// Makes a pyramid the one whose tiers satisfaction records are stamped with from now on. Where it is that already,
    /// nothing changes.
    ///
    /// # Errors
    /// It is not there, or none of its revisions is in force.
    pub async fn set_primary_pyramid(&self, id: &PyramidId, guard: &Guard) -> Result<Pyramid, Error> {
        let name = name::pyramid(id);
        let write = self.begin("set-primary", name.clone(), String::new(), guard).await?;
        write.tx.change_schemes().await?;
        let kept = write.tx.pyramid(id).await?;
        let mut kept = kept.ok_or_else(|| Error::NotFound(name.clone()))?;
        if write.replayed || kept.primary {
            write.commit(self.now).await?;
            return Ok(kept);
        }
        if kept.active.is_none() {
            return Err(Refusal::PyramidNotActive(name).into());
        }
        if let Some(mut before) = write.tx.primary_pyramid().await? {
            before.primary = false;
            before.touch(self.now);
            before.put(&write.tx).await?;
        }
        kept.primary = true;
        kept.touch(self.now);
        kept.put(&write.tx).await?;
        write.commit(self.now).await?;
        Ok(kept)
    }
}
