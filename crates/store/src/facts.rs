//! Reading facts: lists of one kind, of one customer or of all, the newest first.

use guanxi_model::fact::{CollectionMethod, Fact, FactKind, InteractionPurpose, InvitationEventKind};
use guanxi_model::filter::{Filter, Kind, Schema};
use guanxi_model::page::{KeyPart, Page};
use guanxi_model::{CustomerId, FactId, Timestamp, Words};
use sea_orm::{DbBackend, Value};

use crate::catalogue::{each, find, query, rows};
use crate::customers::{bind_key, page};
use crate::rows::fact::{COLUMNS, read};
use crate::{Error, Reader, filters};

/// What facts of a kind may be filtered by.
pub fn fact_filter(kind: FactKind) -> Schema {
    match kind {
        FactKind::Purchase => Schema(&[
            ("occur_time", Kind::Timestamp),
            ("source", Kind::Text),
            ("channel", Kind::Text),
            ("type", Kind::Enum(&[("SALE", 1), ("RETURN", 2)])),
        ]),
        FactKind::Interaction => Schema(&[
            ("occur_time", Kind::Timestamp),
            ("source", Kind::Text),
            ("channel", Kind::Text),
            (
                "type",
                Kind::Enum(&[
                    ("SERVICE", 1),
                    ("VISIT", 2),
                    ("COMPLAINT", 3),
                    ("SUGGESTION", 4),
                    ("PRAISE", 5),
                    ("INQUIRY", 6),
                    ("CO_CREATION", 7),
                    ("FOLLOW_UP", 8),
                    ("SALES", 9),
                    ("OTHER", 10),
                    ("REFERRAL", 11),
                ]),
            ),
        ]),
        FactKind::Payment => Schema(&[("occur_time", Kind::Timestamp), ("source", Kind::Text)]),
        FactKind::StageChange => Schema(&[
            ("occur_time", Kind::Timestamp),
            ("source", Kind::Text),
            ("type", Kind::Enum(&[("PROSPECT", 1), ("ACTIVE", 2), ("DORMANT", 3), ("CHURNED", 4), ("WON_BACK", 5)])),
        ]),
        FactKind::SatisfactionRecord => Schema(&[
            ("occur_time", Kind::Timestamp),
            ("source", Kind::Text),
            ("channel", Kind::Text),
            (
                "type",
                Kind::Enum(&[
                    ("SELF_COMPLETION", 1),
                    ("PHONE", 2),
                    ("INTERVIEWER", 3),
                    ("MYSTERY_SHOPPER", 4),
                    ("INSPECTION", 5),
                    ("THIRD_PARTY", 6),
                ]),
            ),
        ]),
        FactKind::InvitationEvent => Schema(&[
            ("occur_time", Kind::Timestamp),
            ("source", Kind::Text),
            ("channel", Kind::Text),
            (
                "type",
                Kind::Enum(&[
                    ("RESERVED", 1),
                    ("SENT", 2),
                    ("DELIVERED", 3),
                    ("OPENED", 4),
                    ("REFUSED", 5),
                    ("EXPIRED", 6),
                ]),
            ),
        ]),
    }
}

const _: () = assert!(InteractionPurpose::ALL.len() == 11, "the filter's words are all there are");
const _: () = assert!(InvitationEventKind::ALL.len() == 6, "the filter's words are all there are");
const _: () = assert!(CollectionMethod::ALL.len() == 6, "the filter's words are all there are");

fn place(field: &str) -> Option<&'static str> {
    Some(match field {
        "occur_time" => "f.occur_time",
        "source" => "f.source",
        "channel" => "f.channel",
        "type" => "f.type",
        _ => return None,
    })
}

/// Where a fact is among those of everybody, customer by customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactPlace {
    pub customer: CustomerId,
    pub kind: FactKind,
    pub occur_time: Timestamp,
    pub id: FactId,
}

impl FactPlace {
    /// The columns of it, as `facts_by_customer` has them.
    pub(crate) const ORDER: &str = "f.customer_id, f.kind, f.occur_time, f.fact_id";

    pub fn of(fact: &Fact) -> FactPlace {
        FactPlace { customer: fact.customer.clone(), kind: fact.body.kind(), occur_time: fact.occur_time, id: fact.id }
    }

