//! Services, and what may follow them: the contacts and returns of everybody, customer by customer.

use guanxi_model::fact::{FactBody, FactKey, FactKind, InteractionPurpose, PurchaseType};
use guanxi_model::{CustomerId, SourceName, Timestamp, Words};
use sea_orm::{DbBackend, QueryResult, Value};

use crate::catalogue::{each, rows};
use crate::rows::fact::read_body;
use crate::rows::word;
use crate::{Error, Reader};

/// Where a fact is among those of everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePlace {
    pub customer: CustomerId,
    pub kind: FactKind,
    pub key: FactKey,
}

/// A service, a visit, a complaint or a return.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceFact {
    pub place: ServicePlace,
    pub occur_time: Timestamp,
    pub body: FactBody,
}

impl Reader {
    /// Services, visits, complaints and returns that count and occurred from one moment to another, both included, after a
    /// place, customer by customer, on the pool for reports. Those of deleted customers are among them until these are
    /// purged.
    pub async fn services_after(
        &self,
        (from, to): (Timestamp, Timestamp),
        (after, limit): (Option<&ServicePlace>, usize),
    ) -> Result<Vec<ServiceFact>, Error> {
        let (customer, kind, source, source_id) = after.map_or(("", 0, "", ""), |place| {
            (place.customer.as_str(), place.kind.code(), place.key.source.as_str(), place.key.source_id.as_str())
        });
        // As of `facts_after`: SQLite is left only the key.
        let plus = if self.pools.backend == DbBackend::Sqlite { "+" } else { "" };
        let sql = format!(
            "SELECT f.customer_id, f.kind, f.source, f.source_id, f.occur_time, f.body FROM facts f \
             WHERE (f.customer_id, f.kind, f.source, f.source_id) > ($1, $2, $3, $4) AND f.state = 1 \
             AND ({plus}f.kind = {interaction} AND f.type IN ({service}, {visit}, {complaint}) \
             OR {plus}f.kind = {purchase} AND f.type = {back}) \
             AND {plus}f.occur_time BETWEEN $5 AND $6 ORDER BY f.customer_id, f.kind, f.source, f.source_id LIMIT $7",
            interaction = FactKind::Interaction.code(),
            service = InteractionPurpose::Service.code(),
            visit = InteractionPurpose::Visit.code(),
            complaint = InteractionPurpose::Complaint.code(),
            purchase = FactKind::Purchase.code(),
            back = PurchaseType::Return.code(),
        );
        let values: [Value; 7] = [
            customer.into(),
            i64::from(kind).into(),
            source.into(),
            source_id.into(),
            from.0.into(),
            to.0.into(),
            rows(limit),
        ];
        each(self.reports(), &sql, values, |row| read(&row)).await
    }
}

fn read(row: &QueryResult) -> Result<ServiceFact, Error> {
    let kind = word(row, 1, "fact kind")?;
    let key =
        FactKey { source: SourceName::from_trusted(row.try_get_by_index(2)?), source_id: row.try_get_by_index(3)? };
    let place = ServicePlace { customer: CustomerId::from_trusted(row.try_get_by_index(0)?), kind, key };
    Ok(ServiceFact {
        place,
        occur_time: Timestamp(row.try_get_by_index(4)?),
        body: read_body(kind, &row.try_get_by_index::<String>(5)?)?,
    })
}
