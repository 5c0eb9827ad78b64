//! Facts of every kind.

use guanxi_app::questionnaires::Schemes;
use guanxi_model::fact::{
    AboutFact, Answer, Asked, CustomerRef, Fact, FactBody, FactKey, FactState, Handler, Interaction, InvitationEvent,
    InvitationEventKind, Invited, NewFact, NextStep, Payment, Promotion, Purchase, PurchaseLine, Respondent,
    SatisfactionRecord, StageChange, StageReason, StageReasonCause, StageReasonGroup,
};
use guanxi_model::{
    Amount, Currency, CustomerId, DimensionId, FactId, ItemId, QuestionnaireId, RevisionNumber, TouchpointId,
};
use prop::collection::vec;
use prop::option;
use proptest::prelude::*;

use crate::from_proto::Context;
use crate::from_proto::fact::read;
use crate::testing::{NOW, amounts, ctx, currencies, days, ids, line, optional_line, past, words};
use crate::to_proto;
use crate::to_proto::fact::Telling;

fn lines() -> impl Strategy<Value = PurchaseLine> {
    (optional_line(), 1..=1_000_000_000_i64, amounts(), amounts(), option::of(amounts())).prop_map(
        |(product, quantity, net, discount, cost)| PurchaseLine {
            product,
            quantity,
            list: Amount(net.0 + discount.0),
            discount,
            net,
            cost,
        },
    )
}

