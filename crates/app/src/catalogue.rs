//! Changing what is not about one customer: attribute definitions, touchpoints, pyramids and their revisions, decisions
//! about targets. Rare and small: each change is a transaction of its own, one at a time.

mod pyramids;
mod targets;

use guanxi_model::customer::{AttributeDefinition, Touchpoint};
use guanxi_model::{AttributeKey, RequestId, Timestamp, TouchpointId, etag, name};
use guanxi_store::ledger::Fingerprint;
use guanxi_store::{CatalogueTable, Store, Tx};

use crate::error::{Error, Refusal};
use crate::fingerprint;
pub use pyramids::{NewPyramid, NewRevision};

/// The most attribute definitions there may be.
pub const MAX_ATTRIBUTE_DEFINITIONS: usize = 200;
/// The most touchpoints there may be.
pub const MAX_TOUCHPOINTS: usize = 1000;

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

/// A write in progress: its transaction, and whether it was done before.
struct Write {
    tx: Tx,
    name: String,
    request: Option<(RequestId, Fingerprint)>,
    replayed: bool,
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
        let mut replayed = false;
        if let Some(request) = &guard.request_id {
            match tx.catalogue_request(&name, request).await? {
                Some(kept) if kept != print => return Err(Error::RequestIdReused(request.to_string())),
                kept => replayed = kept.is_some(),
            }
        }
        Ok(Write { tx, name, request: guard.request_id.map(|request| (request, print)), replayed })
    }

    /// Defines an attribute. Revision and times are set here.
    pub async fn create_attribute_definition(
        &self,
        mut new: AttributeDefinition,
        guard: &Guard,
    ) -> Result<AttributeDefinition, Error> {
        let name = name::attribute_definition(&new.key);
        let content = format!("{:?}", (&new.display_name, &new.description, new.value_type, &new.unit));
        let write = self.begin("create", name.clone(), content, guard).await?;
        let kept = write.tx.attribute_definition(&new.key).await?;
        if write.replayed {
            return kept.ok_or(Error::NotFound(name));
        }
        if kept.is_some() {
            return Err(Error::AlreadyExists(name));
        }
        within(&write.tx, CatalogueTable::AttributeDefinitions, MAX_ATTRIBUTE_DEFINITIONS).await?;
        (new.revision, new.create_time, new.update_time) = (1, self.now, self.now);
        write.tx.put_attribute_definition(&new).await?;
        write.commit(self.now).await?;
        Ok(new)
    }

    /// Changes the display name and description named by the mask.
    pub async fn update_attribute_definition(
        &self,
        new: &AttributeDefinition,
        mask: &[&'static str],
        guard: &Guard,
    ) -> Result<AttributeDefinition, Error> {
        let name = name::attribute_definition(&new.key);
        let content = format!("{:?}", (mask, &new.display_name, &new.description));
        let write = self.begin("update", name.clone(), content, guard).await?;
        let mut kept = write.tx.attribute_definition(&new.key).await?.ok_or_else(|| Error::NotFound(name.clone()))?;
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
        write.tx.put_attribute_definition(&kept).await?;
        write.commit(self.now).await?;
        Ok(kept)
    }

    /// Deletes an attribute definition that no customer has a value for.
    pub async fn delete_attribute_definition(&self, key: &AttributeKey, guard: &Guard) -> Result<(), Error> {
        let name = name::attribute_definition(key);
        let write = self.begin("delete", name.clone(), String::new(), guard).await?;
        if write.replayed {
            return Ok(());
        }
        // Nobody may write a value of it meanwhile: writers of customers hold the schemes.
        write.tx.change_schemes().await?;
        let kept = write.tx.attribute_definition(key).await?.ok_or_else(|| Error::NotFound(name.clone()))?;
        seen(guard, &name, kept.revision)?;
        if write.tx.attribute_in_use(key).await? {
            return Err(Refusal::AttributeInUse(name).into());
        }
        write.tx.delete_attribute_definition(key).await?;
        write.commit(self.now).await
    }

    /// Creates a touchpoint. Revision and times are set here.
    pub async fn create_touchpoint(&self, mut new: Touchpoint, guard: &Guard) -> Result<Touchpoint, Error> {
        let name = name::touchpoint(&new.id);
        let content = format!("{:?}", (&new.display_name, &new.journey, new.position, new.kind, &new.description));
        let write = self.begin("create", name.clone(), content, guard).await?;
        let kept = write.tx.touchpoint(&new.id).await?;
        if write.replayed {
            return kept.ok_or(Error::NotFound(name));
        }
        if kept.is_some() {
            return Err(Error::AlreadyExists(name));
        }
        within(&write.tx, CatalogueTable::Touchpoints, MAX_TOUCHPOINTS).await?;
        (new.revision, new.create_time, new.update_time) = (1, self.now, self.now);
        write.tx.put_touchpoint(&new).await?;
        write.commit(self.now).await?;
        Ok(new)
    }

    /// Changes the fields named by the mask.
    pub async fn update_touchpoint(
        &self,
        new: &Touchpoint,
        mask: &[&'static str],
        guard: &Guard,
    ) -> Result<Touchpoint, Error> {
        let name = name::touchpoint(&new.id);
        let content =
            format!("{:?}", (mask, &new.display_name, &new.journey, new.position, new.kind, &new.description));
        let write = self.begin("update", name.clone(), content, guard).await?;
        let mut kept = write.tx.touchpoint(&new.id).await?.ok_or_else(|| Error::NotFound(name.clone()))?;
        if write.replayed {
            return Ok(kept);
        }
        seen(guard, &name, kept.revision)?;
        for field in mask {
            match *field {
                "display_name" => kept.display_name.clone_from(&new.display_name),
                "journey" => kept.journey.clone_from(&new.journey),
                "position" => kept.position = new.position,
                "kind" => kept.kind = new.kind,
                "description" => kept.description.clone_from(&new.description),
                _ => {}
            }
        }
        (kept.revision, kept.update_time) = (kept.revision + 1, self.now);
        write.tx.put_touchpoint(&kept).await?;
        write.commit(self.now).await?;
        Ok(kept)
    }

    /// Deletes a touchpoint; interactions keep its name.
    pub async fn delete_touchpoint(&self, id: &TouchpointId, guard: &Guard) -> Result<(), Error> {
        let name = name::touchpoint(id);
        let write = self.begin("delete", name.clone(), String::new(), guard).await?;
        if write.replayed {
            return Ok(());
        }
        let kept = write.tx.touchpoint(id).await?.ok_or_else(|| Error::NotFound(name.clone()))?;
        seen(guard, &name, kept.revision)?;
        write.tx.delete_touchpoint(id).await?;
        write.commit(self.now).await
    }
}

fn seen(guard: &Guard, name: &str, revision: i64) -> Result<(), Error> {
    if etag::matches(&guard.etag, name, revision) { Ok(()) } else { Err(Error::Stale(name.to_owned())) }
}

async fn within(tx: &Tx, table: CatalogueTable, limit: usize) -> Result<(), Error> {
    if tx.count(table).await? < limit { Ok(()) } else { Err(Refusal::LimitReached { limit }.into()) }
}
