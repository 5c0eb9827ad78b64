//! How many contacts there were, and what they are held against, by day. Written as cells are: last, by each writer in a
//! shard of its own, in the order of the keys; here by adding, so that nothing is read before.

use std::collections::BTreeMap;

use guanxi_model::fact::InteractionPurpose;
use guanxi_model::{Day, Words};
use guanxi_satisfaction::contact::{ContactCell, ContactCount, Course};
use sea_orm::{QueryResult, Value};

use crate::bulk::{self, Cell, Column, Rows, int, text};
use crate::catalogue::{each, rows};
use crate::rows::word;
use crate::{Error, Reader, Tx};

const COLUMNS: &[Column] = &[
    int("kind"),
    int("day"),
    int("purpose"),
    text("channel"),
    text("topic"),
    int("course"),
    int("shard"),
    int("occurrences"),
];

impl Tx {
    /// Adds to the counts of a shard.
    pub async fn add_to_contacts(&self, contacts: &BTreeMap<ContactCell, i64>, shard: i16) -> Result<(), Error> {
        let mut counts = Rows::new(COLUMNS);
        for (cell, times) in contacts.iter().filter(|(_, times)| **times != 0) {
            let ContactCell { count, day, purpose, channel, topic, course } = cell;
            let cells: [Cell; 8] = [
                count.code().into(),
                i64::from(day.0).into(),
                purpose.map_or(0, Words::code).into(),
                channel.as_str().into(),
                topic.as_str().into(),
                course.map_or(0, Words::code).into(),
                shard.into(),
                (*times).into(),
            ];
            counts.push(cells);
        }
        let tail = "ON CONFLICT (kind, day, purpose, channel, topic, course, shard) \
                    DO UPDATE SET occurrences = contact_days.occurrences + excluded.occurrences";
        bulk::insert(self.connection(), "contact_days", counts, tail).await.map(drop)
    }
}

impl Reader {
    /// The contacts and sales of some days, and all activations until their end; of the contacts those through one channel, or
    /// all. Topics are left out where they are not asked for. At most `limit` counts, on the pool for reports: there may be
    /// many topics.
    pub async fn contact_counts(
        &self,
        (first, last): (Day, Day),
        (channel, by_topic): (Option<&str>, bool),
        limit: usize,
    ) -> Result<Vec<(ContactCell, i64)>, Error> {
        let topic = if by_topic { "c.topic" } else { "''" };
        let mut values: Vec<Value> = vec![i64::from(first.0).into(), i64::from(last.0).into()];
        let only = match channel {
            Some(channel) => {
                values.push(channel.into());
                " AND c.channel = $3"
            }
            None => "",
        };
        let select = |kind: ContactCount, topic: &str, days: &str| {
            format!(
                "SELECT c.kind, c.day, c.purpose, {topic} AS topic, c.course, CAST(SUM(c.occurrences) AS BIGINT) \
                 FROM contact_days c WHERE c.kind = {} AND c.day {days} GROUP BY 1, 2, 3, 4, 5",
                kind.code()
            )
        };
        let sql = [
            select(ContactCount::Contact, topic, &format!("BETWEEN $1 AND $2{only}")),
            select(ContactCount::Sale, "''", "BETWEEN $1 AND $2"),
            select(ContactCount::Activation, "''", "<= $2"),
        ];
        values.push(rows(limit));
        let sql = format!("{} LIMIT ${}", sql.join(" UNION ALL "), values.len());
        each(self.reports(), &sql, values, |row| read(&row)).await
    }
}

fn read(row: &QueryResult) -> Result<(ContactCell, i64), Error> {
    let day = i32::try_from(row.try_get_by_index::<i64>(1)?).map_err(|error| Error::corrupt("day", error))?;
    let cell = ContactCell {
        count: word(row, 0, "count")?,
        day: Day(day),
        purpose: word_or_none::<InteractionPurpose>(row, 2, "purpose")?,
        // Whichever: where one is asked for it is that one.
        channel: String::new(),
        topic: row.try_get_by_index(3)?,
        course: word_or_none::<Course>(row, 4, "course")?,
    };
    Ok((cell, row.try_get_by_index(5)?))
}

fn word_or_none<W: Words>(row: &QueryResult, index: usize, what: &'static str) -> Result<Option<W>, Error> {
    match row.try_get_by_index::<i16>(index)? {
        0 => Ok(None),
        _ => word(row, index, what).map(Some),
    }
}
