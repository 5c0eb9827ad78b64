//! Where tests find the real data sets.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::skip_or_fail;

/// A file of the public data sets, such as `cdnow/transactions.csv`: below `GUANXI_TEST_DATA`, else below `shared/data`
/// beside the repository. `None` means that the test says so and returns.
///
/// # Panics
/// When it is absent and `GUANXI_REQUIRE` names `data`.
pub fn data_file(name: &str) -> Option<PathBuf> {
    let file = folder().join(name);
    if file.is_file() {
        return Some(file);
    }
    skip_or_fail("data", "no test data");
    None
}

fn folder() -> PathBuf {
    match env::var_os("GUANXI_TEST_DATA") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    }
}
