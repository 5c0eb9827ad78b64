//! The groups of a customer.

use guanxi::v1 as pb;
use guanxi_model::Currency;
use guanxi_model::customer::{
    AccountTeamMember, Attribute, AttributeValue, Consent, Contact, ContactChannel, ExternalId, LifeEvent, LockIn,
    Provenance, Relationship,
};

use super::{money, number, number_or_zero, time};

pub(super) fn external_id(id: ExternalId) -> pb::ExternalId {
    let ExternalId { system, id } = id;
    pb::ExternalId { system: system.into(), id }
}

pub(super) fn provenance(provenance: Provenance) -> pb::Provenance {
    let Provenance { source, verify_time } = provenance;
    pb::Provenance { source, verify_time: verify_time.map(time::timestamp) }
}

pub(super) fn attribute(attribute: Attribute) -> pb::AttributeValue {
    use pb::attribute_value::Value;
    let Attribute { value, provenance: source } = attribute;
    let value = match value {
        AttributeValue::Text(text) => Value::Text(text),
        AttributeValue::Number(number) => Value::Number(number),
        AttributeValue::Boolean(boolean) => Value::Boolean(boolean),
        AttributeValue::Time(moment) => Value::Time(time::timestamp(moment)),
    };
    pb::AttributeValue { value: Some(value), provenance: source.map(provenance) }
}

pub(super) fn contact(contact: Contact) -> pb::Contact {
    let Contact { id, display_name, job_title, roles, channels, preferences, interests, provenance: source } = contact;
    pb::Contact {
        contact_id: id.into(),
        display_name,
        job_title,
        roles: roles.into_iter().map(number).collect(),
        channels: channels.into_iter().map(channel).collect(),
        preferences,
        interests,
        provenance: source.map(provenance),
    }
}

fn channel(channel: ContactChannel) -> pb::ContactChannel {
    let ContactChannel { kind, address } = channel;
    pb::ContactChannel { kind: number(kind), address }
}

pub(super) fn life_event(event: LifeEvent) -> pb::LifeEvent {
    let LifeEvent { kind, title, date, yearly, contact_id, provenance: source } = event;
    pb::LifeEvent {
        kind: number(kind),
        title,
        date: Some(time::date(date)),
        yearly,
        contact_id: contact_id.map(String::from).unwrap_or_default(),
        provenance: source.map(provenance),
    }
}

pub(super) fn account_team_member(member: AccountTeamMember) -> pb::AccountTeamMember {
    let AccountTeamMember { role, member, display_name, provenance: source } = member;
    pb::AccountTeamMember { role: number(role), member, display_name, provenance: source.map(provenance) }
}

pub(super) fn relationship(currency: &Currency, relationship: Relationship) -> pb::Relationship {
    let Relationship { setting, lock_ins, provenance: source } = relationship;
    pb::Relationship {
        setting: number_or_zero(setting),
        lock_ins: lock_ins.into_iter().map(|tie| lock_in(currency, tie)).collect(),
        provenance: source.map(provenance),
    }
}

fn lock_in(currency: &Currency, lock_in: LockIn) -> pb::LockIn {
    let LockIn { kind, start, end, switching_cost } = lock_in;
    pb::LockIn {
        kind: number(kind),
        start_date: Some(time::day(start)),
        end_date: end.map(time::day),
        switching_cost: switching_cost.map(|cost| money::money(currency, cost)),
    }
}

pub(super) fn consent(consent: Consent) -> pb::Consent {
    let Consent { purpose, basis, state, time: said, source, verify_time } = consent;
    pb::Consent {
        purpose: purpose.into(),
        basis: number(basis),
        state: number(state),
        time: Some(time::timestamp(said)),
        source,
        verify_time: verify_time.map(time::timestamp),
    }
}