    /// What comes before everything where there is no place yet, else the values of the place.
    pub(crate) fn values(place: Option<&FactPlace>) -> [Value; 4] {
        let Some(FactPlace { customer, kind, occur_time, id }) = place else {
            return ["".into(), 0_i64.into(), i64::MIN.into(), Vec::<u8>::new().into()];
        };
        [customer.as_str().into(), i64::from(kind.code()).into(), occur_time.0.into(), id.as_bytes().to_vec().into()]
    }
}

/// A list of facts.
#[derive(Clone, Debug)]
pub struct FactQuery {
    pub kind: FactKind,
    /// None for all customers.
    pub customer: Option<CustomerId>,
    pub filter: Filter,
    pub show_replaced: bool,
    pub limit: usize,
    /// The key of the last fact of the page before.
    pub after: Option<Vec<KeyPart>>,
}

impl Reader {
    /// One fact by its name. Among the facts of the kind that its customer has, which are few.
    pub async fn fact(&self, kind: FactKind, customer: &CustomerId, id: &FactId) -> Result<Option<Fact>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM facts f WHERE f.customer_id = $1 AND f.kind = $2 AND f.fact_id = $3");
        let values = [customer.as_str().into(), i64::from(kind.code()).into(), id.as_bytes().to_vec().into()];
        find(self.connection(), &sql, values).await?.as_ref().map(read).transpose()
    }

    /// Facts of a kind that count and occurred from one moment to another, both included, after a place, customer by
    /// customer, on the pool for reports. Those of deleted customers are among them until these are purged.
    pub async fn facts_after(
        &self,
        kind: FactKind,
        (from, to): (Timestamp, Timestamp),
        (after, limit): (Option<&FactPlace>, usize),
    ) -> Result<Vec<Fact>, Error> {
        let [customer, of, time, id] = FactPlace::values(after);
        // SQLite would begin with the times of the kind and sort them for each page; the plus, which changes nothing else,
        // leaves it only the customers. PostgreSQL knows how many there are, and that they are asked for page by page.
        let plus = if self.pools.backend == DbBackend::Sqlite { "+" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM facts f WHERE ({order}) > ($1, $2, $3, $4) AND {plus}f.kind = $5 AND f.state = 1 \
             AND {plus}f.occur_time BETWEEN $6 AND $7 ORDER BY {order} LIMIT $8",
            order = FactPlace::ORDER,
        );
        let kind = i64::from(kind.code()).into();
        let values: [Value; 8] = [customer, of, time, id, kind, from.0.into(), to.0.into(), rows(limit)];
        each(self.reports(), &sql, values, |row| read(&row)).await
    }

    /// A page of facts, the newest by occur time first; the fact id decides between equal times. Facts of deleted
    /// customers are left out of the list over all.
    pub async fn list_facts(&self, list: &FactQuery) -> Result<Page<Fact>, Error> {
        let filter = filters::condition(&list.filter, place, 2);
        let mut values: Vec<Value> = vec![i64::from(list.kind.code()).into()];
        values.extend(filter.values);
        let whose = match &list.customer {
            Some(customer) => {
                values.push(customer.as_str().into());
                format!("AND f.customer_id = ${}", values.len())
            }
            // A value, not NOT EXISTS: PostgreSQL would read all summaries through for the few that are deleted.
            None => {
                "AND (SELECT s.delete_time IS NULL FROM summaries s WHERE s.customer_id = f.customer_id)".to_owned()
            }
        };
        let state = if list.show_replaced { "" } else { "AND f.state = 1" };
        let after = match &list.after {
            Some(parts) => format!("AND (f.occur_time, f.fact_id) < ({})", bind_key(parts, &mut values)),
            None => String::new(),
        };
        values.push(rows(list.limit + 1));
        let sql = format!(
            "SELECT {COLUMNS} FROM facts f WHERE f.kind = $1 AND {} {whose} {state} {after} \
             ORDER BY f.occur_time DESC, f.fact_id DESC LIMIT ${}",
            filter.sql,
            values.len()
        );
        let found = query(self.connection(), &sql, values).await?;
        let facts = found.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(page(facts, list.limit, |fact| {
            vec![KeyPart::Int(fact.occur_time.0), KeyPart::Bytes(fact.id.as_bytes().to_vec())]
        }))
    }
}
