//! Whatever the domain can hold survives the way to the wire and back.

mod customers;
mod facts;
mod schemes;
