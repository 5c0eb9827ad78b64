//! Holds the house to its plan: who may import whom, that every file says what it is for, and that statuses are built in
//! one place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Which of our packages each one may depend on; dev-dependencies apart.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("guanxi", &[]),
    ("guanxi-model", &[]),
    ("guanxi-satisfaction", &["guanxi-model"]),
    ("guanxi-segmentation", &["guanxi-model"]),
    ("guanxi-migrations", &[]),
    ("guanxi-store", &["guanxi-migrations", "guanxi-model", "guanxi-satisfaction", "guanxi-segmentation"]),
    ("guanxi-app", &["guanxi-model", "guanxi-satisfaction", "guanxi-segmentation", "guanxi-store"]),
    (
        "guanxi-grpc",
        &["guanxi", "guanxi-app", "guanxi-model", "guanxi-satisfaction", "guanxi-segmentation", "guanxi-store"],
    ),
    ("guanxi-server", &["guanxi", "guanxi-app", "guanxi-grpc", "guanxi-model", "guanxi-store"]),
];
/// Packages that are never shipped: they may import anything.
const DEVELOPMENT: &[&str] = &["guanxi-testkit", "guanxi-bench"];
/// Who may know the database, and who the wire.
const KNOWS: &[(&str, &[&str])] = &[
    ("sea-orm", &["guanxi-store"]),
    ("sea-orm-migration", &["guanxi-store", "guanxi-migrations"]),
    ("sqlx", &["guanxi-store"]),
    // The command line is a client: it measures the chunks it sends.
    ("prost", &["guanxi", "guanxi-grpc", "guanxi-server"]),
    ("tonic", &["guanxi", "guanxi-grpc", "guanxi-server"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

fn normal_dependencies(package: &Value) -> BTreeSet<String> {
    let all = package["dependencies"].as_array().expect("dependencies").iter();
    let normal = all.filter(|one| one["kind"].is_null());
    normal.map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn packages_import_only_what_they_may() {
    let mut faults = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().expect("a name").to_owned();
        if DEVELOPMENT.contains(&name.as_str()) {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(known, _)| *known == name) else {
            faults.push(format!("{name} has no place in the plan"));
            continue;
        };
        for dependency in normal_dependencies(&package) {
            let ours = dependency == "guanxi" || dependency.starts_with("guanxi-");
            if ours && !allowed.contains(&dependency.as_str()) {
                faults.push(format!("{name} imports {dependency}"));
            }
            let known_by = KNOWS.iter().find(|(what, _)| *what == dependency);
            if known_by.is_some_and(|(_, who)| !who.contains(&name.as_str())) {
                faults.push(format!("{name} knows {dependency}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if entry.is_dir() && !["target", ".git", "node_modules"].contains(&name.as_str()) {
            rust_files(&entry, found);
        } else if name.ends_with(".rs") {
            found.push(entry);
        }
    }
}

fn all_rust_files() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    rust_files(&root(), &mut found);
    found.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).expect("text"))).collect()
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<PathBuf> =
        all_rust_files().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "without a `//!` header: {silent:#?}");
}

#[test]
fn statuses_are_built_in_one_file() {
    const CONSTRUCTORS: &[&str] = &[
        "Status::new(",
        "Status::with_",
        "Status::internal(",
        "Status::invalid_argument(",
        "Status::not_found(",
        "Status::already_exists(",
        "Status::aborted(",
        "Status::failed_precondition(",
        "Status::unavailable(",
        "Status::resource_exhausted(",
        "Status::deadline_exceeded(",
        "Status::cancelled(",
        "Status::unknown(",
        "Status::unimplemented(",
        "Status::permission_denied(",
        "Status::unauthenticated(",
        "Status::out_of_range(",
        "Status::data_loss(",
        "Status::ok(",
    ];
    let one = root().join("crates/grpc/src/status");
    let elsewhere: Vec<String> = all_rust_files()
        .into_iter()
        .filter(|(path, _)| path.starts_with(root().join("crates")) && !path.starts_with(&one))
        .filter(|(path, _)| !path.starts_with(root().join("crates/bench")))
        .filter(|(path, _)| *path != one.with_extension("rs"))
        .filter(|(path, _)| !path.to_string_lossy().contains("test"))
        .flat_map(|(path, text)| {
            let built = CONSTRUCTORS.iter().filter(|constructor| text.contains(**constructor)).copied();
            built.map(|constructor| format!("{}: {constructor}..)", path.display())).collect::<Vec<_>>()
        })
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
}
