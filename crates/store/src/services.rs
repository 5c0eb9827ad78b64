//! Services, and what may follow them: the contacts and returns of everybody, customer by customer.

use guanxi_model::fact::{FactBody, FactKind, InteractionPurpose, PurchaseType};
use guanxi_model::{CustomerId, FactId, SourceName, Timestamp, Words};
use sea_orm::{DbBackend, QueryResult, Value};

use crate::catalogue::{each, rows};
use crate::facts::FactPlace;
use crate::rows::fact::read_body;
use crate::rows::{id_bytes, word};
use crate::{Error, Reader};

/// A service, a visit, a complaint or a return.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceFact {
    pub place: FactPlace,
    pub source: SourceName,
    pub body: FactBody,
}

impl Reader {
    /// Services, visits, complaints and returns that count and occurred from one moment to another, both included, after a
    /// place, customer by customer, on the pool for reports. Those of deleted customers are among them until these are
    /// purged.
    pub async fn services_after(
        &self,
        (from, to): (Timestamp, Timestamp),
        (after, limit): (Option<&FactPlace>, usize),
    ) -> Result<Vec<ServiceFact>, Error> {
        let [customer, kind, time, id] = FactPlace::values(after);
        // As of `facts_after`: SQLite is left only the customers. The index knows the kind, but not the type.
        let plus = if self.pools.backend == DbBackend::Sqlite { "+" } else { "" };
        let sql = format!(
            "SELECT {order}, f.source, f.body FROM facts f WHERE ({order}) > ($1, $2, $3, $4) AND f.state = 1 \
             AND {plus}f.kind IN ({interaction}, {purchase}) AND ({plus}f.kind = {interaction} AND f.type IN ({service}, {visit}, {complaint}) \
             OR {plus}f.kind = {purchase} AND f.type = {back}) \
             AND {plus}f.occur_time BETWEEN $5 AND $6 ORDER BY {order} LIMIT $7",
            order = FactPlace::ORDER,
            interaction = FactKind::Interaction.code(),
            service = InteractionPurpose::Service.code(),
            visit = InteractionPurpose::Visit.code(),
            complaint = InteractionPurpose::Complaint.code(),
            purchase = FactKind::Purchase.code(),
            back = PurchaseType::Return.code(),
        );
        let values: [Value; 7] = [customer, kind, time, id, from.0.into(), to.0.into(), rows(limit)];
        each(self.reports(), &sql, values, |row| read(&row)).await
    }
}

fn read(row: &QueryResult) -> Result<ServiceFact, Error> {
    let kind = word(row, 1, "fact kind")?;
    let place = FactPlace {
        customer: CustomerId::from_trusted(row.try_get_by_index(0)?),
        kind,
        occur_time: Timestamp(row.try_get_by_index(2)?),
        id: FactId::from_bytes(id_bytes(row, 3, "fact id")?),
    };
    let source = SourceName::from_trusted(row.try_get_by_index(4)?);
    Ok(ServiceFact { place, source, body: read_body(kind, &row.try_get_by_index::<String>(5)?)? })
}
