//! How many invitations were sent and answered, by where they count. Written as cells are: last, by each writer in a shard of
//! its own, in the order of the keys; here by adding, so that nothing is read before.

use std::collections::BTreeMap;
use std::pin::pin;

use futures::TryStreamExt as _;
use guanxi_model::{Day, QuestionnaireId, Words as _};
use guanxi_satisfaction::cube::{ResponseCell, ResponseCount, Span};
use sea_orm::{QueryResult, Statement, StreamTrait as _, Value};
use tokio::task::coop::consume_budget;

use crate::bulk::{self, Cell, Column, Rows, int, text};
use crate::rows::word;
use crate::{Error, Reader, Tx};

const COLUMNS: &[Column] = &[
    text("questionnaire_id"),
    int("span"),
    int("start_day"),
    text("wave"),
    text("channel"),
    text("tier_key"),
    int("shard"),
    int("sent"),
    int("answered"),
];

impl Tx {
    /// Adds to the counts of a shard.
    pub async fn add_to_responses(
        &self,
        responses: &BTreeMap<ResponseCell, ResponseCount>,
        shard: i16,
    ) -> Result<(), Error> {
        let mut counts = Rows::new(COLUMNS);
        for (cell, count) in responses.iter().filter(|(_, count)| **count != ResponseCount::default()) {
            let ResponseCell { questionnaire, span, start, wave, channel, tier } = cell;
            let cells: [Cell; 9] = [
                questionnaire.as_str().into(),
                span.code().into(),
                i64::from(start.0).into(),
                wave.as_str().into(),
                channel.as_str().into(),
                tier.as_str().into(),
                shard.into(),
                count.sent.into(),
                count.answered.into(),
            ];
            counts.push(cells);
        }
        let tail = "ON CONFLICT (questionnaire_id, span, start_day, wave, channel, tier_key, shard) DO UPDATE SET \
                    sent = response_cells.sent + excluded.sent, answered = response_cells.answered + excluded.answered";
        bulk::insert(self.connection(), "response_cells", counts, tail).await.map(drop)
    }
}

impl Reader {
    /// Shows the cells of a questionnaire in spans that begin from one day to another, both included, of one moment; a cell may
    /// come in several parts.
    pub async fn response_cells(
        &self,
        questionnaire: &QuestionnaireId,
        spans: &[(Span, Day, Day)],
        mut show: impl FnMut(&ResponseCell, ResponseCount),
    ) -> Result<(), Error> {
        let mut values: Vec<Value> = vec![questionnaire.as_str().into()];
        let mut bind = |day: Day| {
            values.push(i64::from(day.0).into());
            format!("${}", values.len())
        };
        let parts: Vec<String> = spans
            .iter()
            .map(|(span, from, to)| {
                format!(
                    "SELECT r.span, r.start_day, r.wave, r.channel, r.tier_key, r.sent, r.answered FROM response_cells r \
                     WHERE r.questionnaire_id = $1 AND r.span = {} AND r.start_day BETWEEN {} AND {}",
                    span.code(),
                    bind(*from),
                    bind(*to)
                )
            })
            .collect();
        let statement = Statement::from_sql_and_values(self.pools.backend, parts.join(" UNION ALL "), values);
        let mut rows = pin!(self.connection().stream_raw(statement).await?);
        while let Some(row) = rows.try_next().await? {
            let (cell, count) = read(questionnaire, &row)?;
            show(&cell, count);
            consume_budget().await;
        }
        Ok(())
    }
}

fn read(questionnaire: &QuestionnaireId, row: &QueryResult) -> Result<(ResponseCell, ResponseCount), Error> {
    let start = i32::try_from(row.try_get_by_index::<i64>(1)?).map_err(|error| Error::corrupt("start day", error))?;
    let cell = ResponseCell {
        questionnaire: questionnaire.clone(),
        span: word(row, 0, "span")?,
        start: Day(start),
        wave: row.try_get_by_index(2)?,
        channel: row.try_get_by_index(3)?,
        tier: row.try_get_by_index(4)?,
    };
    Ok((cell, ResponseCount { sent: row.try_get_by_index(5)?, answered: row.try_get_by_index(6)? }))
}
