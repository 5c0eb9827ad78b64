//! Every reason of the contract is provoked somewhere in this suite. A new one without a case fails here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use guanxi::v1::ErrorReason;

/// Each reason, and the modules of the suite whose cases provoke it. Those cases name it by the text that is sent.
const PROVOKED: &[(ErrorReason, &[&str])] = &[
    (ErrorReason::InvalidFields, &["activity", "customers", "segmentation"]),
    (ErrorReason::RequestIdReused, &["customers", "segmentation"]),
    (ErrorReason::ResourceNotFound, &["activity", "customers", "segmentation"]),
    (ErrorReason::ResourceAlreadyExists, &["customers", "segmentation"]),
    (ErrorReason::ExternalIdTaken, &["customers"]),
    (ErrorReason::FactDiffers, &["activity"]),
    (ErrorReason::EtagMismatch, &["customers", "segmentation"]),
    (ErrorReason::BatchAborted, &["activity"]),
    (ErrorReason::PageTokenStale, &["segmentation"]),
    (ErrorReason::WriteConflict, &["wire"]),
    (ErrorReason::CustomerDeleted, &["activity", "customers"]),
    (ErrorReason::CustomerNotDeleted, &["customers"]),
    (ErrorReason::FactAlreadyReplaced, &["activity"]),
    (ErrorReason::TotalsOutOfRange, &["activity"]),
    (ErrorReason::AttributeInUse, &["customers"]),
    (ErrorReason::PyramidNotActive, &["segmentation"]),
    (ErrorReason::PyramidBusy, &["segmentation"]),
    (ErrorReason::PyramidActive, &["segmentation"]),
    (ErrorReason::QuestionnaireActive, &["satisfaction"]),
    (ErrorReason::QuestionnaireNotActive, &["satisfaction"]),
    (ErrorReason::TooFewResponses, &["satisfaction"]),
    (ErrorReason::UnfitResponses, &["satisfaction"]),
    (ErrorReason::ServiceStandardMeasured, &["satisfaction"]),
    (ErrorReason::OperationRunning, &["segmentation"]),
    (ErrorReason::LimitReached, &["customers", "segmentation"]),
    (ErrorReason::RequestTooLarge, &["wire"]),
    (ErrorReason::Overloaded, &["wire"]),
    (ErrorReason::StorageUnavailable, &["wire"]),
    (ErrorReason::ShuttingDown, &["wire"]),
    (ErrorReason::DeadlineExceeded, &["wire"]),
    (ErrorReason::OperationCancelled, &["segmentation"]),
    (ErrorReason::StreamIdle, &["wire"]),
    (ErrorReason::Internal, &["wire"]),
];

fn suite() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")
}

/// What a module of the suite says, this file apart.
fn source(module: &str) -> String {
    let mut files = vec![suite().join(format!("{module}.rs"))];
    let mut folders = vec![suite().join(module)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let (deeper, found): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
        folders.extend(deeper);
        files.extend(found);
    }
    let own = suite().join("wire/reasons.rs");
    let texts = files.into_iter().filter(|file| *file != own).map(|file| fs::read_to_string(file).expect("a source"));
    texts.collect()
}

/// The text of a reason in an error.
fn sent(reason: ErrorReason) -> &'static str {
    reason.as_str_name().strip_prefix("ERROR_REASON_").expect("the prefix of the enum")
}

#[test]
fn every_reason_of_the_contract_has_a_case() {
    let listed: BTreeSet<i32> = PROVOKED.iter().map(|(reason, _)| i32::from(*reason)).collect();
    // Numbers have gaps between the groups.
    let missing: Vec<_> = (1..1000)
        .filter_map(|number| ErrorReason::try_from(number).ok())
        .filter(|it| !listed.contains(&i32::from(*it)))
        .collect();
    assert!(missing.is_empty(), "without a case: {missing:?}");
    assert_eq!(listed.len(), PROVOKED.len(), "listed twice");
}

#[test]
fn the_cases_are_where_they_are_said_to_be() {
    let mut absent = Vec::new();
    for (reason, modules) in PROVOKED {
        let quoted = format!("\"{}\"", sent(*reason));
        absent
            .extend(modules.iter().filter(|module| !source(module).contains(&quoted)).map(|module| (*reason, *module)));
    }
    assert!(absent.is_empty(), "not provoked there: {absent:?}");
}
