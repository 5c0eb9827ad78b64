//! Pyramids and their revisions: creating, describing, deleting. Putting a revision in force is an operation.

use guanxi_model::{PyramidId, RevisionNumber, name};
use guanxi_segmentation::PyramidScheme;
use guanxi_store::{CatalogueTable, Pyramid, Revision};

use super::{Catalogue, Guard, seen, within};
use crate::error::{Error, Refusal};

/// The most pyramids there may be: every fact is judged by each of them.
const MAX_PYRAMIDS: usize = 20;
/// The most revisions a pyramid may have.
const MAX_REVISIONS: u32 = 1000;

/// What callers write about a pyramid.
#[derive(Clone, Debug)]
pub struct NewPyramid {
    pub id: PyramidId,
    pub display_name: String,
    pub description: String,
}

/// A revision to add.
#[derive(Clone, Debug)]
pub struct NewRevision {
    pub pyramid: PyramidId,
    pub description: String,
    pub scheme: PyramidScheme,
}

impl Catalogue<'_> {
    /// Creates a pyramid without a revision.
    pub async fn create_pyramid(&self, new: NewPyramid, guard: &Guard) -> Result<Pyramid, Error> {
        let name = name::pyramid(&new.id);
        let content = format!("{:?}", (&new.display_name, &new.description));
        let write = self.begin("create", name.clone(), content, guard).await?;
        let kept = write.tx.pyramid(&new.id).await?;
        if write.replayed {
            return kept.ok_or(Error::NotFound(name));
        }
        if kept.is_some() {
            return Err(Error::AlreadyExists(name));
        }
        within(&write.tx, CatalogueTable::Pyramids, MAX_PYRAMIDS).await?;
        let NewPyramid { id, display_name, description } = new;
        let pyramid = Pyramid {
            id,
            display_name,
            description,
            revision: 1,
            active: None,
            next: None,
            // What a generation judges by is remembered by its number, so none may be one of a deleted pyramid of this id.
            last_generation: self.now.0,
            operation: None,
            create_time: self.now,
            update_time: self.now,
        };
        write.tx.put_pyramid(&pyramid).await?;
        write.commit(self.now).await?;
        Ok(pyramid)
    }

    /// Changes the display name and description named by the mask.
    pub async fn update_pyramid(
        &self,
        new: &NewPyramid,
        mask: &[&'static str],
        guard: &Guard,
    ) -> Result<Pyramid, Error> {
        let name = name::pyramid(&new.id);
        let content = format!("{:?}", (mask, &new.display_name, &new.description));
        let write = self.begin("update", name.clone(), content, guard).await?;
        write.tx.change_schemes().await?;
        let mut kept = write.tx.pyramid(&new.id).await?.ok_or_else(|| Error::NotFound(name.clone()))?;
        if write.replayed {
            return Ok(kept);
        }
        seen(guard, &name, kept.revision)?;
        if mask.contains(&"display_name") {
            kept.display_name.clone_from(&new.display_name);
        }
        if mask.contains(&"description") {
            kept.description.clone_from(&new.description);
        }
        (kept.revision, kept.update_time) = (kept.revision + 1, self.now);
        write.tx.put_pyramid(&kept).await?;
        write.commit(self.now).await?;
        Ok(kept)
    }

    /// Deletes a pyramid that was never in force.
    pub async fn delete_pyramid(&self, id: &PyramidId, guard: &Guard) -> Result<(), Error> {
        let name = name::pyramid(id);
        let write = self.begin("delete", name.clone(), String::new(), guard).await?;
        if write.replayed {
            return Ok(());
        }
        write.tx.change_schemes().await?;
        let kept = write.tx.pyramid(id).await?.ok_or_else(|| Error::NotFound(name.clone()))?;
        seen(guard, &name, kept.revision)?;
        if let Some(running) = kept.operation {
            return Err(Refusal::PyramidBusy { pyramid: name, operation: name::operation(&running) }.into());
        }
        if kept.active.is_some() {
            return Err(Refusal::PyramidActive(name).into());
        }
        write.tx.delete_pyramid(id).await?;
        write.commit(self.now).await
    }

    /// Adds a revision to a pyramid.
    pub async fn create_revision(&self, new: NewRevision, guard: &Guard) -> Result<Revision, Error> {
        let parent = name::pyramid(&new.pyramid);
        let content = format!("{:?}", (&new.description, &new.scheme));
        let write = self.begin("create revision", parent.clone(), content, guard).await?;
        if write.tx.pyramid(&new.pyramid).await?.is_none() {
            return Err(Error::NotFound(parent));
        }
        if let Some(kept) = self.replayed_revision(&write, &new).await? {
            return Ok(kept);
        }
        let last = write.tx.last_revision(&new.pyramid).await?;
        let number = RevisionNumber::new(last + 1).filter(|_| last < MAX_REVISIONS);
        let number = number.ok_or(Refusal::LimitReached { limit: MAX_REVISIONS as usize })?;
        let NewRevision { pyramid, description, scheme } = new;
        let revision = Revision { pyramid, number, description, scheme, create_time: self.now };
        write.tx.put_revision(&revision).await?;
        write.commit(self.now).await?;
        Ok(revision)
    }

    /// The revision that a repeated request made: the newest of the same content, since it was checked to be the same
    /// request.
    async fn replayed_revision(&self, write: &super::Write, new: &NewRevision) -> Result<Option<Revision>, Error> {
        if !write.replayed {
            return Ok(None);
        }
        let mut number = RevisionNumber::new(write.tx.last_revision(&new.pyramid).await?);
        while let Some(candidate) = number {
            let kept = write.tx.revision(&new.pyramid, candidate).await?;
            if let Some(kept) = kept.filter(|kept| kept.scheme == new.scheme && kept.description == new.description) {
                return Ok(Some(kept));
            }
            number = RevisionNumber::new(candidate.get() - 1);
        }
        Ok(None)
    }
}
