//! The id that ties a call's log lines together, and to those of the caller.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderMap;
use uuid::Uuid;

const LONGEST: usize = 128;

/// The caller's `x-request-id`, or one of ours: this process and a count. Formatted only where something is logged.
pub(super) enum RequestId<'a> {
    Given(&'a str),
    Counted(u64),
}

impl<'a> RequestId<'a> {
    /// An id that is too long or not plain ASCII could forge log lines and is replaced.
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        headers
            .get("x-request-id")
            .and_then(|value| value.to_str().ok())
            .filter(|id| (1..=LONGEST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()))
            .map_or_else(|| Self::Counted(COUNT.fetch_add(1, Ordering::Relaxed)), Self::Given)
    }
}

impl fmt::Display for RequestId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// The random tail of a version 7 UUID: replicas started in the same millisecond differ.
        static PROCESS: LazyLock<String> = LazyLock::new(|| Uuid::now_v7().simple().to_string().split_off(24));
        match self {
            Self::Given(id) => f.write_str(id),
            Self::Counted(count) => write!(f, "{}-{count}", *PROCESS),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn shown(value: Option<&'static str>) -> String {
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert("x-request-id", HeaderValue::from_static(value));
        }
        RequestId::of(&headers).to_string()
    }

    #[test]
    fn a_given_id_is_kept_and_a_bad_or_missing_one_made() {
        assert_eq!(shown(Some("order-17")), "order-17");
        assert_ne!(shown(Some("two words")), "two words");
        assert_ne!(shown(Some("")), "");
        assert_ne!(shown(None), shown(None));
    }
}
