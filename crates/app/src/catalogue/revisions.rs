//! Adding a revision to what has revisions.

use std::fmt::Debug;

use guanxi_model::RevisionNumber;
use guanxi_segmentation::PyramidScheme;
use guanxi_store::{Pyramid, Revised, Revision, Tx};

use super::{Catalogue, Guard, Resource, Write};
use crate::error::{Error, Refusal};

/// The most revisions there may be of one thing.
const MAX_REVISIONS: u32 = 1000;

/// A revision to add.
#[derive(Clone, Debug)]
pub struct NewRevision<I: Revised> {
    pub of: I,
    pub description: String,
    pub scheme: I::Scheme,
}

/// What has revisions.
pub trait Versioned: Resource<Id: Revised<Scheme: PartialEq + Debug>> {
    /// Refuses a scheme that names what is not there.
    fn fits(tx: &Tx, scheme: &<Self::Id as Revised>::Scheme) -> impl Future<Output = Result<(), Error>> + Send;
}

impl Versioned for Pyramid {
    /// What its expressions may read was looked up before they were read.
    async fn fits(_tx: &Tx, _scheme: &PyramidScheme) -> Result<(), Error> {
        Ok(())
    }
}

impl Catalogue<'_> {
    /// Adds a revision to the resource it is of.
    ///
    /// # Errors
    /// That is not there, or has as many as there may be.
    pub async fn create_revision<R>(&self, new: NewRevision<R::Id>, guard: &Guard) -> Result<Revision<R::Id>, Error>
    where
        R: Versioned,
        R::Id: Revised<Scheme: PartialEq + Debug>,
    {
        let parent = R::name(&new.of);
        let content = format!("{:?}", (&new.description, &new.scheme));
        let write = self.begin("create revision", parent.clone(), content, guard).await?;
        if R::find(&write.tx, &new.of).await?.is_none() {
            return Err(Error::NotFound(parent));
        }
        if write.replayed {
            // It is gone where what it was of has been deleted and made anew since.
            return replayed(&write, &new).await?.ok_or(Error::NotFound(parent));
        }
        R::fits(&write.tx, &new.scheme).await?;
        let last = write.tx.last_revision(&new.of).await?;
        let number = RevisionNumber::new(last + 1).filter(|_| last < MAX_REVISIONS);
        let number = number.ok_or(Refusal::LimitReached { limit: MAX_REVISIONS as usize })?;
        let NewRevision { of, description, scheme } = new;
        let revision = Revision { of, number, description, scheme, create_time: self.now };
        write.tx.put_revision(&revision).await?;
        write.commit(self.now).await?;
        Ok(revision)
    }
}

/// The revision that a repeated request made: of the same content, and of the time at which the request was carried out.
async fn replayed<I>(write: &Write, new: &NewRevision<I>) -> Result<Option<Revision<I>>, Error>
where
    I: Revised<Scheme: PartialEq>,
{
    let mut number = RevisionNumber::new(write.tx.last_revision(&new.of).await?);
    while let Some(candidate) = number {
        let kept = write.tx.revision(&new.of, candidate).await?;
        if let Some(kept) = kept.filter(|kept| {
            kept.create_time == write.done_at && (&kept.scheme, &kept.description) == (&new.scheme, &new.description)
        }) {
            return Ok(Some(kept));
        }
        number = RevisionNumber::new(candidate.get() - 1);
    }
    Ok(None)
}
