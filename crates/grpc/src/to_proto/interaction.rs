//! Contacts with customers.

use guanxi::v1 as pb;
use guanxi_model::fact::{Interaction, NextStep};
use guanxi_model::{Currency, name};

use super::{money, number, number_or_zero, time};

pub(super) fn resource(
    currency: &Currency,
    name: String,
    context: pb::FactContext,
    interaction: Interaction,
) -> pb::Interaction {
    let Interaction {
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
        duration_seconds,
        handling_cost,
    } = interaction;
    pb::Interaction {
        name,
        context: Some(context),
        touchpoint: touchpoint.as_ref().map(name::touchpoint).unwrap_or_default(),
        mode: number_or_zero(mode),
        channel,
        direction: number(direction),
        purpose: number(purpose),
        topic,
        staff,
        contact_ids: contact_ids.into_iter().map(String::from).collect(),
        emotion_start: number_or_zero(emotion_start),
        emotion_end: number_or_zero(emotion_end),
        outcome: number_or_zero(outcome),
        next_step: step.map(next_step),
        duration: duration_seconds.map(time::seconds),
        handling_cost: handling_cost.map(|cost| money::money(currency, cost)),
    }
}

fn next_step(step: NextStep) -> pb::NextStep {
    let NextStep { description, due_date, owner } = step;
    pb::NextStep { description, due_date: due_date.map(time::day), owner }
}
