//! Laws that hold for any facts in any order.
