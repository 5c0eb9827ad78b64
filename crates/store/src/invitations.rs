//! Invitations as what their facts add up to. How customers were approached with them is in `approaches`.

use std::collections::HashMap;

use guanxi_model::fact::{Invitation, Invited};
use guanxi_model::{CustomerId, QuestionnaireId, Timestamp};
use guanxi_satisfaction::Approaches;
use sea_orm::{QueryResult, Value};

use crate::approaches::{Whose, approaches};
use crate::bulk::{self, Cell, Column, Rows, int, text};
use crate::catalogue::{query, rows};
use crate::ledger::Effects;
use crate::revisions::read_number;
use crate::rows::{from_json, to_json};
use crate::{Error, Reader, Tx};

/// The columns of `invitations i` after the customer.
pub(crate) const SELECT: &str = "i.invitation_id, i.questionnaire_id, i.revision, i.wave, i.sample, i.channel, i.expire_time, \
     i.held_until, i.send_time, i.deliver_time, i.open_time, i.refuse_time, i.end_time, i.answers, i.stamp";

/// What is written of the facts; answers are counted apart.
const COLUMNS: &[Column] = &[
    text("customer_id"),
    text("invitation_id"),
    text("questionnaire_id"),
    int("revision"),
    text("wave"),
    text("sample"),
    text("channel"),
    int("expire_time"),
    int("held_until"),
    int("send_time"),
    int("deliver_time"),
    int("open_time"),
    int("refuse_time"),
    int("end_time"),
    text("stamp"),
];

/// Invitations of one wave and sample, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responses {
    pub wave: String,
    pub sample: String,
    pub sent: i64,
    pub delivered: i64,
    pub opened: i64,
    pub refused: i64,
    pub expired: i64,
    pub answered: i64,
}

impl Reader {
    /// The invitations of a customer after one, by id.
    pub async fn invitations(
        &self,
        customer: &CustomerId,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Invitation>, Error> {
        // Where all that was known of one has been withdrawn, there is none.
        let sql = format!(
            "SELECT {SELECT} FROM invitations i WHERE i.customer_id = $1 AND i.invitation_id > $2 AND (i.answers > 0 OR \
             COALESCE(i.held_until, i.send_time, i.deliver_time, i.open_time, i.refuse_time, i.end_time) IS NOT NULL) \
             ORDER BY i.invitation_id LIMIT $3"
        );
        let values = [customer.as_str().into(), after.into(), rows(limit)];
        query(self.connection(), &sql, values).await?.iter().map(|row| read(row, 0)).collect()
    }

    /// How customers were approached since a moment; those that were not are left out.
    pub async fn approaches(
        &self,
        customers: &[CustomerId],
        since: Timestamp,
    ) -> Result<HashMap<CustomerId, Approaches>, Error> {
        approaches(self.connection(), &Whose::Some(customers), since).await
    }

    /// The invitations to a questionnaire that were sent from one moment until before another, counted by wave and sample;
    /// at most `limit` of these.
    pub async fn responses(
        &self,
        questionnaire: &QuestionnaireId,
        (from, to): (Timestamp, Timestamp),
        (now, limit): (Timestamp, usize),
    ) -> Result<Vec<Responses>, Error> {
        // Who does something with an invitation has it.
        let sql = "SELECT wave, sample, COUNT(*), \
             COUNT(CASE WHEN COALESCE(deliver_time, open_time, refuse_time) IS NOT NULL OR answers > 0 THEN 1 END), \
             COUNT(CASE WHEN open_time IS NOT NULL OR answers > 0 THEN 1 END), \
             COUNT(CASE WHEN answers = 0 AND refuse_time IS NOT NULL THEN 1 END), \
             COUNT(CASE WHEN answers = 0 AND refuse_time IS NULL AND (end_time IS NOT NULL OR expire_time <= $4) THEN 1 END), \
             COUNT(CASE WHEN answers > 0 THEN 1 END) \
             FROM invitations WHERE questionnaire_id = $1 AND send_time >= $2 AND send_time < $3 \
             GROUP BY wave, sample ORDER BY wave, sample LIMIT $5";
        let values: [Value; 5] = [questionnaire.as_str().into(), from.0.into(), to.0.into(), now.0.into(), rows(limit)];
        let read = |row: &QueryResult| {
            Ok(Responses {
                wave: row.try_get_by_index(0)?,
                sample: row.try_get_by_index(1)?,
                sent: row.try_get_by_index(2)?,
                delivered: row.try_get_by_index(3)?,
                opened: row.try_get_by_index(4)?,
                refused: row.try_get_by_index(5)?,
                expired: row.try_get_by_index(6)?,
                answered: row.try_get_by_index(7)?,
            })
        };
        query(self.reports(), sql, values).await?.iter().map(read).collect()
    }
}

impl Tx {
    /// How customers were approached since a moment.
    pub(crate) async fn approaches(
        &self,
        customers: &[CustomerId],
        since: Timestamp,
    ) -> Result<HashMap<CustomerId, Approaches>, Error> {
        approaches(self.connection(), &Whose::Some(customers), since).await
    }

