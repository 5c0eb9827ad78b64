//! What has happened to one customer, as facts of the contract. Only what has happened by the last day is kept, while
//! chance is thrown for all of it: a story that goes on longer begins the same.

use guanxi::v1 as pb;
use prost_types::Duration;

use super::company::{Offer, Product};
use super::people::Person;
use super::world::{Moment, World, date, timestamp};

/// Systems that the facts come from.
const SHOP: &str = "demo-shop";
const BOOKS: &str = "demo-books";
const DESK: &str = "demo-desk";
const SURVEY: &str = "demo-survey";

/// The facts of one customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Facts {
    pub(super) purchases: Vec<pb::Purchase>,
    pub(super) payments: Vec<pb::Payment>,
    pub(super) interactions: Vec<pb::Interaction>,
    pub(super) stage_changes: Vec<pb::StageChange>,
    pub(super) satisfaction_records: Vec<pb::SatisfactionRecord>,
    pub(super) invitation_events: Vec<pb::InvitationEvent>,
}

/// A product in a basket; what is taken off in basis points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bought {
    pub(super) product: Product,
    pub(super) quantity: i64,
    pub(super) off: i64,
    pub(super) cost_known: bool,
}

impl Bought {
    fn list(&self) -> i64 {
        self.product.list * self.quantity
    }

    fn discount(&self) -> i64 {
        self.list() * self.off / 10_000
    }

    pub(super) fn net(&self) -> i64 {
        self.list() - self.discount()
    }
}

