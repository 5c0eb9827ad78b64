//! Paging: the rule for page sizes, the opaque token that carries the last key of a page, and the page itself. What a
//! key means belongs to the list that made it; nothing here knows a resource.

pub use token::PageTokenError;

/// The page size used when the caller gives none.
pub const DEFAULT_PAGE_SIZE: usize = 50;
/// The largest page; larger wishes are lowered to it, as AIP-158 asks.
pub const MAX_PAGE_SIZE: usize = 1000;

/// The number of items to read for a requested size: 0 gives the default, too large a wish the maximum.
///
/// # Errors
///
/// A negative size.
pub fn page_size(requested: i32) -> Result<usize, PageSizeError> {
    match usize::try_from(requested) {
        Ok(0) => Ok(DEFAULT_PAGE_SIZE),
        Ok(wished) => Ok(wished.min(MAX_PAGE_SIZE)),
        Err(_) => Err(PageSizeError(requested)),
    }
}

/// A page size below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is {0}, must be from 0 (the default, {DEFAULT_PAGE_SIZE}) to {MAX_PAGE_SIZE}")]
pub struct PageSizeError(pub i32);

/// Some items of a list, and where the next page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// The key of the last item, or `None` when the list ends with this page.
    pub next: Option<Vec<KeyPart>>,
}

/// One column of the key by which a list is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPart {
    /// A text column.
    Text(String),
    /// A number or an instant in microseconds.
    Int(i64),
    /// A binary column, such as a fact id.
    Bytes(Vec<u8>),
}

/// What a token was made for: the parent, filter and order of one list, hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryHash(u64);

