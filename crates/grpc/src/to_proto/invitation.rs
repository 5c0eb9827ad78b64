//! Invitations, what speaks against them, and what came back.

use guanxi::v1 as pb;
use guanxi_model::fact::{Invitation, InvitationEvent, Invited};
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::statistics::proportion::Proportion;
use guanxi_model::{CustomerId, QuestionnaireId, RevisionNumber, Timestamp, name};
use guanxi_satisfaction::{ContactRule, FollowUp, Objections};
use guanxi_store::Responses;

use super::{number, number_or_zero, page, time};

pub(super) fn event(name: String, context: pb::FactContext, event: InvitationEvent) -> pb::InvitationEvent {
    let InvitationEvent { invitation, kind, invited: to, stamp: _ } = event;
    pb::InvitationEvent {
        name,
        context: Some(context),
        invitation_id: invitation,
        r#type: number(kind),
        invited: to.map(invited),
    }
}

fn invited(invited: Invited) -> pb::Invited {
    let Invited { questionnaire, revision, wave, sample, channel, expire_time } = invited;
    let whole = || name::questionnaire(&questionnaire);
    pb::Invited {
        questionnaire: revision.map_or_else(whole, |number| name::questionnaire_revision(&questionnaire, number)),
        wave,
        sample,
        channel,
        expire_time: expire_time.map(time::timestamp),
    }
}

/// By which rule customers may be asked.
pub(super) fn contact_rule(rule: ContactRule) -> pb::ContactRule {
    let ContactRule { max_invitations, window_days, cooldown_days, follow_up, consent_purpose } = rule;
    pb::ContactRule {
        max_invitations,
        window_days,
        cooldown_days: Some(cooldown_days),
        follow_up_required: Some(follow_up == FollowUp::Required),
        consent_purpose: consent_purpose.into(),
    }
}

/// An invitation as it stands now.
pub(crate) fn resource(customer: &CustomerId, now: Timestamp, invitation: Invitation) -> pb::Invitation {
    let state = number_or_zero(invitation.state(now));
    let Invitation {
        id,
        invited: to,
        held_until,
        send_time,
        deliver_time,
        open_time,
        refuse_time,
        end_time,
        stamp: _,
        answers,
    } = invitation;
    pb::Invitation {
        customer: name::customer(customer),
        invitation_id: id,
        state,
        invited: to.map(invited),
        hold_expire_time: held_until.map(time::timestamp),
        send_time: send_time.map(time::timestamp),
        deliver_time: deliver_time.map(time::timestamp),
        open_time: open_time.map(time::timestamp),
        refuse_time: refuse_time.map(time::timestamp),
        end_time: end_time.map(time::timestamp),
        answer_count: i32::try_from(answers).unwrap_or(i32::MAX),
    }
}

/// ListInvitations.
pub(crate) fn list_response(
    (customer, now): (&CustomerId, Timestamp),
    query: QueryHash,
    page: Page<Invitation>,
) -> pb::ListInvitationsResponse {
    let (invitations, next_page_token) = page::close(page, query, key, |one| resource(customer, now, one));
    pb::ListInvitationsResponse { invitations, next_page_token }
}

/// What invitations are listed by.
pub(crate) fn key(invitation: &Invitation) -> Vec<KeyPart> {
    vec![KeyPart::Text(invitation.id.clone())]
}

/// CheckSurveyEligibility.
pub(crate) fn eligibility(
    customer: &CustomerId,
    (questionnaire, revision): (&QuestionnaireId, RevisionNumber),
    (now, objections, reserved): (Timestamp, Objections, Option<Invitation>),
) -> pb::SurveyEligibility {
    pb::SurveyEligibility {
        customer: name::customer(customer),
        questionnaire_revision: name::questionnaire_revision(questionnaire, revision),
        eligible: objections.is_empty(),
        objections: objections
            .into_iter()
            .map(|(reason, until)| pb::SurveyObjection {
                reason: number(reason),
                expire_time: until.map(time::timestamp),
            })
            .collect(),
        reservation: reserved.map(|invitation| resource(customer, now, invitation)),
    }
}

/// GetResponseReport.
pub(crate) fn report(questionnaire: &QuestionnaireId, now: Timestamp, groups: Vec<Responses>) -> pb::ResponseReport {
    let sum = |of: fn(&Responses) -> i64| groups.iter().map(of).sum();
    let total = Responses {
        wave: String::new(),
        sample: String::new(),
        sent: sum(|it| it.sent),
        delivered: sum(|it| it.delivered),
        opened: sum(|it| it.opened),
        refused: sum(|it| it.refused),
        expired: sum(|it| it.expired),
        answered: sum(|it| it.answered),
    };
    pb::ResponseReport {
        questionnaire: name::questionnaire(questionnaire),
        report_time: Some(time::timestamp(now)),
        total: Some(counts(total)),
        groups: groups.into_iter().map(counts).collect(),
    }
}

fn counts(counts: Responses) -> pb::ResponseCounts {
    let Responses { wave, sample, sent, delivered, opened, refused, expired, answered } = counts;
    let of_sent = Proportion::new(u64::try_from(answered).unwrap_or(0), u64::try_from(sent).unwrap_or(0));
    let interval = of_sent.map(Proportion::interval);
    pb::ResponseCounts {
        wave,
        sample,
        sent_count: sent,
        delivered_count: delivered,
        opened_count: opened,
        refused_count: refused,
        expired_count: expired,
        answered_count: answered,
        pending_count: sent - answered - refused - expired,
        response_rate: of_sent.map(Proportion::share),
        lower_bound: interval.map(|it| it.low),
        upper_bound: interval.map(|it| it.high),
    }
}
