//! Who a customer is: its record, and the traits that its story follows from.

use guanxi::google::r#type::Date;
use guanxi::v1 as pb;
use pb::attribute_value::Value;

use super::dice::Dice;
use super::world::{DAY, FIRST_DAY, LAST_NEW_DAY, Moment, World, date, timestamp};

const MATTER: u8 = 1;

const GIVEN: [&str; 24] = [
    "Ada", "Aisha", "Anton", "Beatriz", "Carlos", "Chiara", "Dmitri", "Elif", "Femi", "Grace", "Hana", "Ivo", "Jun",
    "Kofi", "Lena", "Mateo", "Mei", "Nadia", "Omar", "Priya", "Rosa", "Sven", "Tariq", "Yara",
];
const FAMILY: [&str; 24] = [
    "Adeyemi",
    "Almeida",
    "Bauer",
    "Chen",
    "Dubois",
    "Eriksson",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Jensen",
    "Kaya",
    "Lindqvist",
    "Moreau",
    "Nguyen",
    "Okafor",
    "Patel",
    "Quinn",
    "Rossi",
    "Silva",
    "Tanaka",
    "Umarov",
    "Varga",
    "Weber",
];
const PLACES: [&str; 12] = [
    "Harbour",
    "Castle",
    "Mill",
    "Garden",
    "Station",
    "Bridge",
    "Market",
    "Park",
    "River",
    "Cathedral",
    "Abbey",
    "Lighthouse",
];
const TRADES: [(&str, &str); 6] = [
    ("Café", "gastronomy"),
    ("Hotel", "gastronomy"),
    ("Bakery", "gastronomy"),
    ("Law Office", "office"),
    ("Architects", "office"),
    ("Clinic", "health"),
];
const REGIONS: [&str; 4] = ["north", "east", "south", "west"];
const ROASTS: [&str; 3] = ["light", "medium", "dark"];
/// Who looks after businesses: the iron triangle of each region.
const TEAM: [[(&str, &str); 3]; 2] = [
    [("m.keller", "Marta Keller"), ("j.osei", "Joseph Osei"), ("t.nowak", "Tomasz Nowak")],
    [("l.ferrari", "Luca Ferrari"), ("s.dahl", "Signe Dahl"), ("a.rahman", "Amina Rahman")],
];

/// A customer before anything has happened.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) number: u32,
    pub(super) id: String,
    pub(super) record: pb::Customer,
    pub(super) is_business: bool,
    pub(super) has_contract: bool,
    /// How much is bought at a time, about 1 for a household.
    pub(super) size: f64,
    /// Our people who look after the customer.
    pub(super) team: Vec<String>,
    pub(super) known_since: Moment,
}

pub(super) fn person(world: &World, number: u32) -> Person {
    let mut dice = world.dice(number, MATTER);
    let is_business = dice.chance(0.35);
    let size = if is_business { dice.trait_of(0.7, 6.0).max(1.0) } else { dice.trait_of(3.0, 1.0).max(0.5) };
    let has_contract = is_business && dice.chance(0.5);
    let known_since = dice.between(FIRST_DAY, LAST_NEW_DAY) * DAY + dice.between(8 * 3600, 18 * 3600);
    let id = format!("demo-{}-{number:05}", world.seed);
    let region = dice.between(0, 3) as usize;
    let team = if is_business { account_team(&TEAM[region % 2]) } else { Vec::new() };
    let provenance = pb::Provenance { source: "sales".to_owned(), verify_time: Some(timestamp(known_since)) };
    let mut record = if is_business { business(&mut dice, size) } else { household(&mut dice) };
    record.labels.insert("region".to_owned(), REGIONS[region].to_owned());
    record.external_ids = external_ids(world, number, is_business);
    record.attributes.insert("first_contact".to_owned(), attribute(Value::Time(timestamp(known_since))));
    record.attributes.insert("newsletter".to_owned(), attribute(Value::Boolean(dice.chance(0.4))));
    record.relationship = Some(relationship(world, &mut dice, known_since, has_contract));
    record.consents = consents(&mut dice, known_since);
    record.account_team.clone_from(&team);
    record.provenance = Some(provenance);
    let team = team.into_iter().map(|member| member.member).collect();
    Person { number, id, record, is_business, has_contract, size, team, known_since }
}

