//! The customers and purchases of every benchmark: all of them follow from numbers, so nothing has to be kept.

use guanxi::google::r#type::Money;
use guanxi::v1 as pb;
use guanxi_model::customer::{
    Contact, ContactChannel, ContactChannelKind, ContactRole, CustomerKind, ExternalId, Profile,
};
use guanxi_model::fact::{Fact, FactBody, FactKey, FactState, Purchase, PurchaseLine, PurchaseType};
use guanxi_model::{Amount, CustomerId, FactId, LabelKey, SourceName, Timestamp, name};

use crate::Result;

pub(crate) const DAY: i64 = 86_400_000_000;
/// 2023-01-01, when the purchases that are there already begin.
const FIRST_DAY: i64 = 19_358 * DAY;
/// They end 900 days later.
const OLD_DAYS: u64 = 900;
/// The source of the purchases that are there already.
pub(crate) const OLD_SOURCE: &str = "shop";

/// How many customers and purchases are there before anything is measured. Every customer has purchases.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Population {
    pub(crate) customers: u64,
    pub(crate) facts: u64,
}

/// One purchase.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sale {
    /// The customer's number.
    pub(crate) customer: u64,
    /// Its own number, of which its identity follows.
    pub(crate) number: u64,
    pub(crate) occur_time: Timestamp,
    /// Minor units.
    pub(crate) net: i64,
}

impl Population {
    /// The purchases that a customer has already.
    pub(crate) fn purchases_of(&self, customer: u64) -> impl Iterator<Item = Sale> + use<> {
        let (first, last) = (self.first_of(customer), self.first_of(customer + 1));
        (first..last).map(move |number| {
            let random = mix(number ^ 0x0a11_ce00);
            let at = FIRST_DAY + (random % OLD_DAYS) as i64 * DAY + (random >> 20) as i64 % DAY;
            Sale { customer, number, occur_time: Timestamp(at), net: net(customer, random) }
        })
    }

    fn first_of(&self, customer: u64) -> u64 {
        (u128::from(self.facts) * u128::from(customer) / u128::from(self.customers)) as u64
    }

    /// A new purchase of anybody, in so many microseconds before now.
    pub(crate) fn new_sale(&self, seed: u64, number: u64, (within, now): (i64, Timestamp)) -> Sale {
        let random = mix(seed.wrapping_mul(0x1000_0000).wrapping_add(number));
        let customer = random % self.customers;
        let occur_time = Timestamp(now.0 - (random >> 24) as i64 % within);
        Sale { customer, number, occur_time, net: net(customer, mix(random)) }
    }
}

impl Sale {
    /// As the store keeps it.
    pub(crate) fn fact(&self, source: &str, record_time: Timestamp) -> Fact {
        let line = PurchaseLine {
            product: self.product(),
            quantity: self.quantity(),
            list: Amount(self.net),
            discount: Amount(0),
            net: Amount(self.net),
            cost: Some(Amount(self.cost())),
        };
        let purchase = Purchase {
            r#type: PurchaseType::Sale,
            lines: vec![line],
            net: Amount(self.net),
            promotion: None,
            channel: "web".to_owned(),
            contact_id: None,
            due_date: None,
            original: None,
        };
        let told = (self.customer, self.occur_time);
        fact(told, (source, self.source_id()), record_time, FactBody::Purchase(purchase))
    }

    /// As a caller gives it.
    pub(crate) fn message(&self, source: &str) -> pb::Purchase {
        pb::Purchase {
            context: Some(context((self.customer, self.occur_time), (source, self.source_id()))),
            r#type: pb::PurchaseType::Sale.into(),
            lines: vec![pb::PurchaseLine {
                product: self.product(),
                quantity: self.quantity(),
                net_amount: Some(money(self.net)),
                cost_amount: Some(money(self.cost())),
                ..Default::default()
            }],
            channel: "web".to_owned(),
            ..Default::default()
        }
    }

    fn source_id(&self) -> String {
        format!("o{:010}", self.number)
    }

    fn product(&self) -> String {
        format!("p{:05}", mix(self.number) % 20_000)
    }

    fn quantity(&self) -> i64 {
        1 + (mix(self.number) >> 40) as i64 % 4
    }

    fn cost(&self) -> i64 {
        self.net * 6 / 10
    }
}

/// A fact that counts, of a customer and a time, as the store keeps it.
pub(crate) fn fact(
    (customer, occur_time): (u64, Timestamp),
    (source, source_id): (&str, String),
    record_time: Timestamp,
    body: FactBody,
) -> Fact {
    Fact {
        id: FactId::new(record_time),
        customer: customer_id(customer),
        occur_time,
        record_time,
        key: FactKey { source: SourceName::from_trusted(source.to_owned()), source_id },
        replaces: None,
        state: FactState::Active,
        note: String::new(),
        body,
    }
}

