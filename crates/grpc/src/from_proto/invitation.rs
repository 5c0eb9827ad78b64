//! Invitations: what has become of one, whether somebody may be asked, and what came back.

use guanxi::v1 as pb;
use guanxi_app::command::Slot;
use guanxi_model::fact::{FactBody, InvitationEvent, InvitationEventKind, Invited};
use guanxi_model::{CustomerId, QuestionnaireId, RevisionNumber, SourceName, Timestamp, Violations, name, text};
use guanxi_satisfaction::{ContactRule, FollowUp};
use prost_types::Duration;

use super::fact::Parts;
use super::page::Column;
use super::{Paging, Path, done, given, page, time, word};

pub(super) const MAX_LINE: usize = 100;
const DEFAULT_HOLD_SECONDS: i64 = 86_400;
const MIN_HOLD_SECONDS: i64 = 60;
const MAX_HOLD_SECONDS: i64 = 30 * 86_400;

pub(super) fn parts(v: &mut Violations, at: Path<'_>, event: pb::InvitationEvent) -> Parts {
    let pb::InvitationEvent { name: _, context, invitation_id, r#type, invited: to } = event;
    let invitation = v.field(at.field("invitation_id"), text::required(invitation_id, MAX_LINE));
    let kind = word(v, at.field("type"), r#type, pb::InvitationEventType::as_str_name);
    if kind == Some(InvitationEventKind::Reserved) {
        v.push(at.field("type"), "slots are held by CheckSurveyEligibility and DrawSample");
    }
    let invited_at = at.field("invited");
    let invited = match (kind, to) {
        (Some(InvitationEventKind::Sent), to) => given(v, invited_at, to).and_then(|to| invited(v, invited_at, to)),
        (Some(_), Some(_)) => {
            v.push(invited_at, "must not be given: it is told by the event SENT");
            None
        }
        (_, to) => to.and_then(|to| invited(v, invited_at, to)),
    };
    let body = invitation.zip(kind);
    let body = body.map(|(invitation, kind)| {
        FactBody::InvitationEvent(InvitationEvent { invitation, kind, invited, stamp: None })
    });
    Parts { context, body }
}

fn invited(v: &mut Violations, at: Path<'_>, invited: pb::Invited) -> Option<Invited> {
    let pb::Invited { questionnaire, wave, sample, channel, expire_time } = invited;
    let questionnaire = asked(v, at.field("questionnaire"), &questionnaire);
    let [wave, sample, channel] = [("wave", wave), ("sample", sample), ("channel", channel)]
        .map(|(field, line)| v.field(at.field(field), text::optional(line, MAX_LINE)));
    let expire_time = expire_time.and_then(|until| time::timestamp(v, at.field("expire_time"), until));
    let (questionnaire, revision) = questionnaire?;
    Some(Invited { questionnaire, revision, wave: wave?, sample: sample?, channel: channel?, expire_time })
}

/// A questionnaire, or one of its revisions.
fn asked(v: &mut Violations, at: Path<'_>, name: &str) -> Option<(QuestionnaireId, Option<RevisionNumber>)> {
    if name.contains("/revisions/") {
        let revision = v.field(at, name::parse_questionnaire_revision(name));
        return revision.map(|(questionnaire, number)| (questionnaire, Some(number)));
    }
    v.field(at, name::parse_questionnaire(name)).map(|questionnaire| (questionnaire, None))
}

/// By which rule customers may be asked; what is not given has its default.
pub(super) fn contact_rule(v: &mut Violations, at: Path<'_>, rule: Option<pb::ContactRule>) -> Option<ContactRule> {
    let standard = ContactRule::standard();
    let Some(rule) = rule else { return Some(standard) };
    let pb::ContactRule { max_invitations, window_days, cooldown_days, follow_up_required, consent_purpose } = rule;
    let or = |number: i32, default: i32| if number == 0 { default } else { number };
    let max_invitations = or(max_invitations, standard.max_invitations);
    let window_days = or(window_days, standard.window_days);
    let cooldown_days = cooldown_days.unwrap_or(standard.cooldown_days);
    let consent_purpose = match consent_purpose.is_empty() {
        true => Some(standard.consent_purpose),
        false => v.field(at.field("consent_purpose"), SourceName::parse(consent_purpose)),
    };
    for (field, number, (least, most)) in [
        ("max_invitations", max_invitations, (1, ContactRule::MAX_INVITATIONS)),
        ("window_days", window_days, (1, ContactRule::MAX_WINDOW_DAYS)),
        ("cooldown_days", cooldown_days, (0, ContactRule::MAX_COOLDOWN_DAYS)),
    ] {
        if !(least..=most).contains(&number) {
            v.push(at.field(field), format!("is {number}; {least} to {most} is allowed"));
        }
    }
    let follow_up = match follow_up_required {
        None | Some(true) => FollowUp::Required,
        Some(false) => FollowUp::NotRequired,
    };
    Some(ContactRule { max_invitations, window_days, cooldown_days, follow_up, consent_purpose: consent_purpose? })
}

/// ListInvitations: the customer, and which page.
pub(crate) fn list_request(request: &pb::ListInvitationsRequest) -> Result<(CustomerId, Paging), Violations> {
    let pb::ListInvitationsRequest { parent, page_size, page_token } = request;
    let mut v = Violations::new();
    let customer = v.field(Path::of("parent"), name::parse_customer(parent));
    let paging = page::paging(&mut v, (*page_size, page_token), &["invitations", parent], &[Column::Text]);
    done(v, customer.zip(paging))
}

/// Whether somebody may be asked.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) customer: CustomerId,
    pub(crate) questionnaire: QuestionnaireId,
    pub(crate) reserve: Option<Slot>,
}

/// CheckSurveyEligibility.
pub(crate) fn check_request(request: pb::CheckSurveyEligibilityRequest) -> Result<Check, Violations> {
    let pb::CheckSurveyEligibilityRequest { customer, questionnaire, reserve } = request;
    let mut v = Violations::new();
    let customer = v.field(Path::of("customer"), name::parse_customer(&customer));
    let questionnaire = v.field(Path::of("questionnaire"), name::parse_questionnaire(&questionnaire));
    let reserve = reserve.and_then(|reserve| slot(&mut v, Path::of("reserve"), reserve));
    let check = customer.zip(questionnaire);
    done(v, check.map(|(customer, questionnaire)| Check { customer, questionnaire, reserve }))
}

fn slot(v: &mut Violations, at: Path<'_>, reserve: pb::SlotReservation) -> Option<Slot> {
    let pb::SlotReservation { invitation_id, hold, wave, sample, channel } = reserve;
    let invitation = v.field(at.field("invitation_id"), text::required(invitation_id, MAX_LINE));
    let hold_seconds = hold_seconds(v, at.field("hold"), hold);
    let [wave, sample, channel] = [("wave", wave), ("sample", sample), ("channel", channel)]
        .map(|(field, line)| v.field(at.field(field), text::optional(line, MAX_LINE)));
    Some(Slot { invitation: invitation?, hold_seconds: hold_seconds?, wave: wave?, sample: sample?, channel: channel? })
}

/// How long a slot is held.
pub(super) fn hold_seconds(v: &mut Violations, at: Path<'_>, hold: Option<Duration>) -> Option<i64> {
    let Duration { seconds, nanos } = hold.unwrap_or(Duration { seconds: DEFAULT_HOLD_SECONDS, nanos: 0 });
    if nanos != 0 || !(MIN_HOLD_SECONDS..=MAX_HOLD_SECONDS).contains(&seconds) {
        v.push(at, format!("must be whole seconds from {MIN_HOLD_SECONDS} to {MAX_HOLD_SECONDS} (30 days)"));
        return None;
    }
    Some(seconds)
}

/// GetResponseReport: the questionnaire, and from when until before when.
pub(crate) fn report_request(
    request: &pb::GetResponseReportRequest,
) -> Result<(QuestionnaireId, (Timestamp, Timestamp)), Violations> {
    let pb::GetResponseReportRequest { questionnaire, start_time, end_time } = request;
    let mut v = Violations::new();
    let questionnaire = v.field(Path::of("questionnaire"), name::parse_questionnaire(questionnaire));
    let from = start_time.and_then(|time| time::timestamp(&mut v, Path::of("start_time"), time));
    let to = end_time.and_then(|time| time::timestamp(&mut v, Path::of("end_time"), time));
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        v.push(Path::of("end_time"), "must be after start_time");
    }
    let range = (from.unwrap_or(Timestamp(i64::MIN)), to.unwrap_or(Timestamp(i64::MAX)));
    done(v, questionnaire.map(|questionnaire| (questionnaire, range)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_proto::fact::read;
    use crate::from_proto::testing::context;
    use crate::kinds::Message;
    use crate::testing::{ctx, paths};

    fn event(r#type: pb::InvitationEventType, invited: Option<pb::Invited>) -> Result<(), Vec<String>> {
        let event = pb::InvitationEvent {
            name: String::new(),
            context: Some(context()),
            invitation_id: "i-1".into(),
            r#type: r#type.into(),
            invited,
        };
        match read(&ctx(), Message::InvitationEvent(event)) {
            Ok(_) => Ok(()),
            refused => Err(paths(refused)),
        }
    }

    fn to(questionnaire: &str) -> Option<pb::Invited> {
        Some(pb::Invited { questionnaire: questionnaire.into(), ..Default::default() })
    }

    #[test]
    fn a_sending_says_to_what_and_nothing_else_does() {
        use pb::InvitationEventType::{Opened, Reserved, Sent, Unspecified};
        assert_eq!(event(Sent, to("questionnaires/service")), Ok(()));
        assert_eq!(event(Sent, to("questionnaires/service/revisions/2")), Ok(()));
        assert_eq!(event(Opened, None), Ok(()));
        assert_eq!(event(Sent, None), Err(vec!["fact.invited".into()]));
        assert_eq!(event(Sent, to("service")), Err(vec!["fact.invited.questionnaire".into()]));
        assert_eq!(event(Opened, to("questionnaires/service")), Err(vec!["fact.invited".into()]));
        assert_eq!(event(Reserved, None), Err(vec!["fact.type".into()]));
        assert_eq!(event(Unspecified, to("x")), Err(vec!["fact.type".into(), "fact.invited.questionnaire".into()]));
    }
}
