//! What a call's path says about how to treat it.

/// How long a call may last, and whether it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// Answers within its deadline.
    Bounded,
    /// A stream of messages from the client, as long as those keep coming.
    Import,
    /// Health and reflection: always admitted, so that an overloaded server is not taken for a dead one. Answers
    /// within its deadline.
    Probe,
    /// A health watch: as a probe, but silent for hours.
    Watch,
}

impl Call {
    /// Of a request path, `/package.Service/Method`.
    pub(super) fn of(path: &str) -> Self {
        let (service, method) = path.trim_start_matches('/').rsplit_once('/').unwrap_or_default();
        match service {
            "grpc.health.v1.Health" if method == "Watch" => Self::Watch,
            "grpc.health.v1.Health" => Self::Probe,
            _ if service.starts_with("grpc.reflection.") => Self::Probe,
            _ if method.starts_with("Import") => Self::Import,
            _ => Self::Bounded,
        }
    }

    pub(super) fn has_default_deadline(self) -> bool {
        matches!(self, Self::Bounded | Self::Probe)
    }

    pub(super) fn counts(self) -> bool {
        matches!(self, Self::Bounded | Self::Import)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_how_to_treat_a_call() {
        assert_eq!(Call::of("/guanxi.v1.ActivityService/RecordPurchase"), Call::Bounded);
        assert_eq!(Call::of("/guanxi.v1.ActivityService/ImportPurchases"), Call::Import);
        assert_eq!(Call::of("/grpc.health.v1.Health/Check"), Call::Probe);
        assert_eq!(Call::of("/grpc.health.v1.Health/Watch"), Call::Watch);
        assert_eq!(Call::of("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"), Call::Probe);
        assert_eq!(Call::of("/"), Call::Bounded);
        assert_eq!(Call::of(""), Call::Bounded);
    }
}