/// What a caller gives beside the content of such a fact.
pub(crate) fn context(
    (customer, occur_time): (u64, Timestamp),
    (source, source_id): (&str, String),
) -> pb::FactContext {
    let (seconds, nanos) = occur_time.seconds_nanos();
    pb::FactContext {
        customer: customer_name(customer),
        occur_time: Some(prost_types::Timestamp { seconds, nanos }),
        source: source.to_owned(),
        source_id,
        ..Default::default()
    }
}

/// The fact that a well-formed message gives, without the checks of a server.
pub(crate) fn purchase_of(message: &pb::Purchase, now: Timestamp) -> Result<Fact> {
    let context = message.context.as_ref().ok_or("no context")?;
    let occur = context.occur_time.as_ref().ok_or("no occur_time")?;
    let line = |line: &pb::PurchaseLine| {
        let net = minor(line.net_amount.as_ref()).ok_or("no net_amount")?;
        let (list, discount) = PurchaseLine::amounts(None, None, net)?;
        let (product, quantity) = (line.product.clone(), line.quantity);
        Result::Ok(PurchaseLine { product, quantity, list, discount, net, cost: minor(line.cost_amount.as_ref()) })
    };
    let lines = message.lines.iter().map(line).collect::<Result<Vec<_>>>()?;
    Ok(Fact {
        id: FactId::new(now),
        customer: name::parse_customer(&context.customer)?,
        occur_time: Timestamp::from_seconds_nanos(occur.seconds, occur.nanos)?,
        record_time: now,
        key: FactKey { source: SourceName::parse(context.source.as_str())?, source_id: context.source_id.clone() },
        replaces: None,
        state: FactState::Active,
        note: context.note.clone(),
        body: FactBody::Purchase(Purchase {
            r#type: PurchaseType::Sale,
            net: Purchase::net_of(&lines).ok_or("the sum is out of range")?,
            lines,
            promotion: None,
            channel: message.channel.clone(),
            contact_id: None,
            due_date: None,
            original: None,
        }),
    })
}

fn minor(money: Option<&Money>) -> Option<Amount> {
    money.map(|money| Amount(money.units * 100 + i64::from(money.nanos / 10_000_000)))
}

pub(crate) fn customer_id(number: u64) -> CustomerId {
    CustomerId::from_trusted(format!("c{number:09}"))
}

pub(crate) fn customer_name(number: u64) -> String {
    format!("customers/c{number:09}")
}

/// The profile of a customer: a name, an external id, a label and a contact, as an ordinary one has.
pub(crate) fn profile(number: &str) -> Profile {
    let mut profile = Profile::named(CustomerKind::Person, format!("Customer {number}"));
    profile.external_ids.push(ExternalId { system: SourceName::from_trusted("erp".into()), id: number.to_owned() });
    profile.labels.insert(LabelKey::from_trusted("region".into()), region(number).to_owned());
    profile.contacts.push(Contact {
        id: SourceName::from_trusted("main".into()),
        display_name: format!("Contact {number}"),
        job_title: String::new(),
        roles: vec![ContactRole::Payer],
        channels: vec![ContactChannel { kind: ContactChannelKind::Email, address: format!("{number}@example.com") }],
        preferences: Vec::new(),
        interests: Vec::new(),
        provenance: None,
    });
    profile
}

/// The same as a message.
pub(crate) fn customer(number: &str) -> pb::Customer {
    pb::Customer {
        kind: pb::CustomerKind::Person.into(),
        display_name: format!("Customer {number}"),
        external_ids: vec![pb::ExternalId { system: "erp".into(), id: number.to_owned() }],
        labels: [("region".to_owned(), region(number).to_owned())].into(),
        contacts: vec![pb::Contact {
            contact_id: "main".into(),
            display_name: format!("Contact {number}"),
            roles: vec![pb::ContactRole::Payer.into()],
            channels: vec![pb::ContactChannel {
                kind: pb::ContactChannelKind::Email.into(),
                address: format!("{number}@example.com"),
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn region(number: &str) -> &'static str {
    const REGIONS: [&str; 8] = ["north", "east", "south", "west", "centre", "coast", "islands", "abroad"];
    REGIONS[number.bytes().map(usize::from).sum::<usize>() % REGIONS.len()]
}

/// Cents, of a currency with two digits.
fn money(minor: i64) -> Money {
    Money { currency_code: "USD".into(), units: minor / 100, nanos: (minor % 100) as i32 * 10_000_000 }
}

/// A few customers spend far more than most.
fn net(customer: u64, random: u64) -> i64 {
    let rank = mix(customer ^ 0xbe7a) % 1_000 + 1;
    500 + (random % 10_000) as i64 * (1_000 / rank) as i64
}

/// splitmix64: a permutation that looks like chance.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
