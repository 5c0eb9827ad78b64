//! Numbers as people read them.

/// With a comma after every three digits.
pub(in crate::cli) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let texts = [0, 999, 1000, 69_659, 123_456, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "69,659", "123,456", "1,234,567"]);
    }
}
