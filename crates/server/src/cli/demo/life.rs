//! What happens to a customer: it comes, buys at a rate of its own, complains or praises, pays, and leaves, now because
//! of us and now not; some come back. Rates and the will to leave are gamma distributed over the customers, purchases
//! and lifetimes exponential, as in the Pareto/NBD model of Schmittlein, Morrison and Colombo.

use guanxi::v1 as pb;
use pb::StageReasonCause as Cause;

use super::company::{self, BEANS, MACHINES, Offer, PARTS};
use super::dice::Dice;
use super::people::Person;
use super::record::{Bought, Facts, Recorder};
use super::trouble;
use super::world::{DAY, Moment, World, month, working_hours};

const MATTER: u8 = 2;
const SURVEY_MATTER: u8 = 3;
/// How long businesses have to pay.
pub(super) const TERM: i64 = 30 * DAY;
const YEAR: f64 = 365.0;
/// The longest that anybody stays, in days; nobody's story is thought of beyond it.
const HORIZON: i64 = 20 * 365;
/// Silence after which a customer is taken to be asleep.
const SILENCE: i64 = 150;

/// All that happens to one customer by the last day.
pub(super) fn facts(world: &World, person: &Person) -> Facts {
    let mut life = Life::new(world, person);
    life.court();
    if !life.dice.chance(0.06) {
        let first = working_hours(&mut life.dice, person.known_since, 1 + life.at);
        life.stay(first, Some(company::WELCOME));
    }
    life.record.finish()
}

pub(super) struct Life<'a> {
    pub(super) person: &'a Person,
    pub(super) dice: Dice,
    pub(super) survey_dice: Dice,
    pub(super) record: Recorder<'a>,
    /// Purchases a year.
    rate: f64,
    /// Leavings a year.
    leaving: f64,
    discount: i64,
    pub(super) orders: u32,
    last_order: String,
    /// When the customer was last asked what it thinks.
    pub(super) asked: Option<Moment>,
    /// Days from being known to the first purchase.
    at: i64,
}

/// Why a stay came to its end.
pub(super) struct Farewell {
    pub(super) at: Moment,
    pub(super) group: pb::StageReasonGroup,
    pub(super) cause: Cause,
}

impl<'a> Life<'a> {
    fn new(world: &'a World, person: &'a Person) -> Self {
        let mut dice = world.dice(person.number, MATTER);
        let business = person.is_business;
        let rate = if business { dice.trait_of(0.9, 16.0) } else { dice.trait_of(1.1, 5.5) };
        let leaving = dice.trait_of(0.8, if business { 0.25 } else { 0.45 });
        let discount = if person.size > 4.0 { dice.between(5, 12) * 100 } else { 0 };
        let at = dice.wait(20.0) as i64;
        let record = Recorder::new(world, person);
        let survey_dice = world.dice(person.number, SURVEY_MATTER);
        // The least is what keeps the arithmetic of waiting times in its range.
        Self {
            person,
            dice,
            survey_dice,
            record,
            rate: rate.max(0.05),
            leaving: leaving.max(0.01),
            discount,
            orders: 0,
            last_order: String::new(),
            asked: None,
            at,
        }
    }

    /// What comes before the first purchase.
    fn court(&mut self) {
        let known = self.person.known_since;
        if self.person.is_business {
            self.visit(known, "first visit");
        } else if self.dice.chance(0.4) {
            self.ask(known, "which machine fits");
        }
    }

