//! The occasions of the days to come. The table finds them, the documents say what they are.

use guanxi_model::customer::Profile;
use guanxi_model::{CustomerId, Day, TierId, Words};
use guanxi_segmentation::keys_of;
use sea_orm::{QueryResult, Value};

use crate::catalogue::{query, rows};
use crate::ledger::TierRow;
use crate::rows::from_json;
use crate::rows::tier::{self, SELECT};
use crate::{Error, Reader, Slots};

/// How many days are looked at first; four times as many each time the page is not full, so that a page of a busy window
/// reads few occasions that it does not show, and one of a quiet year takes five statements.
const FIRST_DAYS: i32 = 2;
const GROWTH: i32 = 4;

/// What a list of occasions is ordered by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OccasionPlace {
    pub day: Day,
    pub customer: CustomerId,
    /// Which of `guanxi_segmentation::occasions` of the customer's record.
    pub ordinal: i64,
}

/// An occasion, the record it is in, and where its customer stands.
#[derive(Clone, Debug)]
pub struct Upcoming {
    pub place: OccasionPlace,
    pub profile: Profile,
    pub tier: Option<TierRow>,
}

/// A list of occasions.
#[derive(Clone, Debug)]
pub struct OccasionQuery<'a> {
    pub slots: Slots<'a>,
    /// None for customers of all tiers and of none.
    pub tier: Option<&'a TierId>,
    pub first: Day,
    /// The last day.
    pub last: Day,
    pub limit: usize,
    /// The last one of the page before.
    pub after: Option<OccasionPlace>,
}

impl Reader {
    /// Up to `limit` occasions, by day, then customer. Deleted customers have none.
    pub async fn occasions(&self, list: &OccasionQuery<'_>) -> Result<Vec<Upcoming>, Error> {
        let mut found = Vec::new();
        let mut first = list.after.as_ref().map_or(list.first, |after| after.day.max(list.first));
        let mut days = FIRST_DAYS;
        while first <= list.last && found.len() < list.limit {
            let last = first.plus_days(days - 1).min(list.last);
            found.append(&mut self.occasions_of(list, (first, last), list.limit - found.len()).await?);
            first = last.plus_days(1);
            days = days.saturating_mul(GROWTH);
        }
        Ok(found)
    }

    async fn occasions_of(
        &self,
        list: &OccasionQuery<'_>,
        (first, last): (Day, Day),
        limit: usize,
    ) -> Result<Vec<Upcoming>, Error> {
        let mut values: Vec<Value> = vec![list.slots.pyramid.as_str().into(), rows(limit)];
        let mut bind = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let tier = match list.tier {
            Some(tier) => format!("AND {} = {}", list.slots.seen(&mut bind), bind(tier.as_str().into())),
            None => String::new(),
        };
        let after = match &list.after {
            Some(OccasionPlace { day, customer, ordinal }) => format!(
                "AND (k.day, o.customer_id, o.ordinal) > ({}, {}, {})",
                bind(i64::from(day.0).into()),
                bind(customer.as_str().into()),
                bind((*ordinal).into())
            ),
            None => String::new(),
        };
        let days = (first.0..=last.0).map(Day).flat_map(|day| keys_of(day).into_iter().map(move |key| (day, key)));
        let keys: Vec<String> = days
            .map(|(day, key)| {
                let columns = [i64::from(day.0), i64::from(key.recurrence.code()), key.falls_on];
                format!("({})", columns.map(|column| format!("CAST({} AS BIGINT)", bind(column.into()))).join(", "))
            })
            .collect();
        // The days first: CROSS JOIN keeps SQLite from turning the order round. Inside, t is the table of tiers; outside, what
        // was found, with the columns of the same names.
        let sql = format!(
            "WITH k (day, kind, falls_on) AS (VALUES {}), t AS (SELECT k.day, o.customer_id, o.ordinal, {SELECT} \
             FROM k CROSS JOIN occasions o \
             LEFT JOIN tiers t ON t.customer_id = o.customer_id AND t.pyramid_id = $1 \
             WHERE o.kind = k.kind AND o.falls_on = k.falls_on AND (o.since IS NULL OR o.since <= k.day) {tier} {after} \
             ORDER BY k.day, o.customer_id, o.ordinal LIMIT $2) \
             SELECT t.day, t.customer_id, t.ordinal, c.document, {SELECT} \
             FROM t JOIN customers c ON c.customer_id = t.customer_id ORDER BY t.day, t.customer_id, t.ordinal",
            keys.join(", ")
        );
        query(self.connection(), &sql, values).await?.iter().map(read).collect()
    }
}

fn read(row: &QueryResult) -> Result<Upcoming, Error> {
    let day = i32::try_from(row.try_get_by_index::<i64>(0)?).map_err(|error| Error::corrupt("day", error))?;
    let customer = CustomerId::from_trusted(row.try_get_by_index(1)?);
    Ok(Upcoming {
        place: OccasionPlace { day: Day(day), customer, ordinal: row.try_get_by_index(2)? },
        profile: from_json(&row.try_get_by_index::<String>(3)?, "customer")?,
        tier: tier::read(row, 4)?,
    })
}