/// Writes facts down.
#[derive(Debug)]
pub(super) struct Recorder<'a> {
    world: &'a World,
    person: &'a Person,
    facts: Facts,
    /// How many facts were thought of; the ids are made of it.
    count: u32,
    /// How many answers and steps of invitations, which are counted by themselves.
    surveys: u32,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(world: &'a World, person: &'a Person) -> Self {
        Self { world, person, facts: Facts::default(), count: 0, surveys: 0 }
    }

    pub(super) fn finish(self) -> Facts {
        self.facts
    }

    /// Whether nothing of what is yet to come will be kept.
    pub(super) fn is_over(&self, at: Moment) -> bool {
        !self.world.has_come(at)
    }

    /// A sale or a return; returns its id.
    pub(super) fn purchase(
        &mut self,
        at: Moment,
        r#type: pb::PurchaseType,
        basket: &[Bought],
        (offer, channel): (Option<Offer>, &str),
    ) -> String {
        let context = self.context(at, SHOP, "");
        let id = context.source_id.clone();
        let due = self.person.is_business && r#type == pb::PurchaseType::Sale;
        let lines = basket.iter().map(|bought| self.line(bought)).collect();
        let promotion =
            offer.map(|offer| pb::Promotion { promotion_id: offer.id.to_owned(), purpose: offer.purpose.into() });
        if self.world.has_come(at) {
            self.facts.purchases.push(pb::Purchase {
                context: Some(context),
                r#type: r#type.into(),
                lines,
                promotion,
                channel: channel.to_owned(),
                contact_id: if self.person.is_business { "owner" } else { "main" }.to_owned(),
                due_date: due.then(|| date(at + super::life::TERM)),
                ..Default::default()
            });
        }
        id
    }

    fn line(&self, bought: &Bought) -> pb::PurchaseLine {
        let money = |amount| Some(self.world.money(amount));
        pb::PurchaseLine {
            product: bought.product.name.to_owned(),
            quantity: bought.quantity,
            list_amount: money(bought.list()),
            discount_amount: money(bought.discount()),
            net_amount: money(bought.net()),
            cost_amount: if bought.cost_known { money(bought.product.cost * bought.quantity) } else { None },
        }
    }

    /// What was paid of what was due for a purchase, and what was withheld and why.
    pub(super) fn payment(
        &mut self,
        at: Moment,
        (purchase, due_date): (&str, Moment),
        due: i64,
        withheld: Option<(i64, pb::WithholdingReason)>,
    ) {
        let context = self.context(at, BOOKS, "");
        let (kept_back, reason) = withheld.unwrap_or((0, pb::WithholdingReason::Unspecified));
        if self.world.has_come(at) {
            self.facts.payments.push(pb::Payment {
                context: Some(context),
                amount_due: Some(self.world.money(due)),
                amount_paid: Some(self.world.money(due - kept_back)),
                amount_withheld: (kept_back > 0).then(|| self.world.money(kept_back)),
                withholding_reason: reason.into(),
                due_date: Some(date(due_date)),
                purchase: Some(pb::FactKey { source: SHOP.to_owned(), source_id: purchase.to_owned() }),
                ..Default::default()
            });
        }
    }

    /// A contact; `interaction` says everything that this does not know.
    pub(super) fn interaction(&mut self, at: Moment, seconds: i64, note: &str, interaction: pb::Interaction) {
        /// What an hour of our people costs, in hundredths.
        const HOUR: i64 = 4800;
        let context = self.context(at, DESK, note);
        let alone = interaction.mode() == pb::InteractionMode::SelfService;
        let contact = if self.person.is_business { "owner" } else { "main" };
        if self.world.has_come(at) {
            self.facts.interactions.push(pb::Interaction {
                context: Some(context),
                staff: if alone { Vec::new() } else { self.staff() },
                contact_ids: vec![contact.to_owned()],
                duration: Some(Duration { seconds, nanos: 0 }),
                handling_cost: Some(self.world.money(if alone { 20 } else { seconds * HOUR / 3600 })),
                ..interaction
            });
        }
    }

    fn staff(&self) -> Vec<String> {
        match self.person.team.first() {
            Some(lead) => vec![lead.clone()],
            None => vec!["hotline".to_owned()],
        }
    }

    pub(super) fn stage(&mut self, at: Moment, stage: pb::CustomerStage, reason: Option<pb::StageReason>) {
        let context = self.context(at, DESK, "");
        if self.world.has_come(at) {
            let change = pb::StageChange { context: Some(context), stage: stage.into(), reason, ..Default::default() };
            self.facts.stage_changes.push(change);
        }
    }

    /// What was answered about an order, upon an invitation, and to what.
    pub(super) fn answers(
        &mut self,
        at: Moment,
        (order, invitation, invited): (&str, &str, &pb::Invited),
        (method, answers): (pb::CollectionMethod, Vec<pb::SatisfactionAnswer>),
    ) {
        self.surveys += 1;
        let order = pb::FactKey { source: SHOP.to_owned(), source_id: order.to_owned() };
        let contact = if self.person.is_business { "owner" } else { "main" };
        if self.world.has_come(at) {
            self.facts.satisfaction_records.push(pb::SatisfactionRecord {
                context: Some(self.context_of(at, (SURVEY, self.surveys), "")),
                questionnaire_revision: super::survey::REVISION.to_owned(),
                respondent: Some(pb::Respondent { contact_id: contact.to_owned(), ..Default::default() }),
                collection_method: method.into(),
                subject: Some(pb::FactReference { kind: pb::FactKind::Purchase.into(), fact: Some(order) }),
                answers,
                invitation_id: invitation.to_owned(),
                channel: invited.channel.clone(),
                wave: invited.wave.clone(),
                ..Default::default()
            });
        }
    }

    /// What became of an invitation.
    pub(super) fn invitation(
        &mut self,
        at: Moment,
        invitation: &str,
        (r#type, invited): (pb::InvitationEventType, Option<pb::Invited>),
    ) {
        self.surveys += 1;
        if self.world.has_come(at) {
            self.facts.invitation_events.push(pb::InvitationEvent {
                context: Some(self.context_of(at, (SURVEY, self.surveys), "")),
                invitation_id: invitation.to_owned(),
                r#type: r#type.into(),
                invited,
                ..Default::default()
            });
        }
    }

    fn context(&mut self, at: Moment, source: &str, note: &str) -> pb::FactContext {
        self.count += 1;
        self.context_of(at, (source, self.count), note)
    }

    fn context_of(&self, at: Moment, (source, number): (&str, u32), note: &str) -> pb::FactContext {
        pb::FactContext {
            customer: format!("customers/{}", self.person.id),
            occur_time: Some(timestamp(at)),
            source: source.to_owned(),
            source_id: format!("{}-{number}", self.person.number),
            note: note.to_owned(),
            ..Default::default()
        }
    }
}
