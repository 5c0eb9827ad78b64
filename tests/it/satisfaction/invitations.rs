//! Invitations: what their events and answers add up to, in whatever order they come, and what came back of a wave.

use guanxi::v1::{
    BatchRecordInvitationEventsRequest, DeleteCustomerRequest, FactContext, FactKind, GetResponseReportRequest,
    ImportInvitationEventsRequest, Invitation, InvitationEvent, InvitationEventType, InvitationState, Invited,
    ListInvitationEventsRequest, ListInvitationsRequest, RecordInvitationEventRequest, ResponseReport,
    SatisfactionRecord, WithdrawFactRequest, record_invitation_event_result,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{answered, create_questionnaire, in_use, plain, rating, record};
use crate::support::{context, create_person, invalid, refused, shop, time};

on_each_backend! {
    events_add_up_in_any_order,
    answers_count_while_their_records_do,
    corrected_and_withdrawn_events_count_no_more,
    events_are_facts_like_all_others,
    wrong_events_are_refused,
    what_came_back_is_counted_by_wave_and_sample,
}

/// An event on a day of January 2026.
pub(crate) fn event(customer: &str, id: &str, kind: InvitationEventType, day: u32) -> InvitationEvent {
    let when = format!("2026-01-{day:02}T12:00:00Z");
    InvitationEvent {
        context: Some(context(customer, &when, &format!("{id}/{}/{day}", kind.as_str_name()))),
        invitation_id: id.into(),
        r#type: kind.into(),
        ..InvitationEvent::default()
    }
}

/// That an invitation to a questionnaire was sent.
pub(crate) fn sent(customer: &str, id: &str, questionnaire: &str, day: u32) -> InvitationEvent {
    let invited = Invited { questionnaire: format!("questionnaires/{questionnaire}"), ..Invited::default() };
    InvitationEvent { invited: Some(invited), ..event(customer, id, InvitationEventType::Sent, day) }
}

pub(crate) async fn tell(guanxi: &TestServer, event: InvitationEvent) -> Result<InvitationEvent, Status> {
    let request = RecordInvitationEventRequest { invitation_event: Some(event), ..Default::default() };
    Ok(guanxi.satisfaction().record_invitation_event(request).await?.into_inner())
}

pub(crate) async fn invitations(guanxi: &TestServer, customer: &str) -> Vec<Invitation> {
    let request = ListInvitationsRequest { parent: format!("customers/{customer}"), ..Default::default() };
    guanxi.satisfaction().list_invitations(request).await.unwrap().into_inner().invitations
}

async fn prepared(guanxi: &TestServer) -> String {
    create_person(guanxi, "ada").await;
    in_use(guanxi, "service", plain()).await
}

async fn events_add_up_in_any_order(guanxi: TestServer) {
    use InvitationEventType::{Delivered, Opened};
    let revision = prepared(&guanxi).await;
    let mut told = sent("ada", "i-1", "service", 5);
    told.invited = Some(Invited {
        questionnaire: revision.clone(),
        wave: "w".into(),
        sample: "s".into(),
        channel: "mail".into(),
        expire_time: Some(time("2026-02-05T00:00:00Z")),
    });
    let kept = tell(&guanxi, event("ada", "i-1", Opened, 7)).await.unwrap();
    assert!(kept.name.starts_with("customers/ada/invitationEvents/"));
    assert_eq!(invitations(&guanxi, "ada").await[0].state(), InvitationState::Opened);
    for event in [
        sent("ada", "i-1", "service", 6),
        told.clone(),
        event("ada", "i-1", Delivered, 5),
        event("ada", "i-1", Opened, 9),
    ] {
        tell(&guanxi, event).await.unwrap();
    }
    let all = invitations(&guanxi, "ada").await;
    let wanted = Invitation {
        customer: "customers/ada".into(),
        invitation_id: "i-1".into(),
        state: InvitationState::Opened.into(),
        invited: told.invited,
        send_time: Some(time("2026-01-05T12:00:00Z")),
        deliver_time: Some(time("2026-01-05T12:00:00Z")),
        open_time: Some(time("2026-01-07T12:00:00Z")),
        ..Invitation::default()
    };
    assert_eq!(all, [wanted]);
    guanxi.clock.advance(std::time::Duration::from_secs(5 * 86_400));
    assert_eq!(invitations(&guanxi, "ada").await[0].state(), InvitationState::Expired, "its time has passed");
}

async fn answers_count_while_their_records_do(guanxi: TestServer) {
    let revision = prepared(&guanxi).await;
    let answer = |source_id: &str| SatisfactionRecord {
        invitation_id: "i-1".into(),
        ..answered("ada", source_id, &revision, vec![rating("speed", 4), rating("care", 4)])
    };
    // The answer may be known before the invitation is.
    assert_eq!(record(&guanxi, answer("s-1")).await.unwrap().invitation_id, "i-1");
    assert_eq!(invitations(&guanxi, "ada").await[0].state(), InvitationState::Answered);
    tell(&guanxi, sent("ada", "i-1", "service", 5)).await.unwrap();
    let mut correction = answer("s-2");
    correction.context.as_mut().unwrap().replaces = Some(shop("s-1"));
    record(&guanxi, correction).await.unwrap();
    record(&guanxi, answer("s-2")).await.unwrap_err();
    assert_eq!(invitations(&guanxi, "ada").await[0].answer_count, 1, "the correction takes its place");
    let withdraw = WithdrawFactRequest {
        customer: "customers/ada".into(),
        kind: FactKind::SatisfactionRecord.into(),
        fact: Some(shop("s-2")),
    };
    guanxi.activity().withdraw_fact(withdraw).await.unwrap();
    let left = &invitations(&guanxi, "ada").await[0];
    assert_eq!((left.state(), left.answer_count), (InvitationState::Sent, 0));
}

async fn corrected_and_withdrawn_events_count_no_more(guanxi: TestServer) {
    prepared(&guanxi).await;
    let refusal = event("ada", "i-1", InvitationEventType::Refused, 8);
    let wrong = sent("ada", "i-1", "service", 5);
    tell(&guanxi, wrong.clone()).await.unwrap();
    tell(&guanxi, refusal.clone()).await.unwrap();
    let mut right = sent("ada", "i-1", "service", 6);
    right.context.as_mut().unwrap().replaces = Some(shop(&wrong.context.unwrap().source_id));
    tell(&guanxi, right).await.unwrap();
    let withdraw = |event: &InvitationEvent| WithdrawFactRequest {
        customer: "customers/ada".into(),
        kind: FactKind::InvitationEvent.into(),
        fact: Some(shop(&event.context.as_ref().unwrap().source_id)),
    };
    guanxi.activity().withdraw_fact(withdraw(&refusal)).await.unwrap();
    let left = invitations(&guanxi, "ada").await;
    assert_eq!(left[0].send_time, Some(time("2026-01-06T12:00:00Z")));
    assert_eq!((left[0].state(), left[0].refuse_time), (InvitationState::Sent, None));
    // Of an invitation of which nothing counts any more there is none.
    let alone = event("ada", "i-2", InvitationEventType::Opened, 8);
    tell(&guanxi, alone.clone()).await.unwrap();
    guanxi.activity().withdraw_fact(withdraw(&alone)).await.unwrap();
    assert_eq!(invitations(&guanxi, "ada").await.len(), 1);
}

async fn events_are_facts_like_all_others(guanxi: TestServer) {
    prepared(&guanxi).await;
    let first = tell(&guanxi, sent("ada", "i-1", "service", 5)).await.unwrap();
    assert_eq!(tell(&guanxi, sent("ada", "i-1", "service", 5)).await.unwrap(), first, "a repeat");
    let mut other = sent("ada", "i-2", "service", 5);
    other.context.clone_from(&first.context);
    other.context = other.context.map(|context| FactContext { record_time: None, state: 0, ..context });
    let differs = refused(tell(&guanxi, other).await, Code::AlreadyExists, "FACT_DIFFERS");
    assert_eq!(differs.metadata["fields"], "invitation_id");
    let request = |id: &str| RecordInvitationEventRequest {
        invitation_event: Some(sent("ada", id, "service", 6)),
        ..Default::default()
    };
    let broken = RecordInvitationEventRequest::default();
    let requests = vec![request("i-2"), broken, request("i-3")];
    let batch = BatchRecordInvitationEventsRequest { requests, all_or_nothing: false };
    let results = guanxi.satisfaction().batch_record_invitation_events(batch).await.unwrap().into_inner().results;
    let is_kept = |result: &record_invitation_event_result::Result| {
        matches!(result, record_invitation_event_result::Result::InvitationEvent(_))
    };
    let kept: Vec<_> = results.iter().map(|it| is_kept(it.result.as_ref().unwrap())).collect();
    assert_eq!(kept, [true, false, true]);
    let chunk = ImportInvitationEventsRequest {
        first_index: 0,
        invitation_events: vec![event("ada", "i-2", InvitationEventType::Opened, 7), sent("ada", "i-4", "nothing", 7)],
        missing_customer: 0,
    };
    let mut answers =
        guanxi.satisfaction().import_invitation_events(tokio_stream::iter([chunk])).await.unwrap().into_inner();
    let progress = answers.message().await.unwrap().unwrap();
    assert_eq!((progress.recorded_count, progress.rejections.len()), (1, 1));
    let list = |filter: &str| ListInvitationEventsRequest {
        parent: "customers/-".into(),
        filter: filter.into(),
        ..Default::default()
    };
    let listed = guanxi.satisfaction().list_invitation_events(list("type = SENT")).await.unwrap().into_inner();
    let ids: Vec<_> = listed.invitation_events.iter().map(|it| it.invitation_id.as_str()).collect();
    assert_eq!(ids, ["i-3", "i-2", "i-1"]);
    let states: Vec<_> = invitations(&guanxi, "ada").await.iter().map(Invitation::state).collect();
    assert_eq!(states, [InvitationState::Sent, InvitationState::Opened, InvitationState::Sent]);
}

async fn wrong_events_are_refused(guanxi: TestServer) {
    prepared(&guanxi).await;
    create_questionnaire(&guanxi, "draft").await;
    let at = |field: &str| format!("invitation_event.{field}");
    let broken = InvitationEvent { invitation_id: String::new(), ..event("ada", "i-1", InvitationEventType::Sent, 5) };
    invalid(tell(&guanxi, broken).await, &[&at("invitation_id"), &at("invited")]);
    let reserved = event("ada", "i-1", InvitationEventType::Reserved, 5);
    invalid(tell(&guanxi, reserved).await, &[&at("type")]);
    let told_twice = InvitationEvent { r#type: InvitationEventType::Opened.into(), ..sent("ada", "i-1", "service", 5) };
    invalid(tell(&guanxi, told_twice).await, &[&at("invited")]);
    for unknown in ["nothing", "service/revisions/9"] {
        invalid(tell(&guanxi, sent("ada", "i-1", unknown, 5)).await, &[&at("invited.questionnaire")]);
    }
    invalid(tell(&guanxi, sent("ada", "i-1", "draft", 5)).await, &[&at("invited.questionnaire")]);
    super::kit::add_revision(&guanxi, "draft", plain()).await;
    refused(tell(&guanxi, sent("ada", "i-1", "draft", 5)).await, Code::FailedPrecondition, "QUESTIONNAIRE_NOT_ACTIVE");
    refused(tell(&guanxi, sent("ben", "i-1", "service", 5)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let delete = DeleteCustomerRequest { name: "customers/ada".into(), ..Default::default() };
    assert_eq!(invitations(&guanxi, "ada").await, [], "nothing is left behind");
    guanxi.customers().delete_customer(delete).await.unwrap();
    refused(tell(&guanxi, sent("ada", "i-1", "service", 5)).await, Code::FailedPrecondition, "CUSTOMER_DELETED");
    let nobody = ListInvitationsRequest { parent: "customers/ben".into(), ..Default::default() };
    let nobody = guanxi.satisfaction().list_invitations(nobody).await;
    refused(nobody, Code::NotFound, "RESOURCE_NOT_FOUND");
    let wrong = ListInvitationsRequest { parent: "customers/-".into(), page_size: -1, ..Default::default() };
    invalid(guanxi.satisfaction().list_invitations(wrong).await, &["parent", "page_size"]);
}

async fn report(guanxi: &TestServer, start: Option<&str>, end: Option<&str>) -> ResponseReport {
    let request = GetResponseReportRequest {
        questionnaire: "questionnaires/service".into(),
        start_time: start.map(time),
        end_time: end.map(time),
    };
    guanxi.satisfaction().get_response_report(request).await.unwrap().into_inner()
}

async fn what_came_back_is_counted_by_wave_and_sample(guanxi: TestServer) {
    use InvitationEventType::{Expired, Opened, Refused};
    let revision = prepared(&guanxi).await;
    in_use(&guanxi, "other", plain()).await;
    let of = |id: &str, day, (wave, sample): (&str, &str)| {
        let mut event = sent("ada", id, "service", day);
        let invited = event.invited.as_mut().unwrap();
        (invited.wave, invited.sample) = (wave.into(), sample.into());
        event
    };
    for number in 1..=5 {
        tell(&guanxi, of(&format!("a-{number}"), 5, ("spring", "a"))).await.unwrap();
    }
    for event in [
        of("b-1", 20, ("spring", "b")),
        sent("ada", "x-1", "other", 5),
        event("ada", "a-1", Opened, 6),
        event("ada", "a-2", Refused, 6),
        event("ada", "a-3", Expired, 6),
        // Opened, and never known to be sent: no part of any wave.
        event("ada", "y-1", Opened, 6),
    ] {
        tell(&guanxi, event).await.unwrap();
    }
    for (source_id, invitation) in [("s-1", "a-4"), ("s-2", "a-4"), ("s-3", "b-1")] {
        let answers = answered("ada", source_id, &revision, vec![rating("speed", 4)]);
        record(&guanxi, SatisfactionRecord { invitation_id: invitation.into(), ..answers }).await.unwrap();
    }
    let whole = report(&guanxi, None, None).await;
    let counts = |it: &guanxi::v1::ResponseCounts| {
        [
            it.sent_count,
            it.delivered_count,
            it.opened_count,
            it.refused_count,
            it.expired_count,
            it.answered_count,
            it.pending_count,
        ]
    };
    let groups: Vec<_> = whole.groups.iter().map(|it| (it.wave.as_str(), it.sample.as_str(), counts(it))).collect();
    assert_eq!(groups, [("spring", "a", [5, 3, 2, 1, 1, 1, 2]), ("spring", "b", [1, 1, 1, 0, 0, 1, 0])]);
    let total = whole.total.unwrap();
    assert_eq!(counts(&total), [6, 4, 3, 1, 1, 2, 2]);
    assert_eq!(total.response_rate, Some(2.0 / 6.0));
    // One of one: methods of Wilson 1927, [0.2065493144, 1].
    let one = &whole.groups[1];
    assert!((one.lower_bound.unwrap() - 0.206_549_314_4).abs() < 1e-9 && one.upper_bound == Some(1.0));
    let early = report(&guanxi, None, Some("2026-01-20T12:00:00Z")).await;
    assert_eq!(early.total.unwrap().sent_count, 5, "up to then, without it");
    let late = report(&guanxi, Some("2026-01-20T12:00:00Z"), None).await;
    assert_eq!(late.total.unwrap().sent_count, 1);
    let none = report(&guanxi, Some("2026-01-21T00:00:00Z"), None).await.total.unwrap();
    assert_eq!((none.sent_count, none.response_rate, none.lower_bound, none.upper_bound), (0, None, None, None));
    let wrong = GetResponseReportRequest {
        questionnaire: "service".into(),
        start_time: Some(time("2026-01-02T00:00:00Z")),
        end_time: Some(time("2026-01-02T00:00:00Z")),
    };
    invalid(guanxi.satisfaction().get_response_report(wrong).await, &["questionnaire", "end_time"]);
    let unknown = GetResponseReportRequest { questionnaire: "questionnaires/nothing".into(), ..Default::default() };
    refused(guanxi.satisfaction().get_response_report(unknown).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}
