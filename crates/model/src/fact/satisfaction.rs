//! What somebody answered.

crate::words! {
    /// What a question asks of the thing it is about.
    QuestionKind {
        Rating = 1, Perception = 2, PredictiveExpectation = 3, DesiredExpectation = 4, AdequateExpectation = 5,
        PromisedExpectation = 6, Importance = 7
    }
}

impl QuestionKind {
    /// Whether it asks what was expected.
    pub fn is_expectation(self) -> bool {
        match self {
            QuestionKind::PredictiveExpectation
            | QuestionKind::DesiredExpectation
            | QuestionKind::AdequateExpectation
            | QuestionKind::PromisedExpectation => true,
            QuestionKind::Rating | QuestionKind::Perception | QuestionKind::Importance => false,
        }
    }
}
