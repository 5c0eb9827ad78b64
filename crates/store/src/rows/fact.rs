//! A fact: its identity, times and state as columns, its body as a document.

use guanxi_model::fact::{Fact, FactBody, FactKey, FactKind, FactState};
use guanxi_model::{CustomerId, FactId, SourceName, Timestamp, Words};
use sea_orm::QueryResult;

use super::{from_json, id_bytes, to_json, word};
use crate::Error;
use crate::bulk::{Cell, Column, bytes, int, text};

/// The columns of a fact, from `facts f`. Its note is looked up by key and not joined: without statistics PostgreSQL would
/// read all notes through.
pub(crate) const COLUMNS: &str = "f.customer_id, f.kind, f.source, f.source_id, f.fact_id, f.occur_time, f.record_time, \
     f.state, f.replaces_source, f.replaces_source_id, f.body, \
     (SELECT n.note FROM fact_notes n WHERE n.customer_id = f.customer_id AND n.fact_id = f.fact_id) AS note";

/// The columns a fact is inserted with.
pub(crate) const INSERT: &[Column] = &[
    text("customer_id"),
    int("kind"),
    text("source"),
    text("source_id"),
    bytes("fact_id"),
    int("occur_time"),
    int("record_time"),
    int("state"),
    int("type"),
    text("channel"),
    text("replaces_source"),
    text("replaces_source_id"),
    text("body"),
];

/// Reads the columns of `COLUMNS`.
pub(crate) fn read(row: &QueryResult) -> Result<Fact, Error> {
    let kind: FactKind = word(row, 1, "fact kind")?;
    let replaces = match (row.try_get_by_index::<Option<String>>(8)?, row.try_get_by_index::<Option<String>>(9)?) {
        (Some(source), Some(source_id)) => Some(FactKey { source: SourceName::from_trusted(source), source_id }),
        _ => None,
    };
    Ok(Fact {
        id: FactId::from_bytes(id_bytes(row, 4, "fact id")?),
        customer: CustomerId::from_trusted(row.try_get_by_index(0)?),
        occur_time: Timestamp(row.try_get_by_index(5)?),
        record_time: Timestamp(row.try_get_by_index(6)?),
        key: FactKey {
            source: SourceName::from_trusted(row.try_get_by_index(2)?),
            source_id: row.try_get_by_index(3)?,
        },
        replaces,
        state: word::<FactState>(row, 7, "fact state")?,
        note: row.try_get_by_index::<Option<String>>(11)?.unwrap_or_default(),
        body: read_body(kind, &row.try_get_by_index::<String>(10)?)?,
    })
}

/// The cells of `INSERT`.
pub(crate) fn write(fact: &Fact) -> Result<[Cell; 13], Error> {
    Ok([
        fact.customer.as_str().into(),
        fact.body.kind().code().into(),
        fact.key.source.as_str().into(),
        fact.key.source_id.as_str().into(),
        fact.id.as_bytes().as_slice().into(),
        fact.occur_time.0.into(),
        fact.record_time.0.into(),
        fact.state.code().into(),
        fact.body.type_code().into(),
        fact.body.channel().into(),
        fact.replaces.as_ref().map(|key| key.source.as_str()).into(),
        fact.replaces.as_ref().map(|key| key.source_id.as_str()).into(),
        write_body(&fact.body)?.into(),
    ])
}

/// Reads the document of a kind.
pub(crate) fn read_body(kind: FactKind, text: &str) -> Result<FactBody, Error> {
    Ok(match kind {
        FactKind::Purchase => FactBody::Purchase(from_json(text, "purchase")?),
        FactKind::Interaction => FactBody::Interaction(from_json(text, "interaction")?),
        FactKind::Payment => FactBody::Payment(from_json(text, "payment")?),
        FactKind::StageChange => FactBody::StageChange(from_json(text, "stage change")?),
        FactKind::SatisfactionRecord => FactBody::SatisfactionRecord(from_json(text, "satisfaction record")?),
        FactKind::InvitationEvent => FactBody::InvitationEvent(from_json(text, "invitation event")?),
    })
}

fn write_body(body: &FactBody) -> Result<String, Error> {
    match body {
        FactBody::Purchase(body) => to_json(body, "purchase"),
        FactBody::Interaction(body) => to_json(body, "interaction"),
        FactBody::Payment(body) => to_json(body, "payment"),
        FactBody::StageChange(body) => to_json(body, "stage change"),
        FactBody::SatisfactionRecord(body) => to_json(body, "satisfaction record"),
        FactBody::InvitationEvent(body) => to_json(body, "invitation event"),
    }
}
