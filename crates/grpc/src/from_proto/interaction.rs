//! A contact with a customer.

use guanxi::v1 as pb;
use guanxi_model::fact::{FactBody, Interaction, NextStep};
use guanxi_model::{SourceName, Violations, text};

use super::fact::{Parts, touchpoint_if_given};
use super::{Context, Path, list, money, time, word, word_or_none};

const MAX_CHANNEL: usize = 100;
const MAX_TOPIC: usize = 200;
const MAX_PEOPLE: usize = 20;
const MAX_PERSON: usize = 200;
const MAX_STEP: usize = 500;

pub(super) fn parts(ctx: &Context<'_>, v: &mut Violations, at: Path<'_>, interaction: pb::Interaction) -> Parts {
    let pb::Interaction {
        name: _,
        context,
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
        next_step: step,
        duration,
        handling_cost,
    } = interaction;
    let touchpoint = touchpoint_if_given(v, at.field("touchpoint"), &touchpoint);
    let mode = word_or_none(v, at.field("mode"), mode, pb::InteractionMode::as_str_name);
    let channel = v.field(at.field("channel"), text::optional(channel, MAX_CHANNEL));
    let direction = word(v, at.field("direction"), direction, pb::Direction::as_str_name);
    let purpose = word(v, at.field("purpose"), purpose, pb::InteractionPurpose::as_str_name);
    let topic = v.field(at.field("topic"), text::optional(topic, MAX_TOPIC));
    let staff =
        list(v, at.field("staff"), (staff, MAX_PEOPLE), |v, at, who| v.field(at, text::required(who, MAX_PERSON)));
    let contact_ids =
        list(v, at.field("contact_ids"), (contact_ids, MAX_PEOPLE), |v, at, id| v.field(at, SourceName::parse(id)));
    let emotion_start = word_or_none(v, at.field("emotion_start"), emotion_start, pb::Emotion::as_str_name);
    let emotion_end = word_or_none(v, at.field("emotion_end"), emotion_end, pb::Emotion::as_str_name);
    let outcome = word_or_none(v, at.field("outcome"), outcome, pb::InteractionOutcome::as_str_name);
    let next_step = step.and_then(|step| next_step(v, at.field("next_step"), step));
    let duration_seconds = duration.and_then(|taken| time::duration_seconds(v, at.field("duration"), taken));
    let handling_cost = money::not_negative_if_given(ctx, v, at.field("handling_cost"), handling_cost);
    let body = || {
        Some(FactBody::Interaction(Interaction {
            touchpoint,
            mode,
            channel: channel?,
            direction: direction?,
            purpose: purpose?,
            topic: topic?,
            staff,
            contact_ids,
            emotion_start,
            emotion_end,
            outcome,
            next_step,
            duration_seconds,
            handling_cost,
        }))
    };
    Parts { context, body: body() }
}

fn next_step(v: &mut Violations, at: Path<'_>, step: pb::NextStep) -> Option<NextStep> {
    let pb::NextStep { description, due_date, owner } = step;
    let description = v.field(at.field("description"), text::required(description, MAX_STEP));
    let due_date = time::day_if_given(v, at.field("due_date"), due_date);
    let owner = v.field(at.field("owner"), text::optional(owner, MAX_PERSON));
    Some(NextStep { description: description?, due_date, owner: owner? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_proto::fact::read;
    use crate::from_proto::testing::{context, usd};
    use crate::kinds::Message;
    use crate::testing::{ctx, paths};

    #[test]
    fn direction_and_purpose_are_enough() {
        let least =
            pb::Interaction { context: Some(context()), direction: 1, purpose: 3, ..pb::Interaction::default() };
        let FactBody::Interaction(read) = read(&ctx(), Message::Interaction(least)).unwrap().body else { panic!() };
        assert_eq!((read.mode, read.duration_seconds, read.handling_cost), (None, None, None));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let spoiled = pb::Interaction {
            name: "ignored".into(),
            context: Some(context()),
            touchpoint: "test-drive".into(),
            mode: 6,
            channel: "x".repeat(101),
            direction: 0,
            purpose: 12,
            topic: "x".repeat(201),
            staff: vec![String::new(); 21],
            contact_ids: vec!["Ada".into()],
            emotion_start: -1,
            emotion_end: 6,
            outcome: 6,
            next_step: Some(pb::NextStep::default()),
            duration: Some(prost_types::Duration { seconds: 1, nanos: 1 }),
            handling_cost: Some(usd(-1)),
        };
        let faults = paths(read(&ctx(), Message::Interaction(spoiled)));
        assert_eq!(faults.iter().filter(|path| path.starts_with("fact.staff")).count(), 21);
        let others: Vec<_> = faults.iter().filter(|path| !path.starts_with("fact.staff")).collect();
        let told = [
            "touchpoint",
            "mode",
            "channel",
            "direction",
            "purpose",
            "topic",
            "contact_ids[0]",
            "emotion_start",
            "emotion_end",
            "outcome",
            "next_step.description",
            "duration",
            "handling_cost",
        ];
        assert_eq!(others, told.map(|path| format!("fact.{path}")).iter().collect::<Vec<_>>());
    }
}
