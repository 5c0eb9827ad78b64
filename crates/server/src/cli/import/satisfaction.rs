//! A row as what one respondent answered. Which columns answer which questions is settled before the first row is read.

use guanxi::v1 as pb;

use super::columns::Columns;
use super::fields::Fields;
use super::identity::Identity;
use super::reader::{Opened, Row, Sink, one_by_one};
use super::{Setting, value};

/// What stands for "not rated" where nothing else is said.
pub(super) const NOT_RATED: &str = "not rated";

/// A question and the field that answers it.
#[derive(Clone, Debug)]
struct Question {
    field: String,
    asked: pb::SatisfactionAnswer,
}

/// Reads a file of answers.
pub(super) fn reader(
    opened: Opened,
    setting: Setting,
) -> impl FnOnce(Sink<pb::SatisfactionRecord>) -> Result<u64, csv::Error> + Send + 'static {
    let questions = questions(&setting.columns);
    let mut identity = Identity::default();
    one_by_one(opened, setting, move |setting, row| record(setting, (&questions, &mut identity), row))
}

/// What is wrong with the fields of a file: questions that nobody asks, and questions that two of them answer.
pub(super) fn faults<'a>(fields: impl Iterator<Item = &'a str>) -> Vec<String> {
    let (mut known, mut faults) = (Vec::<Question>::new(), Vec::new());
    for found in fields.filter_map(question) {
        let same = |found: &Question| known.iter().find(|other| other.asked == found.asked);
        match found {
            Ok(found) => match same(&found) {
                Some(other) => faults.push(format!("{} and {} answer the same question", other.field, found.field)),
                None => known.push(found),
            },
            Err(fault) => faults.push(fault),
        }
    }
    faults
}

/// The questions that the columns answer, which are without faults.
fn questions(columns: &Columns) -> Vec<Question> {
    let fields = columns.family("answer.").chain(columns.family("importance."));
    fields.filter_map(|(field, _)| question(field)?.ok()).collect()
}

/// The question that a field answers; none where it is no answer.
fn question(field: &str) -> Option<Result<Question, String>> {
    let (item, dimension, word) = match field.split_once('.')? {
        ("answer", key) => key.split_once('.').map_or((key, "", "rating"), |(item, word)| (item, "", word)),
        ("importance", dimension) => ("", dimension, "importance"),
        _ => return None,
    };
    let asked = |question| pb::SatisfactionAnswer {
        item: item.to_owned(),
        dimension: dimension.to_owned(),
        question,
        ..Default::default()
    };
    let kind = value::word(word, "QUESTION_KIND_", pb::QuestionKind::as_str_name);
    Some(match kind {
        Ok(kind) => Ok(Question { field: field.to_owned(), asked: asked(kind) }),
        Err(fault) => Err(format!("{field}: the question {fault}")),
    })
}

fn record(
    setting: &Setting,
    (questions, identity): (&[Question], &mut Identity),
    row: &Row,
) -> Result<pb::SatisfactionRecord, String> {
    let mut fields = Fields::new(setting, row);
    let context = fields.context(|| identity.of(&row.columns));
    let questionnaire = fields.required("questionnaire", |text| Ok(text.to_owned()));
    let revision = fields.required("revision", value::whole);
    let collection_method = fields.required("collection_method", |text| {
        value::word(text, "COLLECTION_METHOD_", pb::CollectionMethod::as_str_name)
    });
    let answers = questions.iter().filter_map(|question| answer(&mut fields, question)).collect();
    let record = pb::SatisfactionRecord {
        context,
        questionnaire_revision: revision
            .zip(questionnaire)
            .map(|(revision, questionnaire)| format!("questionnaires/{questionnaire}/revisions/{revision}"))
            .unwrap_or_default(),
        respondent: respondent(&mut fields),
        collection_method: collection_method.unwrap_or_default(),
        channel: fields.string("channel"),
        touchpoint: fields.text("touchpoint").map(|id| format!("touchpoints/{id}")).unwrap_or_default(),
        subject: subject(&mut fields),
        wave: fields.string("wave"),
        handlers: handler(&mut fields).into_iter().collect(),
        answers,
        invitation_id: fields.string("invitation"),
        emotion: fields.word("emotion", "EMOTION_", pb::Emotion::as_str_name),
        ..Default::default()
    };
    fields.done(Some(record))
}

/// The answer to a question; none where the column is empty.
fn answer(fields: &mut Fields<'_>, Question { field, asked }: &Question) -> Option<pb::SatisfactionAnswer> {
    if fields.is_not_rated(field) {
        return Some(pb::SatisfactionAnswer { not_rated: true, ..asked.clone() });
    }
    let value = fields.parse(field, |text| {
        i32::try_from(value::whole(text)?).map_err(|_| format!("must be an answer of a scale, got \"{text}\""))
    })?;
    Some(pb::SatisfactionAnswer { value: Some(value), ..asked.clone() })
}

