//! What every call shares: health, reflection, limits, deadlines, errors of the transport.
