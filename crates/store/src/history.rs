//! Reading what is kept of customers beside their sums: days with what was bought on them, attributes, as far as schemes ask
//! for it. One statement for each of the two that is asked for at all, of some customers or of a stretch of them.

use std::collections::{BTreeSet, HashMap};

use guanxi_model::fact::UseKind;
use guanxi_model::{AttributeKey, Counter, CustomerId, Day, Tally};
use guanxi_segmentation::{History, Needs};
use sea_orm::{ConnectionTrait, QueryResult, StreamTrait, Value};

use crate::bulk::{self, Rows, text};
use crate::catalogue::each;
use crate::rows::{from_json, uses};
use crate::{Error, Reader, Tx};

/// Histories by customer; who has none has nothing.
pub type Histories = HashMap<CustomerId, History>;

/// Whose histories to read.
pub(crate) enum Whose<'a> {
    Some(&'a [&'a CustomerId]),
    /// All after one, up to and including another.
    Between(&'a str, &'a str),
}

impl Reader {
    /// The history of one customer.
    pub async fn history(&self, customer: &CustomerId, needs: &Needs, today: Day) -> Result<History, Error> {
        let mut found = histories(self.connection(), &Whose::Some(&[customer]), needs, today).await?;
        Ok(found.remove(customer).unwrap_or_default())
    }

    /// The histories of all customers after one, up to and including another, on the pool for reports.
    pub async fn histories_between(
        &self,
        (after, last): (&str, &str),
        needs: &Needs,
        today: Day,
    ) -> Result<Histories, Error> {
        histories(self.reports(), &Whose::Between(after, last), needs, today).await
    }
}

impl Tx {
    /// The histories of some customers.
    pub async fn histories(&self, of: &[&CustomerId], needs: &Needs, today: Day) -> Result<Histories, Error> {
        histories(self.connection(), &Whose::Some(of), needs, today).await
    }
}

pub(crate) async fn histories(
    connection: &(impl ConnectionTrait + StreamTrait),
    whose: &Whose<'_>,
    needs: &Needs,
    today: Day,
) -> Result<Histories, Error> {
    let mut histories = Histories::new();
    let (days, products) = (needs.days.first(today), needs.products.first(today));
    if let Some(first) = [days, products].into_iter().flatten().min() {
        let counters: String = needs.counters.iter().map(|counter| format!(", b.{}", counter.name())).collect();
        let uses = if products.is_some() { "b.uses" } else { "''" };
        let select = format!("b.customer_id, b.day, {uses}{counters}");
        for row in rows(connection, whose, (&select, "buckets b"), &format!("b.day >= {}", first.0)).await? {
            let (history, day) = (of(&mut histories, &row)?, day(&row)?);
            if products.is_some_and(|first| first <= day) {
                let uses: String = row.try_get_by_index(2)?;
                for used in uses::read(&uses, UseKind::Product) {
                    let (product, times) = used?;
                    history.products.push((day, product, times));
                }
            }
            if days.is_some_and(|first| first <= day) {
                history.days.push((day, read_tally(&row, &needs.counters)?));
            }
        }
        histories.values_mut().for_each(|history| history.days.sort_unstable_by_key(|(day, _)| *day));
    }
    if !needs.attributes.is_empty() {
        // Keys are lower-case words, see `AttributeKey`.
        let keys: Vec<String> = needs.attributes.iter().map(|key| format!("'{key}'")).collect();
        let which = format!("c.attribute_key IN ({})", keys.join(", "));
        let select = "c.customer_id, c.attribute_key, c.value";
        for row in rows(connection, whose, (select, "customer_attributes c"), &which).await? {
            let key = AttributeKey::from_trusted(row.try_get_by_index(1)?);
            let value = from_json(&row.try_get_by_index::<String>(2)?, "attribute")?;
            of(&mut histories, &row)?.attributes.insert(key, value);
        }
    }
    Ok(histories)
}

/// The rows of a table, `buckets b`, that are about the customers and meet a condition.
async fn rows(
    connection: &(impl ConnectionTrait + StreamTrait),
    whose: &Whose<'_>,
    (select, table): (&str, &str),
    which: &str,
) -> Result<Vec<QueryResult>, Error> {
    let (_, alias) = table.split_once(' ').unwrap_or(("", table));
    match whose {
        Whose::Between(after, last) => {
            let sql = format!(
                "SELECT {select} FROM {table} WHERE {alias}.customer_id > $1 AND {alias}.customer_id <= $2 AND {which}"
            );
            let values: [Value; 2] = [(*after).into(), (*last).into()];
            each(connection, &sql, values, Ok).await
        }
        Whose::Some(customers) => {
            let columns = [text("customer_id")];
            let mut keys = Rows::new(&columns);
            for customer in *customers {
                keys.push([customer.as_str().into()]);
            }
            let backend = ConnectionTrait::get_database_backend(connection);
            let join = bulk::join_each(backend, table, &format!("{alias}.customer_id = k.customer_id AND {which}"));
            bulk::select(connection, keys, |source: &str| format!("SELECT {select} FROM {source} {join}")).await
        }
    }
}

fn of<'a>(histories: &'a mut Histories, row: &QueryResult) -> Result<&'a mut History, Error> {
    Ok(histories.entry(CustomerId::from_trusted(row.try_get_by_index(0)?)).or_default())
}

fn read_tally(row: &QueryResult, counters: &BTreeSet<Counter>) -> Result<Tally, Error> {
    let mut tally = Tally::ZERO;
    for (offset, counter) in counters.iter().enumerate() {
        tally[*counter] = row.try_get_by_index(3 + offset)?;
    }
    Ok(tally)
}

fn day(row: &QueryResult) -> Result<Day, Error> {
    let day: i64 = row.try_get_by_index(1)?;
    i32::try_from(day).map(Day).map_err(|error| Error::corrupt("day", error))
}
