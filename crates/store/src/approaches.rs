//! What is known of having approached customers, before they are asked again: of some that are named, or of all between two
//! for whoever looks at everybody.

use std::collections::HashMap;

use guanxi_model::fact::{FactKind, InteractionPurpose};
use guanxi_model::{CustomerId, Timestamp, Words as _};
use guanxi_satisfaction::Approaches;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};

use crate::bulk::{self, Column, Rows, int, text};
use crate::invitations::{SELECT, read};
use crate::{Error, rows};

/// Customers, and from when on something about them is asked for.
const SINCE: &[Column] = &[text("customer_id"), int("since")];

/// Of whom it is asked.
pub(crate) enum Whose<'a> {
    Some(&'a [CustomerId]),
    /// All after one, up to and including another.
    Between(&'a str, &'a str),
}

/// How customers were approached since a moment; those that were not are left out.
pub(crate) async fn approaches(
    connection: &impl ConnectionTrait,
    whose: &Whose<'_>,
    since: Timestamp,
) -> Result<HashMap<CustomerId, Approaches>, Error> {
    let backend = connection.get_database_backend();
    let mut all: HashMap<CustomerId, Approaches> = HashMap::new();
    let lately = "i.customer_id = k.customer_id AND (i.send_time > k.since OR i.held_until > k.since)";
    let invitations = bulk::join_each(backend, "invitations i", lately);
    let sent = |source: &str| format!("SELECT i.customer_id, {SELECT} FROM {source} {invitations}");
    for row in found(connection, whose, since, sent).await? {
        let customer = CustomerId::from_trusted(row.try_get_by_index(0)?);
        all.entry(customer).or_default().invitations.push(read(&row, 1)?);
    }
    let facts = |which: String| {
        let on = format!("f.customer_id = k.customer_id AND {which} AND f.occur_time > k.since AND f.state = 1");
        let facts = bulk::join_each(backend, "facts f", &on);
        move |source: &str| format!("SELECT {} FROM {source} {facts}", rows::fact::COLUMNS)
    };
    let answers = facts(format!("f.kind = {}", FactKind::SatisfactionRecord.code()));
    let answers = found(connection, whose, since, answers).await?;
    if answers.is_empty() {
        // Where nobody has answered, nobody has to be told what came of it.
        return Ok(all);
    }
    let (contact, purpose) = (FactKind::Interaction.code(), InteractionPurpose::FollowUp.code());
    let told = facts(format!("f.kind = {contact} AND f.type = {purpose}"));
    for row in answers.into_iter().chain(found(connection, whose, since, told).await?) {
        let fact = rows::fact::read(&row)?;
        all.entry(fact.customer.clone()).or_default().take(&fact);
    }
    Ok(all)
}

/// The rows of a query made from the text of a source `k` of the customers.
async fn found(
    connection: &impl ConnectionTrait,
    whose: &Whose<'_>,
    since: Timestamp,
    query: impl Fn(&str) -> String,
) -> Result<Vec<QueryResult>, Error> {
    match whose {
        Whose::Some(customers) => {
            let mut keys = Rows::new(SINCE);
            for customer in *customers {
                keys.push([customer.as_str().into(), since.0.into()]);
            }
            bulk::select(connection, keys, query).await
        }
        Whose::Between(after, last) => {
            let source = "(SELECT s.customer_id, CAST($3 AS BIGINT) AS since FROM summaries s \
                          WHERE s.customer_id > $1 AND s.customer_id <= $2) AS k";
            let values: [Value; 3] = [(*after).into(), (*last).into(), since.0.into()];
            let backend = connection.get_database_backend();
            let statement = Statement::from_sql_and_values(backend, query(source), values);
            Ok(connection.query_all_raw(statement).await?)
        }
    }
}
