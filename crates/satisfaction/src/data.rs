//! The public data sets that tests of this crate read, found as the tests of all crates find them.

use std::path::Path;

/// A table of integers with a header.
pub(crate) struct Table {
    names: Vec<String>,
    rows: Vec<Vec<i64>>,
}

/// A file such as `ecsi-mobile/mobi.csv`; none where there is no data, which `GUANXI_REQUIRE` may forbid.
pub(crate) fn table(file: &str) -> Option<Table> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = std::env::var_os("GUANXI_TEST_DATA").map_or_else(beside, Into::into).join(file);
    let required = std::env::var("GUANXI_REQUIRE").is_ok_and(|required| required.contains("data"));
    assert!(path.is_file() || !required, "no data in {}", path.display());
    if !path.is_file() {
        eprintln!("skipped: no data");
        return None;
    }
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let names = lines.next().unwrap().split(',').map(str::to_owned).collect();
    let row = |line: &str| line.split(',').map(|value| value.parse().unwrap()).collect();
    Some(Table { names, rows: lines.map(row).collect() })
}

impl Table {
    /// The columns whose name is one of a block's: the block and a number.
    pub(crate) fn block(&self, block: &str) -> Vec<usize> {
        let is_of =
            |name: &str| name.strip_prefix(block).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
        (0..self.names.len()).filter(|column| is_of(&self.names[*column])).collect()
    }

    pub(crate) fn rows(&self) -> &[Vec<i64>] {
        &self.rows
    }
}
