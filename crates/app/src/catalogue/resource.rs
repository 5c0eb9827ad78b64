//! Creating, changing and deleting a resource of the catalogue, whatever it is.

use guanxi_model::{Timestamp, etag};
use guanxi_store::{CatalogueTable, Tx};

use super::{Catalogue, Guard};
use crate::error::{Error, Refusal};

/// A change of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Update,
    Delete,
}

/// The parts of a resource that the catalogue keeps.
pub struct Stamps<'a> {
    /// Counts the writes.
    pub revision: &'a mut i64,
    pub create_time: &'a mut Timestamp,
    pub update_time: &'a mut Timestamp,
}

/// What the catalogue keeps by id.
pub trait Resource: Sized {
    type Id;
    /// Where it is kept, and how many there may be.
    const TABLE: CatalogueTable;
    const LIMIT: usize;

    fn id(&self) -> &Self::Id;
    fn name(id: &Self::Id) -> String;
    /// What callers write of it, to tell a retry from another request.
    fn content(&self) -> String;
    fn stamps(&mut self) -> Stamps<'_>;
    /// Takes over one field of the contract.
    fn take(&mut self, field: &str, new: &Self);

    /// Whether nobody may record facts while it changes so.
    fn stills_facts(_change: Change) -> bool {
        false
    }

    /// Reads it in a transaction.
    fn find(tx: &Tx, id: &Self::Id) -> impl Future<Output = Result<Option<Self>, guanxi_store::Error>> + Send;
    /// Inserts or replaces it.
    fn put(&self, tx: &Tx) -> impl Future<Output = Result<(), guanxi_store::Error>> + Send;
    /// Deletes it, with all that goes with it.
    fn erase(tx: &Tx, id: &Self::Id) -> impl Future<Output = Result<(), guanxi_store::Error>> + Send;
    /// Refuses to take over fields that are fixed by what hangs on it.
    fn may_take(&self, _fields: &[&str], _new: &Self) -> Result<(), Error> {
        Ok(())
    }
    /// Refuses what, as it is now to be kept, does not fit together or names what is not there.
    fn may_stand(&self, _tx: &Tx) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }
    /// Refuses to let it be deleted where something hangs on it.
    fn let_go(&self, tx: &Tx) -> impl Future<Output = Result<(), Error>> + Send;
}

/// The part of a resource that is alike but for names: its id and name, its table, its stamps, and how it is kept.
macro_rules! kept {
    ($field:ident: $id:ty, $table:ident: $find:ident, $put:ident, $erase:ident) => {
        type Id = $id;
        const TABLE: guanxi_store::CatalogueTable = guanxi_store::CatalogueTable::$table;

        fn id(&self) -> &$id {
            &self.$field
        }

        fn name(id: &$id) -> String {
            guanxi_model::name::$find(id)
        }

        fn stamps(&mut self) -> $crate::catalogue::resource::Stamps<'_> {
            let Self { revision, create_time, update_time, .. } = self;
            $crate::catalogue::resource::Stamps { revision, create_time, update_time }
        }

        async fn find(tx: &guanxi_store::Tx, id: &$id) -> Result<Option<Self>, guanxi_store::Error> {
            tx.$find(id).await
        }

        async fn put(&self, tx: &guanxi_store::Tx) -> Result<(), guanxi_store::Error> {
            tx.$put(self).await
        }

        async fn erase(tx: &guanxi_store::Tx, id: &$id) -> Result<(), guanxi_store::Error> {
            tx.$erase(id).await
        }
    };
}
pub(super) use kept;

impl Catalogue<'_> {
    /// Creates a resource. Revision and times are set here.
    ///
    /// # Errors
    /// One of that id is there, or as many as there may be; or it does not fit.
    pub async fn create<R: Resource>(&self, mut new: R, guard: &Guard) -> Result<R, Error> {
        let name = R::name(new.id());
        let write = self.begin("create", name.clone(), new.content(), guard).await?;
        let kept = R::find(&write.tx, new.id()).await?;
        if write.replayed {
            return kept.ok_or(Error::NotFound(name));
        }
        if kept.is_some() {
            return Err(Error::AlreadyExists(name));
        }
        if write.tx.count(R::TABLE).await? >= R::LIMIT {
            return Err(Refusal::LimitReached { limit: R::LIMIT }.into());
        }
        new.may_stand(&write.tx).await?;
        let stamps = new.stamps();
        (*stamps.revision, *stamps.create_time, *stamps.update_time) = (1, self.now, self.now);
        new.put(&write.tx).await?;
        write.commit(self.now).await?;
        Ok(new)
    }

    /// Changes the fields named by the mask to what they are in `new`, whose other fields are ignored.
    ///
    /// # Errors
    /// It is not there, is not what the caller has seen, or must not become this.
    pub async fn update<R: Resource>(&self, new: &R, mask: &[&'static str], guard: &Guard) -> Result<R, Error> {
        let name = R::name(new.id());
        let content = format!("{mask:?} {}", new.content());
        let write = self.begin("update", name.clone(), content, guard).await?;
        if R::stills_facts(Change::Update) {
            write.tx.change_schemes().await?;
        }
        let mut kept = R::find(&write.tx, new.id()).await?.ok_or_else(|| Error::NotFound(name.clone()))?;
        if write.replayed {
            return Ok(kept);
        }
        kept.seen(guard, name)?;
        kept.may_take(mask, new)?;
        for field in mask {
            kept.take(field, new);
        }
        kept.may_stand(&write.tx).await?;
        kept.touch(self.now);
        kept.put(&write.tx).await?;
        write.commit(self.now).await?;
        Ok(kept)
    }

    /// Deletes a resource that nothing hangs on.
    ///
    /// # Errors
    /// It is not there, is not what the caller has seen, or is in use.
    pub async fn delete<R: Resource>(&self, id: &R::Id, guard: &Guard) -> Result<(), Error> {
        let name = R::name(id);
        let write = self.begin("delete", name.clone(), String::new(), guard).await?;
        if write.replayed {
            return Ok(());
        }
        if R::stills_facts(Change::Delete) {
            write.tx.change_schemes().await?;
        }
        let mut kept = R::find(&write.tx, id).await?.ok_or_else(|| Error::NotFound(name.clone()))?;
        kept.seen(guard, name)?;
        kept.let_go(&write.tx).await?;
        R::erase(&write.tx, id).await?;
        write.commit(self.now).await
    }
}

/// What every resource can do by what it is.
pub(super) trait Stamped: Resource {
    /// Refuses where it is not what the caller has seen.
    fn seen(&mut self, guard: &Guard, name: String) -> Result<(), Error> {
        let revision = *self.stamps().revision;
        if etag::matches(&guard.etag, &name, revision) { Ok(()) } else { Err(Error::Stale(name)) }
    }

    /// Counts a write.
    fn touch(&mut self, now: Timestamp) {
        let stamps = self.stamps();
        *stamps.revision += 1;
        *stamps.update_time = now;
    }
}

impl<R: Resource> Stamped for R {}
