//! A hash of a request, to tell a retry from another request under the same id.

use guanxi_store::ledger::Fingerprint;
use serde::Serialize;
use uuid::Uuid;

/// The hash of what is asked for: the verb, what it names, and its content.
pub(crate) fn of(verb: &str, subject: &str, content: &impl Serialize) -> Fingerprint {
    // Content of the domain always has a JSON form; were it not so, the verb and the subject would still tell.
    let content = serde_json::to_string(content).unwrap_or_default();
    let text = format!("{}:{verb} {}:{subject} {content}", verb.len(), subject.len());
    *Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()).as_bytes()
}