    /// From a first purchase to the farewell, and the story after that.
    fn stay(&mut self, first: Moment, offer: Option<Offer>) {
        let returning = self.orders > 0;
        let stage = if returning { pb::CustomerStage::WonBack } else { pb::CustomerStage::Active };
        self.record.stage(first, stage, None);
        let end = first + (self.dice.wait(YEAR / self.leaving) * DAY as f64).min(HORIZON as f64 * DAY as f64) as i64;
        let (mut at, mut offer) = (first, offer.filter(|_| self.dice.chance(0.5)));
        let (last, farewell) = loop {
            if let Some(farewell) = self.order(at, offer.take()) {
                break (at, Some(farewell));
            }
            let next = self.next_order(at);
            if next > end {
                break (at, None);
            }
            if self.record.is_over(next) {
                return;
            }
            at = next;
        };
        let left = self.leave(last, farewell);
        if let Some(left) = left.filter(|_| !returning) {
            self.win_back(left);
        }
    }

    /// When the next purchase is made: less often in summer than before Christmas.
    fn next_order(&mut self, mut at: Moment) -> Moment {
        loop {
            let days = (self.dice.wait(YEAR / self.rate / 1.4)).min(HORIZON as f64) as i64;
            at = working_hours(&mut self.dice, at, 1 + days);
            let season = company::SEASON.get(month(at) as usize - 1).copied().unwrap_or(1.0);
            if self.dice.chance(season / 1.4) {
                return at;
            }
        }
    }

    /// A purchase and what comes of it; a farewell, where that is the last straw.
    fn order(&mut self, at: Moment, offer: Option<Offer>) -> Option<Farewell> {
        self.orders += 1;
        self.before(at);
        let offer = offer.or_else(|| self.offer(at));
        let basket = self.basket(offer);
        let channel = match self.person.is_business {
            true => self.dice.pick(&["account", "account", "web"]),
            false => self.dice.pick(&["web", "web", "web", "store"]),
        };
        let id = self.record.purchase(at, pb::PurchaseType::Sale, &basket, (offer, channel));
        let trouble = trouble::maybe(self, at, &id);
        self.survey(at, &id, trouble.as_ref());
        self.last_order.clone_from(&id);
        let net = basket.iter().map(Bought::net).sum();
        self.pay(at, (&id, net), trouble.as_ref().is_some_and(|trouble| !trouble.settled));
        if self.dice.chance(0.03) {
            let back = self.dice.between(3, 20);
            let at = working_hours(&mut self.dice, at, back);
            self.record.purchase(at, pb::PurchaseType::Return, &basket[..1], (None, channel));
        }
        if trouble.is_none() {
            self.after(at);
        }
        trouble.and_then(|trouble| trouble.farewell)
    }

    fn offer(&mut self, at: Moment) -> Option<Offer> {
        let running = match month(at) {
            3 => Some((company::SPRING, 0.6)),
            11 => Some((company::NOVEMBER, 0.6)),
            _ if self.orders.is_multiple_of(10) => Some((company::THANKS, 0.9)),
            _ => None,
        };
        running.filter(|(_, share)| self.dice.chance(*share)).map(|(offer, _)| offer)
    }

    fn basket(&mut self, offer: Option<Offer>) -> Vec<Bought> {
        let off = offer.map_or(0, |offer| offer.basis_points).max(self.discount);
        let size = self.person.size;
        let mut basket = Vec::new();
        let machine = if self.orders == 1 { 0.7 } else { 0.02 };
        if self.dice.chance(machine) {
            let product = MACHINES[if size > 5.0 {
                2
            } else if size > 1.5 {
                1
            } else {
                0
            }];
            basket.push((product, 1));
        }
        for _ in 0..self.dice.between(1, 2) {
            let quantity = self.dice.trait_of(2.0, size * 1.5).round().max(1.0) as i64;
            basket.push((self.dice.pick(&BEANS), quantity));
        }
        if self.dice.chance(0.12) {
            basket.push((self.dice.pick(&PARTS), 1));
        }
        let mut bought = |(product, quantity)| Bought { product, quantity, off, cost_known: self.dice.chance(0.95) };
        basket.into_iter().map(&mut bought).collect()
    }

