//! Everybody, as whoever draws a sample sees them: page by page, on the pool for reports.

use std::collections::HashMap;

use guanxi_model::customer::{Consent, Stage};
use guanxi_model::{CustomerId, PyramidId, TierId, Timestamp};
use guanxi_satisfaction::Approaches;
use sea_orm::QueryResult;
use serde::Deserialize;

use crate::approaches::{Whose, approaches};
use crate::catalogue::{each, rows};
use crate::rows::{from_json, word};
use crate::tiers::seats;
use crate::{Active, Error, Reader};

/// Somebody who may be drawn for a sample.
#[derive(Clone, Debug)]
pub struct Drawable {
    pub customer: CustomerId,
    pub stage: Stage,
    pub consents: Vec<Consent>,
    /// Where readers see it in the pyramid; none where it is in no tier, or no pyramid was asked for.
    pub tier: Option<TierId>,
}

/// A page of them, with how they were approached.
pub type Drawables = (Vec<Drawable>, HashMap<CustomerId, Approaches>);

/// As much of a customer's document as says whether it may be asked.
#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    consents: Vec<Consent>,
}

impl Reader {
    /// Customers after one, by id, with where readers see them in a pyramid and how they were approached since a moment.
    /// Deleted ones are left out.
    pub async fn drawable(
        &self,
        pyramid: Option<(&PyramidId, Active)>,
        since: Timestamp,
        (after, limit): (&str, usize),
    ) -> Result<Drawables, Error> {
        let sql = "SELECT s.customer_id, s.stage, c.document FROM summaries s \
             JOIN customers c ON c.customer_id = s.customer_id \
             WHERE s.customer_id > $1 AND s.delete_time IS NULL ORDER BY s.customer_id LIMIT $2";
        let mut page = each(self.reports(), sql, [after.into(), rows(limit)], |row| read(&row)).await?;
        let Some(last) = page.last().map(|last| last.customer.clone()) else { return Ok(Drawables::default()) };
        if let Some((pyramid, active)) = pyramid {
            let mut seats = seats(self.reports(), (after, last.as_str()), (pyramid, active.generation)).await?;
            page.iter_mut().for_each(|one| one.tier = seats.remove(&one.customer).and_then(|(tier, _)| tier));
        }
        let approaches = approaches(self.reports(), &Whose::Between(after, last.as_str()), since).await?;
        Ok((page, approaches))
    }
}

fn read(row: &QueryResult) -> Result<Drawable, Error> {
    let Document { consents } = from_json(&row.try_get_by_index::<String>(2)?, "customer")?;
    Ok(Drawable {
        customer: CustomerId::from_trusted(row.try_get_by_index(0)?),
        stage: word(row, 1, "stage")?,
        consents,
        tier: None,
    })
}
