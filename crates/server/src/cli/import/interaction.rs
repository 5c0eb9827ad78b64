//! A row as an interaction.

use guanxi::v1 as pb;
use prost_types::Duration;

use super::fields::Fields;
use super::identity::Identity;
use super::reader::{Opened, Row, Sink, one_by_one};
use super::{Setting, value};

/// Reads a file of interactions.
pub(super) fn reader(
    opened: Opened,
    setting: Setting,
) -> impl FnOnce(Sink<pb::Interaction>) -> Result<u64, csv::Error> + Send + 'static {
    let mut identity = Identity::default();
    one_by_one(opened, setting, move |setting, row| interaction(setting, &mut identity, row))
}

fn interaction(setting: &Setting, identity: &mut Identity, row: &Row) -> Result<pb::Interaction, String> {
    let mut fields = Fields::new(setting, row);
    let context = fields.context(|| identity.of(&row.columns));
    let direction = fields.required("direction", |text| value::word(text, "DIRECTION_", pb::Direction::as_str_name));
    let purpose = fields
        .required("purpose", |text| value::word(text, "INTERACTION_PURPOSE_", pb::InteractionPurpose::as_str_name));
    let currency = fields.currency();
    let interaction = pb::Interaction {
        context,
        touchpoint: fields.text("touchpoint").map(|id| format!("touchpoints/{id}")).unwrap_or_default(),
        mode: fields.word("mode", "INTERACTION_MODE_", pb::InteractionMode::as_str_name),
        channel: fields.string("channel"),
        direction: direction.unwrap_or_default(),
        purpose: purpose.unwrap_or_default(),
        topic: fields.string("topic"),
        staff: fields.list("staff"),
        contact_ids: fields.list("contacts"),
        emotion_start: fields.word("emotion_start", "EMOTION_", pb::Emotion::as_str_name),
        emotion_end: fields.word("emotion_end", "EMOTION_", pb::Emotion::as_str_name),
        outcome: fields.word("outcome", "INTERACTION_OUTCOME_", pb::InteractionOutcome::as_str_name),
        next_step: next_step(&mut fields),
        duration: fields.parse("duration_seconds", value::whole).map(|seconds| Duration { seconds, nanos: 0 }),
        handling_cost: fields.money("handling_cost", &currency),
        ..Default::default()
    };
    fields.done(Some(interaction))
}

fn next_step(fields: &mut Fields<'_>) -> Option<pb::NextStep> {
    let due_date = fields.parse("next_step_due_date", value::date);
    let description = fields.text("next_step")?.to_owned();
    Some(pb::NextStep { description, due_date, owner: fields.string("next_step_owner") })
}

#[cfg(test)]
mod tests {
    use super::super::field::Kind;
    use super::super::fields::tests::{row, setting};
    use super::*;

    const HEADERS: &[&str] =
        &["customer", "occur_time", "direction", "purpose", "touchpoint", "staff", "duration_seconds", "handling_cost"];

    fn read(columns: &[&str]) -> Result<pb::Interaction, String> {
        interaction(&setting(Kind::Interactions, HEADERS), &mut Identity::default(), &row(columns))
    }

    #[test]
    fn rows_become_interactions() {
        let columns = ["ada", "2026-01-15 09:30", "Inbound", "complaint", "hotline", "tom; eva;", "90", "4.5"];
        let interaction = read(&columns).unwrap();
        assert_eq!(interaction.purpose(), pb::InteractionPurpose::Complaint);
        assert_eq!(interaction.touchpoint, "touchpoints/hotline");
        assert_eq!(interaction.staff, ["tom", "eva"]);
        assert_eq!(interaction.duration.map(|it| it.seconds), Some(90));
        assert_eq!(interaction.handling_cost.map(|it| it.nanos), Some(500_000_000));
        let bare = read(&["ada", "2026-01-15", "outbound", "sales", "", "", "", ""]).unwrap();
        assert!(bare.touchpoint.is_empty() && bare.staff.is_empty() && bare.duration.is_none());
    }

    #[test]
    fn every_fault_of_a_row_is_told() {
        let faults = read(&["ada", "", "sideways", "", "", "", "1.5", "-"]).unwrap_err();
        for fault in [
            "occur_time: is required",
            "direction: must be one of inbound, outbound",
            "purpose: is required",
            "duration_seconds",
            "handling_cost",
        ] {
            assert!(faults.contains(fault), "{fault} in {faults}");
        }
    }
}
