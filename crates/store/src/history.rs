//! Reading what is kept of customers beside their sums: days, products, attributes, as far as schemes ask for it. One
//! statement for each of the three that is asked for at all, of some customers or of a stretch of them.

use std::collections::HashMap;

use guanxi_model::fact::UseKind;
use guanxi_model::{AttributeKey, Counter, CustomerId, Day, Tally, Words};
use guanxi_segmentation::{History, Needs};
use sea_orm::{ConnectionTrait, QueryResult, StreamTrait, Value};

use crate::bulk::{self, Rows, text};
use crate::catalogue::each;
use crate::rows::from_json;
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
    if let Some(first) = needs.days.first(today) {
        let counters: String = needs.counters.iter().map(|counter| format!(", t.{}", counter.name())).collect();
        let select = format!("t.customer_id, t.day{counters}");
        let which = format!("t.day >= {}", first.0);
        for row in rows(connection, whose, (&select, "buckets"), (&which, "t.customer_id, t.day")).await? {
            let day = read_day(&row, &needs.counters)?;
            of(&mut histories, &row)?.days.push(day);
        }
    }
    if let Some(first) = needs.products.first(today) {
        let product = UseKind::Product.code();
        let which = format!("t.kind = {product} AND t.day >= {}", first.0);
        let (select, order) = ("t.customer_id, t.day, t.word, t.uses", "t.customer_id, t.day, t.word");
        for row in rows(connection, whose, (select, "uses"), (&which, order)).await? {
            let product = (day(&row)?, row.try_get_by_index(2)?, row.try_get_by_index(3)?);
            of(&mut histories, &row)?.products.push(product);
        }
    }
    if !needs.attributes.is_empty() {
        // Keys are lower-case words, see `AttributeKey`.
        let keys: Vec<String> = needs.attributes.iter().map(|key| format!("'{key}'")).collect();
        let which = format!("t.attribute_key IN ({})", keys.join(", "));
        let (select, order) = ("t.customer_id, t.attribute_key, t.value", "t.customer_id, t.attribute_key");
        for row in rows(connection, whose, (select, "customer_attributes"), (&which, order)).await? {
            let key = AttributeKey::from_trusted(row.try_get_by_index(1)?);
            let value = from_json(&row.try_get_by_index::<String>(2)?, "attribute")?;
            of(&mut histories, &row)?.attributes.insert(key, value);
        }
    }
    Ok(histories)
}

/// The rows of a table `t` that are about the customers and meet a condition, in an order.
async fn rows(
    connection: &(impl ConnectionTrait + StreamTrait),
    whose: &Whose<'_>,
    (select, table): (&str, &str),
    (which, order): (&str, &str),
) -> Result<Vec<QueryResult>, Error> {
    match whose {
        Whose::Between(after, last) => {
            let sql = format!(
                "SELECT {select} FROM {table} t WHERE t.customer_id > $1 AND t.customer_id <= $2 AND {which} ORDER BY {order}"
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
            let on = format!("t.customer_id = k.customer_id AND {which}");
            let join = bulk::join_each(backend, &format!("{table} t"), &on);
            let sql = |source: &str| format!("SELECT {select} FROM {source} {join} ORDER BY {order}");
            bulk::select(connection, keys, sql).await
        }
    }
}

fn of<'a>(histories: &'a mut Histories, row: &QueryResult) -> Result<&'a mut History, Error> {
    Ok(histories.entry(CustomerId::from_trusted(row.try_get_by_index(0)?)).or_default())
}

fn read_day(row: &QueryResult, counters: &std::collections::BTreeSet<Counter>) -> Result<(Day, Tally), Error> {
    let mut tally = Tally::ZERO;
    for (offset, counter) in counters.iter().enumerate() {
        tally[*counter] = row.try_get_by_index(2 + offset)?;
    }
    Ok((day(row)?, tally))
}

fn day(row: &QueryResult) -> Result<Day, Error> {
    let day: i64 = row.try_get_by_index(1)?;
    i32::try_from(day).map(Day).map_err(|error| Error::corrupt("day", error))
}
