//! Laws that hold for any facts in any order, told by proptest.

mod cells;
mod contacts;
mod facts;
mod first_time;
mod invitations;
mod meetings;
mod order;
mod play;
mod prediction;
pub(crate) mod pyramid;
mod reckoning;
mod sending;
mod surveys;
mod telling;
mod time;
mod timed;
mod trial;
