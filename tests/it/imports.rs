//! Imports: streams, the command line, a server that is killed.
