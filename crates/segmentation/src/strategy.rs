//! What we do for the customers of a tier. It is kept with the revision and served with every assignment; nothing here
//! is measured or scored, and no judgement reads it.
//!
//! Why a tier has one: a pyramid that changes nothing about how customers are treated is a report (Zeithaml, Rust &
//! Lemon 2001).

use guanxi_model::customer::AccountTeamRole;
use guanxi_model::{Violations, text};
use serde::{Deserialize, Serialize};

/// How customers of a tier are treated. Everything may be left open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TierStrategy {
    /// One line, such as "named contact, spare parts on site".
    pub service_level: String,
    /// How often we get in touch by ourselves; 0 for never.
    pub contact_interval_days: i32,
    /// Within which time we answer.
    pub response_deadline_seconds: Option<i64>,
    /// How we talk to them, in words.
    pub communication_policy: String,
    /// Which of the account team owns them.
    pub owner_role: Option<AccountTeamRole>,
}

impl TierStrategy {
    /// About ten years.
    pub const MAX_CONTACT_INTERVAL_DAYS: i32 = 3660;
    /// A leap year.
    pub const MAX_RESPONSE_DEADLINE_SECONDS: i64 = 366 * 86_400;
    const MAX_SERVICE_LEVEL_CHARS: usize = 200;
    const MAX_POLICY_CHARS: usize = 2000;

    /// All that is wrong with a strategy, at paths relative to it.
    pub(crate) fn faults(&self) -> Violations {
        let TierStrategy {
            service_level,
            contact_interval_days,
            response_deadline_seconds,
            communication_policy,
            owner_role: _,
        } = self;
        let mut faults = Violations::new();
        faults.field("service_level", text::optional(service_level.as_str(), Self::MAX_SERVICE_LEVEL_CHARS));
        let most = Self::MAX_CONTACT_INTERVAL_DAYS;
        if !(0..=most).contains(contact_interval_days) {
            let fault = format!("is {contact_interval_days}; 1 to {most} is allowed, or 0 for none");
            faults.push("contact_interval_days", fault);
        }
        let most = Self::MAX_RESPONSE_DEADLINE_SECONDS;
        if let Some(seconds) = response_deadline_seconds.filter(|seconds| !(1..=most).contains(seconds)) {
            faults.push("response_deadline", format!("is {seconds} s; 1 to {most} (366 days) is allowed"));
        }
        faults.field("communication_policy", text::note(communication_policy.as_str(), Self::MAX_POLICY_CHARS));
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(spoil: impl FnOnce(&mut TierStrategy)) -> Vec<String> {
        let mut strategy = TierStrategy::default();
        spoil(&mut strategy);
        strategy.faults().iter().map(|fault| fault.path.clone()).collect()
    }

    #[test]
    fn strategy_may_leave_everything_open_and_reach_every_limit() {
        assert_eq!(faults(|_| ()), [""; 0]);
        let widest = TierStrategy {
            service_level: "x".repeat(200),
            contact_interval_days: 3660,
            response_deadline_seconds: Some(366 * 86_400),
            communication_policy: "in\nlines".repeat(250),
            owner_role: Some(AccountTeamRole::Delivery),
        };
        assert_eq!(faults(|strategy| *strategy = widest), [""; 0]);
    }

    #[test]
    fn everything_past_its_limit_is_named_at_once() {
        let spoiled = TierStrategy {
            service_level: "x".repeat(201),
            contact_interval_days: 3661,
            response_deadline_seconds: Some(0),
            communication_policy: "x".repeat(2001),
            owner_role: None,
        };
        let told = ["service_level", "contact_interval_days", "response_deadline", "communication_policy"];
        assert_eq!(faults(|strategy| *strategy = spoiled), told);
        assert_eq!(faults(|strategy| strategy.contact_interval_days = -1), ["contact_interval_days"]);
        for seconds in [-1, 366 * 86_400 + 1] {
            assert_eq!(faults(|strategy| strategy.response_deadline_seconds = Some(seconds)), ["response_deadline"]);
        }
        assert_eq!(faults(|strategy| strategy.service_level = "two\nlines".into()), ["service_level"]);
    }

    #[test]
    fn strategy_of_an_earlier_version_is_read() {
        let read: TierStrategy = serde_json::from_str(r#"{"service_level": "named contact"}"#).unwrap();
        assert_eq!(read, TierStrategy { service_level: "named contact".into(), ..TierStrategy::default() });
    }
}
