//! An invitation is what its events and answers come to, in whatever order they came: also where they were corrected before or
//! after and taken back; a response report counts these invitations, and so do the cells that an index reads.

use std::collections::BTreeMap;

use guanxi::v1::{
    CheckSurveyEligibilityRequest, ContactRule, CustomerStage, FactContext, FactKind, GetResponseReportRequest,
    Invitation, InvitationEvent, InvitationEventType, Invited, ListInvitationEventsRequest, Questionnaire,
    ResponseCounts, SatisfactionGrouping, SatisfactionQuestion, SatisfactionRecord, SatisfactionSet, SlotReservation,
    UpdateQuestionnaireRequest, WithdrawFactRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseError;
use prost_types::FieldMask;
use tonic::{Code, Status};

use super::trial::Law;
use crate::satisfaction::eligibility::customer_in;
use crate::satisfaction::index::{ask, asking};
use crate::satisfaction::invitations::{event as told, invitations, tell};
use crate::satisfaction::kit::{answered, in_use, plain, rating, record, records};
use crate::support::shop;

on_each_backend! { invitations_are_what_their_events_come_to }

const LAW: Law = Law { seed: "invitations are what events tell", cases: 6, shrinks: 32 };
const CUSTOMERS: usize = 2;
const INVITATIONS: usize = 8;
const WAVES: [&str; 3] = ["", "spring", "autumn"];
const CHANNELS: [&str; 2] = ["mail", "text"];
/// In days since 1970.
const FIRST_OF_JANUARY: i64 = 20_454;
/// Until when an answer is waited for: some of it has passed.
const UNTIL: [Option<&str>; 3] = [None, Some("2026-01-25T00:00:00Z"), Some("2026-02-25T00:00:00Z")];

/// One thing that happens to an invitation of a customer.
#[derive(Clone, Debug)]
enum Step {
    Tell {
        what: (usize, usize),
        kind: usize,
        day: u32,
        said: (usize, usize),
        replaces: Option<Index>,
    },
    Answer {
        what: (usize, usize),
        replaces: Option<Index>,
    },
    /// A slot is held for it, where that is possible.
    Hold {
        what: (usize, usize),
    },
    Withdraw(Index),
}

const KINDS: [InvitationEventType; 5] = [
    InvitationEventType::Sent,
    InvitationEventType::Delivered,
    InvitationEventType::Opened,
    InvitationEventType::Refused,
    InvitationEventType::Expired,
];

fn step() -> impl Strategy<Value = Step> {
    let what = || (0..CUSTOMERS, 0..INVITATIONS);
    let replaces = || prop_oneof![3 => Just(None), 1 => any::<Index>().prop_map(Some)];
    let kind = prop_oneof![3 => Just(0_usize), 4 => 0..KINDS.len()];
    prop_oneof![
        // Few days, so that many events have the same time.
        12 => (what(), kind, 10_u32..16, (0..WAVES.len(), 0..UNTIL.len()), replaces())
            .prop_map(|(what, kind, day, said, replaces)| Step::Tell { what, kind, day, said, replaces }),
        3 => (what(), replaces()).prop_map(|(what, replaces)| Step::Answer { what, replaces }),
        1 => what().prop_map(|what| Step::Hold { what }),
        3 => any::<Index>().prop_map(Step::Withdraw),
    ]
}

/// A case: its own customers, its own questionnaire.
struct Case<'a> {
    guanxi: &'a TestServer,
    number: u32,
    revision: String,
}

