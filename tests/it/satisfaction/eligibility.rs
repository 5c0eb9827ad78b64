//! Whether customers may be asked: every reason that speaks against it, slots that are held, and two who want the last one.

use std::time::Duration;

use guanxi::v1::satisfaction_service_client::SatisfactionServiceClient;
use guanxi::v1::{
    ActivateQuestionnaireRevisionRequest, CheckSurveyEligibilityRequest, Consent, ConsentBasis, ConsentState,
    ContactRule, CustomerStage, DeleteCustomerRequest, Direction, Interaction, InteractionPurpose, InvitationEventType,
    InvitationState, Questionnaire, QuestionnairePopulation, QuestionnaireRevision, RecordInteractionRequest,
    RecordStageChangeRequest, SlotReservation, SurveyEligibility, SurveyObjectionReason, UpdateCustomerRequest,
    UpdateQuestionnaireRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use prost_types::FieldMask;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::invitations::{event, invitations, sent, tell};
use super::kit::{add_revision, answered, create_questionnaire, in_use, plain, rating, record};
use crate::support::{create_person, inbound, invalid, person, refused, stage_change, time};

on_each_backend! {
    every_reason_is_told,
    contact_rule_is_a_setting_of_the_questionnaire,
    too_many_invitations_and_rest_end_with_time,
    who_answered_is_told_what_changed_first,
    slot_is_held_and_counts_until_it_lapses,
    slot_that_is_asked_for_again_is_the_same,
    last_slot_goes_to_one_of_all_who_ask_at_once,
    wrong_checks_are_refused,
}

const DAY: Duration = Duration::from_secs(86_400);

type Client = SatisfactionServiceClient<Channel>;

fn of(customer: &str) -> CheckSurveyEligibilityRequest {
    CheckSurveyEligibilityRequest {
        customer: format!("customers/{customer}"),
        questionnaire: "questionnaires/service".into(),
        reserve: None,
    }
}

fn holding(customer: &str, invitation_id: &str) -> CheckSurveyEligibilityRequest {
    let slot = SlotReservation { invitation_id: invitation_id.into(), wave: "w".into(), ..Default::default() };
    CheckSurveyEligibilityRequest { reserve: Some(slot), ..of(customer) }
}

async fn ask(mut client: Client, request: CheckSurveyEligibilityRequest) -> Result<SurveyEligibility, Status> {
    Ok(client.check_survey_eligibility(request).await?.into_inner())
}

async fn check(guanxi: &TestServer, request: CheckSurveyEligibilityRequest) -> SurveyEligibility {
    ask(guanxi.satisfaction(), request).await.unwrap()
}

/// What speaks against it, and on which day that ends.
async fn against(guanxi: &TestServer, customer: &str) -> Vec<(SurveyObjectionReason, Option<prost_types::Timestamp>)> {
    let told = check(guanxi, of(customer)).await;
    assert_eq!(told.eligible, told.objections.is_empty());
    told.objections.iter().map(|it| (it.reason(), it.expire_time)).collect()
}

/// A customer in a stage.
pub(crate) async fn customer_in(guanxi: &TestServer, id: &str, stage: CustomerStage) {
    create_person(guanxi, id).await;
    let change = stage_change(id, "2025-01-01T00:00:00Z", "stage", stage);
    let request = RecordStageChangeRequest { stage_change: Some(change), ..Default::default() };
    guanxi.activity().record_stage_change(request).await.unwrap();
}

async fn ruled(guanxi: &TestServer, rule: ContactRule) -> Result<Questionnaire, Status> {
    let questionnaire =
        Questionnaire { name: "questionnaires/service".into(), contact_rule: Some(rule), ..Questionnaire::default() };
    let request = UpdateQuestionnaireRequest {
        questionnaire: Some(questionnaire),
        update_mask: Some(FieldMask { paths: vec!["contact_rule".into()] }),
        request_id: String::new(),
    };
    Ok(guanxi.satisfaction().update_questionnaire(request).await?.into_inner())
}

async fn prepared(guanxi: &TestServer) -> String {
    customer_in(guanxi, "ada", CustomerStage::Active).await;
    in_use(guanxi, "service", plain()).await
}

async fn followed_up(guanxi: &TestServer, when: &str, direction: Direction) {
    let told = Interaction {
        direction: direction.into(),
        ..inbound("ada", when, &format!("f {when}"), InteractionPurpose::FollowUp)
    };
    let request = RecordInteractionRequest { interaction: Some(told), ..Default::default() };
    guanxi.activity().record_interaction(request).await.unwrap();
}

async fn every_reason_is_told(guanxi: TestServer) {
    use SurveyObjectionReason::*;
    let revision = prepared(&guanxi).await;
    assert_eq!(against(&guanxi, "ada").await, []);
    record(&guanxi, answered("ada", "s-1", &revision, vec![rating("speed", 3)])).await.unwrap();
    for (id, day) in [("i-1", 20), ("i-2", 25)] {
        tell(&guanxi, sent("ada", id, "service", day)).await.unwrap();
    }
    let consent = Consent {
        purpose: "surveys".into(),
        basis: ConsentBasis::Consent.into(),
        state: ConsentState::Withdrawn.into(),
        time: Some(time("2026-01-01T00:00:00Z")),
        ..Consent::default()
    };
    let mut changed = person("ada");
    (changed.name, changed.consents) = ("customers/ada".into(), vec![consent]);
    let update = UpdateCustomerRequest {
        customer: Some(changed),
        update_mask: Some(FieldMask { paths: vec!["consents".into()] }),
        ..Default::default()
    };
    guanxi.customers().update_customer(update).await.unwrap();
    let churned = stage_change("ada", "2026-01-05T00:00:00Z", "left", CustomerStage::Churned);
    let request = RecordStageChangeRequest { stage_change: Some(churned), ..Default::default() };
    guanxi.activity().record_stage_change(request).await.unwrap();
    let delete = DeleteCustomerRequest { name: "customers/ada".into(), ..Default::default() };
    guanxi.customers().delete_customer(delete).await.unwrap();
    let all = [
        (CustomerDeleted, None),
        (OtherPopulation, None),
        (OptedOut, None),
        (TooManyInvitations, Some(time("2026-04-20T12:00:00Z"))),
        (Cooldown, Some(time("2026-04-25T12:00:00Z"))),
        (NotToldWhatChanged, None),
    ];
    assert_eq!(against(&guanxi, "ada").await, all);
    let held = check(&guanxi, holding("ada", "i-3")).await;
    assert_eq!((held.eligible, held.objections.len(), held.reservation), (false, 6, None));
    // Who has left may be asked why.
    customer_in(&guanxi, "ben", CustomerStage::Churned).await;
    let population = QuestionnairePopulation::FormerCustomer.into();
    let leaving = add_revision(&guanxi, "service", QuestionnaireRevision { population, ..plain() }).await;
    let activate = ActivateQuestionnaireRevisionRequest { name: leaving.clone(), request_id: String::new() };
    guanxi.satisfaction().activate_questionnaire_revision(activate).await.unwrap();
    let told = check(&guanxi, of("ben")).await;
    assert_eq!((told.eligible, told.questionnaire_revision), (true, leaving));
}

async fn contact_rule_is_a_setting_of_the_questionnaire(guanxi: TestServer) {
    create_questionnaire(&guanxi, "service").await;
    let standard = ContactRule {
        max_invitations: 2,
        window_days: 90,
        cooldown_days: Some(90),
        follow_up_required: Some(true),
        consent_purpose: "surveys".into(),
    };
    let own = ContactRule {
        max_invitations: 5,
        window_days: 30,
        cooldown_days: Some(0),
        follow_up_required: Some(false),
        consent_purpose: "feedback".into(),
    };
    let kept = ruled(&guanxi, own.clone()).await.unwrap();
    assert_eq!((kept.contact_rule, kept.display_name.as_str()), (Some(own), "service"));
    let kept = ruled(&guanxi, ContactRule::default()).await.unwrap();
    assert_eq!(kept.contact_rule, Some(standard));
    let wrong = ContactRule {
        max_invitations: 101,
        window_days: -1,
        cooldown_days: Some(731),
        follow_up_required: None,
        consent_purpose: "Surveys!".into(),
    };
    let fields = ["consent_purpose", "max_invitations", "window_days", "cooldown_days"];
    let fields = fields.map(|field| format!("questionnaire.contact_rule.{field}"));
    invalid(ruled(&guanxi, wrong).await, &fields.each_ref().map(String::as_str));
}

async fn too_many_invitations_and_rest_end_with_time(guanxi: TestServer) {
    use SurveyObjectionReason::{Cooldown, TooManyInvitations};
    prepared(&guanxi).await;
    in_use(&guanxi, "other", plain()).await;
    ruled(&guanxi, ContactRule { max_invitations: 1, window_days: 20, cooldown_days: Some(30), ..Default::default() })
        .await
        .unwrap();
    tell(&guanxi, sent("ada", "i-1", "other", 12)).await.unwrap();
    let until = |text| Some(time(text));
    let other = [(TooManyInvitations, until("2026-02-01T12:00:00Z"))];
    assert_eq!(against(&guanxi, "ada").await, other, "invitations to any questionnaire count");
    tell(&guanxi, sent("ada", "i-2", "service", 10)).await.unwrap();
    let both = [(TooManyInvitations, until("2026-02-01T12:00:00Z")), (Cooldown, until("2026-02-09T12:00:00Z"))];
    assert_eq!(
        against(&guanxi, "ada").await,
        both,
        "what is 21 days ago is out of the window, and not out of the rest"
    );
    guanxi.clock.advance(DAY);
    assert_eq!(against(&guanxi, "ada").await, both[1..]);
    guanxi.clock.advance(DAY * 8);
    assert_eq!(against(&guanxi, "ada").await, []);
}

async fn who_answered_is_told_what_changed_first(guanxi: TestServer) {
    use SurveyObjectionReason::NotToldWhatChanged;
    let revision = prepared(&guanxi).await;
    ruled(&guanxi, ContactRule { cooldown_days: Some(0), ..Default::default() }).await.unwrap();
    record(&guanxi, answered("ada", "s-1", &revision, vec![rating("speed", 3)])).await.unwrap();
    let silent = [(NotToldWhatChanged, None)];
    assert_eq!(against(&guanxi, "ada").await, silent);
    followed_up(&guanxi, "2026-01-09T12:00:00Z", Direction::Outbound).await;
    assert_eq!(against(&guanxi, "ada").await, silent, "that was before");
    followed_up(&guanxi, "2026-01-12T12:00:00Z", Direction::Inbound).await;
    assert_eq!(against(&guanxi, "ada").await, silent, "that was the customer");
    followed_up(&guanxi, "2026-01-13T12:00:00Z", Direction::Outbound).await;
    assert_eq!(against(&guanxi, "ada").await, []);
}

async fn slot_is_held_and_counts_until_it_lapses(guanxi: TestServer) {
    use SurveyObjectionReason::{Cooldown, TooManyInvitations};
    prepared(&guanxi).await;
    in_use(&guanxi, "other", plain()).await;
    ruled(&guanxi, ContactRule { max_invitations: 1, ..Default::default() }).await.unwrap();
    let held = check(&guanxi, holding("ada", "i-1")).await;
    let slot = held.reservation.unwrap();
    assert!(held.eligible);
    assert_eq!((slot.state(), slot.hold_expire_time), (InvitationState::Reserved, Some(time("2026-02-01T12:00:00Z"))));
    assert_eq!(slot.invited.as_ref().unwrap().questionnaire, held.questionnaire_revision);
    assert_eq!(invitations(&guanxi, "ada").await, [slot]);
    let end = Some(time("2026-02-01T12:00:00Z"));
    assert_eq!(against(&guanxi, "ada").await, [(TooManyInvitations, end), (Cooldown, end)]);
    let refused_slot = check(&guanxi, holding("ada", "i-2")).await;
    assert_eq!((refused_slot.eligible, refused_slot.reservation), (false, None));
    guanxi.clock.advance(DAY);
    assert_eq!(invitations(&guanxi, "ada").await[0].state(), InvitationState::Lapsed);
    assert_eq!(against(&guanxi, "ada").await, []);
    // One that has lapsed may be held again; one that is given up is free at once.
    assert!(check(&guanxi, holding("ada", "i-1")).await.eligible);
    assert!(!check(&guanxi, of("ada")).await.eligible);
    let mut released = event("ada", "i-1", InvitationEventType::Expired, 30);
    released.context.as_mut().unwrap().occur_time = Some(time("2026-02-01T12:00:00Z"));
    tell(&guanxi, released).await.unwrap();
    assert_eq!(against(&guanxi, "ada").await, []);
    let ended = ask(guanxi.satisfaction(), holding("ada", "i-1")).await;
    refused(ended, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS");
}

async fn slot_that_is_asked_for_again_is_the_same(guanxi: TestServer) {
    prepared(&guanxi).await;
    in_use(&guanxi, "other", plain()).await;
    let first = check(&guanxi, holding("ada", "i-1")).await;
    guanxi.clock.advance(Duration::from_secs(60));
    assert_eq!(check(&guanxi, holding("ada", "i-1")).await, first);
    tell(&guanxi, sent("ada", "i-1", "service", 31)).await.unwrap();
    let after = check(&guanxi, holding("ada", "i-1")).await;
    assert_eq!((after.eligible, after.reservation.unwrap().state()), (true, InvitationState::Sent));
    tell(&guanxi, event("ada", "i-1", InvitationEventType::Opened, 31)).await.unwrap();
    let later = check(&guanxi, holding("ada", "i-1")).await;
    assert_eq!((later.eligible, later.reservation.unwrap().state()), (true, InvitationState::Opened));
    let elsewhere =
        CheckSurveyEligibilityRequest { questionnaire: "questionnaires/other".into(), ..holding("ada", "i-1") };
    refused(ask(guanxi.satisfaction(), elsewhere).await, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS");
}

/// Two servers, eight callers, one slot, ten times over.
async fn last_slot_goes_to_one_of_all_who_ask_at_once(guanxi: TestServer) {
    in_use(&guanxi, "service", plain()).await;
    ruled(&guanxi, ContactRule { max_invitations: 1, ..Default::default() }).await.unwrap();
    let replica = guanxi.replica().await;
    for round in 0..10 {
        let customer = format!("c-{round}");
        customer_in(&guanxi, &customer, CustomerStage::Active).await;
        let calls = (0..8).map(|caller| {
            let channel = if caller % 2 == 0 { guanxi.channel() } else { replica.channel.clone() };
            let request = holding(&customer, &format!("i-{caller}"));
            tokio::spawn(ask(SatisfactionServiceClient::new(channel), request))
        });
        let mut winners = 0;
        for call in calls.collect::<Vec<_>>() {
            winners += usize::from(call.await.unwrap().unwrap().eligible);
        }
        assert_eq!((winners, invitations(&guanxi, &customer).await.len()), (1, 1), "{customer}");
    }
}

async fn wrong_checks_are_refused(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    create_questionnaire(&guanxi, "service").await;
    add_revision(&guanxi, "service", plain()).await;
    let call = |request| ask(guanxi.satisfaction(), request);
    refused(call(of("ada")).await, Code::FailedPrecondition, "QUESTIONNAIRE_NOT_ACTIVE");
    let unknown = CheckSurveyEligibilityRequest { questionnaire: "questionnaires/nothing".into(), ..of("ada") };
    refused(call(unknown).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    in_use(&guanxi, "other", plain()).await;
    for request in [of("nobody"), holding("nobody", "i-1")] {
        let request = CheckSurveyEligibilityRequest { questionnaire: "questionnaires/other".into(), ..request };
        refused(call(request).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    }
    let slot = SlotReservation {
        invitation_id: " ".into(),
        hold: Some(prost_types::Duration { seconds: 30 * 86_400 + 1, nanos: 0 }),
        wave: "x".repeat(101),
        ..Default::default()
    };
    let wrong =
        CheckSurveyEligibilityRequest { customer: "ada".into(), questionnaire: "service".into(), reserve: Some(slot) };
    let fields = ["customer", "questionnaire", "reserve.invitation_id", "reserve.hold", "reserve.wave"];
    invalid(call(wrong).await, &fields);
    assert_eq!(invitations(&guanxi, "ada").await, []);
}
