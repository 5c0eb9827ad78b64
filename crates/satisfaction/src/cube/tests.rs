//! Sums against what is reckoned by hand.