impl Case<'_> {
    fn customer(&self, role: usize) -> String {
        format!("c{}-{role}", self.number)
    }

    fn questionnaire(&self) -> String {
        format!("questionnaires/q{}", self.number)
    }

    async fn take(&self, steps: &[Step], index: usize) {
        let id = format!("e-{index}");
        let named = |context: FactContext, replaces: &Option<Index>| FactContext {
            source_id: id.clone(),
            replaces: replaces.map(|which| shop(&format!("e-{}", which.index(steps.len())))),
            ..context
        };
        match &steps[index] {
            Step::Tell { what: (customer, invitation), kind, day, said: (wave, until), replaces } => {
                let invited = Invited {
                    questionnaire: self.questionnaire(),
                    wave: WAVES[*wave].into(),
                    channel: CHANNELS[*day as usize % 2].into(),
                    expire_time: UNTIL[*until].map(crate::support::time),
                    ..Invited::default()
                };
                let event = told(&self.customer(*customer), &called(*invitation), KINDS[*kind], *day);
                let context = event.context.map(|context| named(context, replaces));
                let invited = (KINDS[*kind] == InvitationEventType::Sent).then_some(invited);
                expect(tell(self.guanxi, InvitationEvent { context, invited, ..event }).await);
            }
            Step::Answer { what: (customer, invitation), replaces } => {
                let answers = answered(&self.customer(*customer), &id, &self.revision, vec![rating("speed", 4)]);
                let context = answers.context.map(|context| named(context, replaces));
                let (invitation_id, wave) = (called(*invitation), WAVES[index % 3].to_owned());
                let channel = CHANNELS[index % 2].to_owned();
                let answer = SatisfactionRecord { context, invitation_id, wave, channel, ..answers };
                expect(record(self.guanxi, answer).await);
            }
            Step::Hold { what: (customer, invitation) } => {
                let slot = SlotReservation { invitation_id: called(*invitation), ..Default::default() };
                let request = CheckSurveyEligibilityRequest {
                    customer: format!("customers/{}", self.customer(*customer)),
                    questionnaire: self.questionnaire(),
                    reserve: Some(slot),
                };
                expect(self.guanxi.satisfaction().check_survey_eligibility(request).await);
            }
            Step::Withdraw(which) => self.withdraw(steps, which.index(steps.len())).await,
        }
    }

    async fn withdraw(&self, steps: &[Step], index: usize) {
        let (customer, kind) = match &steps[index] {
            Step::Tell { what, .. } => (what.0, FactKind::InvitationEvent),
            Step::Answer { what, .. } => (what.0, FactKind::SatisfactionRecord),
            Step::Hold { .. } | Step::Withdraw(_) => return,
        };
        let request = WithdrawFactRequest {
            customer: format!("customers/{}", self.customer(customer)),
            kind: kind.into(),
            fact: Some(shop(&format!("e-{index}"))),
        };
        expect(self.guanxi.activity().withdraw_fact(request).await);
    }

    /// What the events and answers come to that are listed, by invitation.
    async fn expected(&self, customer: &str) -> Vec<Invitation> {
        let parent = format!("customers/{customer}");
        let request = ListInvitationEventsRequest { parent: parent.clone(), page_size: 1_000, ..Default::default() };
        let listed = self.guanxi.satisfaction().list_invitation_events(request).await.unwrap().into_inner();
        let mut events = listed.invitation_events;
        events.sort_by_key(|event| {
            let context = event.context.as_ref().unwrap();
            let time = context.occur_time.unwrap();
            (time.seconds, time.nanos, context.source.clone(), context.source_id.clone())
        });
        let mut all: BTreeMap<String, Invitation> = BTreeMap::new();
        for event in &events {
            take(all.entry(event.invitation_id.clone()).or_default(), event);
        }
        for answer in records(self.guanxi, &parent, false).await {
            all.entry(answer.invitation_id).or_default().answer_count += 1;
        }
        let whose = |(invitation_id, known)| Invitation { customer: parent.clone(), invitation_id, ..known };
        all.into_iter().map(whose).collect()
    }

    async fn reported(&self) -> ResponseCounts {
        let request = GetResponseReportRequest { questionnaire: self.questionnaire(), ..Default::default() };
        self.guanxi.satisfaction().get_response_report(request).await.unwrap().into_inner().total.unwrap()
    }

    /// Every row of an index tells of the invitations that belong to it.
    async fn compare(&self, all: &[Invitation]) -> Result<(), TestCaseError> {
        use SatisfactionGrouping as By;
        let whole = asking(&self.questionnaire(), "2026-01-01", "2026-01-31");
        let days = asking(&self.questionnaire(), "2026-01-11", "2026-01-14");
        let autumn = SatisfactionSet { wave: "autumn".into(), ..Default::default() };
        let of_autumn = SatisfactionQuestion { set: Some(autumn), ..whole.clone() };
        for (group_by, question) in [
            (By::Nothing, &whole),
            (By::Wave, &whole),
            (By::Channel, &whole),
            (By::TierAndChannel, &whole),
            (By::Channel, &days),
            (By::Nothing, &of_autumn),
        ] {
            let question = SatisfactionQuestion { group_by: group_by.into(), ..question.clone() };
            let kept_to = question.set.as_ref().map(|set| set.wave.clone());
            for row in ask(self.guanxi, question).await.unwrap().rows {
                let (from, to) = (row.start_date.unwrap().day, row.end_date.unwrap().day);
                let belongs = |one: &&Invitation| {
                    let (Some(sent), Some(invited)) = (one.send_time, one.invited.as_ref()) else { return false };
                    let day = i32::try_from(sent.seconds.div_euclid(86_400) - FIRST_OF_JANUARY).unwrap() + 1;
                    (from..=to).contains(&day)
                        && (group_by != By::Wave || invited.wave == row.wave)
                        && (!matches!(group_by, By::Channel | By::TierAndChannel) || invited.channel == row.channel)
                        && kept_to.as_ref().is_none_or(|wave| invited.wave == *wave)
                };
                let own: Vec<_> = all.iter().filter(belongs).collect();
                let answered = own.iter().filter(|one| one.answer_count > 0).count();
                let expected = (!own.is_empty()).then(|| {
                    let share = (own.len() >= 5).then(|| answered as f64 / own.len() as f64);
                    (i64::try_from(own.len()).unwrap(), share)
                });
                let told = row.response.as_ref().map(|told| (told.sample.unwrap().count, told.share));
                prop_assert_eq!(told, expected, "{:?} of {:?}", group_by, row);
            }
        }
        Ok(())
    }
}

