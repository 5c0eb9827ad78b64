//! A status while it is put together.

use std::collections::HashMap;
use std::time::Duration;

use guanxi::v1::ErrorReason;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use super::clip::clipped;

const DOMAIN: &str = "guanxi.dev";
/// The longest message, in bytes.
pub(super) const MAX_MESSAGE: usize = 512;
/// The longest value of metadata or of a detail, in bytes.
const MAX_VALUE: usize = 256;

/// A status being put together.
pub(super) struct Report {
    code: Code,
    reason: ErrorReason,
    message: String,
    metadata: Vec<(&'static str, String)>,
    pub(super) details: ErrorDetails,
    retry: Option<Duration>,
}

impl Report {
    pub(super) fn new(code: Code, reason: ErrorReason, message: impl Into<String>) -> Report {
        let message = clipped(message, MAX_MESSAGE);
        Report { code, reason, message, metadata: Vec::new(), details: ErrorDetails::new(), retry: None }
    }

    pub(super) fn with(mut self, key: &'static str, value: impl Into<String>) -> Report {
        self.metadata.push((key, clipped(value, MAX_VALUE)));
        self
    }

    /// About a resource that callers know by name.
    pub(super) fn resource(mut self, name: &str) -> Report {
        self.details.set_resource_info(resource_type(name), clipped(name, MAX_VALUE), "", "");
        self.with("resource", name)
    }

    /// About a rule that `subject` does not meet.
    pub(super) fn precondition(mut self, subject: &str) -> Report {
        let (rule, description) = (self.reason(), clipped(self.message.as_str(), MAX_VALUE));
        self.details.add_precondition_failure_violation(rule, clipped(subject, MAX_VALUE), description);
        self
    }

    pub(super) fn retry(mut self, after: Duration) -> Report {
        self.retry = Some(after);
        self
    }

    /// The reason as it is sent.
    pub(super) fn reason(&self) -> &'static str {
        let name = self.reason.as_str_name();
        name.strip_prefix("ERROR_REASON_").unwrap_or(name)
    }

    pub(super) fn into_status(mut self) -> Status {
        let metadata: HashMap<String, String> =
            self.metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        self.details.set_error_info(self.reason(), DOMAIN, metadata);
        let mut headers = MetadataMap::new();
        if let Some(after) = self.retry {
            self.details.set_retry_info(Some(after));
            headers.insert("grpc-retry-pushback-ms", MetadataValue::from(after.as_millis() as u64));
        }
        Status::with_error_details_and_metadata(self.code, self.message, self.details, headers)
    }
}

/// The type of a resource, which its name tells by the last collection in it.
fn resource_type(name: &str) -> &'static str {
    let collection = name.rsplit('/').nth(1).unwrap_or(name);
    match collection {
        "customers" => "guanxi.dev/Customer",
        "attributeDefinitions" => "guanxi.dev/AttributeDefinition",
        "touchpoints" => "guanxi.dev/Touchpoint",
        "purchases" => "guanxi.dev/Purchase",
        "interactions" => "guanxi.dev/Interaction",
        "payments" => "guanxi.dev/Payment",
        "stageChanges" => "guanxi.dev/StageChange",
        "satisfactionRecords" => "guanxi.dev/SatisfactionRecord",
        "invitations" => "guanxi.dev/Invitation",
        "invitationEvents" => "guanxi.dev/InvitationEvent",
        "pyramids" => "guanxi.dev/Pyramid",
        "revisions" if name.starts_with("questionnaires/") => "guanxi.dev/QuestionnaireRevision",
        "revisions" => "guanxi.dev/PyramidRevision",
        "questionnaires" => "guanxi.dev/Questionnaire",
        "serviceStandards" => "guanxi.dev/ServiceStandard",
        "measurements" => "guanxi.dev/ServiceMeasurement",
        "satisfactionBenchmarks" => "guanxi.dev/SatisfactionBenchmark",
        "satisfactionTargets" => "guanxi.dev/SatisfactionTarget",
        "tierAssignments" => "guanxi.dev/TierAssignment",
        "operations" => "google.longrunning/Operation",
        // Named by an external id, for want of a name.
        _ if name.starts_with("customer ") => "guanxi.dev/Customer",
        _ => "guanxi.dev/Resource",
    }
}
