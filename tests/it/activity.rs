//! Facts: recording, repeating, correcting, taking back, listing.