fn respondent(fields: &mut Fields<'_>) -> Option<pb::Respondent> {
    let role = fields.word("role", "CONTACT_ROLE_", pb::ContactRole::as_str_name);
    let contact_id = fields.string("contact");
    (!contact_id.is_empty() || role != 0).then_some(pb::Respondent { contact_id, role })
}

fn subject(fields: &mut Fields<'_>) -> Option<pb::FactReference> {
    let kind = fields.word("subject_kind", "FACT_KIND_", pb::FactKind::as_str_name);
    let (source, source_id) = (fields.string("subject_source"), fields.string("subject_source_id"));
    if kind == 0 && source_id.is_empty() {
        return None;
    }
    let source = if source.is_empty() { fields.source().to_owned() } else { source };
    Some(pb::FactReference { kind, fact: Some(pb::FactKey { source, source_id }) })
}

fn handler(fields: &mut Fields<'_>) -> Option<pb::SatisfactionHandler> {
    let handler = fields.string("handler");
    let (team, branch) = (fields.string("team"), fields.string("branch"));
    if handler.is_empty() && !(team.is_empty() && branch.is_empty()) {
        fields.fault("handler", "is required beside team and branch");
    }
    (!handler.is_empty()).then_some(pb::SatisfactionHandler { handler, team, branch })
}

#[cfg(test)]
mod tests {
    use super::super::field::Kind;
    use super::super::fields::tests::{row, setting};
    use super::*;

    const HEADERS: &[&str] = &[
        "customer",
        "occur_time",
        "questionnaire",
        "revision",
        "collection_method",
        "answer.speed",
        "answer.care.perception",
        "importance.pace",
        "handler",
        "team",
        "role",
        "subject_kind",
        "subject_source_id",
    ];

    fn read(columns: &[&str]) -> Result<pb::SatisfactionRecord, String> {
        let setting = setting(Kind::Satisfaction, HEADERS);
        let questions = questions(&setting.columns);
        record(&setting, (&questions, &mut Identity::default()), &row(columns))
    }

    #[test]
    fn rows_become_records() {
        let columns = [
            "ada",
            "2026-01-15",
            "service",
            "2",
            "Phone",
            "5",
            "Not Rated",
            "80",
            "tom",
            "north",
            "user",
            "purchase",
            "o-1",
        ];
        let record = read(&columns).unwrap();
        assert_eq!(record.questionnaire_revision, "questionnaires/service/revisions/2");
        assert_eq!(record.collection_method(), pb::CollectionMethod::Phone);
        let answers: Vec<_> = record.answers.iter().map(|it| (it.question(), it.value, it.not_rated)).collect();
        assert_eq!(
            answers,
            [
                (pb::QuestionKind::Perception, None, true),
                (pb::QuestionKind::Rating, Some(5), false),
                (pb::QuestionKind::Importance, Some(80), false),
            ]
        );
        assert_eq!(record.answers[2].dimension, "pace");
        assert_eq!((record.handlers[0].handler.as_str(), record.handlers[0].team.as_str()), ("tom", "north"));
        assert_eq!(record.respondent.unwrap().role(), pb::ContactRole::User);
        let about = record.subject.unwrap();
        assert_eq!((about.kind(), about.fact.unwrap().source), (pb::FactKind::Purchase, "import".to_owned()));
    }

    #[test]
    fn what_is_empty_was_not_answered() {
        let columns = ["ada", "2026-01-15", "service", "2", "phone", "", "3", "", "", "", "", "", ""];
        let record = read(&columns).unwrap();
        assert_eq!(record.answers.len(), 1);
        assert!(record.handlers.is_empty() && record.respondent.is_none() && record.subject.is_none());
    }

    #[test]
    fn every_fault_of_a_row_is_told() {
        let faults = read(&["", "", "", "two", "", "4.5", "x", "", "", "north", "king", "", ""]).unwrap_err();
        for fault in [
            "customer: is required",
            "occur_time: is required",
            "questionnaire: is required",
            "revision: must be",
            "collection_method: is required",
            "answer.speed: must be a whole number",
            "answer.care.perception: must be",
            "handler: is required beside team",
            "role: must be one of payer",
        ] {
            assert!(faults.contains(fault), "{fault} in {faults}");
        }
    }

    #[test]
    fn every_fault_of_the_questions_is_told() {
        let fields = ["customer", "answer.speed", "answer.care.mood", "answer.speed.Rating", "importance.speed"];
        let found = faults(fields.into_iter());
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("answer.care.mood: the question must be one of rating, perception"), "{found:?}");
        assert_eq!(found[1], "answer.speed and answer.speed.Rating answer the same question");
        let apart = ["answer.speed.importance", "importance.speed", "answer.speed.perception", "answer.speed"];
        assert!(faults(apart.into_iter()).is_empty());
    }
}
