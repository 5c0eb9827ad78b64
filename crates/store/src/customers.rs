//! Reading customers: one, many by name, by external id, and lists.

use std::collections::HashMap;

use guanxi_model::customer::{Customer, CustomerKind, ExternalId, Stage};
use guanxi_model::filter::{Filter, Kind, Schema};
use guanxi_model::page::{KeyPart, Page};
use guanxi_model::{CustomerId, Words};
use sea_orm::Value;

use crate::bulk::{self, Column, Rows, text};
use crate::catalogue::{find, query, rows};
use crate::rows::customer::{COLUMNS, read};
use crate::{Error, Reader, filters};

/// What customers may be filtered by.
pub const CUSTOMER_FILTER: Schema = Schema(&[
    ("kind", Kind::Enum(&[("PERSON", 1), ("ORGANIZATION", 2), ("UNKNOWN", 3)])),
    ("stage", Kind::Enum(&[("PROSPECT", 1), ("ACTIVE", 2), ("DORMANT", 3), ("CHURNED", 4), ("WON_BACK", 5)])),
    ("display_name", Kind::Text),
    ("create_time", Kind::Timestamp),
    ("labels", Kind::TextMap),
]);

fn place(field: &str) -> Option<&'static str> {
    Some(match field {
        "kind" => "c.kind",
        "stage" => "s.stage",
        "display_name" => "c.display_name",
        "create_time" => "c.create_time",
        "labels" => {
            "EXISTS (SELECT 1 FROM customer_labels l WHERE l.customer_id = c.customer_id AND l.label_key = {key} AND {condition})"
        }
        _ => return None,
    })
}

/// The order of a list of customers; the id decides between equal times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerOrder {
    Name,
    NameDescending,
    CreateTime,
    CreateTimeDescending,
}

/// A list of customers.
#[derive(Clone, Debug)]
pub struct CustomerQuery {
    pub filter: Filter,
    pub order: CustomerOrder,
    pub show_deleted: bool,
    pub limit: usize,
    /// The key of the last customer of the page before.
    pub after: Option<Vec<KeyPart>>,
}

const FROM: &str = "FROM customers c JOIN summaries s ON s.customer_id = c.customer_id";

impl Reader {
    /// One customer, deleted or not.
    pub async fn customer(&self, id: &CustomerId) -> Result<Option<Customer>, Error> {
        let sql = format!("SELECT {COLUMNS} {FROM} WHERE c.customer_id = $1");
        find(self.connection(), &sql, [id.as_str().into()]).await?.as_ref().map(read).transpose()
    }

    /// Customers by id; those that are not there are left out.
    pub async fn customers(&self, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Customer>, Error> {
        const KEY: &[Column] = &[text("customer_id")];
        let mut keys = Rows::new(KEY);
        for id in ids {
            keys.push([id.as_str().into()]);
        }
        let sql = |source: &str| {
            format!("SELECT {COLUMNS} {FROM} WHERE c.customer_id IN (SELECT k.customer_id FROM {source})")
        };
        let found = bulk::select(self.connection(), keys, sql).await?;
        found.iter().map(|row| read(row).map(|customer| (customer.id.clone(), customer))).collect()
    }

    /// The customer with this external id.
    pub async fn customer_by_external_id(&self, id: &ExternalId) -> Result<Option<Customer>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} {FROM} JOIN external_ids e ON e.customer_id = c.customer_id \
             WHERE e.system = $1 AND e.external_id = $2"
        );
        let values = [id.system.as_str().into(), id.id.as_str().into()];
        find(self.connection(), &sql, values).await?.as_ref().map(read).transpose()
    }

    /// A page of customers. Keyset paging: whatever is written meanwhile, a customer that is there throughout is neither
    /// skipped nor repeated.
    pub async fn list_customers(&self, list: &CustomerQuery) -> Result<Page<Customer>, Error> {
        use CustomerOrder::{CreateTime, CreateTimeDescending, Name, NameDescending};
        let filter = filters::condition(&list.filter, place, 1);
        let mut values = filter.values;
        let (key, sign, direction) = match list.order {
            Name => ("(c.customer_id)", ">", ""),
            NameDescending => ("(c.customer_id)", "<", " DESC"),
            CreateTime => ("(c.create_time, c.customer_id)", ">", ""),
            CreateTimeDescending => ("(c.create_time, c.customer_id)", "<", " DESC"),
        };
        let after = match &list.after {
            Some(parts) => format!("AND {key} {sign} ({})", bind_key(parts, &mut values)),
            None => String::new(),
        };
        let deleted = if list.show_deleted { "" } else { "AND c.delete_time IS NULL" };
        let order: Vec<String> =
            key.trim_matches(['(', ')']).split(", ").map(|column| format!("{column}{direction}")).collect();
        values.push(rows(list.limit + 1));
        let sql = format!(
            "SELECT {COLUMNS} {FROM} WHERE {} {deleted} {after} ORDER BY {} LIMIT ${}",
            filter.sql,
            order.join(", "),
            values.len()
        );
        let found = query(self.connection(), &sql, values).await?;
        let customers = found.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(page(customers, list.limit, |customer| match list.order {
            Name | NameDescending => vec![KeyPart::Text(customer.id.as_str().to_owned())],
            CreateTime | CreateTimeDescending => {
                vec![KeyPart::Int(customer.create_time.0), KeyPart::Text(customer.id.as_str().to_owned())]
            }
        }))
    }
}

/// Adds the parts of a key to the parameters and returns their places.
pub(crate) fn bind_key(parts: &[KeyPart], values: &mut Vec<Value>) -> String {
    let places: Vec<String> = parts
        .iter()
        .map(|part| {
            values.push(match part {
                KeyPart::Text(text) => text.as_str().into(),
                KeyPart::Int(number) => (*number).into(),
                KeyPart::Bytes(bytes) => bytes.clone().into(),
            });
            format!("${}", values.len())
        })
        .collect();
    places.join(", ")
}

/// Cuts the row that only shows that there are more.
pub(crate) fn page<T>(mut items: Vec<T>, limit: usize, key: impl Fn(&T) -> Vec<KeyPart>) -> Page<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(key) } else { None };
    Page { items, next }
}

const _: () = assert!(CustomerKind::ALL.len() == 3 && Stage::ALL.len() == 5, "the filter's words are all there are");