fn household(dice: &mut Dice) -> pb::Customer {
    let name = full_name(dice);
    let mut customer = pb::Customer {
        kind: pb::CustomerKind::Person.into(),
        contacts: vec![contact(dice, "main", &name, (&[pb::ContactRole::Payer, pb::ContactRole::User], ""))],
        display_name: name,
        ..Default::default()
    };
    customer.labels.insert("segment".to_owned(), "household".to_owned());
    customer.attributes.insert("favourite_roast".to_owned(), attribute(Value::Text(dice.pick(&ROASTS).to_owned())));
    if dice.chance(0.6) {
        let year = if dice.chance(0.7) { dice.between(1950, 2002) as i32 } else { 0 };
        let birthday = Date { year, month: dice.between(1, 12) as i32, day: dice.between(1, 28) as i32 };
        customer.life_events.push(life_event(pb::LifeEventKind::Birthday, birthday, true));
    }
    if dice.chance(0.1) {
        let moved = (dice.between(FIRST_DAY - 2000, FIRST_DAY)) * DAY;
        customer.life_events.push(life_event(pb::LifeEventKind::Move, date(moved), false));
    }
    customer
}

fn business(dice: &mut Dice, size: f64) -> pb::Customer {
    use pb::ContactRole::{DecisionMaker, Influencer, Maintainer, Payer, User};
    let (trade, segment) = dice.pick(&TRADES);
    let name = format!("{} {trade}", dice.pick(&PLACES));
    let people: [(&str, &[pb::ContactRole], &str); 4] = [
        ("owner", &[DecisionMaker], "Managing director"),
        ("books", &[Payer], "Accounts"),
        ("bar", &[User, Influencer], "Head of service"),
        ("technic", &[Maintainer], "Caretaker"),
    ];
    let count = if size > 3.0 { 4 } else { 2 };
    let contacts = people.into_iter().take(count).map(|(id, roles, title)| {
        let name = full_name(dice);
        contact(dice, id, &name, (roles, title))
    });
    let contacts = contacts.collect();
    let founded = Date { year: dice.between(1960, 2020) as i32, month: dice.between(1, 12) as i32, day: 1 };
    let mut customer = pb::Customer {
        kind: pb::CustomerKind::Organization.into(),
        display_name: name,
        contacts,
        life_events: vec![life_event(pb::LifeEventKind::Founding, founded, true)],
        ..Default::default()
    };
    customer.labels.insert("segment".to_owned(), segment.to_owned());
    let employees = (size * 4.0).round() + dice.between(0, 5) as f64;
    customer.attributes.insert("employees".to_owned(), attribute(Value::Number(employees)));
    customer.attributes.insert("cups_per_day".to_owned(), attribute(Value::Number((size * 30.0).round())));
    customer
}

fn full_name(dice: &mut Dice) -> String {
    format!("{} {}", dice.pick(&GIVEN), dice.pick(&FAMILY))
}

