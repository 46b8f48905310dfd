import Testing

/// Tests that each have a server: one at a time, since requests are answered on the few threads that tests run on too.
@Suite(.serialized) struct ServerTests {}
