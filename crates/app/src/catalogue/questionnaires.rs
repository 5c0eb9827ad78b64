//! Questionnaires, and putting a revision in use: no run over customers is needed for that, unlike for a pyramid.

use guanxi_model::{QuestionnaireId, RevisionNumber, TouchpointId, Violations, name};
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_store::{Questionnaire, Tx};

use super::resource::{Resource, Stamped as _, kept};
use super::revisions::Versioned;
use super::{Catalogue, Guard};
use crate::error::{Error, Refusal};

impl Resource for Questionnaire {
    kept!(id: QuestionnaireId, Questionnaires: questionnaire, put_questionnaire, delete_questionnaire);

    const LIMIT: usize = 200;

    fn content(&self) -> String {
        format!("{:?}", (&self.display_name, &self.description, &self.contact_rule))
    }

    fn take(&mut self, field: &str, new: &Self) {
        match field {
            "display_name" => self.display_name.clone_from(&new.display_name),
            "description" => self.description.clone_from(&new.description),
            "contact_rule" => self.contact_rule.clone_from(&new.contact_rule),
            _ => {}
        }
    }

    /// Records name its revisions once it was in use.
    async fn let_go(&self, _tx: &Tx) -> Result<(), Error> {
        match self.active {
            Some(_) => Err(Refusal::QuestionnaireActive(name::questionnaire(&self.id)).into()),
            None => Ok(()),
        }
    }
}

impl Versioned for Questionnaire {
    /// The touchpoint that it is asked after is there.
    async fn fits(tx: &Tx, scheme: &QuestionnaireScheme) -> Result<(), Error> {
        match &scheme.content().touchpoint {
            Some(id) if tx.touchpoint(id).await?.is_none() => Err(no_touchpoint(id)),
            _ => Ok(()),
        }
    }
}

fn no_touchpoint(id: &TouchpointId) -> Error {
    let fault = format!("there is no {}", name::touchpoint(id));
    Error::Invalid(Violations::one("questionnaire_revision.touchpoint", fault))
}

impl Catalogue<'_> {
    /// Makes a revision the one that is asked now. Where it is that already, nothing changes.
    ///
    /// # Errors
    /// The questionnaire or the revision is not there.
    pub async fn activate_questionnaire_revision(
        &self,
        (id, number): (&QuestionnaireId, RevisionNumber),
        guard: &Guard,
    ) -> Result<Questionnaire, Error> {
        let name = name::questionnaire_revision(id, number);
        let write = self.begin("activate", name.clone(), String::new(), guard).await?;
        let kept = write.tx.questionnaire(id).await?;
        let mut kept = kept.ok_or_else(|| Error::NotFound(name::questionnaire(id)))?;
        if write.tx.revision(id, number).await?.is_none() {
            return Err(Error::NotFound(name));
        }
        let is_active = kept.active.is_some_and(|(active, _)| active == number);
        if !write.replayed && !is_active {
            kept.active = Some((number, self.now));
            kept.touch(self.now);
            kept.put(&write.tx).await?;
        }
        write.commit(self.now).await?;
        Ok(kept)
    }
}