    /// Households pay at once. Businesses mostly pay in time; what they are angry about they do not pay.
    fn pay(&mut self, at: Moment, (id, net): (&str, i64), angry: bool) {
        use pb::WithholdingReason::{Delivery, Inability, Invoice, Quality, Retention};
        if net == 0 {
            return;
        }
        if !self.person.is_business {
            return self.record.payment(at + 60, (id, at), net, None);
        }
        let lateness = match self.dice.chance(0.75) {
            true => -self.dice.between(0, 12),
            false => self.dice.between(2, 45),
        };
        let share = self.dice.between(10, 60);
        let withheld = match (angry, self.dice.chance(0.03)) {
            (true, _) => Some((net * share / 100, self.dice.pick(&[Quality, Delivery]))),
            (false, true) => Some((net * share / 100, self.dice.pick(&[Invoice, Inability, Retention]))),
            (false, false) => None,
        };
        let due = at + TERM;
        let paid = working_hours(&mut self.dice, due, lateness);
        self.record.payment(paid, (id, due), net, withheld.filter(|(amount, _)| *amount > 0));
    }

    /// What leads to a purchase.
    fn before(&mut self, at: Moment) {
        let ahead = -self.dice.between(1, 6);
        let earlier = working_hours(&mut self.dice, at, ahead).max(self.person.known_since);
        if self.person.is_business && self.dice.chance(0.1) {
            self.visit(earlier, "the next quarter");
        } else if self.dice.chance(0.08) {
            self.ask(earlier, "availability");
        }
    }

    /// What follows a purchase that went well.
    fn after(&mut self, at: Moment) {
        let days = self.dice.between(2, 20);
        let later = working_hours(&mut self.dice, at, days);
        if self.dice.chance(0.05) {
            self.praise(later);
        } else if self.dice.chance(0.05) {
            self.service(later);
        } else if self.dice.chance(if self.person.has_contract { 0.02 } else { 0.005 }) {
            self.shape(later);
        }
    }

    /// The end of a stay, if anybody sees it: contracts are cancelled, others are taken to be asleep.
    fn leave(&mut self, last: Moment, farewell: Option<Farewell>) -> Option<Farewell> {
        use pb::StageReasonBasis::{Assumed, Told};
        use pb::StageReasonGroup::{NotPreventable, Preventable};
        let told = farewell.is_some() || self.person.has_contract;
        let farewell = farewell.unwrap_or_else(|| {
            let causes =
                [Cause::Competitor, Cause::Price, Cause::Indifference, Cause::Moved, Cause::NeedGone, Cause::Ceased];
            let cause = self.dice.pick(&causes);
            let group = match cause {
                Cause::Moved | Cause::NeedGone | Cause::Ceased => NotPreventable,
                _ => Preventable,
            };
            Farewell { at: working_hours(&mut self.dice, last, SILENCE), group, cause }
        });
        let competitor = match farewell.cause {
            Cause::Competitor => self.dice.pick(&company::COMPETITORS).to_owned(),
            _ => String::new(),
        };
        let stage = if told { pb::CustomerStage::Churned } else { pb::CustomerStage::Dormant };
        let basis = if told { Told } else { Assumed };
        let (group, cause) = (farewell.group.into(), farewell.cause.into());
        let reason = pb::StageReason { group, cause, competitor, basis: basis.into() };
        self.record.stage(farewell.at, stage, Some(reason));
        if !told {
            let order = self.last_order.clone();
            self.ask_the_silent(farewell.at, (last, &order));
        }
        Some(farewell).filter(|farewell| farewell.group == Preventable)
    }

    /// We ask some who left because of us to come back, and some do.
    fn win_back(&mut self, farewell: Farewell) {
        if !self.dice.chance(0.4) {
            return;
        }
        let days = self.dice.between(30, 240);
        let call = working_hours(&mut self.dice, farewell.at, days);
        let returns = self.dice.chance(0.5);
        self.call(call, returns);
        if returns {
            let first = working_hours(&mut self.dice, call, 3);
            self.stay(first, Some(company::COME_BACK));
        }
    }
}
