//! Requests about questionnaires and their revisions.

use guanxi::v1 as pb;
use guanxi_app::catalogue::{Guard, NewRevision};
use guanxi_model::{QuestionnaireId, RevisionNumber, Violations, name, text};
use guanxi_satisfaction::ContactRule;
use guanxi_store::Questionnaire;

use super::customer::{named, request_id};
use super::resource::{self, MAX_DESCRIPTION, described};
use super::{Context, Paging, Path, Update, done, given, invitation, questions};

const WRITABLE: &[&str] = &["display_name", "description", "contact_rule"];
const NOT_WRITABLE: &[&str] = &["name", "active_revision", "activate_time", "create_time", "update_time", "etag"];

/// CreateQuestionnaire.
pub(crate) fn create_request(
    ctx: &Context<'_>,
    request: pb::CreateQuestionnaireRequest,
) -> Result<(Questionnaire, Guard), Violations> {
    let pb::CreateQuestionnaireRequest { questionnaire, questionnaire_id, request_id } = request;
    resource::creation(
        ("questionnaire_id", QuestionnaireId::parse(questionnaire_id)),
        ("questionnaire", questionnaire, &request_id),
        |v, at, (id, new)| masked(ctx, v, at, (id, new, WRITABLE)).map(|(questionnaire, _)| questionnaire),
    )
}

/// UpdateQuestionnaire.
pub(crate) fn update_request(
    ctx: &Context<'_>,
    request: pb::UpdateQuestionnaireRequest,
) -> Result<Update<Questionnaire>, Violations> {
    let pb::UpdateQuestionnaireRequest { questionnaire, update_mask, request_id } = request;
    resource::update(
        (update_mask, WRITABLE, NOT_WRITABLE),
        ("questionnaire", questionnaire, &request_id),
        |v, at, (new, mask)| {
            let id = v.field(at.field("name"), name::parse_questionnaire(&new.name));
            masked(ctx, v, at, (id, new, mask))
        },
    )
}

/// The questionnaire with the fields of the mask, and its etag.
fn masked(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (id, questionnaire, mask): (Option<QuestionnaireId>, pb::Questionnaire, &[&str]),
) -> Option<(Questionnaire, String)> {
    let pb::Questionnaire {
        name: _,
        display_name,
        description,
        active_revision: _,
        activate_time: _,
        create_time: _,
        update_time: _,
        etag,
        contact_rule: rule,
    } = questionnaire;
    let contact_rule = match mask.contains(&"contact_rule") {
        true => invitation::contact_rule(v, at.field("contact_rule"), rule),
        false => Some(ContactRule::standard()),
    };
    let (display_name, description) = described(v, at, (display_name, description), mask)?;
    let (create_time, update_time) = (ctx.now, ctx.now);
    let (revision, active) = (0, None);
    let read = Questionnaire {
        id: id?,
        display_name,
        description,
        contact_rule: contact_rule?,
        revision,
        active,
        create_time,
        update_time,
    };
    Some((read, etag))
}

/// GetQuestionnaire.
pub(crate) fn get_request(request: &pb::GetQuestionnaireRequest) -> Result<QuestionnaireId, Violations> {
    let pb::GetQuestionnaireRequest { name } = request;
    named(name, name::parse_questionnaire)
}

/// DeleteQuestionnaire.
pub(crate) fn delete_request(request: pb::DeleteQuestionnaireRequest) -> Result<(QuestionnaireId, Guard), Violations> {
    let pb::DeleteQuestionnaireRequest { name, etag, request_id } = request;
    resource::deletion((&name, etag, &request_id), name::parse_questionnaire)
}

/// ListQuestionnaires.
pub(crate) fn list_request(request: &pb::ListQuestionnairesRequest) -> Result<Paging, Violations> {
    let pb::ListQuestionnairesRequest { page_size, page_token } = request;
    resource::list("questionnaires", (*page_size, page_token))
}

/// CreateQuestionnaireRevision.
pub(crate) fn create_revision_request(
    request: pb::CreateQuestionnaireRevisionRequest,
) -> Result<(NewRevision<QuestionnaireId>, Guard), Violations> {
    let pb::CreateQuestionnaireRevisionRequest { parent, questionnaire_revision, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let of = v.field(Path::of("parent"), name::parse_questionnaire(&parent));
    let at = Path::of("questionnaire_revision");
    let resource = given(&mut v, at, questionnaire_revision).and_then(|mut revision| {
        let description = std::mem::take(&mut revision.description);
        let description = v.field(at.field("description"), text::note(description, MAX_DESCRIPTION));
        let scheme = questions::scheme(&mut v, at, revision);
        Some(NewRevision { of: of?, description: description?, scheme: scheme? })
    });
    done(v, resource.map(|resource| (resource, Guard { etag: String::new(), request_id })))
}

/// GetQuestionnaireRevision.
pub(crate) fn get_revision_request(
    request: &pb::GetQuestionnaireRevisionRequest,
) -> Result<(QuestionnaireId, RevisionNumber), Violations> {
    let pb::GetQuestionnaireRevisionRequest { name } = request;
    named(name, name::parse_questionnaire_revision)
}

/// ListQuestionnaireRevisions.
pub(crate) fn list_revisions_request(
    request: &pb::ListQuestionnaireRevisionsRequest,
) -> Result<(QuestionnaireId, Paging), Violations> {
    let pb::ListQuestionnaireRevisionsRequest { parent, page_size, page_token } = request;
    resource::list_revisions(parent, (*page_size, page_token), name::parse_questionnaire)
}

/// ActivateQuestionnaireRevision.
pub(crate) fn activate_request(
    request: &pb::ActivateQuestionnaireRevisionRequest,
) -> Result<((QuestionnaireId, RevisionNumber), Guard), Violations> {
    let pb::ActivateQuestionnaireRevisionRequest { name, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, id);
    let revision = v.field(Path::of("name"), name::parse_questionnaire_revision(name));
    done(v, revision.map(|revision| (revision, Guard { etag: String::new(), request_id })))
}
