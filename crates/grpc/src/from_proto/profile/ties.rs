//! What binds a customer to us and what it has agreed to.

use std::collections::HashSet;

use guanxi::v1 as pb;
use guanxi_model::customer::{Consent, LockIn, Relationship};
use guanxi_model::{SourceName, Violations, text};

use super::super::{Context, Path, given, list, money, time, word, word_or_none};
use super::{MAX_LINE, provenance};

const MAX_LOCK_INS: usize = 100;
const MAX_CONSENTS: usize = 50;

pub(super) fn relationship(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    relationship: Option<pb::Relationship>,
) -> Option<Relationship> {
    let pb::Relationship { setting, lock_ins, provenance: source } = relationship?;
    Some(Relationship {
        setting: word_or_none(v, at.field("setting"), setting, pb::RelationshipSetting::as_str_name),
        lock_ins: list(v, at.field("lock_ins"), (lock_ins, MAX_LOCK_INS), |v, at, tie| lock_in(ctx, v, at, tie)),
        provenance: provenance(ctx, v, at.field("provenance"), source),
    })
}

fn lock_in(ctx: &Context<'_>, v: &mut Violations, at: Path<'_>, lock_in: pb::LockIn) -> Option<LockIn> {
    let pb::LockIn { kind, start_date, end_date, switching_cost } = lock_in;
    let kind = word(v, at.field("kind"), kind, pb::LockInKind::as_str_name);
    let start =
        given(v, at.field("start_date"), start_date).and_then(|date| time::day(v, at.field("start_date"), date));
    let end = time::day_if_given(v, at.field("end_date"), end_date);
    if let (Some(start), Some(end)) = (start, end)
        && end < start
    {
        v.push(at.field("end_date"), format!("must not be before start_date, {start}"));
    }
    let switching_cost = money::not_negative_if_given(ctx, v, at.field("switching_cost"), switching_cost);
    Some(LockIn { kind: kind?, start: start?, end, switching_cost })
}

pub(super) fn consents(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    consents: Vec<pb::Consent>,
) -> Vec<Consent> {
    let mut seen = HashSet::new();
    list(v, at, (consents, MAX_CONSENTS), |v, at, message| {
        let consent = consent(ctx, v, at, message)?;
        if !seen.insert(consent.purpose.clone()) {
            v.push(at.field("purpose"), "is the purpose of a consent before it");
        }
        Some(consent)
    })
}

fn consent(ctx: &Context<'_>, v: &mut Violations, at: Path<'_>, consent: pb::Consent) -> Option<Consent> {
    let pb::Consent { purpose, basis, state, time: said, source, verify_time } = consent;
    let purpose = v.field(at.field("purpose"), SourceName::parse(purpose));
    let basis = word(v, at.field("basis"), basis, pb::ConsentBasis::as_str_name);
    let state = word(v, at.field("state"), state, pb::ConsentState::as_str_name);
    let said = given(v, at.field("time"), said).and_then(|said| time::occurred(ctx, v, at.field("time"), said));
    let source = v.field(at.field("source"), text::optional(source, MAX_LINE));
    let verify_time = verify_time.and_then(|time| time::occurred(ctx, v, at.field("verify_time"), time));
    Some(Consent { purpose: purpose?, basis: basis?, state: state?, time: said?, source: source?, verify_time })
}