impl QueryHash {
    /// Hashes the parts of a query. Tokens outlive processes and upgrades, so the hash is our own and never changes;
    /// each part is preceded by its length, so that no two lists of parts read alike.
    pub fn of(parts: &[&str]) -> Self {
        let hash = parts.iter().fold(FNV_START, |hash, part| {
            let hash = fnv1a(hash, &(part.len() as u64).to_be_bytes());
            fnv1a(hash, part.as_bytes())
        });
        Self(hash)
    }
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a: every step is a bijection of the hash, so a single altered byte always shows.
fn fnv1a(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

pub mod token {
    //! The opaque page token: base64url of a version, the query's hash, the key and a check sum. The check sum finds
    //! accidents and tinkering; it is no signature, because a key opens nothing that the same list does not show.

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::{FNV_START, KeyPart, QueryHash, fnv1a};

    const VERSION: u8 = 1;
    const TEXT: u8 = 1;
    const INT: u8 = 2;
    const BYTES: u8 = 3;

    /// Why a page token was refused.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
    pub enum PageTokenError {
        /// Not a token of ours, or an altered one.
        #[error("is not a page token of this service; send next_page_token unaltered, or nothing for the first page")]
        Malformed,
        /// A token of ours, of a list with another parent, filter or order.
        #[error("belongs to a list with another parent, filter or order; start again without a page token")]
        OtherQuery,
    }

    /// The token of the page that follows `key` in the list of `query`.
    pub fn encode(query: QueryHash, key: &[KeyPart]) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(query.0.to_be_bytes());
        for part in key {
            match part {
                KeyPart::Text(text) => put(&mut bytes, TEXT, text.as_bytes()),
                KeyPart::Int(number) => put(&mut bytes, INT, &number.to_be_bytes()),
                KeyPart::Bytes(raw) => put(&mut bytes, BYTES, raw),
            }
        }
        let check = fnv1a(FNV_START, &bytes);
        bytes.extend(check.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The key held by a token.
    ///
    /// # Errors
    ///
    /// Text that is not an unaltered token, or a token of another query.
    pub fn decode(text: &str, query: QueryHash) -> Result<Vec<KeyPart>, PageTokenError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| PageTokenError::Malformed)?;
        let mut key = Vec::new();
        let found = read(&bytes, &mut key).ok_or(PageTokenError::Malformed)?;
        if found == query { Ok(key) } else { Err(PageTokenError::OtherQuery) }
    }

    /// As [`decode`], where the empty text asks for the first page.
    ///
    /// # Errors
    ///
    /// As [`decode`].
    pub fn decode_optional(text: &str, query: QueryHash) -> Result<Option<Vec<KeyPart>>, PageTokenError> {
        if text.is_empty() { Ok(None) } else { decode(text, query).map(Some) }
    }

    fn put(bytes: &mut Vec<u8>, tag: u8, content: &[u8]) {
        bytes.push(tag);
        bytes.extend((content.len() as u64).to_be_bytes());
        bytes.extend(content);
    }

    fn read(bytes: &[u8], key: &mut Vec<KeyPart>) -> Option<QueryHash> {
        let (body, check) = bytes.split_last_chunk::<8>()?;
        if fnv1a(FNV_START, body) != u64::from_be_bytes(*check) {
            return None;
        }
        let (version, body) = body.split_first()?;
        if *version != VERSION {
            return None;
        }
        let (query, mut rest) = body.split_first_chunk::<8>()?;
        while !rest.is_empty() {
            let (part, after) = take(rest)?;
            key.push(part);
            rest = after;
        }
        Some(QueryHash(u64::from_be_bytes(*query)))
    }

    fn take(bytes: &[u8]) -> Option<(KeyPart, &[u8])> {
        let (tag, bytes) = bytes.split_first()?;
        let (length, bytes) = bytes.split_first_chunk::<8>()?;
        let (content, rest) = bytes.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
        let part = match *tag {
            TEXT => KeyPart::Text(String::from_utf8(content.to_vec()).ok()?),
            INT => KeyPart::Int(i64::from_be_bytes(content.try_into().ok()?)),
            BYTES => KeyPart::Bytes(content.to_vec()),
            _ => return None,
        };
        Some((part, rest))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::token::{decode, decode_optional, encode};
    use super::*;

    #[test]
    fn sizes_follow_the_rule() {
        for (requested, given) in [(0, 50), (1, 1), (1000, 1000), (1001, 1000), (i32::MAX, 1000)] {
            assert_eq!(page_size(requested), Ok(given));
        }
        assert_eq!(page_size(-1), Err(PageSizeError(-1)));
        assert_eq!(PageSizeError(-1).to_string(), "is -1, must be from 0 (the default, 50) to 1000");
    }

    #[test]
    fn query_hash_never_changes() {
        assert_eq!(QueryHash::of(&[]), QueryHash(0xcbf2_9ce4_8422_2325));
        assert_eq!(QueryHash::of(&["customers/-", "name"]), QueryHash(0x0eca_620d_0906_d3b6));
        assert_eq!(fnv1a(FNV_START, b"foobar"), 0x8594_4171_f739_67e8, "the published test vector");
    }

    #[test]
    fn query_hash_knows_where_parts_end() {
        assert_ne!(QueryHash::of(&["ab", "c"]), QueryHash::of(&["a", "bc"]));
        assert_ne!(QueryHash::of(&["a"]), QueryHash::of(&["a", ""]));
    }

    #[test]
    fn token_of_another_query_is_told_apart() {
        let token = encode(QueryHash::of(&["a"]), &[KeyPart::Int(1)]);
        assert_eq!(decode(&token, QueryHash::of(&["b"])), Err(PageTokenError::OtherQuery));
    }

    #[test]
    fn empty_text_is_the_first_page_and_no_token() {
        let query = QueryHash::of(&["a"]);
        assert_eq!(decode_optional("", query), Ok(None));
        assert_eq!(decode_optional(&encode(query, &[]), query), Ok(Some(vec![])));
        assert_eq!(decode("", query), Err(PageTokenError::Malformed));
    }

    fn key() -> impl Strategy<Value = Vec<KeyPart>> {
        let part = prop_oneof![
            any::<String>().prop_map(KeyPart::Text),
            any::<i64>().prop_map(KeyPart::Int),
            any::<Vec<u8>>().prop_map(KeyPart::Bytes),
        ];
        prop::collection::vec(part, 0..4)
    }

    proptest! {
        #[test]
        fn tokens_give_back_their_key(key in key(), query in any::<String>()) {
            let query = QueryHash::of(&[&query]);
            prop_assert_eq!(decode(&encode(query, &key), query), Ok(key));
        }

        #[test]
        fn any_flipped_bit_is_refused(key in key(), at in any::<prop::sample::Index>()) {
            let query = QueryHash::of(&["customers"]);
            let mut bytes = URL_SAFE_NO_PAD.decode(encode(query, &key)).expect("our own token");
            let bit = at.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(decode(&URL_SAFE_NO_PAD.encode(bytes), query), Err(PageTokenError::Malformed));
        }

        #[test]
        fn any_other_character_is_refused(key in key(), at in any::<prop::sample::Index>(), other in "[A-Za-z0-9_=-]") {
            let query = QueryHash::of(&["customers"]);
            let token = encode(query, &key);
            let at = at.index(token.len());
            prop_assume!(token[at..=at] != other);
            let altered = format!("{}{other}{}", &token[..at], &token[at + 1..]);
            prop_assert_eq!(decode(&altered, query), Err(PageTokenError::Malformed));
        }

        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            prop_assert_eq!(decode(&text, QueryHash::of(&[])), Err(PageTokenError::Malformed));
        }
    }
}
