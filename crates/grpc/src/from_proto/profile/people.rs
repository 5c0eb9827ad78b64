//! The people around a customer: contacts, what happens in their lives, and our people who look after them.

use std::collections::HashSet;

use guanxi::v1 as pb;
use guanxi_model::customer::{AccountTeamMember, Contact, ContactChannel, ContactRole, LifeEvent};
use guanxi_model::{SourceName, Violations, Words as _, text};

use super::super::{Context, Path, given, list, time, word};
use super::{MAX_LINE, provenance};

const MAX_CONTACTS: usize = 100;
const MAX_CHANNELS: usize = 20;
const MAX_ADDRESS: usize = 320;
const MAX_WORDS: usize = 20;
const MAX_LIFE_EVENTS: usize = 100;
const MAX_ACCOUNT_TEAM: usize = 50;

pub(super) fn contacts(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    contacts: Vec<pb::Contact>,
) -> Vec<Contact> {
    let mut seen = HashSet::new();
    list(v, at, (contacts, MAX_CONTACTS), |v, at, message| {
        let contact = contact(ctx, v, at, message)?;
        if !seen.insert(contact.id.clone()) {
            v.push(at.field("contact_id"), "is the id of a contact before it");
        }
        Some(contact)
    })
}

fn contact(ctx: &Context<'_>, v: &mut Violations, at: Path<'_>, contact: pb::Contact) -> Option<Contact> {
    let pb::Contact {
        contact_id,
        display_name,
        job_title,
        roles: parts,
        channels,
        preferences,
        interests,
        provenance: source,
    } = contact;
    let id = v.field(at.field("contact_id"), SourceName::parse(contact_id));
    let display_name = v.field(at.field("display_name"), text::required(display_name, MAX_LINE));
    let job_title = v.field(at.field("job_title"), text::optional(job_title, MAX_LINE));
    let roles = roles(v, at.field("roles"), parts);
    let channels = list(v, at.field("channels"), (channels, MAX_CHANNELS), channel);
    let preferences = list(v, at.field("preferences"), (preferences, MAX_WORDS), line);
    let interests = list(v, at.field("interests"), (interests, MAX_WORDS), line);
    let provenance = provenance(ctx, v, at.field("provenance"), source);
    Some(Contact {
        id: id?,
        display_name: display_name?,
        job_title: job_title?,
        roles,
        channels,
        preferences,
        interests,
        provenance,
    })
}

fn roles(v: &mut Violations, at: Path<'_>, roles: Vec<i32>) -> Vec<ContactRole> {
    let mut seen = HashSet::new();
    list(v, at, (roles, ContactRole::ALL.len()), |v, at, number| {
        let role = word(v, at, number, pb::ContactRole::as_str_name)?;
        if !seen.insert(role) {
            v.push(at, "is given twice");
        }
        Some(role)
    })
}

fn channel(v: &mut Violations, at: Path<'_>, channel: pb::ContactChannel) -> Option<ContactChannel> {
    let pb::ContactChannel { kind, address } = channel;
    let kind = word(v, at.field("kind"), kind, pb::ContactChannelKind::as_str_name);
    let address = v.field(at.field("address"), text::required(address, MAX_ADDRESS));
    Some(ContactChannel { kind: kind?, address: address? })
}

fn line(v: &mut Violations, at: Path<'_>, words: String) -> Option<String> {
    v.field(at, text::required(words, MAX_LINE))
}

pub(super) fn life_events(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    events: Vec<pb::LifeEvent>,
) -> Vec<LifeEvent> {
    list(v, at, (events, MAX_LIFE_EVENTS), |v, at, event| {
        let pb::LifeEvent { kind, title, date, yearly, contact_id, provenance: source } = event;
        let kind = word(v, at.field("kind"), kind, pb::LifeEventKind::as_str_name);
        let title = v.field(at.field("title"), text::optional(title, MAX_LINE));
        let date = given(v, at.field("date"), date).and_then(|date| time::date(v, at.field("date"), date));
        let contact_id = contact_id_if_given(v, at.field("contact_id"), contact_id);
        let provenance = provenance(ctx, v, at.field("provenance"), source);
        Some(LifeEvent { kind: kind?, title: title?, date: date?, yearly, contact_id, provenance })
    })
}

pub(in crate::from_proto) fn contact_id_if_given(v: &mut Violations, at: Path<'_>, id: String) -> Option<SourceName> {
    if id.is_empty() { None } else { v.field(at, SourceName::parse(id)) }
}

pub(super) fn account_team(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    team: Vec<pb::AccountTeamMember>,
) -> Vec<AccountTeamMember> {
    list(v, at, (team, MAX_ACCOUNT_TEAM), |v, at, member| {
        let pb::AccountTeamMember { role, member, display_name, provenance: source } = member;
        let role = word(v, at.field("role"), role, pb::AccountTeamRole::as_str_name);
        let member = v.field(at.field("member"), text::required(member, MAX_LINE));
        let display_name = v.field(at.field("display_name"), text::optional(display_name, MAX_LINE));
        let provenance = provenance(ctx, v, at.field("provenance"), source);
        Some(AccountTeamMember { role: role?, member: member?, display_name: display_name?, provenance })
    })
}
