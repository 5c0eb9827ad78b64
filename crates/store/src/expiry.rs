//! Forgetting what is past its time, in pieces.

use guanxi_model::{Counter, Timestamp};

use crate::catalogue::{execute, query, rows};
use crate::{Error, Tx};

/// What is kept for a time only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    CustomerRequests,
    CatalogueRequests,
    Changes,
    Operations,
    /// Deleted customers, with everything about them.
    Customers,
}

impl Tx {
    /// Forgets up to `limit` rows (or customers) from before a moment. Returns how many.
    pub async fn forget(&self, what: Expired, before: Timestamp, limit: usize) -> Result<u64, Error> {
        let sql = match what {
            Expired::Customers => return self.purge_customers(before, limit).await,
            Expired::CustomerRequests => {
                "DELETE FROM customer_requests WHERE (customer_id, request_id) IN \
                 (SELECT customer_id, request_id FROM customer_requests WHERE record_time < $1 LIMIT $2)"
            }
            Expired::CatalogueRequests => {
                "DELETE FROM catalogue_requests WHERE (name, request_id) IN \
                 (SELECT name, request_id FROM catalogue_requests WHERE record_time < $1 LIMIT $2)"
            }
            Expired::Changes => {
                "DELETE FROM changes WHERE (record_time, customer_id, version) IN \
                 (SELECT record_time, customer_id, version FROM changes WHERE record_time < $1 LIMIT $2)"
            }
            Expired::Operations => {
                "DELETE FROM operations WHERE operation_id IN \
                 (SELECT operation_id FROM operations WHERE end_time < $1 LIMIT $2)"
            }
        };
        execute(self.connection(), sql, [before.0.into(), rows(limit)]).await
    }

    /// Removes customers that were deleted before a moment, with everything about them but their id, which is never used
    /// again: an empty summary keeps it. Their changes, which come before their deletion, go as all changes do. One that is
    /// brought back at the same moment is left alone: its summary is no longer that of a deleted customer.
    async fn purge_customers(&self, before: Timestamp, limit: usize) -> Result<u64, Error> {
        const TABLES: [&str; 14] = [
            "external_ids",
            "customer_labels",
            "customer_attributes",
            "occasions",
            "customer_requests",
            "facts",
            "fact_notes",
            "replacements",
            "buckets",
            "tier_changes",
            "tiers",
            "target_decisions",
            "invitations",
            "customers",
        ];
        let due = "SELECT customer_id FROM (SELECT customer_id FROM customers WHERE delete_time < $1 \
                   ORDER BY delete_time LIMIT $2) AS due ORDER BY customer_id";
        let zeroes: Vec<String> = Counter::ALL.iter().map(|counter| format!("{} = 0", counter.name())).collect();
        let empty = format!(
            "UPDATE summaries SET version = version + 1, replacements = 0, gross = 0, {} \
             WHERE customer_id = $1 AND delete_time < $2",
            zeroes.join(", ")
        );
        let found = query(self.connection(), due, [before.0.into(), rows(limit)]).await?;
        for row in &found {
            let customer: String = row.try_get_by_index(0)?;
            let emptied = execute(self.connection(), &empty, [customer.as_str().into(), before.0.into()]).await?;
            for table in TABLES.iter().filter(|_| emptied == 1) {
                let sql = format!("DELETE FROM {table} WHERE customer_id = $1");
                execute(self.connection(), &sql, [customer.as_str().into()]).await?;
            }
        }
        Ok(found.len() as u64)
    }
}
