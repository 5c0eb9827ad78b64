//! What happens to a few customers in the laws about tiers: they buy, what was recorded is corrected and withdrawn, they
//! are held in tiers and let go, other revisions come into force, and time passes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use guanxi::v1::{
    ClearTierOverrideRequest, FactKind, ListCustomersRequest, Purchase, SetTierOverrideRequest, TierAssignment,
    WithdrawFactRequest,
};
use guanxi_model::Day;
use guanxi_testkit::TestServer;
use proptest::prelude::*;
use proptest::sample::Index;
use tonic::Code;

use crate::segmentation::kit::{TIERS, activate, creating, customer_of, everybody, get_pyramid};
use crate::segmentation::passing::{deal_at, holding, settled};
use crate::support::{shop, usd};

pub(super) const CUSTOMERS: usize = 3;
const DAY_SECONDS: i64 = 86_400;

/// One thing that happens.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Buy {
        customer: usize,
        days_ago: i64,
        cents: i64,
        product: usize,
    },
    /// The purchase of this place among those that count says something else now.
    Correct {
        which: Index,
        days_ago: i64,
        cents: i64,
    },
    Withdraw {
        which: Index,
    },
    /// Somebody decides where a customer stands, for some days or until it is let go.
    Hold {
        customer: usize,
        tier: usize,
        days: Option<i64>,
    },
    LetGo {
        customer: usize,
    },
    /// Another revision is put in force.
    Switch {
        revision: Index,
    },
    /// Time goes on; whether everybody waits for the sweeper then.
    Pass {
        hours: u64,
        rest: bool,
    },
}

/// A purchase that counts.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) customer: String,
    pub(super) day: Day,
    pub(super) cents: i64,
    pub(super) product: String,
    pub(super) source_id: String,
}

/// Customers of their own, in the pyramid `value`.
pub(super) struct Play<'a> {
    pub(super) guanxi: &'a TestServer,
    /// Tells its customers from those of other plays.
    pub(super) number: u32,
    /// Names of the revisions there are to switch between.
    pub(super) revisions: &'a [String],
    pub(super) kept: Vec<Kept>,
    /// Those who have ever bought anything, and so are there.
    pub(super) known: BTreeSet<String>,
}

/// What the goods of a purchase cost; of some nobody knows.
pub(super) fn cost(cents: i64) -> Option<i64> {
    (cents % 3 != 0).then_some(cents.abs() / 2)
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let cents = || prop_oneof![3 => 1_i64..40_000, 1 => -30_000_i64..-1];
    prop_oneof![
        10 => (0..CUSTOMERS, 0_i64..70, cents(), 0_usize..4)
            .prop_map(|(customer, days_ago, cents, product)| Step::Buy { customer, days_ago, cents, product }),
        4 => (any::<Index>(), 0_i64..70, cents())
            .prop_map(|(which, days_ago, cents)| Step::Correct { which, days_ago, cents }),
        2 => any::<Index>().prop_map(|which| Step::Withdraw { which }),
        3 => (0..CUSTOMERS, 0..TIERS.len(), prop::option::of(1_i64..30))
            .prop_map(|(customer, tier, days)| Step::Hold { customer, tier, days }),
        2 => (0..CUSTOMERS).prop_map(|customer| Step::LetGo { customer }),
        1 => any::<Index>().prop_map(|revision| Step::Switch { revision }),
        6 => (1_u64..700, prop::bool::weighted(0.25)).prop_map(|(hours, rest)| Step::Pass { hours, rest }),
    ]
}

