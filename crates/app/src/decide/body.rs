//! What of deciding on a fact depends on its kind: in which fields two differ, and whether what it names is there.

use guanxi_model::fact::{FactBody, FactKind, InvitationEventKind, Invited, SatisfactionRecord, Stamp};
use guanxi_model::{Violations, name};
use guanxi_store::ledger::CustomerState;

use crate::error::{Error, Refusal};
use crate::questionnaires::{Wanted, answered};
use crate::world::World;

/// The top-level fields in which two bodies differ, by their names in the contract.
pub(super) fn differing_fields(kept: &FactBody, new: &FactBody) -> Vec<&'static str> {
    macro_rules! compare {
        ($kept:expr, $new:expr, $($field:ident => $name:literal),+ $(,)?) => {{
            let mut fields = Vec::new();
            $(if $kept.$field != $new.$field { fields.push($name); })+
            fields
        }};
    }
    match (kept, new) {
        (FactBody::Purchase(kept), FactBody::Purchase(new)) => compare!(
            kept, new, r#type => "type", lines => "lines", promotion => "promotion", channel => "channel",
            contact_id => "contact_id", due_date => "due_date", original => "original_amount",
        ),
        (FactBody::Interaction(kept), FactBody::Interaction(new)) => compare!(
            kept, new, touchpoint => "touchpoint", mode => "mode", channel => "channel", direction => "direction",
            purpose => "purpose", topic => "topic", staff => "staff", contact_ids => "contact_ids",
            emotion_start => "emotion_start", emotion_end => "emotion_end", outcome => "outcome",
            next_step => "next_step", duration_seconds => "duration", handling_cost => "handling_cost",
        ),
        (FactBody::Payment(kept), FactBody::Payment(new)) => compare!(
            kept, new, due => "amount_due", paid => "amount_paid", withheld => "amount_withheld",
            withholding_reason => "withholding_reason", due_date => "due_date", purchase => "purchase",
        ),
        (FactBody::StageChange(kept), FactBody::StageChange(new)) => {
            compare!(kept, new, stage => "stage", reason => "reason")
        }
        (FactBody::SatisfactionRecord(kept), FactBody::SatisfactionRecord(new)) => {
            let mut fields = compare!(
                kept, new, respondent => "respondent", method => "collection_method", channel => "channel",
                touchpoint => "touchpoint", about => "subject", wave => "wave", handlers => "handlers",
                answers => "answers", emotion => "emotion", invitation => "invitation_id",
            );
            if (&kept.questionnaire, kept.revision) != (&new.questionnaire, new.revision) {
                fields.insert(0, "questionnaire_revision");
            }
            fields
        }
        (FactBody::InvitationEvent(kept), FactBody::InvitationEvent(new)) => {
            compare!(kept, new, invitation => "invitation_id", kind => "type", invited => "invited")
        }
        _ => vec!["kind"],
    }
}

/// The field of a request that holds a fact.
pub(super) fn field(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Purchase => "purchase",
        FactKind::Interaction => "interaction",
        FactKind::Payment => "payment",
        FactKind::StageChange => "stage_change",
        FactKind::SatisfactionRecord => "satisfaction_record",
        FactKind::InvitationEvent => "invitation_event",
    }
}

/// Refuses a fact that names what is not there, or answers what was not asked; all its faults at once.
pub(super) fn check_names(world: &World<'_>, body: &FactBody) -> Result<(), Error> {
    let mut faults = Violations::new();
    if let Some(id) = body.touchpoint().filter(|id| !world.loaded.touchpoints.contains(*id)) {
        faults.push("touchpoint", format!("there is no {}", name::touchpoint(id)));
    }
    if let FactBody::SatisfactionRecord(record) = body {
        faults.merge("", answer_faults(world, record)?);
    }
    if let FactBody::InvitationEvent(event) = body
        && let Some(invited) = &event.invited
    {
        let key = answered(body);
        match key.and_then(|key| world.standards.questionnaires.get(&key)) {
            Some(Wanted::InUse(_)) => {}
            Some(Wanted::NotInUse) => {
                return Err(Refusal::QuestionnaireNotActive(name::questionnaire(&invited.questionnaire)).into());
            }
            Some(Wanted::Missing) | None => {
                faults.push("invited.questionnaire", format!("there is no {}", invited_to(invited)));
            }
        }
    }
    let mut all = Violations::new();
    all.merge(field(body.kind()), faults);
    all.finish().map_err(Error::Invalid)
}

/// The name of what somebody is invited to.
fn invited_to(invited: &Invited) -> String {
    let whole = || name::questionnaire(&invited.questionnaire);
    invited.revision.map_or_else(whole, |number| name::questionnaire_revision(&invited.questionnaire, number))
}

/// What is wrong with the answers, by the revision that they answer.
fn answer_faults(world: &World<'_>, record: &SatisfactionRecord) -> Result<Violations, Error> {
    let key = (record.questionnaire.clone(), record.revision);
    match world.standards.questionnaires.get(&key) {
        Some(Wanted::InUse(scheme)) => Ok(scheme.faults_of(&record.answers)),
        Some(Wanted::NotInUse) => Err(Refusal::QuestionnaireNotActive(name::questionnaire(&key.0)).into()),
        Some(Wanted::Missing) | None => {
            let fault = format!("there is no {}", name::questionnaire_revision(&key.0, key.1));
            Ok(Violations::one("questionnaire_revision", fault))
        }
    }
}

/// The body as it is kept: answers, and sendings of invitations, with where the customer stands now in the primary pyramid.
pub(super) fn stamped(world: &World<'_>, state: &CustomerState, body: &FactBody) -> FactBody {
    let mut body = body.clone();
    match &mut body {
        FactBody::SatisfactionRecord(record) => record.stamp = Some(stamp(world, state)),
        FactBody::InvitationEvent(event) if event.kind == InvitationEventKind::Sent => {
            event.stamp = Some(stamp(world, state));
        }
        _ => {}
    }
    body
}

fn stamp(world: &World<'_>, state: &CustomerState) -> Stamp {
    let primary = world.standards.benches.iter().find(|bench| bench.pyramid.primary);
    primary.map_or_else(Stamp::default, |bench| {
        let (pyramid, active) = (&bench.pyramid.id, bench.pyramid.active);
        let tier = state.tiers.get(pyramid).zip(active).and_then(|(row, active)| {
            let (slot, _) = row.seen_at(active.generation, active.time);
            slot.tier.clone()
        });
        Stamp { pyramid: Some(pyramid.clone()), tier }
    })
}