    /// What facts about invitations add up to takes the place of what they did before; answers are added to.
    pub(crate) async fn write_invitations(&self, effects: &Effects) -> Result<(), Error> {
        const ANSWERS: &[Column] = &[text("customer_id"), text("invitation_id"), int("answers")];
        let (mut whole, mut answers) = (Rows::new(COLUMNS), Rows::new(ANSWERS));
        for ((customer, _), invitation) in &effects.invitations {
            whole.push(write(customer, invitation)?);
        }
        for ((customer, invitation), count) in &effects.answers {
            answers.push([customer.as_str().into(), invitation.as_str().into(), (*count).into()]);
        }
        let set: Vec<String> = COLUMNS[2..].iter().map(|column| format!("{0} = excluded.{0}", column.name)).collect();
        let tail = format!("ON CONFLICT (customer_id, invitation_id) DO UPDATE SET {}", set.join(", "));
        bulk::insert(self.connection(), "invitations", whole, &tail).await?;
        let tail =
            "ON CONFLICT (customer_id, invitation_id) DO UPDATE SET answers = invitations.answers + excluded.answers";
        bulk::insert(self.connection(), "invitations", answers, tail).await?;
        Ok(())
    }
}

/// Reads the columns of `SELECT` from one on.
pub(crate) fn read(row: &QueryResult, first: usize) -> Result<Invitation, Error> {
    let time = |offset: usize| -> Result<Option<Timestamp>, Error> {
        Ok(row.try_get_by_index::<Option<i64>>(first + offset)?.map(Timestamp))
    };
    let invited = match row.try_get_by_index::<Option<String>>(first + 1)? {
        None => None,
        Some(questionnaire) => Some(Invited {
            questionnaire: QuestionnaireId::from_trusted(questionnaire),
            revision: row.try_get_by_index::<Option<i64>>(first + 2)?.map(read_number).transpose()?,
            wave: row.try_get_by_index(first + 3)?,
            sample: row.try_get_by_index(first + 4)?,
            channel: row.try_get_by_index(first + 5)?,
            expire_time: time(6)?,
        }),
    };
    Ok(Invitation {
        id: row.try_get_by_index(first)?,
        invited,
        held_until: time(7)?,
        send_time: time(8)?,
        deliver_time: time(9)?,
        open_time: time(10)?,
        refuse_time: time(11)?,
        end_time: time(12)?,
        answers: row.try_get_by_index(first + 13)?,
        stamp: match row.try_get_by_index::<Option<String>>(first + 14)? {
            Some(stamp) => Some(from_json(&stamp, "stamp")?),
            None => None,
        },
    })
}

/// The cells of `COLUMNS`.
fn write(customer: &CustomerId, invitation: &Invitation) -> Result<[Cell; 15], Error> {
    let Invitation {
        id,
        invited,
        held_until,
        send_time,
        deliver_time,
        open_time,
        refuse_time,
        end_time,
        stamp,
        answers: _,
    } = invitation;
    let of = invited.as_ref();
    let word = |text: fn(&Invited) -> &String| of.map_or("", |invited| text(invited).as_str());
    let time = |time: &Option<Timestamp>| Cell::from(time.map(|time| time.0));
    Ok([
        customer.as_str().into(),
        id.as_str().into(),
        of.map(|invited| invited.questionnaire.as_str()).into(),
        of.and_then(|invited| invited.revision).map(|number| i64::from(number.get())).into(),
        word(|invited| &invited.wave).into(),
        word(|invited| &invited.sample).into(),
        word(|invited| &invited.channel).into(),
        time(&of.and_then(|invited| invited.expire_time)),
        time(held_until),
        time(send_time),
        time(deliver_time),
        time(open_time),
        time(refuse_time),
        time(end_time),
        stamp.as_ref().map(|stamp| to_json(stamp, "stamp")).transpose()?.as_deref().into(),
    ])
}
