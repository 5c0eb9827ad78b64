//! The deadline of a call: what the client asks for in `grpc-timeout`, within what the server allows.

use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;
use tonic::Status;

use super::Settings;
use super::call::Call;
use crate::status;

/// When a call is over, whether it is answered or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deadline {
    pub(super) at: Instant,
    limit: Duration,
    /// The client wanted more than the server allows.
    capped: bool,
}

impl Deadline {
    /// `None` for a stream without a `grpc-timeout`. A stream's own deadline is not capped: it may last as long as the
    /// client cares to send.
    pub(super) fn of(call: Call, headers: &HeaderMap, settings: &Settings) -> Result<Option<Self>, Box<Status>> {
        let asked = match headers.get("grpc-timeout") {
            None => None,
            Some(value) => Some(
                value
                    .to_str()
                    .ok()
                    .and_then(parse)
                    .ok_or_else(|| Box::new(status::bad_timeout(&String::from_utf8_lossy(value.as_bytes()))))?,
            ),
        };
        let (limit, capped) = match (asked, call.has_default_deadline()) {
            (None, false) => return Ok(None),
            (None, true) if call == Call::Long => (settings.max_deadline, false),
            (None, true) => (settings.default_deadline, false),
            (Some(asked), false) => (asked, false),
            (Some(asked), true) => (asked.min(settings.max_deadline), asked > settings.max_deadline),
        };
        // Eight digits of hours are eleven thousand years: no deadline, rather than one beyond the clock's range.
        Ok(Instant::now().checked_add(limit).map(|at| Self { at, limit, capped }))
    }

    pub(super) fn has_passed(&self) -> bool {
        self.at <= Instant::now()
    }

    pub(super) fn status(self) -> Status {
        status::deadline_exceeded(self.limit, self.capped)
    }
}

/// The result of `work`, unless the deadline comes first.
pub(super) async fn within<F: Future>(deadline: Option<Deadline>, work: F) -> Result<F::Output, Deadline> {
    match deadline {
        None => Ok(work.await),
        Some(deadline) => tokio::time::timeout_at(deadline.at, work).await.map_err(|_| deadline),
    }
}

/// One to eight digits and a unit, as the gRPC protocol has it.
fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !(1..=8).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn settings() -> Settings {
        Settings {
            max_inflight_calls: 1,
            default_deadline: Duration::from_secs(10),
            max_deadline: Duration::from_secs(60),
            stream_idle: Duration::from_secs(30),
            receive_limit_bytes: 1024,
        }
    }

    fn of(call: Call, timeout: Option<&'static str>) -> Option<(u64, bool)> {
        let mut headers = HeaderMap::new();
        if let Some(timeout) = timeout {
            headers.insert("grpc-timeout", HeaderValue::from_static(timeout));
        }
        Deadline::of(call, &headers, &settings()).unwrap().map(|it| (it.limit.as_secs(), it.capped))
    }

    #[test]
    fn timeouts_of_every_unit_are_read() {
        for (text, expected) in [
            ("2H", Duration::from_secs(7200)),
            ("3M", Duration::from_secs(180)),
            ("99999999S", Duration::from_secs(99_999_999)),
            ("100m", Duration::from_millis(100)),
            ("7u", Duration::from_micros(7)),
            ("0n", Duration::ZERO),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        for text in ["", "S", "1", "10", "1s", "123456789S", "-1S", "+1S", " 1S", "1 S", "1.5S", "1é", "é"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[tokio::test]
    async fn a_call_gets_what_it_asks_for_up_to_the_maximum() {
        assert_eq!(of(Call::Bounded, None), Some((10, false)));
        assert_eq!(of(Call::Bounded, Some("3S")), Some((3, false)));
        assert_eq!(of(Call::Bounded, Some("2M")), Some((60, true)));
        assert_eq!(of(Call::Check, Some("99999999H")), Some((60, true)));
        assert_eq!(of(Call::Import, None), None);
        assert_eq!(of(Call::Import, Some("2M")), Some((120, false)));
        assert_eq!(of(Call::Watch, None), None);
    }

    #[tokio::test]
    async fn a_malformed_timeout_is_refused() {
        let headers =
            HeaderMap::from_iter([(http::HeaderName::from_static("grpc-timeout"), HeaderValue::from_static("soon"))]);
        let status = Deadline::of(Call::Import, &headers, &settings()).unwrap_err();
        assert_eq!(status.code(), tonic::Code::InvalidArgument);
    }
}
