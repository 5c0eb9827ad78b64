//! What a row is known by where the file does not say: its content, and its number among the equal rows of the file.
//! The same file gives the same ids, and two equal rows are two.

use std::collections::{HashMap, HashSet};

use csv::StringRecord;
use uuid::Uuid;

/// Fixed for ever, or files imported before would be imported again.
const NAMESPACE: Uuid = Uuid::from_u128(0x5b0a_6f0e_6f0d_4b52_9a3c_1d0c_a7e4_52f1);

/// Numbers equal rows. Most rows are not repeated, so of those only half a hash is kept.
#[derive(Debug, Default)]
pub(super) struct Identity {
    once: HashSet<u64>,
    repeated: HashMap<u64, u32>,
}

impl Identity {
    /// The id of the row that comes next in the file.
    pub(super) fn of(&mut self, row: &StringRecord) -> String {
        let content = hash(row);
        // Should two different rows share this half, one of them is numbered one higher: at every import alike.
        let key = content.as_u64_pair().0;
        let number = if self.once.insert(key) {
            1
        } else {
            let number = self.repeated.entry(key).or_insert(1);
            *number += 1;
            *number
        };
        format!("{}-{number}", content.simple())
    }
}

fn hash(row: &StringRecord) -> Uuid {
    let mut bytes = Vec::with_capacity(row.as_slice().len() + row.len() * 8);
    for column in row {
        // The length keeps ["ab", "c"] and ["a", "bc"] apart.
        bytes.extend_from_slice(&(column.len() as u64).to_be_bytes());
        bytes.extend_from_slice(column.as_bytes());
    }
    Uuid::new_v5(&NAMESPACE, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(rows: &[&[&str]]) -> Vec<String> {
        let mut identity = Identity::default();
        rows.iter().map(|row| identity.of(&StringRecord::from(row.to_vec()))).collect()
    }

    #[test]
    fn ids_never_change() {
        let id = ids(&[&["1", "1997-01-01", "1", "11.77"]]).remove(0);
        assert_eq!(id, "a971a182fea15bfe8a2516b38372a015-1");
    }

    #[test]
    fn equal_rows_are_numbered() {
        let ids = ids(&[&["a", "b"], &["a", "c"], &["a", "b"], &["a", "b"], &["a", "c"]]);
        let (hashes, numbers): (Vec<_>, Vec<_>) = ids.iter().filter_map(|id| id.rsplit_once('-')).unzip();
        assert_eq!(numbers, ["1", "1", "2", "3", "2"]);
        assert_eq!(hashes[0], hashes[2]);
        assert_ne!(hashes[0], hashes[1]);
    }

    #[test]
    fn columns_do_not_run_together() {
        let ids = ids(&[&["ab", "c"], &["a", "bc"], &["abc"], &["abc", ""]]);
        assert!(ids.iter().all(|id| id.ends_with("-1")), "{ids:?}");
    }
}
