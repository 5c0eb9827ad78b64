//! What a call's path says about how to treat it.

/// How long a call may last, and whether it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// Answers within its deadline.
    Bounded,
    /// Waits, or reads everybody: the longest deadline is its default.
    Long,
    /// A stream of messages from the client, as long as those keep coming.
    Import,
    /// A health check: always admitted, so that an overloaded server is not taken for a dead one. Answers within its
    /// deadline.
    Check,
    /// A health watch: always admitted, and silent for hours.
    Watch,
    /// A stream of questions about the contract, kept open by some tools beside their other calls: always admitted, as
    /// long as the questions keep coming.
    Reflection,
}

/// The methods that may take longer than the others.
const LONG: [&str; 4] = ["WaitOperation", "GetPyramidReport", "GetTierProfile", "GetDataQualityReport"];

impl Call {
    /// Of a request path, `/package.Service/Method`.
    pub(super) fn of(path: &str) -> Self {
        let (service, method) = path.trim_start_matches('/').rsplit_once('/').unwrap_or_default();
        match service {
            "grpc.health.v1.Health" if method == "Watch" => Self::Watch,
            "grpc.health.v1.Health" => Self::Check,
            _ if service.starts_with("grpc.reflection.") => Self::Reflection,
            _ if method.starts_with("Import") => Self::Import,
            _ if LONG.contains(&method) => Self::Long,
            _ => Self::Bounded,
        }
    }

    pub(super) fn has_default_deadline(self) -> bool {
        matches!(self, Self::Bounded | Self::Long | Self::Check)
    }

    pub(super) fn has_idle_limit(self) -> bool {
        matches!(self, Self::Import | Self::Reflection)
    }

    pub(super) fn counts(self) -> bool {
        matches!(self, Self::Bounded | Self::Long | Self::Import)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_how_to_treat_a_call() {
        assert_eq!(Call::of("/guanxi.v1.ActivityService/RecordPurchase"), Call::Bounded);
        assert_eq!(Call::of("/guanxi.v1.ActivityService/ImportPurchases"), Call::Import);
        assert_eq!(Call::of("/google.longrunning.Operations/WaitOperation"), Call::Long);
        assert_eq!(Call::of("/grpc.health.v1.Health/Check"), Call::Check);
        assert_eq!(Call::of("/grpc.health.v1.Health/Watch"), Call::Watch);
        assert_eq!(Call::of("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"), Call::Reflection);
        assert_eq!(Call::of("/"), Call::Bounded);
        assert_eq!(Call::of(""), Call::Bounded);
    }
}
