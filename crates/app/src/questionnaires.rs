//! What facts answer, kept in memory: a revision never changes, and one of a questionnaire that was ever in use is never
//! deleted.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use guanxi_model::fact::FactBody;
use guanxi_model::{QuestionnaireId, RevisionNumber};
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_store::{Reader, Tx};

use crate::Error;

/// A revision of a questionnaire.
pub type RevisionKey = (QuestionnaireId, RevisionNumber);
/// Revisions by name.
pub type Schemes = HashMap<RevisionKey, Arc<QuestionnaireScheme>>;

/// So many are kept; then memory begins anew.
const MOST_KNOWN: usize = 1_000;

/// The revision that a fact answers, or invites to.
pub fn answered(body: &FactBody) -> Option<RevisionKey> {
    match body {
        FactBody::SatisfactionRecord(record) => Some((record.questionnaire.clone(), record.revision)),
        // Whatever is in use has a first revision.
        FactBody::InvitationEvent(event) => {
            let invited = event.invited.as_ref()?;
            Some((invited.questionnaire.clone(), invited.revision.or(RevisionNumber::new(1))?))
        }
        FactBody::Purchase(_) | FactBody::Interaction(_) | FactBody::Payment(_) | FactBody::StageChange(_) => None,
    }
}

/// A revision that somebody wants to answer.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Missing,
    /// No revision of the questionnaire was ever activated.
    NotInUse,
    InUse(Arc<QuestionnaireScheme>),
}

/// The revisions that are known.
#[derive(Default)]
pub(crate) struct Questionnaires {
    known: Mutex<Schemes>,
}

impl Questionnaires {
    fn get(&self, key: &RevisionKey) -> Option<Arc<QuestionnaireScheme>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: &RevisionKey, scheme: QuestionnaireScheme) -> Arc<QuestionnaireScheme> {
        let scheme = Arc::new(scheme);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(key.clone(), Arc::clone(&scheme));
        scheme
    }

    /// Those of the keys that are known, and the others.
    pub(crate) fn known(&self, keys: BTreeSet<RevisionKey>) -> (Schemes, Vec<RevisionKey>) {
        let (mut known, mut unknown) = (Schemes::new(), Vec::new());
        for key in keys {
            match self.get(&key) {
                Some(scheme) => drop(known.insert(key, scheme)),
                None => unknown.push(key),
            }
        }
        (known, unknown)
    }

    /// Reads revisions that facts answer, so that they are known.
    pub(crate) async fn read(&self, reader: &Reader, keys: Vec<RevisionKey>) -> Result<Schemes, Error> {
        let mut schemes = Schemes::new();
        for key in keys {
            if let Some(kept) = reader.revision(&key.0, key.1).await? {
                let scheme = self.put(&key, kept.scheme);
                schemes.insert(key, scheme);
            }
        }
        Ok(schemes)
    }

    /// What commands want to answer, as it is in their transaction.
    pub(crate) async fn wanted(
        &self,
        tx: &Tx,
        keys: BTreeSet<RevisionKey>,
    ) -> Result<HashMap<RevisionKey, Wanted>, Error> {
        let (known, unknown) = self.known(keys);
        let mut wanted: HashMap<_, _> = known.into_iter().map(|(key, scheme)| (key, Wanted::InUse(scheme))).collect();
        let mut newest = HashMap::new();
        for key in unknown {
            let (id, number) = &key;
            if !newest.contains_key(id) {
                newest.insert(id.clone(), (tx.last_revision(id).await?, tx.questionnaire(id).await?));
            }
            let found = match newest.get(id) {
                // Revisions are counted from 1 without a gap, so most of what is not there need not be looked for.
                Some((last, Some(one))) if number.get() <= *last => match one.active {
                    None => Wanted::NotInUse,
                    Some(_) => tx
                        .revision(id, *number)
                        .await?
                        .map_or(Wanted::Missing, |kept| Wanted::InUse(self.put(&key, kept.scheme))),
                },
                _ => Wanted::Missing,
            };
            wanted.insert(key, found);
        }
        Ok(wanted)
    }
}