fn purchases() -> impl Strategy<Value = FactBody> {
    let promotion = (line(), option::of(words())).prop_map(|(id, purpose)| Promotion { id, purpose });
    let original =
        (0..1_000_000_i64, 0..100_i32).prop_map(|(units, cents)| ("EUR".to_owned(), units, cents * 10_000_000));
    let rest = (optional_line(), option::of(ids()), option::of(days()), option::of(original));
    (words(), vec(lines(), 1..5), option::of(promotion), rest).prop_map(|(r#type, lines, promotion, rest)| {
        let (channel, contact_id, due_date, original) = rest;
        let net = Purchase::net_of(&lines).unwrap();
        FactBody::Purchase(Purchase { r#type, lines, net, promotion, channel, contact_id, due_date, original })
    })
}

fn interactions() -> impl Strategy<Value = FactBody> {
    let touchpoint = ids().prop_map(|id| TouchpointId::parse(id.as_str()).unwrap());
    let next_step = (line(), option::of(days()), optional_line()).prop_map(|(description, due_date, owner)| NextStep {
        description,
        due_date,
        owner,
    });
    let how = (option::of(touchpoint), option::of(words()), optional_line(), words(), words(), optional_line());
    let who = (vec(line(), 0..3), vec(ids(), 0..3), option::of(words()), option::of(words()));
    let end = (option::of(words()), option::of(next_step), option::of(0..=604_800_i64), option::of(amounts()));
    (how, who, end).prop_map(|(how, who, end)| {
        let (touchpoint, mode, channel, direction, purpose, topic) = how;
        let (staff, contact_ids, emotion_start, emotion_end) = who;
        let (outcome, next_step, duration_seconds, handling_cost) = end;
        FactBody::Interaction(Interaction {
            touchpoint,
            mode,
            channel,
            direction,
            purpose,
            topic,
            staff,
            contact_ids,
            emotion_start,
            emotion_end,
            outcome,
            next_step,
            duration_seconds,
            handling_cost,
        })
    })
}

fn payments() -> impl Strategy<Value = FactBody> {
    let withheld = option::of((1..1_000_000_i64, words()));
    let purchase = option::of((ids(), line()));
    (amounts(), amounts(), withheld, option::of(days()), purchase).prop_map(
        |(due, paid, withheld, due_date, purchase)| {
            let (withheld, withholding_reason) = withheld.map_or((0, None), |(amount, why)| (amount, Some(why)));
            FactBody::Payment(Payment { due, paid, withheld: Amount(withheld), withholding_reason, due_date, purchase })
        },
    )
}

fn stage_changes() -> impl Strategy<Value = FactBody> {
    let reason = (words::<StageReasonGroup>(), option::of(words::<StageReasonCause>()), optional_line(), words())
        .prop_map(|(group, cause, competitor, basis)| StageReason {
            group,
            cause: cause.filter(|cause| cause.belongs_to(group)),
            competitor,
            basis,
        });
    (words(), option::of(reason)).prop_map(|(stage, reason)| FactBody::StageChange(StageChange { stage, reason }))
}

fn facts(bodies: impl Strategy<Value = FactBody>) -> impl Strategy<Value = NewFact> {
    let keys = || (ids(), line()).prop_map(|(source, source_id)| FactKey { source, source_id });
    let note = prop_oneof![Just(String::new()), "[a-z\n\t界]{1,40}"];
    let customer = ids().prop_map(|id| CustomerRef::Id(CustomerId::parse(id.as_str()).unwrap()));
    (customer, past(), keys(), option::of(keys()), note, bodies).prop_map(
        |(customer, occur_time, key, replaces, note, body)| NewFact {
            customer,
            occur_time,
            replaces: replaces.filter(|replaced| *replaced != key),
            key,
            note,
            body,
        },
    )
}

fn answers() -> impl Strategy<Value = Answer> {
    let item = ("[a-z][a-z0-9_]{0,9}", words()).prop_map(|(id, kind)| Asked::Item(ItemId::parse(id).unwrap(), kind));
    let dimension = "[a-z][a-z0-9_]{0,9}".prop_map(|id| Asked::Dimension(DimensionId::parse(id).unwrap()));
    (prop_oneof![item, dimension], option::of(any::<i32>())).prop_map(|(asked, value)| Answer { asked, value })
}

fn satisfaction_records() -> impl Strategy<Value = FactBody> {
    let handler = (line(), optional_line(), optional_line());
    let handler = handler.prop_map(|(handler, team, branch)| Handler { handler, team, branch });
    let about = option::of((words(), ids(), line()))
        .prop_map(|about| about.map(|(kind, source, source_id)| AboutFact { kind, source, source_id }));
    let respondent = (option::of(ids()), option::of(words())).prop_map(|(contact_id, role)| {
        (contact_id.is_some() || role.is_some()).then_some(Respondent { contact_id, role })
    });
    let how = (words(), optional_line(), option::of(ids()), optional_line(), option::of(words()), option::of(line()));
    (1..=u32::MAX, respondent, how, about, vec(handler, 0..3), vec(answers(), 1..5)).prop_map(
        |(revision, respondent, (method, channel, touchpoint, wave, emotion, invitation), about, handlers, answers)| {
            FactBody::SatisfactionRecord(SatisfactionRecord {
                questionnaire: QuestionnaireId::parse("service").unwrap(),
                revision: RevisionNumber::new(revision).unwrap(),
                respondent,
                method,
                channel,
                touchpoint: touchpoint.map(|id| TouchpointId::parse(id.as_str()).unwrap()),
                about,
                wave,
                handlers,
                answers,
                emotion,
                invitation,
                stamp: None,
            })
        },
    )
}

fn invitation_events() -> impl Strategy<Value = FactBody> {
    let revision = option::of(1..=u32::MAX).prop_map(|number| number.and_then(RevisionNumber::new));
    let sent = (revision, optional_line(), optional_line(), optional_line(), option::of(past())).prop_map(
        |(revision, wave, sample, channel, expire_time)| {
            let questionnaire = QuestionnaireId::parse("service").unwrap();
            let invited = Invited { questionnaire, revision, wave, sample, channel, expire_time };
            (InvitationEventKind::Sent, Some(invited))
        },
    );
    let other = words::<InvitationEventKind>()
        .prop_filter("told without saying to what", |kind| {
            !matches!(kind, InvitationEventKind::Reserved | InvitationEventKind::Sent)
        })
        .prop_map(|kind| (kind, None));
    (line(), prop_oneof![sent, other]).prop_map(|(invitation, (kind, invited))| {
        FactBody::InvitationEvent(InvitationEvent { invitation, kind, invited, stamp: None })
    })
}

fn survives(currency: &Currency, new: &NewFact) -> Result<(), TestCaseError> {
    let CustomerRef::Id(customer) = new.customer.clone() else { panic!("facts are kept by customer id") };
    let kept = Fact {
        id: FactId::new(NOW),
        customer,
        occur_time: new.occur_time,
        record_time: NOW,
        key: new.key.clone(),
        replaces: new.replaces.clone(),
        state: FactState::Active,
        note: new.note.clone(),
        body: new.body.clone(),
    };
    let questionnaires = &Schemes::new();
    let message = to_proto::fact::resource(Telling { currency, questionnaires }, kept);
    let ctx = Context { currency, ..ctx() };
    prop_assert_eq!(&read(&ctx, message).unwrap(), new);
    Ok(())
}

proptest! {
    #[test]
    fn purchases_survive(fact in facts(purchases()), currency in currencies()) {
        survives(&currency, &fact)?;
    }

    #[test]
    fn interactions_survive(fact in facts(interactions()), currency in currencies()) {
        survives(&currency, &fact)?;
    }

    #[test]
    fn payments_survive(fact in facts(payments()), currency in currencies()) {
        survives(&currency, &fact)?;
    }

    #[test]
    fn satisfaction_records_survive(fact in facts(satisfaction_records()), currency in currencies()) {
        survives(&currency, &fact)?;
    }

    #[test]
    fn invitation_events_survive(fact in facts(invitation_events()), currency in currencies()) {
        survives(&currency, &fact)?;
    }

    #[test]
    fn stage_changes_survive(fact in facts(stage_changes()), currency in currencies()) {
        survives(&currency, &fact)?;
    }
}