fn contact(dice: &mut Dice, id: &str, name: &str, (roles, title): (&[pb::ContactRole], &str)) -> pb::Contact {
    use pb::ContactChannelKind::{Email, Messenger, Phone};
    // Domains and numbers that are set aside for examples, so that nobody is ever reached by accident.
    let address = format!("{}@mail.example", name.to_lowercase().replace(' ', "."));
    let number = format!("+1 202 555 01{:02}", dice.between(0, 99));
    let mut channels = vec![channel(Email, address), channel(Phone, number.clone())];
    if dice.chance(0.3) {
        channels.push(channel(Messenger, number));
    }
    let pick = |dice: &mut Dice, share: f64, words: [&str; 3]| match dice.chance(share) {
        true => vec![dice.pick(&words).to_owned()],
        false => Vec::new(),
    };
    pb::Contact {
        contact_id: id.to_owned(),
        display_name: name.to_owned(),
        job_title: title.to_owned(),
        roles: roles.iter().map(|role| i32::from(*role)).collect(),
        channels,
        preferences: pick(dice, 0.4, ["calls in the morning", "short messages", "visits by appointment"]),
        interests: pick(dice, 0.4, ["latte art", "fair trade", "sailing"]),
        provenance: None,
    }
}

fn channel(kind: pb::ContactChannelKind, address: String) -> pb::ContactChannel {
    pb::ContactChannel { kind: kind.into(), address }
}

fn life_event(kind: pb::LifeEventKind, date: Date, yearly: bool) -> pb::LifeEvent {
    pb::LifeEvent { kind: kind.into(), date: Some(date), yearly, ..Default::default() }
}

fn account_team(team: &[(&str, &str); 3]) -> Vec<pb::AccountTeamMember> {
    use pb::AccountTeamRole::{Account, Delivery, Solution};
    let member = |(role, (member, name)): (pb::AccountTeamRole, &(&str, &str))| pb::AccountTeamMember {
        role: role.into(),
        member: (*member).to_owned(),
        display_name: (*name).to_owned(),
        provenance: None,
    };
    [Account, Solution, Delivery].into_iter().zip(team).map(member).collect()
}

fn external_ids(world: &World, number: u32, is_business: bool) -> Vec<pb::ExternalId> {
    let systems: &[&str] = if is_business { &["demo-shop", "demo-erp"] } else { &["demo-shop"] };
    let id = |system: &&str| pb::ExternalId { system: (*system).to_owned(), id: format!("{}/{number}", world.seed) };
    systems.iter().map(id).collect()
}

fn relationship(world: &World, dice: &mut Dice, since: Moment, has_contract: bool) -> pb::Relationship {
    use pb::RelationshipSetting::{Contractual, Noncontractual};
    let lock_in = |kind: pb::LockInKind, days: Option<i64>, cost: Option<i64>| pb::LockIn {
        kind: kind.into(),
        start_date: Some(date(since)),
        end_date: days.map(|days| date(since + days * DAY)),
        switching_cost: cost.map(|cost| world.money(cost)),
    };
    let mut lock_ins = Vec::new();
    if has_contract {
        lock_ins.push(lock_in(pb::LockInKind::ContractTerm, Some(365 * dice.between(1, 3)), None));
        if dice.chance(0.3) {
            lock_ins.push(lock_in(pb::LockInKind::SwitchingCost, None, Some(dice.between(2, 40) * 10_000)));
        }
        if dice.chance(0.1) {
            lock_ins.push(lock_in(pb::LockInKind::SoleSupplier, None, None));
        }
    }
    let setting = if has_contract { Contractual } else { Noncontractual };
    pb::Relationship { setting: setting.into(), lock_ins, provenance: None }
}

fn consents(dice: &mut Dice, since: Moment) -> Vec<pb::Consent> {
    use pb::ConsentState::{Denied, Granted, Withdrawn};
    let consent = |purpose: &str, basis: pb::ConsentBasis, state: pb::ConsentState| pb::Consent {
        purpose: purpose.to_owned(),
        basis: basis.into(),
        state: state.into(),
        time: Some(timestamp(since)),
        source: "order form".to_owned(),
        verify_time: None,
    };
    vec![
        consent("orders", pb::ConsentBasis::Contract, Granted),
        consent("marketing", pb::ConsentBasis::Consent, dice.pick(&[Granted, Granted, Denied, Withdrawn])),
    ]
}

fn attribute(value: Value) -> pb::AttributeValue {
    pb::AttributeValue { value: Some(value), provenance: None }
}
