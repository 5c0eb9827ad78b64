//! The words that customers are mixed by: the values of their labels, and the channels of their facts. Of a stretch of
//! customers, for reports that read everybody.

use std::collections::{BTreeMap, HashMap};

use guanxi_model::fact::UseKind;
use guanxi_model::{CustomerId, LabelKey};
use sea_orm::{DbBackend, QueryResult};

use crate::catalogue::each;
use crate::rows::uses;
use crate::{Error, Reader};

/// Labels with their values, by customer; who has none of those asked for is left out.
pub type Labels = HashMap<CustomerId, Vec<(LabelKey, String)>>;
/// Channels with how many facts came through them, by customer; who has none is left out.
pub type Channels = HashMap<CustomerId, Vec<(String, u64)>>;

impl Reader {
    /// These labels of all customers after one, up to and including another, on the pool for reports. Asks for nothing
    /// where there are no keys.
    pub async fn labels_between(&self, (after, last): (&str, &str), keys: &[LabelKey]) -> Result<Labels, Error> {
        let mut labels = Labels::new();
        if keys.is_empty() {
            return Ok(labels);
        }
        // SQLite would begin with the index by value, which has the customers of every page; the plus, which changes
        // nothing else, leaves it only the key.
        let plus = if self.pools.backend == DbBackend::Sqlite { "+" } else { "" };
        // Keys are lower-case words, see `LabelKey`.
        let keys: Vec<String> = keys.iter().map(|key| format!("'{key}'")).collect();
        let sql = format!(
            "SELECT c.customer_id, c.label_key, c.label_value FROM customer_labels c \
             WHERE c.customer_id > $1 AND c.customer_id <= $2 AND {plus}c.label_key IN ({})",
            keys.join(", ")
        );
        for row in each(self.reports(), &sql, [after.into(), last.into()], Ok).await? {
            let label = (LabelKey::from_trusted(row.try_get_by_index(1)?), row.try_get_by_index(2)?);
            labels.entry(customer(&row)?).or_default().push(label);
        }
        Ok(labels)
    }

    /// The channels of all customers after one, up to and including another, on the pool for reports. A channel whose
    /// facts were all taken back is none.
    pub async fn channels_between(&self, (after, last): (&str, &str)) -> Result<Channels, Error> {
        let sql = "SELECT b.customer_id, b.uses FROM buckets b \
                   WHERE b.customer_id > $1 AND b.customer_id <= $2 AND b.uses <> ''";
        let mut used: HashMap<CustomerId, BTreeMap<String, i64>> = HashMap::new();
        for row in each(self.reports(), sql, [after.into(), last.into()], Ok).await? {
            let of = used.entry(customer(&row)?).or_default();
            for one in uses::read(&row.try_get_by_index::<String>(1)?, UseKind::Channel) {
                let (channel, times) = one?;
                *of.entry(channel).or_default() += times;
            }
        }
        let counted = |uses: BTreeMap<String, i64>| {
            let counts = uses.into_iter().map(|(channel, times)| (channel, u64::try_from(times).unwrap_or(0)));
            counts.filter(|(_, times)| *times > 0).collect::<Vec<_>>()
        };
        let channels = used.into_iter().map(|(customer, uses)| (customer, counted(uses)));
        Ok(channels.filter(|(_, channels)| !channels.is_empty()).collect())
    }
}

fn customer(row: &QueryResult) -> Result<CustomerId, Error> {
    Ok(CustomerId::from_trusted(row.try_get_by_index(0)?))
}
