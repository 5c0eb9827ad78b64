//! What the answers of many records add up to. Cells are shared by customers, so they are the one place where writers could
//! wait for each other: each writer has a shard of its own, cells are the last that a batch writes, and rows are locked in
//! the order of their keys.

use std::collections::{BTreeMap, HashMap};
use std::pin::pin;

use futures::TryStreamExt as _;
use guanxi_model::fact::CollectionMethod;
use guanxi_model::{Day, QuestionnaireId, RevisionNumber, Words};
use guanxi_satisfaction::cube::{Face, Place, Placed, Span, Sums};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, StreamTrait, Value};
use tokio::task::coop::consume_budget;

use crate::bulk::{self, Cell, Column, Rows, bytes, int, text};
use crate::ledger::CellKey;
use crate::rows::word;
use crate::{Error, Reader, Tx};

const KEY: &[Column] = &[
    text("questionnaire_id"),
    int("number"),
    int("face"),
    int("span"),
    int("start_day"),
    int("method"),
    text("first_key"),
    text("second_key"),
    int("shard"),
];
const NAMES: &str = "questionnaire_id, number, face, span, start_day, method, first_key, second_key, shard";

/// Which cells to read.
#[derive(Clone, Debug)]
pub struct CellQuery {
    pub questionnaire: QuestionnaireId,
    pub number: RevisionNumber,
    pub face: Face,
    /// Spans that begin from one day to another, both included.
    pub spans: Vec<(Span, Day, Day)>,
    /// Only with this first key.
    pub first: Option<String>,
}

impl Tx {
    /// Adds to the cells of a shard.
    ///
    /// # Errors
    /// Another writer of the shard has made a cell meanwhile.
    pub async fn add_to_cells(&self, cells: &BTreeMap<CellKey, Sums>, shard: i16) -> Result<(), Error> {
        let mut known = self.lock_cells(cells, shard).await?;
        let columns: Vec<Column> = KEY.iter().copied().chain([bytes("sums")]).collect();
        let (mut new, mut changed) = (Rows::new(&columns), Rows::new(&columns));
        for (key, added) in cells {
            let (rows, mut sums) = match known.remove(key) {
                Some(sums) => (&mut changed, sums),
                None => (&mut new, Sums::default()),
            };
            sums.plus(added);
            rows.push(cell_key(key, shard).into_iter().chain([Cell::Bytes(sums.encode())]));
        }
        bulk::insert(self.connection(), "satisfaction_cells", new, "").await?;
        let on: Vec<String> = KEY.iter().map(|column| format!("satisfaction_cells.{0} = k.{0}", column.name)).collect();
        bulk::update(self.connection(), "satisfaction_cells", changed, ("sums = k.sums", &on.join(" AND "))).await?;
        Ok(())
    }

    /// The cells that are there, which nobody else changes until the transaction ends.
    async fn lock_cells(&self, cells: &BTreeMap<CellKey, Sums>, shard: i16) -> Result<HashMap<CellKey, Sums>, Error> {
        let mut keys = Rows::new(KEY);
        for key in cells.keys() {
            keys.push(cell_key(key, shard));
        }
        let on: Vec<String> = KEY.iter().map(|column| format!("s.{0} = k.{0}", column.name)).collect();
        let select: Vec<String> = KEY.iter().map(|column| format!("s.{}", column.name)).collect();
        let (select, on) = (select.join(", "), on.join(" AND "));
        let (join, lock) = match ConnectionTrait::get_database_backend(self.connection()) {
            DbBackend::Postgres => ("JOIN", format!("ORDER BY {select} FOR UPDATE OF s")),
            _ => ("CROSS JOIN", String::new()),
        };
        let query =
            |source: &str| format!("SELECT {select}, s.sums FROM {source} {join} satisfaction_cells s ON {on} {lock}");
        let rows = bulk::select(self.connection(), keys, query).await?;
        rows.iter().map(read).collect()
    }
}

impl Reader {
    /// Shows cells one by one, of one moment, as long as they are wanted. The cells of a day may come in several parts.
    pub async fn cells(&self, wanted: &CellQuery, mut show: impl FnMut(&Placed, &Sums) -> bool) -> Result<(), Error> {
        let mut values: Vec<Value> = vec![
            wanted.questionnaire.as_str().into(),
            i64::from(wanted.number.get()).into(),
            wanted.face.code().into(),
        ];
        let mut bind = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let first = wanted.first.as_ref().map(|first| format!("AND first_key = {}", bind(first.as_str().into())));
        // SQLite would take the key of the table, which has the cells of all first keys of a time.
        let by_key = self.pools.backend == DbBackend::Sqlite && first.is_some();
        let index = if by_key { "INDEXED BY satisfaction_cells_by_key" } else { "" };
        let first = first.unwrap_or_default();
        let parts: Vec<String> = wanted
            .spans
            .iter()
            .map(|(span, from, to)| {
                let (from, to) = (bind(i64::from(from.0).into()), bind(i64::from(to.0).into()));
                format!(
                    "SELECT {NAMES}, sums FROM satisfaction_cells s {index} WHERE questionnaire_id = $1 AND number = $2 AND face = $3 \
                     AND span = {} AND start_day BETWEEN {from} AND {to} {first}",
                    span.code()
                )
            })
            .collect();
        let statement = Statement::from_sql_and_values(self.pools.backend, parts.join(" UNION ALL "), values);
        let mut rows = pin!(self.connection().stream_raw(statement).await?);
        while let Some(row) = rows.try_next().await? {
            let ((_, placed), sums) = read(&row)?;
            if !show(&placed, &sums) {
                break;
            }
            consume_budget().await;
        }
        Ok(())
    }
}

fn cell_key(((questionnaire, number), placed): &CellKey, shard: i16) -> [Cell; 9] {
    let Placed { place: Place { face, first, second }, span, start, method } = placed;
    [
        questionnaire.as_str().into(),
        i64::from(number.get()).into(),
        face.code().into(),
        span.code().into(),
        i64::from(start.0).into(),
        method.code().into(),
        first.as_str().into(),
        second.as_str().into(),
        shard.into(),
    ]
}

/// Reads the columns of `KEY` and the sums.
fn read(row: &QueryResult) -> Result<(CellKey, Sums), Error> {
    let questionnaire = QuestionnaireId::from_trusted(row.try_get_by_index(0)?);
    let number = crate::revisions::read_number(row.try_get_by_index(1)?)?;
    let start: i64 = row.try_get_by_index(4)?;
    let start = Day(i32::try_from(start).map_err(|error| Error::corrupt("start day", error))?);
    let place =
        Place { face: word(row, 2, "face")?, first: row.try_get_by_index(6)?, second: row.try_get_by_index(7)? };
    let placed =
        Placed { place, span: word(row, 3, "span")?, start, method: word::<CollectionMethod>(row, 5, "method")? };
    let sums = Sums::decode(&row.try_get_by_index::<Vec<u8>>(9)?);
    Ok((((questionnaire, number), placed), sums.ok_or_else(|| Error::corrupt("cell", "is cut off"))?))
}