impl<'a> Play<'a> {
    pub(super) fn new(guanxi: &'a TestServer, number: u32, revisions: &'a [String]) -> Play<'a> {
        Play { guanxi, number, revisions, kept: Vec::new(), known: BTreeSet::new() }
    }

    fn customer(&self, role: usize) -> String {
        format!("p{}-{role}", self.number)
    }

    pub(super) async fn take(&mut self, step: &Step) {
        match step {
            Step::Pass { hours, rest } => {
                self.guanxi.clock.advance(Duration::from_secs(hours * 3_600));
                if *rest {
                    self.rest().await;
                }
            }
            Step::Buy { customer, days_ago, cents, product } => {
                let of = (self.customer(*customer), format!("product-{product}"));
                self.buy(of, (*days_ago, *cents), None).await;
            }
            Step::Correct { which, days_ago, cents } => {
                if let Some(old) = self.pick(which) {
                    self.buy((old.customer, old.product), (*days_ago, *cents), Some(old.source_id)).await;
                }
            }
            Step::Withdraw { which } => self.withdraw(which).await,
            Step::Hold { customer, tier, days } => self.hold(&self.customer(*customer), TIERS[*tier], *days).await,
            Step::LetGo { customer } => self.let_go(&self.customer(*customer)).await,
            Step::Switch { revision } => {
                let name = revision.get(self.revisions);
                if self.in_force().await != *name {
                    activate(self.guanxi, name).await;
                }
            }
        }
    }

    /// The name of the revision in force.
    pub(super) async fn in_force(&self) -> String {
        get_pyramid(self.guanxi, "value").await.unwrap().active_revision
    }

    fn pick(&mut self, which: &Index) -> Option<Kept> {
        (!self.kept.is_empty()).then(|| self.kept.swap_remove(which.index(self.kept.len())))
    }

    async fn withdraw(&mut self, which: &Index) {
        let Some(old) = self.pick(which) else { return };
        let request = WithdrawFactRequest {
            customer: format!("customers/{}", old.customer),
            kind: FactKind::Purchase.into(),
            fact: Some(shop(&old.source_id)),
        };
        self.guanxi.activity().withdraw_fact(request).await.unwrap();
    }

    async fn buy(
        &mut self,
        (customer, product): (String, String),
        (days_ago, cents): (i64, i64),
        replaces: Option<String>,
    ) {
        let seconds = self.guanxi.clock.now().seconds_nanos().0 - days_ago * DAY_SECONDS;
        let mut purchase: Purchase = deal_at(&customer, guanxi_testkit::START, cents);
        purchase.lines[0].product.clone_from(&product);
        purchase.lines[0].cost_amount = cost(cents).map(usd);
        let context = purchase.context.as_mut().unwrap();
        context.occur_time = Some(prost_types::Timestamp { seconds, nanos: 0 });
        context.replaces = replaces.map(|source_id| shop(&source_id));
        let source_id = context.source_id.clone();
        self.guanxi.activity().record_purchase(creating(purchase)).await.unwrap();
        let day = Day(i32::try_from(seconds.div_euclid(DAY_SECONDS)).unwrap());
        self.known.insert(customer.clone());
        self.kept.push(Kept { customer, day, cents, product, source_id });
    }

    async fn hold(&self, customer: &str, tier: &str, days: Option<i64>) {
        let seconds = self.guanxi.clock.now().seconds_nanos().0;
        let end = |days: i64| prost_types::Timestamp { seconds: seconds + days * DAY_SECONDS, nanos: 0 };
        let request = SetTierOverrideRequest { expire_time: days.map(end), ..holding(customer, tier, None) };
        match self.guanxi.segmentation().set_tier_override(request).await {
            Ok(_) => {}
            Err(status) if status.code() == Code::NotFound && !self.known.contains(customer) => {}
            // The tier is none of the revision in force.
            Err(status) if status.code() == Code::InvalidArgument => {}
            Err(status) => panic!("{customer} into {tier}: {status}"),
        }
    }

    async fn let_go(&self, customer: &str) {
        if !self.known.contains(customer) {
            return;
        }
        let SetTierOverrideRequest { name, actor, reason, .. } = holding(customer, TIERS[0], None);
        let request = ClearTierOverrideRequest { name, actor, reason, request_id: String::new() };
        self.guanxi.segmentation().clear_tier_override(request).await.unwrap();
    }

    pub(super) async fn let_everybody_go(&self) {
        for customer in &self.known {
            self.let_go(customer).await;
        }
    }

    /// Waits until nothing is due, and says where everybody in a tier stands.
    pub(super) async fn rest(&self) -> Vec<TierAssignment> {
        // Also of those in no tier, whom no list of the pyramid has.
        let mut list = ListCustomersRequest { page_size: 1000, ..ListCustomersRequest::default() };
        loop {
            let page = self.guanxi.customers().list_customers(list.clone()).await.unwrap().into_inner();
            for customer in page.customers {
                settled(self.guanxi, customer.name.trim_start_matches("customers/")).await;
            }
            if page.next_page_token.is_empty() {
                break;
            }
            list.page_token = page.next_page_token;
        }
        everybody(self.guanxi, "value").await
    }

    /// The tiers and scores of the customers of this play.
    pub(super) fn own(&self, all: &[TierAssignment]) -> BTreeMap<String, (String, u64)> {
        let own = all.iter().filter(|one| self.known.contains(customer_of(one)));
        own.map(|one| (customer_of(one).to_owned(), (one.tier.clone(), one.score.unwrap().to_bits()))).collect()
    }
}
