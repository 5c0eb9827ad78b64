//! Where in a message something stands. A path costs nothing until a fault needs its text: good messages are many.

use std::fmt;

/// A place in a message, as a chain of steps from the root.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    /// A field of the request itself.
    pub(super) const fn of(name: &'a str) -> Path<'a> {
        Path { parent: None, step: Step::Field(name) }
    }

    /// The request itself, for what reads fields that may also lie in a part of one.
    pub(super) const REQUEST: Path<'static> = Path { parent: None, step: Step::Root };

    /// A field of the message here.
    pub(super) fn field(&'a self, name: &'a str) -> Path<'a> {
        let parent = Some(self).filter(|parent| !matches!(parent.step, Step::Root));
        Path { parent, step: Step::Field(name) }
    }

    /// An item of the list here.
    pub(super) fn index(&'a self, index: usize) -> Path<'a> {
        Path { parent: Some(self), step: Step::Index(index) }
    }

    /// The value of a key of the map here.
    pub(super) fn key(&'a self, key: &'a str) -> Path<'a> {
        Path { parent: Some(self), step: Step::Key(key) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Field(name) if self.parent.is_none() => f.write_str(name),
            Step::Field(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => write!(f, "[\"{}\"]", guanxi_model::violation::clip(key)),
        }
    }
}

impl From<Path<'_>> for String {
    fn from(path: Path<'_>) -> String {
        path.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_callers_write_them() {
        let contacts = Path::of("customer");
        let contacts = contacts.field("contacts");
        let contact = contacts.index(2);
        let channels = contact.field("channels");
        assert_eq!(channels.index(0).field("address").to_string(), "customer.contacts[2].channels[0].address");
        assert_eq!(Path::of("labels").key("a\nb").to_string(), "labels[\"a\u{fffd}b\"]");
        assert_eq!(Path::of("name").to_string(), "name");
        assert_eq!(Path::REQUEST.field("name").to_string(), "name");
    }
}
