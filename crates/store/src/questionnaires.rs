//! Questionnaires; their revisions are in `revisions`.

use guanxi_model::{QuestionnaireId, RevisionNumber, Timestamp};
use guanxi_satisfaction::{ContactRule, QuestionnaireScheme};
use sea_orm::{ConnectionTrait, QueryResult, Value};

use crate::catalogue::{execute, find, query, rows};
use crate::revisions::read_number;
use crate::rows::{from_json, to_json};
use crate::{Error, Reader, Revised, Tx};

/// A questionnaire and which of its revisions is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Questionnaire {
    pub id: QuestionnaireId,
    pub display_name: String,
    pub description: String,
    /// By which rule customers may be asked.
    pub contact_rule: ContactRule,
    /// Counts the writes of the resource itself.
    pub revision: i64,
    /// The revision that is asked now, and since when.
    pub active: Option<(RevisionNumber, Timestamp)>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

impl Revised for QuestionnaireId {
    type Scheme = QuestionnaireScheme;
    const TABLE: &'static str = "questionnaire_revisions";
    const COLUMN: &'static str = "questionnaire_id";

    fn from_trusted(id: String) -> Self {
        QuestionnaireId::from_trusted(id)
    }
}

const QUESTIONNAIRE: &str = "questionnaire_id, display_name, description, revision, active_revision, activate_time, create_time, update_time, \
     contact_rule";

impl Reader {
    /// One questionnaire.
    pub async fn questionnaire(&self, id: &QuestionnaireId) -> Result<Option<Questionnaire>, Error> {
        questionnaire(self.connection(), id).await
    }

    /// Questionnaires after an id, by id.
    pub async fn questionnaires(&self, after: &str, limit: usize) -> Result<Vec<Questionnaire>, Error> {
        let sql = format!(
            "SELECT {QUESTIONNAIRE} FROM questionnaires WHERE questionnaire_id > $1 ORDER BY questionnaire_id LIMIT $2"
        );
        query(self.connection(), &sql, [after.into(), rows(limit)]).await?.iter().map(read).collect()
    }
}

impl Tx {
    /// One questionnaire.
    pub async fn questionnaire(&self, id: &QuestionnaireId) -> Result<Option<Questionnaire>, Error> {
        questionnaire(self.connection(), id).await
    }

    /// Inserts or replaces a questionnaire.
    pub async fn put_questionnaire(&self, questionnaire: &Questionnaire) -> Result<(), Error> {
        let sql = format!(
            "INSERT INTO questionnaires ({QUESTIONNAIRE}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (questionnaire_id) DO UPDATE SET display_name = excluded.display_name, \
             description = excluded.description, revision = excluded.revision, \
             active_revision = excluded.active_revision, activate_time = excluded.activate_time, \
             update_time = excluded.update_time, contact_rule = excluded.contact_rule"
        );
        let Questionnaire { id, display_name, description, contact_rule, revision, active, create_time, update_time } =
            questionnaire;
        let values: [Value; 9] = [
            id.as_str().into(),
            display_name.as_str().into(),
            description.as_str().into(),
            (*revision).into(),
            active.map(|(number, _)| i64::from(number.get())).into(),
            active.map(|(_, time)| time.0).into(),
            create_time.0.into(),
            update_time.0.into(),
            to_json(contact_rule, "contact rule")?.into(),
        ];
        execute(self.connection(), &sql, values).await.map(drop)
    }

    /// Deletes a questionnaire with its revisions.
    pub async fn delete_questionnaire(&self, id: &QuestionnaireId) -> Result<(), Error> {
        for table in ["questionnaire_revisions", "questionnaires"] {
            let sql = format!("DELETE FROM {table} WHERE questionnaire_id = $1");
            execute(self.connection(), &sql, [id.as_str().into()]).await?;
        }
        Ok(())
    }
}

async fn questionnaire(
    connection: &impl ConnectionTrait,
    id: &QuestionnaireId,
) -> Result<Option<Questionnaire>, Error> {
    let sql = format!("SELECT {QUESTIONNAIRE} FROM questionnaires WHERE questionnaire_id = $1");
    find(connection, &sql, [id.as_str().into()]).await?.as_ref().map(read).transpose()
}

fn read(row: &QueryResult) -> Result<Questionnaire, Error> {
    let active = match (row.try_get_by_index::<Option<i64>>(4)?, row.try_get_by_index::<Option<i64>>(5)?) {
        (Some(number), Some(time)) => Some((read_number(number)?, Timestamp(time))),
        _ => None,
    };
    let rule: Option<String> = row.try_get_by_index(8)?;
    let rule = rule.map(|text| from_json(&text, "contact rule")).transpose()?;
    Ok(Questionnaire {
        id: QuestionnaireId::from_trusted(row.try_get_by_index(0)?),
        display_name: row.try_get_by_index(1)?,
        description: row.try_get_by_index(2)?,
        revision: row.try_get_by_index(3)?,
        contact_rule: rule.unwrap_or_else(ContactRule::standard),
        active,
        create_time: Timestamp(row.try_get_by_index(6)?),
        update_time: Timestamp(row.try_get_by_index(7)?),
    })
}
