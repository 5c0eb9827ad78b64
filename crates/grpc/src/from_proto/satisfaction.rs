//! What somebody answered. Whether it was asked is found where the questionnaire is known.

use guanxi::v1 as pb;
use guanxi_model::fact::{
    AboutFact, Answer, Asked, FactBody, FactKind, Handler, QuestionKind, Respondent, SatisfactionRecord,
};
use guanxi_model::{CustomerId, DimensionId, FactId, ItemId, Violations, name, text};

use super::customer::named;
use super::fact::{self, Parts, contact_id_if_given};
use super::{Path, given, list, word, word_or_none};

const MAX_LINE: usize = 100;
const MAX_HANDLERS: usize = 20;
const MAX_NAME: usize = 200;
/// Every question of the largest questionnaire there can be.
const MAX_ANSWERS: usize = 800;

pub(super) fn parts(v: &mut Violations, at: Path<'_>, record: pb::SatisfactionRecord) -> Parts {
    let pb::SatisfactionRecord {
        name: _,
        context,
        questionnaire_revision,
        respondent: who,
        collection_method,
        channel,
        touchpoint,
        subject,
        wave,
        handlers,
        answers,
        emotion,
        result: _,
        primary_pyramid: _,
        tier: _,
    } = record;
    let revision_at = at.field("questionnaire_revision");
    let revision = v.field(revision_at, name::parse_questionnaire_revision(&questionnaire_revision));
    let respondent = who.and_then(|who| respondent(v, at.field("respondent"), who));
    let method_at = at.field("collection_method");
    let method = word(v, method_at, collection_method, pb::CollectionMethod::as_str_name);
    let channel = v.field(at.field("channel"), text::optional(channel, MAX_LINE));
    let touchpoint = fact::touchpoint_if_given(v, at.field("touchpoint"), &touchpoint);
    let about = subject.and_then(|subject| about(v, at.field("subject"), subject));
    let wave = v.field(at.field("wave"), text::optional(wave, MAX_LINE));
    let handlers = list(v, at.field("handlers"), (handlers, MAX_HANDLERS), handler);
    if answers.is_empty() {
        v.push(at.field("answers"), "is required");
    }
    let answers = list(v, at.field("answers"), (answers, MAX_ANSWERS), answer);
    let emotion = word_or_none(v, at.field("emotion"), emotion, pb::Emotion::as_str_name);
    let body = || {
        let (questionnaire, revision) = revision?;
        let (method, channel, wave) = (method?, channel?, wave?);
        Some(FactBody::SatisfactionRecord(SatisfactionRecord {
            questionnaire,
            revision,
            respondent,
            method,
            channel,
            touchpoint,
            about,
            wave,
            handlers,
            answers,
            emotion,
            stamp: None,
        }))
    };
    Parts { context, body: body() }
}

fn respondent(v: &mut Violations, at: Path<'_>, respondent: pb::Respondent) -> Option<Respondent> {
    let pb::Respondent { contact_id, role } = respondent;
    let contact_id = contact_id_if_given(v, at.field("contact_id"), contact_id);
    let role = word_or_none(v, at.field("role"), role, pb::ContactRole::as_str_name);
    // An empty message says nobody.
    (contact_id.is_some() || role.is_some()).then_some(Respondent { contact_id, role })
}

fn about(v: &mut Violations, at: Path<'_>, subject: pb::FactReference) -> Option<AboutFact> {
    let pb::FactReference { kind, fact: key } = subject;
    let kind = word(v, at.field("kind"), kind, pb::FactKind::as_str_name);
    let key = given(v, at.field("fact"), key).and_then(|key| fact::key(v, at.field("fact"), key));
    Some(AboutFact::of(kind?, key?))
}

fn handler(v: &mut Violations, at: Path<'_>, handler: pb::SatisfactionHandler) -> Option<Handler> {
    let pb::SatisfactionHandler { handler, team, branch } = handler;
    let handler = v.field(at.field("handler"), text::required(handler, MAX_NAME));
    let team = v.field(at.field("team"), text::optional(team, MAX_NAME));
    let branch = v.field(at.field("branch"), text::optional(branch, MAX_NAME));
    Some(Handler { handler: handler?, team: team?, branch: branch? })
}

fn answer(v: &mut Violations, at: Path<'_>, answer: pb::SatisfactionAnswer) -> Option<Answer> {
    let pb::SatisfactionAnswer { item, dimension, question, value, not_rated } = answer;
    if value.is_some() == not_rated {
        let fault = if not_rated { "must not be given for what was not rated" } else { "is required, or not_rated" };
        v.push(at.field("value"), fault);
    }
    let asked = asked(v, at, (item, dimension, question))?;
    Some(Answer { asked, value })
}

/// What is answered: a question of an item, or the one there is of a dimension.
fn asked(v: &mut Violations, at: Path<'_>, (item, dimension, question): (String, String, i32)) -> Option<Asked> {
    if dimension.is_empty() {
        let item = v.field(at.field("item"), ItemId::parse(item));
        let kind = word(v, at.field("question"), question, pb::QuestionKind::as_str_name);
        return Some(Asked::Item(item?, kind?));
    }
    if !item.is_empty() {
        v.push(at.field("dimension"), "must not be given beside item");
    }
    let kind = word_or_none(v, at.field("question"), question, pb::QuestionKind::as_str_name);
    if kind.is_some_and(|kind: QuestionKind| kind != QuestionKind::Importance) {
        v.push(at.field("question"), "of a dimension only its importance is asked");
    }
    v.field(at.field("dimension"), DimensionId::parse(dimension)).map(Asked::Dimension)
}

/// GetSatisfactionRecord.
pub(crate) fn get_request(request: &pb::GetSatisfactionRecordRequest) -> Result<(CustomerId, FactId), Violations> {
    let pb::GetSatisfactionRecordRequest { name } = request;
    named(name, |name| name::parse_fact(FactKind::SatisfactionRecord, name))
}