/// The first of each counts, and what the first sending says of where it goes; a slot only says so until then.
fn take(known: &mut Invitation, event: &InvitationEvent) {
    let at = event.context.as_ref().unwrap().occur_time;
    let place = match event.r#type() {
        InvitationEventType::Reserved => {
            let held = event.invited.as_ref().unwrap().expire_time;
            let later = |time: &prost_types::Timestamp| (time.seconds, time.nanos);
            known.hold_expire_time = known.hold_expire_time.into_iter().chain(held).max_by_key(later);
            if known.invited.is_none() {
                known.invited.clone_from(&event.invited);
            }
            return;
        }
        InvitationEventType::Sent => {
            if known.send_time.is_none() {
                known.invited.clone_from(&event.invited);
            }
            &mut known.send_time
        }
        InvitationEventType::Delivered => &mut known.deliver_time,
        InvitationEventType::Opened => &mut known.open_time,
        InvitationEventType::Refused => &mut known.refuse_time,
        InvitationEventType::Expired => &mut known.end_time,
        InvitationEventType::Unspecified => panic!("{event:?}"),
    };
    *place = place.or(at);
}

/// How many of what was sent came how far.
fn counted(all: &[Invitation], now: i64) -> [i64; 6] {
    let sent: Vec<_> = all.iter().filter(|one| one.send_time.is_some()).collect();
    let of = |is: &dyn Fn(&Invitation) -> bool| sent.iter().filter(|one| is(one)).count() as i64;
    let is_past = |one: &Invitation| {
        let until = one.invited.as_ref().and_then(|invited| invited.expire_time);
        one.end_time.is_some() || until.is_some_and(|until| until.seconds <= now)
    };
    let has_answered = |one: &Invitation| one.answer_count > 0;
    let has_opened = |one: &Invitation| one.open_time.is_some() || has_answered(one);
    let has_refused = |one: &Invitation| one.refuse_time.is_some() && !has_answered(one);
    [
        of(&|_| true),
        of(&|one| one.deliver_time.is_some() || one.refuse_time.is_some() || has_opened(one)),
        of(&has_opened),
        of(&has_refused),
        of(&|one| is_past(one) && one.refuse_time.is_none() && !has_answered(one)),
        of(&has_answered),
    ]
}

fn called(invitation: usize) -> String {
    format!("i-{invitation}")
}

/// Some are refused: what has a replacement gets no other, nothing replaces itself, and no slot is held for what has ended.
fn expect<T>(answer: Result<T, Status>) {
    let allowed = [Code::FailedPrecondition, Code::InvalidArgument, Code::AlreadyExists];
    let refused = answer.err();
    assert!(refused.as_ref().is_none_or(|status| allowed.contains(&status.code())), "{refused:?}");
}

/// Whoever was asked may be asked again.
async fn unlimited(guanxi: &TestServer, name: &str) {
    let rule = ContactRule {
        max_invitations: 100,
        cooldown_days: Some(0),
        follow_up_required: Some(false),
        ..ContactRule::default()
    };
    let request = UpdateQuestionnaireRequest {
        questionnaire: Some(Questionnaire { name: name.into(), contact_rule: Some(rule), ..Default::default() }),
        update_mask: Some(FieldMask { paths: vec!["contact_rule".into()] }),
        request_id: String::new(),
    };
    guanxi.satisfaction().update_questionnaire(request).await.unwrap();
}

async fn invitations_are_what_their_events_come_to(guanxi: TestServer) {
    LAW.holds(&prop::collection::vec(step(), 20..100), async |number, steps| {
        let revision = in_use(&guanxi, &format!("q{number}"), plain()).await;
        let case = Case { guanxi: &guanxi, number, revision };
        unlimited(&guanxi, &case.questionnaire()).await;
        for role in 0..CUSTOMERS {
            customer_in(&guanxi, &case.customer(role), CustomerStage::Active).await;
        }
        for index in 0..steps.len() {
            case.take(&steps, index).await;
        }
        let mut all = Vec::new();
        for role in 0..CUSTOMERS {
            let customer = case.customer(role);
            let expected = case.expected(&customer).await;
            let found = invitations(&guanxi, &customer).await;
            let found: Vec<_> = found.into_iter().map(|one| Invitation { state: 0, ..one }).collect();
            prop_assert_eq!(&found, &expected, "of {}", customer);
            all.extend(found);
        }
        let told = case.reported().await;
        let told = [
            told.sent_count,
            told.delivered_count,
            told.opened_count,
            told.refused_count,
            told.expired_count,
            told.answered_count,
        ];
        prop_assert_eq!(told, counted(&all, guanxi.clock.now().seconds_nanos().0));
        prop_assert!(!all.is_empty());
        case.compare(&all).await?;
        Ok::<(), TestCaseError>(())
    });
}
